package community_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

var ctx = context.Background()

func each(t *testing.T, run func(t *testing.T, c *forumtest.Cast)) {
	t.Helper()
	forumtest.Stores(t, func(t *testing.T, s *store.Store) { run(t, forumtest.NewCast(t, s)) })
}

func TestALinkSignsInOnceAndNotForLong(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		token, err := c.Community.MemberLink(ctx, "amina@example.org")
		if err != nil {
			t.Fatal(err)
		}
		for range 3 { // looking does not use it up
			if err := c.Community.LinkOpen(ctx, token); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.Community.UseLink(ctx, token, community.Arrival{}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.UseLink(ctx, token, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a used link: %v", err)
		}
		token, err = c.Community.MemberLink(ctx, "amina@example.org")
		if err != nil {
			t.Fatal(err)
		}
		c.Clock.Pass(21 * time.Minute)
		if _, err := c.Community.UseLink(ctx, token, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("an expired link: %v", err)
		}
		if _, err := c.Community.UseLink(ctx, "forged", community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a forged link: %v", err)
		}
	})
}

func TestSuspensionEndsSessionsAndTokens(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		link, err := c.Community.MemberLink(ctx, "rosa@example.org")
		if err != nil {
			t.Fatal(err)
		}
		session, err := c.Community.UseLink(ctx, link, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		token, err := c.Community.CreateToken(ctx, "rosa@example.org", "test")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.ViewerByToken(ctx, token); err != nil {
			t.Fatal(err)
		}
		before, err := c.Store.Counters(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Community.SuspendMember(ctx, "rosa@example.org", c.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if after, err := c.Store.Counters(ctx); err != nil || after.RightsSeq <= before.RightsSeq {
			t.Errorf("rights stand at %d as before, %v", after.RightsSeq, err)
		}
		if _, err := c.Community.Viewer(ctx, session.Session); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the session goes on: %v", err)
		}
		if _, err := c.Community.ViewerByToken(ctx, token); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the token goes on: %v", err)
		}
		again, err := c.Community.MemberLink(ctx, "rosa@example.org")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.UseLink(ctx, again, community.Arrival{}); !errors.Is(err, community.ErrSuspended) {
			t.Errorf("signing in while suspended: %v", err)
		}
		c.Clock.Pass(2 * time.Hour)
		if _, err := c.Community.ViewerByToken(ctx, token); err != nil {
			t.Errorf("the suspension is over: %v", err)
		}
	})
}

func TestANewNameStampsEveryText(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Names")
		c.Respond(t, c.Rosa, id, "One.")
		c.Respond(t, c.Amina, id, "Two.")
		if err := c.Community.EditProfile(ctx, c.Amina, community.ProfileEdit{Name: "Amina D."}); err != nil {
			t.Fatal(err)
		}
		changes, err := c.Forum.Changes(ctx, id, 3, 10)
		// Her two texts, and the head that says who opened the thread.
		if err != nil || len(changes.Rows) != 2 || !changes.ThreadChanged || changes.Head.Seq != 6 {
			t.Fatalf("%d rows changed, the head %v, now at %d, %v", len(changes.Rows), changes.ThreadChanged, changes.Head.Seq, err)
		}
		for _, row := range changes.Rows {
			if row.PersonaName != "Amina D." {
				t.Errorf("¶%d is by %s", row.Number, row.PersonaName)
			}
		}
	})
}

func TestTheFoundingLinkIsForOne(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		clock := forumtest.NewClock()
		if _, err := community.Establish(ctx, s, clock.Now(), "Colloquy", "", []models.Group{{Key: "s", Name: "MSI secretariats"}}, nil); err != nil {
			t.Fatal(err)
		}
		room := community.New(s, clock.Now, community.Hooks{})
		first, err := room.FoundingLink(ctx)
		if err != nil || first == "" {
			t.Fatalf("%q, %v", first, err)
		}
		second, err := room.FoundingLink(ctx)
		if err != nil {
			t.Fatal(err)
		}
		groups, err := room.Groups(ctx)
		if err != nil {
			t.Fatal(err)
		}
		input := accept("Founder", "founder@example.org")
		input.GroupID = groups[0].ID
		if _, err := room.Accept(ctx, first, input, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("an older link: %v", err)
		}
		session, err := room.Accept(ctx, second, input, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		if viewer, err := room.Viewer(ctx, session.Session); err != nil || viewer.Member.Role != models.RoleConvener {
			t.Errorf("the founder is a %s, %v", viewer.Member.Role, err)
		}
		if link, err := room.FoundingLink(ctx); err != nil || link != "" {
			t.Errorf("there is still a link: %q, %v", link, err)
		}
	})
}
