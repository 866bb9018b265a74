package community_test

import (
	"errors"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

func readdress(t *testing.T, c *forumtest.Cast, viewer models.Viewer, email string) {
	t.Helper()
	if err := c.Community.RequestAddress(ctx, viewer, email, community.Arrival{Device: "Firefox · Linux"}); err != nil {
		t.Fatalf("%s: %v", email, err)
	}
}

func TestAnAddressIsChangedByItsNewOwner(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		session, amina := signedIn(t, c, "amina@example.org")
		box.take()
		readdress(t, c, amina, "first@example.org")
		first := box.one(t, community.LetterAddress, "first@example.org")
		readdress(t, c, amina, " New.Amina@Example.org ")
		letter := box.one(t, community.LetterAddress, "New.Amina@Example.org")
		if _, _, err := c.Community.ConfirmAddress(ctx, first.Token, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a link that a newer one replaced: %v", err)
		}
		link, err := c.Community.MemberLink(ctx, "amina@example.org")
		if err != nil {
			t.Fatal(err)
		}
		for range 3 { // looking changes nothing
			if email, err := c.Community.AddressOpen(ctx, letter.Token); err != nil || email != "New.Amina@Example.org" {
				t.Fatalf("%q, %v", email, err)
			}
		}
		elsewhere, _ := signedIn(t, c, "amina@example.org")
		box.take()
		member, mark, err := c.Community.ConfirmAddress(ctx, letter.Token, community.Arrival{Device: "Firefox · Linux"})
		if err != nil || member.ID != amina.Member.ID {
			t.Fatalf("%+v, %v", member, err)
		}
		box.one(t, community.LetterAddressOld, "amina@example.org")
		if now := viewerOf(t, c, session).Member; now.Email != "New.Amina@Example.org" || now.EmailKey != "new.amina@example.org" {
			t.Errorf("the address is %s, its key %s", now.Email, now.EmailKey)
		}
		if _, err := c.Community.Viewer(ctx, elsewhere); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a session that was opened with the old address goes on: %v", err)
		}
		if known, err := c.Community.KnowsDevice(ctx, mark, "new.amina@example.org"); err != nil || !known {
			t.Errorf("her browser is not known: %v", err)
		}
		if err := c.Community.LinkOpen(ctx, link); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a link to the old address: %v", err)
		}
		if _, _, err := c.Community.ConfirmAddress(ctx, letter.Token, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the link again: %v", err)
		}
		ask(t, c, "amina@example.org", laptop, community.Arrival{})
		box.none(t, "a request for the old address")
		ask(t, c, "NEW.amina@example.org", laptop, community.Arrival{})
		box.one(t, community.LetterSignIn, "New.Amina@Example.org")
	})
}

func TestATakenAddressIsAnsweredAlike(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		readdress(t, c, c.Amina, "Rosa@example.org")
		if letter := box.one(t, community.LetterTaken, "rosa@example.org"); letter.Device != "" || letter.Token != "" {
			t.Errorf("the letter tells of whoever tried: %+v", letter)
		}
		var invalid models.Invalid
		for email, want := range map[string]models.Problem{"amina@example.org": models.Same, "": models.Empty, "amina@": models.Unknown} {
			if err := c.Community.RequestAddress(ctx, c.Amina, email, community.Arrival{}); !errors.As(err, &invalid) || invalid["email"] != want {
				t.Errorf("%q: %v", email, err)
			}
		}
		// In other letters it is her own still.
		readdress(t, c, c.Amina, "Amina@example.org")
		letter := box.one(t, community.LetterAddress, "Amina@example.org")
		if _, _, err := c.Community.ConfirmAddress(ctx, letter.Token, community.Arrival{}); err != nil {
			t.Error(err)
		}
		box.take()
		// Somebody was quicker.
		readdress(t, c, c.Rosa, "late@example.org")
		letter = box.one(t, community.LetterAddress, "late@example.org")
		c.Add(t, "late@example.org", "Late Comer", "Funders", models.RoleMember)
		if _, _, err := c.Community.ConfirmAddress(ctx, letter.Token, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("an address that was taken meanwhile: %v", err)
		}
		box.none(t, "a change that did not happen")
	})
}

func TestANewAddressDoesNotWaitForEver(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		readdress(t, c, c.Amina, "new@example.org")
		letter := box.one(t, community.LetterAddress, "new@example.org")
		c.Clock.Pass(24 * time.Hour)
		if _, err := c.Community.AddressOpen(ctx, letter.Token); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("after a day: %v", err)
		}
		readdress(t, c, c.Amina, "new@example.org")
		letter = box.one(t, community.LetterAddress, "new@example.org")
		if err := c.Community.SuspendMember(ctx, "amina@example.org", c.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Community.ConfirmAddress(ctx, letter.Token, community.Arrival{}); !errors.Is(err, community.ErrSuspended) {
			t.Errorf("a suspended member's: %v", err)
		}
		// What a sign-in needs does not confirm an address.
		for _, forged := range []string{"", "forged", otherCeremony(t, c)} {
			if _, _, err := c.Community.ConfirmAddress(ctx, forged, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("the token %.8q: %v", forged, err)
			}
		}
	})
}

// otherCeremony is the token of another kind of ceremony.
func otherCeremony(t *testing.T, c *forumtest.Cast) string {
	t.Helper()
	enrol(t, c, c.Rosa)
	return step(t, c, "rosa@example.org")
}
