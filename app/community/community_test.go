package community_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/app/access"
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

func accept(name, email string) community.Acceptance {
	return community.Acceptance{Name: name, Email: email, Language: "en", Rules: true}
}

func TestOnlyWhoMayInvites(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for name, viewer := range map[string]models.Viewer{"visitor": c.Visitor, "member": c.Amina} {
			if _, err := c.Community.Invite(ctx, viewer, community.NewInvitation{}); err == nil {
				t.Errorf("a %s may invite", name)
			}
			if _, err := c.Community.Invitations(ctx, viewer); err == nil {
				t.Errorf("a %s reads the invitations", name)
			}
			if err := c.Community.RevokeInvitation(ctx, viewer, 1); err == nil {
				t.Errorf("a %s may revoke", name)
			}
		}
		_, err := c.Community.Invite(ctx, c.Lena, community.NewInvitation{Role: models.RoleConvener})
		var denied access.Denied
		if !errors.As(err, &denied) {
			t.Errorf("a moderator invites a convener: %v", err)
		}
		if _, err := c.Community.Invite(ctx, c.Teo, community.NewInvitation{Role: models.RoleModerator}); err != nil {
			t.Error(err)
		}
	})
}

func TestAnInvitationMakesOneMember(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		token, err := c.Community.Invite(ctx, c.Lena, community.NewInvitation{GroupID: c.Groups[4].ID})
		if err != nil {
			t.Fatal(err)
		}
		const guests = 6
		var wait sync.WaitGroup
		var mu sync.Mutex
		joined := 0
		for i := range guests {
			wait.Go(func() {
				if _, err := c.Community.Accept(ctx, token, accept("Guest", string(rune('a'+i))+"@example.org"), community.Arrival{}); err == nil {
					mu.Lock()
					joined++
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		if joined != 1 {
			t.Errorf("%d guests joined with a single-use link", joined)
		}
		if _, err := c.Community.Invitation(ctx, token); !errors.Is(err, community.ErrInvitationUsed) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestInvitationsExpireAndAreRevoked(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		revoked, err := c.Community.Invite(ctx, c.Lena, community.NewInvitation{GroupID: c.Groups[0].ID})
		if err != nil {
			t.Fatal(err)
		}
		list, err := c.Community.Invitations(ctx, c.Lena)
		if err != nil || len(list) != 1 || list[0].InviterName != "Lena Fischer" {
			t.Fatalf("list %+v, %v", list, err)
		}
		if err := c.Community.RevokeInvitation(ctx, c.Lena, list[0].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.Accept(ctx, revoked, accept("Late", "late@example.org"), community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a revoked invitation: %v", err)
		}
		old, err := c.Community.Invite(ctx, c.Lena, community.NewInvitation{GroupID: c.Groups[0].ID})
		if err != nil {
			t.Fatal(err)
		}
		c.Clock.Pass(31 * 24 * time.Hour)
		if _, err := c.Community.Accept(ctx, old, accept("Late", "late@example.org"), community.Arrival{}); !errors.Is(err, community.ErrInvitationExpired) {
			t.Errorf("an expired invitation: %v", err)
		}
	})
}

func TestWhatAGuestSaysIsChecked(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		token, err := c.Community.Invite(ctx, c.Lena, community.NewInvitation{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Community.Accept(ctx, token, community.Acceptance{
			Name: " \u200b ", Email: "amina@", Password: "short", Organisation: strings.Repeat("x", 500), GroupID: 99,
		}, community.Arrival{})
		want := models.Invalid{
			"name": models.Empty, "email": models.Unknown, "password": models.TooShort, "organisation": models.TooLong,
			"rules": models.NotAgreed, "group": models.Unknown,
		}
		if err == nil || err.Error() != want.Error() {
			t.Errorf("got %v, want %v", err, want)
		}
		taken := accept("Another", "AMINA@example.org")
		taken.GroupID = c.Groups[0].ID
		var invalid models.Invalid
		if _, err := c.Community.Accept(ctx, token, taken, community.Arrival{}); !errors.As(err, &invalid) || invalid["email"] != models.Taken {
			t.Errorf("a known address: %v", err)
		}
		good := accept("\u202eEvil\u202c  Name", "new@example.org")
		good.GroupID = c.Groups[0].ID
		session, err := c.Community.Accept(ctx, token, good, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		viewer, err := c.Community.Viewer(ctx, session.Session)
		if err != nil || viewer.Persona.PersonaName != "Evil Name" || viewer.Persona.PersonaHandle != "evil-name" {
			t.Errorf("viewer %+v, %v", viewer.Persona, err)
		}
	})
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
