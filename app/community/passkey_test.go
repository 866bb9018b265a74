package community_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

// ownDevice is a device of somebody who uses the cast's community.
func ownDevice() *forumtest.Device {
	return &forumtest.Device{Origin: forumtest.Address, Host: "forum.example.org"}
}

// addPasskey makes a passkey of a member's on a device.
func addPasskey(t *testing.T, c *community.Community, viewer models.Viewer, device *forumtest.Device) {
	t.Helper()
	options, token, err := c.BeginPasskey(ctx, viewer)
	if err != nil {
		t.Fatal(err)
	}
	made := community.NewPasskey{Token: token, Answer: device.Make(t, options), Device: "Firefox · Linux"}
	if err := c.AddPasskey(ctx, viewer, made); err != nil {
		t.Fatal(err)
	}
}

// begin asks for a passkey.
func begin(t *testing.T, c *forumtest.Cast) (options []byte, token string) {
	t.Helper()
	options, token, err := c.Community.AskPasskey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return options, token
}

func TestAPasskeyLetsItsOwnerIn(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		own, other := ownDevice(), ownDevice()
		addPasskey(t, c.Community, c.Amina, own)
		addPasskey(t, c.Community, c.Rosa, other)
		options, token := begin(t, c)
		entry, err := c.Community.EnterByPasskey(ctx, token, own.Use(t, options), community.Arrival{})
		if err != nil || entry.Session == "" || entry.SecondStep != "" {
			t.Fatalf("%+v, %v", entry, err)
		}
		viewer, err := c.Community.Viewer(ctx, entry.Session)
		if err != nil || viewer.Member.ID != c.Amina.Member.ID {
			t.Errorf("in came %+v, %v", viewer.Member, err)
		}
		list, err := c.Community.Passkeys(ctx, c.Amina)
		if err != nil || len(list) != 1 || list[0].Name != "Firefox · Linux" || list[0].UsedOn == nil {
			t.Fatalf("%+v, %v", list, err)
		}
		for _, at := range []time.Time{list[0].CreatedOn, *list[0].UsedOn} {
			if !at.Equal(at.UTC().Truncate(24 * time.Hour)) {
				t.Errorf("the time %v is kept, not the day alone", at)
			}
		}
		if bytes.Contains(list[0].Credential, []byte("clientDataJSON")) || bytes.Contains(list[0].Credential, []byte("origin")) {
			t.Errorf("more is kept than the key: %s", list[0].Credential)
		}
	})
}

func TestLyingDevicesAreNotLetIn(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		honest := ownDevice()
		addPasskey(t, c.Community, c.Amina, honest)
		addPasskey(t, c.Community, c.Rosa, ownDevice())
		rosa, err := c.Store.Member(ctx, c.Rosa.Member.ID)
		if err != nil {
			t.Fatal(err)
		}
		for name, lie := range map[string]func(d *forumtest.Device){
			"another site's page":     func(d *forumtest.Device) { d.Origin = "https://forum.example.org.evil.example" },
			"the page without TLS":    func(d *forumtest.Device) { d.Origin = "http://forum.example.org" },
			"a page below the host":   func(d *forumtest.Device) { d.Origin = "https://evil.forum.example.org" },
			"signed for another host": func(d *forumtest.Device) { d.Host = "example.org" },
			"another question":        func(d *forumtest.Device) { d.Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
			"not unlocked":            func(d *forumtest.Device) { d.Unverified = true },
			"another member's handle": func(d *forumtest.Device) { d.Handle = rosa.PasskeyUser },
			"no handle":               func(d *forumtest.Device) { d.Handle = []byte{} },
		} {
			liar := *honest
			lie(&liar)
			options, token := begin(t, c)
			entry, err := c.Community.EnterByPasskey(ctx, token, liar.Use(t, options), community.Arrival{})
			if !errors.Is(err, community.ErrPasskey) || entry != (community.Entry{}) {
				t.Errorf("%s: %+v, %v", name, entry, err)
			}
			if err := c.Community.ProvePasskey(ctx, c.Amina, token, liar.Use(t, options)); !errors.Is(err, community.ErrPasskeyLate) {
				t.Errorf("%s, once more: %v", name, err)
			}
		}
		stranger := ownDevice()
		options, _, err := c.Community.BeginPasskey(ctx, c.Amina)
		if err != nil {
			t.Fatal(err)
		}
		stranger.Make(t, options) // and never added
		for name, answer := range map[string][]byte{
			"nothing": nil, "no JSON": []byte("{"), "another JSON": []byte(`{"id":"AA","type":"public-key"}`),
			"too much": []byte(`{"id":"` + strings.Repeat("A", 100_000) + `"}`),
		} {
			_, token := begin(t, c)
			if _, err := c.Community.EnterByPasskey(ctx, token, answer, community.Arrival{}); !errors.Is(err, community.ErrPasskey) {
				t.Errorf("%s: %v", name, err)
			}
		}
		options, token := begin(t, c)
		if _, err := c.Community.EnterByPasskey(ctx, token, stranger.Use(t, options), community.Arrival{}); !errors.Is(err, community.ErrPasskey) {
			t.Errorf("a passkey that nobody has: %v", err)
		}
	})
}

func TestEachQuestionIsAnsweredOnceAndNotForLong(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		own := ownDevice()
		addPasskey(t, c.Community, c.Amina, own)
		options, token := begin(t, c)
		answer := own.Use(t, options)
		if _, err := c.Community.EnterByPasskey(ctx, token, answer, community.Arrival{}); err != nil {
			t.Fatal(err)
		}
		for name, token := range map[string]string{"replayed": token, "forged": "forged", "none": ""} {
			if _, err := c.Community.EnterByPasskey(ctx, token, answer, community.Arrival{}); !errors.Is(err, community.ErrPasskeyLate) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, another := begin(t, c)
		if _, err := c.Community.EnterByPasskey(ctx, another, answer, community.Arrival{}); !errors.Is(err, community.ErrPasskey) {
			t.Errorf("the answer to another question: %v", err)
		}
		options, token = begin(t, c)
		c.Clock.Pass(5*time.Minute + time.Second)
		if _, err := c.Community.EnterByPasskey(ctx, token, own.Use(t, options), community.Arrival{}); !errors.Is(err, community.ErrPasskeyLate) {
			t.Errorf("after five minutes: %v", err)
		}
		// A question to make a passkey is none to use one.
		_, token, err := c.Community.BeginPasskey(ctx, c.Amina)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.EnterByPasskey(ctx, token, own.Use(t, options), community.Arrival{}); !errors.Is(err, community.ErrPasskeyLate) {
			t.Errorf("the other kind of question: %v", err)
		}
	})
}

func TestACopiedPasskeyIsRefused(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		own := ownDevice()
		addPasskey(t, c.Community, c.Amina, own)
		copied := *own
		for range 2 {
			options, token := begin(t, c)
			if _, err := c.Community.EnterByPasskey(ctx, token, own.Use(t, options), community.Arrival{}); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // the refusal changes nothing
			options, token := begin(t, c)
			if _, err := c.Community.EnterByPasskey(ctx, token, copied.Use(t, options), community.Arrival{}); !errors.Is(err, community.ErrPasskeyCopied) {
				t.Errorf("a copy: %v", err)
			}
		}
		options, token := begin(t, c)
		if err := c.Community.ProvePasskey(ctx, c.Amina, token, own.Use(t, options)); err != nil {
			t.Errorf("the device itself: %v", err)
		}
	})
}

func TestProvingTakesTheViewersOwnPasskey(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		own := ownDevice()
		addPasskey(t, c.Community, c.Amina, own)
		for _, viewer := range []models.Viewer{c.Rosa, c.Visitor} {
			options, token := begin(t, c)
			if err := c.Community.ProvePasskey(ctx, viewer, token, own.Use(t, options)); !errors.Is(err, community.ErrPasskey) {
				t.Errorf("another member's: %v", err)
			}
		}
		options, token := begin(t, c)
		if err := c.Community.ProvePasskey(ctx, c.Amina, token, own.Use(t, options)); err != nil {
			t.Error(err)
		}
	})
}

func TestLyingDevicesMakeNoPasskey(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for name, device := range map[string]*forumtest.Device{
			"another site's page":     {Origin: "https://evil.example", Host: "forum.example.org"},
			"signed for another host": {Origin: forumtest.Address, Host: "evil.example"},
			"not unlocked":            {Origin: forumtest.Address, Host: "forum.example.org", Unverified: true},
			"another question":        {Origin: forumtest.Address, Host: "forum.example.org", Challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
		} {
			options, token, err := c.Community.BeginPasskey(ctx, c.Amina)
			if err != nil {
				t.Fatal(err)
			}
			made := community.NewPasskey{Token: token, Answer: device.Make(t, options)}
			if err := c.Community.AddPasskey(ctx, c.Amina, made); !errors.Is(err, community.ErrPasskey) {
				t.Errorf("%s: %v", name, err)
			}
		}
		own := ownDevice()
		options, token, err := c.Community.BeginPasskey(ctx, c.Amina)
		if err != nil {
			t.Fatal(err)
		}
		made := community.NewPasskey{Token: token, Answer: own.Make(t, options)}
		if err := c.Community.AddPasskey(ctx, c.Rosa, made); !errors.Is(err, community.ErrPasskeyLate) {
			t.Errorf("with another member's question: %v", err)
		}
		if err := c.Community.AddPasskey(ctx, c.Amina, made); !errors.Is(err, community.ErrPasskeyLate) {
			t.Errorf("the question was used up: %v", err)
		}
		if _, _, err := c.Community.BeginPasskey(ctx, c.Visitor); err == nil {
			t.Error("a visitor begins a passkey")
		}
		for _, viewer := range []models.Viewer{c.Amina, c.Rosa} {
			if list, err := c.Community.Passkeys(ctx, viewer); err != nil || len(list) != 0 {
				t.Errorf("%v, %v", list, err)
			}
		}
	})
}

func TestPasskeysAreTheirMembersOwn(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		var letters []community.Letter
		room := community.New(c.Store, c.Clock.Now, community.Hooks{
			BaseURL: forumtest.Address, Origins: []string{forumtest.Address},
			Letter: func(_ context.Context, letter community.Letter) { letters = append(letters, letter) },
		})
		own := ownDevice()
		addPasskey(t, room, c.Amina, own)
		list, err := room.Passkeys(ctx, c.Amina)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		id := list[0].ID
		for _, viewer := range []models.Viewer{c.Visitor, c.Rosa, c.Teo} {
			if err := room.RenamePasskey(ctx, viewer, id, "Mine"); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("renamed by another: %v", err)
			}
			if err := room.RemovePasskey(ctx, viewer, id, ""); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("removed by another: %v", err)
			}
		}
		var invalid models.Invalid
		if err := room.RenamePasskey(ctx, c.Amina, id, strings.Repeat("x", 500)); !errors.As(err, &invalid) {
			t.Errorf("a long name: %v", err)
		}
		if err := room.RenamePasskey(ctx, c.Amina, id, " My \u202e phone "); err != nil {
			t.Error(err)
		}
		if list, err = room.Passkeys(ctx, c.Amina); err != nil || list[0].Name != "My phone" {
			t.Errorf("%q, %v", list[0].Name, err)
		}
		if err := room.RemovePasskey(ctx, c.Amina, id, "Safari · iOS"); err != nil {
			t.Error(err)
		}
		options, token := begin(t, c)
		if _, err := c.Community.EnterByPasskey(ctx, token, own.Use(t, options), community.Arrival{}); !errors.Is(err, community.ErrPasskey) {
			t.Errorf("a removed passkey: %v", err)
		}
		want := []community.Letter{
			{Kind: community.LetterPasskey, To: "amina@example.org", Device: "Firefox · Linux"},
			{Kind: community.LetterPasskey, To: "amina@example.org", Device: "Safari · iOS", Removed: true},
		}
		for i := range letters {
			letters[i].At = time.Time{}
		}
		if !slices.Equal(letters, want) {
			t.Errorf("letters %+v", letters)
		}
	})
}

func TestASuspendedMembersPasskeyOpensNothing(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		own := ownDevice()
		addPasskey(t, c.Community, c.Amina, own)
		if err := c.Community.SuspendMember(ctx, "amina@example.org", c.Clock.Now().AddDate(0, 1, 0)); err != nil {
			t.Fatal(err)
		}
		options, token := begin(t, c)
		if _, err := c.Community.EnterByPasskey(ctx, token, own.Use(t, options), community.Arrival{}); !errors.Is(err, community.ErrSuspended) {
			t.Error(err)
		}
	})
}

func TestPasskeysAreBoundToTheHost(t *testing.T) {
	s := forumtest.Open(t, forumtest.SQLite(t))
	for base, want := range map[string]string{
		"https://forum.example.org": "forum.example.org", "http://localhost:8080": "localhost", "http://127.0.0.1:8080": "localhost",
		"http://[::1]:8080": "localhost", "https://192.0.2.7": "", "": "",
	} {
		room := community.New(s, time.Now, community.Hooks{BaseURL: base, Origins: []string{base, "http://localhost:8080"}})
		if got := room.PasskeyHost(); got != want {
			t.Errorf("%s: %q, want %q", base, got, want)
		}
	}
	room := community.New(s, time.Now, community.Hooks{})
	if _, _, err := room.AskPasskey(ctx); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a site without a host asks for passkeys: %v", err)
	}
}
