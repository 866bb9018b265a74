package community_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// door is a room whose letters are kept, and whose database a test can reach.
type door struct {
	*community.Community
	url  string
	mu   sync.Mutex
	list []community.Letter
}

func (d *door) add(_ context.Context, letter community.Letter) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, letter)
}

// to lists what letters to an address were about, the oldest first.
func (d *door) to(address string) []community.LetterKind {
	d.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	var kinds []community.LetterKind
	for _, letter := range d.list {
		if letter.To == address {
			kinds = append(kinds, letter.Kind)
		}
	}
	return kinds
}

// token is that of the latest letter to an address, "" when there is none.
func (d *door) token(address string) string {
	d.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, letter := range slices.Backward(d.list) {
		if letter.To == address {
			return letter.Token
		}
	}
	return ""
}

// eachDoor is each with such a room.
func eachDoor(t *testing.T, run func(t *testing.T, c *forumtest.Cast, room *door)) {
	t.Helper()
	forumtest.EachDatabase(t, func(t *testing.T, url string) {
		c := forumtest.NewCast(t, forumtest.Open(t, url))
		room := &door{url: url}
		room.Community = community.New(c.Store, c.Clock.Now, community.Hooks{
			Letter: room.add, Failed: func(_ context.Context, err error) { t.Error(err) },
		})
		run(t, c, room)
	})
}

func accept(name, email string) community.Acceptance {
	return community.Acceptance{Name: name, Email: email, Language: "en", Rules: true}
}

// finish confirms the address with the letter that was sent there.
func finish(room *door, address string) (community.Joined, error) {
	return room.FinishJoining(ctx, room.token(address), community.Arrival{})
}

func invite(t *testing.T, room *community.Community, viewer models.Viewer, input community.NewInvitation) string {
	t.Helper()
	token, err := room.Invite(ctx, viewer, input)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestOnlyWhoMayInvites(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		link := invite(t, c.Community, c.Teo, community.NewInvitation{Role: models.RoleModerator})
		row, err := c.Community.Invitation(ctx, link)
		if err != nil {
			t.Fatal(err)
		}
		keeper := c.Rosa
		member := *keeper.Member
		member.Moderated = []int64{1}
		keeper.Member = &member
		for name, viewer := range map[string]models.Viewer{"visitor": c.Visitor, "member": c.Amina, "moderator of a theme": keeper} {
			room := c.Community
			_, made := room.Invite(ctx, viewer, community.NewInvitation{})
			_, _, listed := room.Invitations(ctx, viewer, 0)
			_, resent := room.ResendInvitation(ctx, viewer, row.ID)
			_, previewed := room.PreviewInvitations(ctx, viewer, community.NewInvitations{List: "a@example.org"})
			_, _, sent := room.InviteAll(ctx, viewer, community.NewInvitations{List: "a@example.org"})
			_, themes := room.OfferedThemes(ctx, viewer)
			_, _, requests := room.JoinRequests(ctx, viewer, 0)
			for act, err := range map[string]error{
				"invites": made, "lists": listed, "resends": resent, "previews": previewed, "invites many": sent, "sees the themes": themes,
				"revokes": room.RevokeInvitation(ctx, viewer, row.ID), "reads requests": requests,
				"accepts a request": room.AcceptRequest(ctx, viewer, 1, 0), "sets one aside": room.SetRequestAside(ctx, viewer, 1),
			} {
				var denied access.Denied
				if !errors.As(err, &denied) {
					t.Errorf("a %s %s: %v", name, act, err)
				}
			}
		}
		// A moderator chooses no roles, also not by renewing another's link, and decides
		// no requests.
		_, role := c.Community.Invite(ctx, c.Lena, community.NewInvitation{Role: models.RoleConvener})
		_, _, many := c.Community.InviteAll(ctx, c.Lena, community.NewInvitations{List: "a@example.org", Each: community.NewInvitation{Role: models.RoleModerator}})
		_, renewed := c.Community.ResendInvitation(ctx, c.Lena, row.ID)
		_, _, requests := c.Community.JoinRequests(ctx, c.Lena, 0)
		for act, err := range map[string]error{
			"invites a convener": role, "invites many moderators": many, "renews a moderator's link": renewed, "reads requests": requests,
		} {
			var denied access.Denied
			if !errors.As(err, &denied) || denied.Reason != access.Role {
				t.Errorf("a moderator %s: %v", act, err)
			}
		}
		if _, err := c.Community.Invitation(ctx, link); err != nil {
			t.Errorf("after all that the link is not open: %v", err)
		}
	})
}

func TestWhatIsOfferedIsChecked(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		invite(t, c.Community, c.Lena, community.NewInvitation{Email: "waits@example.org"})
		_, err := c.Community.Invite(ctx, c.Teo, community.NewInvitation{
			Email: "no address", Role: "king", GroupID: 99, Themes: []string{"no-theme"}, Days: 91, Note: strings.Repeat("x", 201),
		})
		want := models.Invalid{
			"email": models.Unknown, "role": models.Unknown, "group": models.Unknown, "themes": models.Unknown,
			"days": models.OutOfRange, "note": models.TooLong,
		}
		if err == nil || err.Error() != want.Error() {
			t.Errorf("got %v, want %v", err, want)
		}
		for name, input := range map[string]community.NewInvitation{
			"uses is out of range": {MaxUses: 501}, "uses is out of range ": {MaxUses: -1}, "days is out of range": {Days: -1},
			"email is invited": {Email: "WAITS@example.org"},
		} {
			var invalid models.Invalid
			if _, err := c.Community.Invite(ctx, c.Lena, input); !errors.As(err, &invalid) || err.Error() != "invalid: "+strings.TrimSpace(name) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestOneLinkLetsInAsManyAsItSays has more guests than places, all at the same moment.
func TestOneLinkLetsInAsManyAsItSays(t *testing.T) {
	const guests = 7
	for _, places := range []int{1, 3} {
		t.Run(fmt.Sprint(places), func(t *testing.T) {
			eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
				link := invite(t, room.Community, c.Lena, community.NewInvitation{GroupID: c.Groups[4].ID, MaxUses: places})
				row, err := room.Invitation(ctx, link)
				if err != nil {
					t.Fatal(err)
				}
				address := func(i int) string { return fmt.Sprintf("guest%d@example.org", i) }
				for i := range guests {
					joined, err := room.Accept(ctx, link, accept("Guest", address(i)), community.Arrival{})
					if err != nil || !joined.Letter || joined.Session != "" {
						t.Fatalf("guest %d: %+v, %v", i, joined, err)
					}
				}
				room.Wait()
				results := make([]error, guests)
				var wait sync.WaitGroup
				for i := range guests {
					wait.Go(func() { _, results[i] = finish(room, address(i)) })
				}
				wait.Wait()
				in := 0
				for i, err := range results {
					if err == nil {
						in++
					} else if !errors.Is(err, community.ErrInvitationUsed) {
						t.Errorf("guest %d: %v", i, err)
					}
				}
				if row, err = c.Store.Invitation(ctx, row.ID); err != nil || in != places || row.Uses != places {
					t.Errorf("%d guests joined, %d uses are counted, %v; places were %d", in, row.Uses, err, places)
				}
				if row.AcceptedAt == nil || !row.AcceptedAt.Equal(row.AcceptedAt.Truncate(24*time.Hour)) {
					t.Errorf("it was used up at %v, not on a day", row.AcceptedAt)
				}
				if _, err := room.Invitation(ctx, link); !errors.Is(err, community.ErrInvitationUsed) {
					t.Errorf("afterwards: %v", err)
				}
				if _, err := room.Accept(ctx, link, accept("Late", "late@example.org"), community.Arrival{}); !errors.Is(err, community.ErrInvitationUsed) {
					t.Errorf("somebody comes later: %v", err)
				}
			})
		})
	}
}

func TestALetterLetsOneIn(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		invite(t, room.Community, c.Lena, community.NewInvitation{Email: "new@example.org", GroupID: c.Groups[4].ID, MaxUses: 30})
		link := room.token("new@example.org")
		results := make([]community.Joined, 6)
		var wait sync.WaitGroup
		for i := range results {
			wait.Go(func() {
				// The address is the invitation's, whatever the form says.
				joined, err := room.Accept(ctx, link, accept("Guest", fmt.Sprintf("other%d@example.org", i)), community.Arrival{})
				if err != nil && !errors.Is(err, community.ErrInvitationUsed) {
					t.Error(err)
				}
				results[i] = joined
			})
		}
		wait.Wait()
		in := 0
		for _, joined := range results {
			if joined.Session != "" {
				in++
			}
		}
		if in != 1 {
			t.Errorf("%d guests joined with one letter", in)
		}
		if _, err := c.Store.MemberByEmail(ctx, "new@example.org"); err != nil {
			t.Error(err)
		}
		row, err := c.Store.InvitationByToken(ctx, hash(link))
		if err != nil || row.EmailKey != "new@example.org" || row.AcceptedAt == nil {
			t.Errorf("the list shows %+v, %v", row.Invitation, err)
		}
	})
}

func TestInvitationsExpireAndAreRevoked(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		group := community.NewInvitation{GroupID: c.Groups[0].ID}
		revoked := invite(t, room.Community, c.Lena, group)
		if _, err := room.Accept(ctx, revoked, accept("Late", "late@example.org"), community.Arrival{}); err != nil {
			t.Fatal(err)
		}
		list, next, err := room.Invitations(ctx, c.Lena, 0)
		if err != nil || len(list) != 1 || list[0].InviterName != "Lena Fischer" || next != 0 {
			t.Fatalf("list %+v, %v", list, err)
		}
		if err := room.RevokeInvitation(ctx, c.Lena, list[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := room.RevokeInvitation(ctx, c.Lena, list[0].ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("revoked twice: %v", err)
		}
		if _, err := room.ResendInvitation(ctx, c.Lena, list[0].ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("renewed after it was revoked: %v", err)
		}
		if _, err := room.Accept(ctx, revoked, accept("Late", "late@example.org"), community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a revoked invitation: %v", err)
		}
		if _, err := finish(room, "late@example.org"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a letter from before it was revoked: %v", err)
		}
		group.Days = 3
		old := invite(t, room.Community, c.Lena, group)
		c.Clock.Pass(4 * 24 * time.Hour)
		if _, err := room.Accept(ctx, old, accept("Late", "late@example.org"), community.Arrival{}); !errors.Is(err, community.ErrInvitationExpired) {
			t.Errorf("an expired invitation: %v", err)
		}
		if _, err := room.Accept(ctx, "forged", accept("Late", "late@example.org"), community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a forged invitation: %v", err)
		}
		if _, err := room.FinishJoining(ctx, "forged", community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a forged confirmation: %v", err)
		}
	})
}

func TestSentAgainTheOldLinkIsDead(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		invite(t, room.Community, c.Lena, community.NewInvitation{Email: "new@example.org", Days: 5})
		first := room.token("new@example.org")
		row, err := room.Invitation(ctx, first)
		if err != nil {
			t.Fatal(err)
		}
		c.Clock.Pass(6 * 24 * time.Hour)
		shown, err := room.ResendInvitation(ctx, c.Lena, row.ID)
		if err != nil || shown != "" {
			t.Fatalf("the link of a letter is shown: %q, %v", shown, err)
		}
		second := room.token("new@example.org")
		if _, err := room.Invitation(ctx, first); !errors.Is(err, models.ErrNotFound) || first == second {
			t.Errorf("the old link: %v", err)
		}
		if again, err := room.Invitation(ctx, second); err != nil || again.ID != row.ID || !again.ExpiresAt.After(c.Clock.Now()) {
			t.Errorf("the new link: %+v, %v", again.Invitation, err)
		}
		// A link that is handed over is shown anew.
		old := invite(t, room.Community, c.Lena, community.NewInvitation{})
		row, err = room.Invitation(ctx, old)
		if err != nil {
			t.Fatal(err)
		}
		renewed, err := room.ResendInvitation(ctx, c.Lena, row.ID)
		if err != nil || renewed == "" || renewed == old {
			t.Fatalf("%q, %v", renewed, err)
		}
		if _, err := room.Invitation(ctx, old); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the old link: %v", err)
		}
	})
}

func TestTheOperatorsLinkIsNobodysToRenew(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		err := c.Store.Write(ctx, func(tx *store.Tx) error {
			return tx.CreateInvitation(&models.Invitation{
				TokenHash: hash("operator"), Role: models.RoleConvener, CreatedOn: c.Clock.Now(), ExpiresAt: c.Clock.Now().Add(time.Hour),
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		row, err := c.Community.Invitation(ctx, "operator")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.ResendInvitation(ctx, c.Teo, row.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("renewed: %v", err)
		}
		if err := c.Community.RevokeInvitation(ctx, c.Lena, row.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("revoked: %v", err)
		}
	})
}

func TestTheListOfInvitationsGoesOn(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		const made = 120
		err := c.Store.Write(ctx, func(tx *store.Tx) error {
			for i := range made {
				if err := tx.CreateInvitation(&models.Invitation{
					TokenHash: hash(fmt.Sprint(i)), Role: models.RoleMember, PersonaID: &c.Lena.PersonaID,
					CreatedOn: c.Clock.Now(), ExpiresAt: c.Clock.Now(), Note: fmt.Sprint(i),
				}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		for before := int64(0); ; {
			rows, next, err := c.Community.Invitations(ctx, c.Lena, before)
			if err != nil || len(rows) > 50 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			for _, row := range rows {
				seen = append(seen, row.Note)
			}
			if before = next; next == 0 {
				break
			}
		}
		if len(seen) != made || seen[0] != "119" || seen[made-1] != "0" {
			t.Errorf("%d of %d are listed, from %s to %s", len(seen), made, seen[0], seen[len(seen)-1])
		}
	})
}

func TestInvitationsThatRanOutAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		invite(t, c.Community, c.Lena, community.NewInvitation{Email: "never@example.org", Themes: []string{forumtest.Public}, Days: 1})
		c.Clock.Pass(50 * 24 * time.Hour)
		sweep(t, c.Community)
		if rows, _, err := c.Community.Invitations(ctx, c.Lena, 0); err != nil || len(rows) != 1 {
			t.Fatalf("after fifty days %d are listed, %v", len(rows), err)
		}
		c.Clock.Pass(50 * 24 * time.Hour)
		sweep(t, c.Community)
		if rows, _, err := c.Community.Invitations(ctx, c.Lena, 0); err != nil || len(rows) != 0 {
			t.Errorf("after a hundred days %d are listed, %v", len(rows), err)
		}
	})
}

func sweep(t *testing.T, room *community.Community) {
	t.Helper()
	if err := room.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
}
