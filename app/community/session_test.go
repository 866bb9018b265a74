package community_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

// ends keeps which sessions a room has said to have ended or to have another token.
type ends struct{ ended, rotated []int64 }

func ending(c *forumtest.Cast) *ends {
	var seen ends
	c.Community = community.New(c.Store, c.Clock.Now, community.Hooks{
		SessionEnded:   func(id int64) { seen.ended = append(seen.ended, id) },
		SessionRotated: func(id int64) { seen.rotated = append(seen.rotated, id) },
	})
	return &seen
}

func TestACopiedTokenIsOutAfterARotation(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		seen := ending(c)
		stolen, amina := signedIn(t, c, "amina@example.org")
		before, err := c.Store.Counters(ctx)
		if err != nil {
			t.Fatal(err)
		}
		token, err := c.Community.RotateSession(ctx, amina)
		if err != nil {
			t.Fatal(err)
		}
		if now := viewerOf(t, c, token); now.SessionID != amina.SessionID {
			t.Errorf("the session %d has become %d", amina.SessionID, now.SessionID)
		}
		out(t, c, stolen, "the old token")
		if after, err := c.Store.Counters(ctx); err != nil || after.RightsSeq <= before.RightsSeq {
			t.Errorf("other instances are not told: %d after %d, %v", after.RightsSeq, before.RightsSeq, err)
		}
		if !slices.Equal(seen.rotated, []int64{amina.SessionID}) || seen.ended != nil {
			t.Errorf("the hooks were told of %+v", seen)
		}
		// A session that has ended is not brought back.
		if err := c.Community.SignOut(ctx, amina); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.RotateSession(ctx, amina); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a session that has ended: %v", err)
		}
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		seen := ending(c)
		first, _ := signedIn(t, c, "amina@example.org")
		rosas, rosa := signedIn(t, c, "rosa@example.org")
		c.Clock.Pass(48 * time.Hour)
		second, other := signedIn(t, c, "amina@example.org")
		third, amina := signedIn(t, c, "amina@example.org")
		list, err := c.Community.Sessions(ctx, amina)
		if err != nil || len(list) != 3 {
			t.Fatalf("%d sessions, %v", len(list), err)
		}
		for _, session := range list {
			if session.MemberID != amina.Member.ID {
				t.Errorf("session %d is another member's", session.ID)
			}
			for _, day := range []time.Time{session.CreatedOn, session.SeenOn} {
				if !day.Equal(day.UTC().Truncate(24 * time.Hour)) {
					t.Errorf("a session holds the time %v, not a day", day)
				}
			}
		}
		if list[2].CreatedOn.Equal(list[0].CreatedOn) {
			t.Error("the session seen last is not the first")
		}
		for _, id := range []int64{rosa.SessionID, 0, -1, 1 << 40} {
			if err := c.Community.EndSession(ctx, amina, id); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("ending session %d: %v", id, err)
			}
		}
		if err := c.Community.EndSession(ctx, amina, other.SessionID); err != nil {
			t.Fatal(err)
		}
		out(t, c, second, "a session that was ended")
		viewerOf(t, c, rosas)
		viewerOf(t, c, first)
		if !slices.Equal(seen.ended, []int64{other.SessionID}) {
			t.Errorf("ended: %v", seen.ended)
		}
		link, err := c.Community.MemberLink(ctx, "amina@example.org")
		if err != nil {
			t.Fatal(err)
		}
		token, err := c.Community.EndOtherSessions(ctx, amina, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		out(t, c, first, "another session")
		out(t, c, third, "a copy of this session's token")
		viewerOf(t, c, token)
		viewerOf(t, c, rosas)
		if len(seen.ended) != 2 || !slices.Equal(seen.rotated, []int64{amina.SessionID}) {
			t.Errorf("the hooks were told of %+v", seen)
		}
		if err := c.Community.LinkOpen(ctx, link); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a link from before: %v", err)
		}
	})
}

func TestSigningOutElsewhereEndsWhatWasBegunThere(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		_, amina := signedIn(t, c, "amina@example.org")
		secret, _ := enrol(t, c, amina)
		c.Clock.Pass(time.Minute)
		half := step(t, c, "amina@example.org")
		box := mailed(c)
		if _, err := c.Community.EndOtherSessions(ctx, amina, community.Arrival{Device: "Firefox · Linux"}); err != nil {
			t.Fatal(err)
		}
		if letter := box.one(t, community.LetterSignedOut, "amina@example.org"); letter.Device != "Firefox · Linux" {
			t.Errorf("the letter says %q", letter.Device)
		}
		if _, err := c.Community.SecondStep(ctx, half, codeAt(t, c, secret, 0)); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("who had the password signs in: %v", err)
		}
	})
}

func TestProofsByLetter(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		prove := func(viewer models.Viewer, browser, code string, want error) {
			t.Helper()
			if err := c.Community.ProveByLetter(ctx, viewer, browser, code); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		if err := c.Community.RequestProof(ctx, c.Amina, laptop); err != nil {
			t.Fatal(err)
		}
		letter := box.one(t, community.LetterProof, "amina@example.org")
		if letter.Token != "" {
			t.Error("the letter carries a link that signs in")
		}
		prove(c.Amina, phone, letter.Code, community.ErrCode)
		prove(c.Amina, laptop, wrong(letter.Code), community.ErrCode)
		// It proves, and signs nobody in.
		entry, err := c.Community.UseCode(ctx, laptop, letter.Code, community.Arrival{})
		notTaken(t, "signing in with the code of a proof", entry, err)
		prove(c.Amina, laptop, letter.Code, nil)
		prove(c.Amina, laptop, letter.Code, community.ErrCode)
		// Neither does a code to sign in prove, nor another member's.
		ask(t, c, "amina@example.org", laptop, community.Arrival{})
		prove(c.Amina, laptop, box.one(t, community.LetterSignIn, "amina@example.org").Code, community.ErrCode)
		if err := c.Community.RequestProof(ctx, c.Rosa, laptop); err != nil {
			t.Fatal(err)
		}
		prove(c.Amina, laptop, box.one(t, community.LetterProof, "rosa@example.org").Code, community.ErrCode)
		for err := range map[error]bool{c.Community.ProveByPassword(ctx, c.Amina, ""): true, c.Community.ProveByPassword(ctx, c.Amina, "x"): true} {
			if !errors.Is(err, community.ErrCredentials) {
				t.Errorf("without a password: %v", err)
			}
		}
		if err := c.Community.ProveByCode(ctx, c.Amina, "000000", community.Arrival{}); !errors.Is(err, community.ErrCode) {
			t.Errorf("without an authenticator: %v", err)
		}
	})
}
