package community_test

import (
	"errors"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

func TestSuspendingAndLifting(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		signIn := func() string {
			link, err := c.Community.MemberLink(ctx, "amina@example.org")
			if err != nil {
				t.Fatal(err)
			}
			session, err := c.Community.UseLink(ctx, link, community.Arrival{})
			if err != nil {
				t.Fatal(err)
			}
			return session.Session
		}
		session, until := signIn(), c.Clock.Now().Add(48*time.Hour)
		counted := rights(t, c)
		for _, bad := range []time.Time{{}, c.Clock.Now(), c.Clock.Now().Add(-time.Hour)} {
			refused(t, c.Community.Suspend(ctx, c.Teo, amina, bad), "until", models.NotAhead)
		}
		for range 2 { // the second is a double submit
			if err := c.Community.Suspend(ctx, c.Teo, amina, until); err != nil {
				t.Fatal(err)
			}
		}
		if rights(t, c) != counted+1 || standing(t, c, amina).SuspendedUntil == nil {
			t.Errorf("rights stand at %d after %d, %+v", rights(t, c), counted, standing(t, c, amina))
		}
		if _, err := c.Community.Viewer(ctx, session); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the session goes on: %v", err)
		}
		for range 2 {
			if err := c.Community.Lift(ctx, c.Teo, amina); err != nil {
				t.Fatal(err)
			}
		}
		if rights(t, c) != counted+2 || standing(t, c, amina).SuspendedUntil != nil {
			t.Errorf("rights stand at %d after %d, %+v", rights(t, c), counted, standing(t, c, amina))
		}
		if _, err := c.Community.Viewer(ctx, session); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the old session comes back: %v", err)
		}
		if _, err := c.Community.Viewer(ctx, signIn()); err != nil {
			t.Errorf("signed in anew: %v", err)
		}
		if err := c.Community.Sweep(ctx); err != nil {
			t.Error(err)
		}
	})
}

// TestEndedSessionsSayWhy is what live lines are closed by.
func TestEndedSessionsSayWhy(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		session := func(email string) int64 {
			link, err := c.Community.MemberLink(ctx, email)
			if err != nil {
				t.Fatal(err)
			}
			token, err := c.Community.UseLink(ctx, link, community.Arrival{})
			if err != nil {
				t.Fatal(err)
			}
			viewer, err := c.Community.Viewer(ctx, token.Session)
			if err != nil {
				t.Fatal(err)
			}
			return viewer.SessionID
		}
		here, out, kept := session("lena@example.org"), session("rosa@example.org"), session("amina@example.org")
		if err := c.Community.SignOut(ctx, models.Viewer{SessionID: out}); err != nil {
			t.Fatal(err)
		}
		if err := c.Community.Suspend(ctx, c.Teo, amina, c.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		viewers, suspended, err := c.Community.Viewers(ctx, []int64{here, out, kept, 99999})
		if err != nil || len(viewers) != 1 || viewers[here].Persona.PersonaName != "Lena Fischer" || viewers[here].Now.IsZero() {
			t.Errorf("still here are %+v, %v", viewers, err)
		}
		if len(suspended) != 1 || !suspended[kept] {
			t.Errorf("suspended are %v, want the session %d", suspended, kept)
		}
		if viewers, suspended, err = c.Community.Viewers(ctx, []int64{here}); err != nil || len(viewers) != 1 || len(suspended) != 0 {
			t.Errorf("%v, %v, %v", viewers, suspended, err)
		}
	})
}
