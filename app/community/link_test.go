package community_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

// mailbox keeps the letters of a room.
type mailbox struct {
	mu   sync.Mutex
	list []community.Letter
	room *community.Community
}

// mailed gives the cast a room whose letters are kept.
func mailed(c *forumtest.Cast) *mailbox {
	box := &mailbox{}
	c.Community = community.New(c.Store, c.Clock.Now, community.Hooks{Letter: func(_ context.Context, letter community.Letter) {
		box.mu.Lock()
		defer box.mu.Unlock()
		box.list = append(box.list, letter)
	}})
	box.room = c.Community
	return box
}

// take empties the mailbox when everything is written.
func (b *mailbox) take() []community.Letter {
	b.room.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.list
	b.list = nil
	return list
}

// one is the only letter in the mailbox, which must be of this kind and to this address.
func (b *mailbox) one(t *testing.T, kind community.LetterKind, to string) community.Letter {
	t.Helper()
	list := b.take()
	if len(list) != 1 || list[0].Kind != kind || list[0].To != to || list[0].At.IsZero() {
		t.Fatalf("the letters are %+v, not one to %s about %q", list, to, kind)
	}
	return list[0]
}

// none demands that nothing was written.
func (b *mailbox) none(t *testing.T, after string) {
	t.Helper()
	if list := b.take(); len(list) != 0 {
		t.Errorf("after %s: letters %+v", after, list)
	}
}

const laptop, phone = "the secret of a laptop", "the secret of a phone"

func ask(t *testing.T, c *forumtest.Cast, email, browser string, from community.Arrival) {
	t.Helper()
	if err := c.Community.RequestLink(ctx, email, browser, from); err != nil {
		t.Fatal(err)
	}
	c.Community.Wait()
}

// wrong is another code than the given one.
func wrong(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

func notTaken(t *testing.T, what string, entry community.Entry, err error) {
	t.Helper()
	if !errors.Is(err, community.ErrCode) || entry != (community.Entry{}) {
		t.Errorf("%s: %+v, %v", what, entry, err)
	}
}

func TestACodeSignsInWhereItWasAskedFor(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		ask(t, c, " AMINA@example.org ", laptop, community.Arrival{})
		letter := box.one(t, community.LetterSignIn, "amina@example.org")
		if len(letter.Code) != 8 || strings.Trim(letter.Code, "0123456789") != "" {
			t.Fatalf("the code is %q", letter.Code)
		}
		for _, browser := range []string{phone, "", "sign in", laptop + "x"} {
			entry, err := c.Community.UseCode(ctx, browser, letter.Code, community.Arrival{})
			notTaken(t, "the code in the browser "+browser, entry, err)
		}
		for _, code := range []string{"", wrong(letter.Code), letter.Code + "0", letter.Code[:7]} {
			entry, err := c.Community.UseCode(ctx, laptop, code, community.Arrival{})
			notTaken(t, "the code "+code, entry, err)
		}
		// The fifth try is right, and typed as people type.
		entry, err := c.Community.UseCode(ctx, laptop, letter.Code[:4]+" - "+letter.Code[4:]+"\n", community.Arrival{})
		if err != nil || viewerOf(t, c, entry.Session).Member.Email != "amina@example.org" {
			t.Fatalf("the code: %+v, %v", entry, err)
		}
		entry, err = c.Community.UseCode(ctx, laptop, letter.Code, community.Arrival{})
		notTaken(t, "the code again", entry, err)
		if _, err := c.Community.UseLink(ctx, letter.Token, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the link after the code: %v", err)
		}
	})
}

func TestACodeIsTypedInAnyDigits(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		for name, zero := range map[string]rune{"Arabic": '٠', "Persian": '۰', "Devanagari": '०', "wide": '０', "bold": '𝟎'} {
			ask(t, c, "amina@example.org", laptop, community.Arrival{})
			var typed strings.Builder
			letters := box.take()
			for _, digit := range letters[len(letters)-1].Code {
				typed.WriteRune(zero + digit - '0')
			}
			if _, err := c.Community.UseCode(ctx, laptop, typed.String(), community.Arrival{}); err != nil {
				t.Errorf("%s digits %s: %v", name, typed.String(), err)
			}
			box.take()
		}
	})
}

func TestFiveTriesForALetter(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		ask(t, c, "amina@example.org", laptop, community.Arrival{})
		letter := box.one(t, community.LetterSignIn, "amina@example.org")
		var wait sync.WaitGroup
		for range 5 {
			wait.Go(func() {
				if _, err := c.Community.UseCode(ctx, laptop, wrong(letter.Code), community.Arrival{}); !errors.Is(err, community.ErrCode) {
					t.Errorf("a wrong code: %v", err)
				}
			})
		}
		wait.Wait()
		entry, err := c.Community.UseCode(ctx, laptop, letter.Code, community.Arrival{})
		notTaken(t, "the right code after five wrong ones", entry, err)
		// The link, which nobody guesses, still works.
		if err := c.Community.LinkOpen(ctx, letter.Token); err != nil {
			t.Error(err)
		}
	})
}

func TestACodeWorksOnceAlsoAtTheSameMoment(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		ask(t, c, "amina@example.org", laptop, community.Arrival{})
		letter := box.one(t, community.LetterSignIn, "amina@example.org")
		results := make(chan error, 4)
		for range cap(results) {
			go func() {
				_, err := c.Community.UseCode(ctx, laptop, letter.Code, community.Arrival{})
				results <- err
			}()
		}
		entered := 0
		for range cap(results) {
			if err := <-results; err == nil {
				entered++
			} else if !errors.Is(err, community.ErrCode) {
				t.Error(err)
			}
		}
		if entered != 1 {
			t.Errorf("one code let %d in", entered)
		}
	})
}

func TestANewerLetterEndsOlderOnes(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		ask(t, c, "amina@example.org", laptop, community.Arrival{})
		first := box.one(t, community.LetterSignIn, "amina@example.org")
		ask(t, c, "amina@example.org", phone, community.Arrival{})
		second := box.one(t, community.LetterSignIn, "amina@example.org")
		if err := c.Community.LinkOpen(ctx, first.Token); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the older link: %v", err)
		}
		entry, err := c.Community.UseCode(ctx, laptop, first.Code, community.Arrival{})
		notTaken(t, "the older code", entry, err)
		entry, err = c.Community.UseCode(ctx, phone, second.Code, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		box.take()
		// What is asked for where she is known, nobody ends by asking elsewhere.
		ask(t, c, "amina@example.org", phone, community.Arrival{Mark: entry.Device})
		hers := box.one(t, community.LetterSignIn, "amina@example.org")
		for range 3 {
			ask(t, c, "amina@example.org", "a stranger's secret", community.Arrival{Mark: "forged.mark"})
		}
		if _, err := c.Community.UseCode(ctx, phone, hers.Code, community.Arrival{Mark: entry.Device}); err != nil {
			t.Errorf("strangers end the letter of a member: %v", err)
		}
	})
}

func TestNobodyElseGetsALetter(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		if err := c.Community.SuspendMember(ctx, "paul@example.org", c.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		for _, email := range []string{"nobody@example.org", "paul@example.org"} {
			ask(t, c, email, laptop, community.Arrival{})
			box.none(t, "a request for "+email)
			for i := range 7 {
				entry, err := c.Community.UseCode(ctx, laptop, fmt.Sprintf("%08d", i), community.Arrival{})
				notTaken(t, "a code for "+email, entry, err)
			}
		}
		var invalid models.Invalid
		for _, email := range []string{"", "amina", "amina@example.org, rosa@example.org", "amina@example.org\r\nBcc: x@example.org"} {
			if err := c.Community.RequestLink(ctx, email, laptop, community.Arrival{}); !errors.As(err, &invalid) {
				t.Errorf("%q: %v", email, err)
			}
		}
	})
}

func TestACodeEndsWithItsTime(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		ask(t, c, "amina@example.org", laptop, community.Arrival{})
		letter := box.one(t, community.LetterSignIn, "amina@example.org")
		c.Clock.Pass(20 * time.Minute)
		entry, err := c.Community.UseCode(ctx, laptop, letter.Code, community.Arrival{})
		notTaken(t, "a code after its time", entry, err)
		// Who is suspended meanwhile does not get in with a code that is right.
		ask(t, c, "amina@example.org", laptop, community.Arrival{})
		letter = box.one(t, community.LetterSignIn, "amina@example.org")
		if err := c.Community.SuspendMember(ctx, "amina@example.org", c.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.UseCode(ctx, laptop, letter.Code, community.Arrival{}); !errors.Is(err, community.ErrSuspended) {
			t.Errorf("a suspended member's code: %v", err)
		}
	})
}

func TestANewBrowserIsToldByLetter(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		enter := func(mark string) community.Entry {
			t.Helper()
			link, err := c.Community.MemberLink(ctx, "amina@example.org")
			if err != nil {
				t.Fatal(err)
			}
			entry, err := c.Community.UseLink(ctx, link, community.Arrival{Device: "Firefox · Linux", Mark: mark})
			if err != nil {
				t.Fatal(err)
			}
			return entry
		}
		entry := enter("")
		if letter := box.one(t, community.LetterNewSignIn, "amina@example.org"); letter.Device != "Firefox · Linux" {
			t.Errorf("the letter says %q", letter.Device)
		}
		enter(entry.Device)
		box.none(t, "a sign-in with a known browser")
		rosas, err := c.Community.DeviceMark(ctx, "rosa@example.org")
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{rosas, entry.Device + "x", strings.Split(entry.Device, ".")[0] + ".", "."} {
			enter(mark)
			box.one(t, community.LetterNewSignIn, "amina@example.org")
		}
		// Whoever joins is not told that they did.
		token, err := c.Community.Invite(ctx, c.Lena, community.NewInvitation{Email: "fatou@example.org", GroupID: c.Groups[0].ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.Accept(ctx, token, accept("Fatou Ndiaye", "fatou@example.org"), community.Arrival{Device: "Firefox"}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.EnterDemo(ctx, "amina-diallo"); err != nil {
			t.Fatal(err)
		}
		box.one(t, community.LetterInvitation, "fatou@example.org")
		box.none(t, "joining, and entering a demonstration")
	})
}
