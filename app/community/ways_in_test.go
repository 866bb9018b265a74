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

// TestWhoIsOutHasNoLinkBackIn: what somebody may not give any more, the links that they
// made before do not give.
func TestWhoIsOutHasNoLinkBackIn(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		other := c.Add(t, "other@example.org", "Second Convener", "INGOs", models.RoleConvener)
		link := func(role models.Role) string {
			return invite(t, room.Community, other, community.NewInvitation{Role: role, MaxUses: 5, GroupID: c.Groups[0].ID})
		}
		open := func(token string) bool {
			_, err := room.Invitation(ctx, token)
			if err != nil && !errors.Is(err, models.ErrNotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		asConvener, asMember := link(models.RoleConvener), link(models.RoleMember)
		handle := other.Persona.PersonaHandle
		if err := room.EditMembership(ctx, c.Teo, handle, community.MembershipEdit{Role: models.RoleModerator}); err != nil {
			t.Fatal(err)
		}
		if open(asConvener) || !open(asMember) {
			t.Errorf("a moderator's earlier links: into conveners %v, into members %v", open(asConvener), open(asMember))
		}
		if err := room.Suspend(ctx, c.Teo, handle, c.Clock.Now().AddDate(0, 1, 0)); err != nil {
			t.Fatal(err)
		}
		if open(asMember) {
			t.Error("the link of somebody who is suspended lets people in")
		}
	})
}

// TestNobodyChoosesAPasswordForAnothersAddress: whoever fills in somebody else's address
// does not get into what that person then confirms.
func TestNobodyChoosesAPasswordForAnothersAddress(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		token := invite(t, room.Community, c.Teo, community.NewInvitation{GroupID: c.Groups[0].ID, MaxUses: 3})
		for address, test := range map[string]struct {
			confirmedIn string
			signsIn     bool
		}{"own@example.org": {"a laptop", true}, "victim@example.org": {"the victim's phone", false}} {
			guest := accept("Guest of "+test.confirmedIn, address)
			guest.Password = "quiet river stone under ice"
			joined, err := room.Accept(ctx, token, guest, community.Arrival{Browser: "a laptop"})
			if err != nil || !joined.Letter {
				t.Fatal(joined, err)
			}
			room.Wait()
			if _, err := room.FinishJoining(ctx, room.token(address), community.Arrival{Browser: test.confirmedIn}); err != nil {
				t.Fatal(err)
			}
			_, err = room.SignIn(ctx, address, guest.Password, community.Arrival{})
			if signsIn := err == nil; signsIn != test.signsIn {
				t.Errorf("confirmed in %s: signs in %v, %v", test.confirmedIn, signsIn, err)
			}
		}
	})
}

// TestStrangersChooseNoGroupThatReadsMore: where anybody may join, the groups that private
// themes are for are not to be had for the asking.
func TestStrangersChooseNoGroupThatReadsMore(t *testing.T) {
	opened(t, models.JoiningOpen, func(t *testing.T, c *forumtest.Cast, room *door) {
		asks(t, room, community.Wish{Email: "new@example.org", Language: "en"})
		token := room.token("new@example.org")
		guest := accept("New Person", "")
		guest.GroupID = c.Groups[2].ID // the boards have a theme of their own
		_, err := room.Accept(ctx, token, guest, community.Arrival{})
		refused(t, err, "group", models.Reserved)
		guest.GroupID = c.Groups[3].ID
		if joined, err := room.Accept(ctx, token, guest, community.Arrival{}); err != nil || joined.Session == "" {
			t.Errorf("%+v, %v", joined, err)
		}
	})
}

// TestAGroupThatRetiresTakesNobodyWhoIsOnTheWay looks again when a guest confirms.
func TestAGroupThatRetiresTakesNobodyWhoIsOnTheWay(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		token := invite(t, room.Community, c.Teo, community.NewInvitation{MaxUses: 3})
		guest := accept("New Person", "new@example.org")
		guest.GroupID = c.Groups[2].ID
		if _, err := room.Accept(ctx, token, guest, community.Arrival{}); err != nil {
			t.Fatal(err)
		}
		room.Wait()
		if err := room.RetireGroup(ctx, c.Teo, c.Groups[2].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := finish(room, "new@example.org"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the guest joins a retired group: %v", err)
		}
	})
}

// TestWhoLeavesWhileSavingLeavesAllTheSame: a profile that is saved in the moment of
// leaving does not come back.
func TestWhoLeavesWhileSavingLeavesAllTheSame(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		stale := c.Rosa
		if err := c.Community.Leave(ctx, c.Rosa, models.LeavingKeeps); err != nil {
			t.Fatal(err)
		}
		edit := community.ProfileEdit{Name: "Rosa Quispe", Initiatives: []string{"ogp"}, Directory: true}
		if err := c.Community.EditProfile(ctx, stale, edit); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the profile is saved: %v", err)
		}
	})
}

// TestALeavingThatWasDisturbedEnds: what a request that was under way has tied to an
// emptied persona does not keep it, nor the texts, for good.
func TestALeavingThatWasDisturbedEnds(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		id := c.Start(t, c.Rosa, forumtest.Public, "Words of hers")
		room.Stop() // the texts wait for the next start
		if err := room.Leave(ctx, c.Rosa, models.LeavingRemoves); err != nil {
			t.Fatal(err)
		}
		forumtest.Exec(t, room.url,
			"INSERT INTO persona_initiatives (persona_id, initiative_id) SELECT persona_id, (SELECT MIN(id) FROM initiatives) FROM cuts",
			"INSERT INTO invitations (token_hash, email, role, persona_id, created_on, expires_at) "+
				"SELECT secret, '', 'member', (SELECT MIN(persona_id) FROM cuts), created_at, created_at FROM community")
		again := community.New(c.Store, c.Clock.Now, community.Hooks{Failed: func(_ context.Context, err error) { t.Error(err) }})
		again.Resume(ctx)
		again.Wait()
		if cuts, err := c.Store.Cuts(ctx); err != nil || len(cuts) != 0 {
			t.Errorf("what is left of the leaving: %v, %v", cuts, err)
		}
		if rows, err := c.Store.Responses(ctx, models.Scope{All: true}, id, 1, 1); err != nil || !rows[0].Removed() {
			t.Errorf("the text stands: %+v, %v", rows, err)
		}
	})
}

// TestAPasswordThatChangesWhileItIsComparedLetsNobodyIn: comparing waits for its turn; what
// was right when it began may be wrong when it ends.
func TestAPasswordThatChangesWhileItIsComparedLetsNobodyIn(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		_, amina := signedIn(t, c, "amina@example.org")
		if _, err := c.Community.SetPassword(ctx, amina, community.PasswordChange{New: stone, Fresh: true}, community.Arrival{}); err != nil {
			t.Fatal(err)
		}
		amina = c.Again(t, amina)
		changed := false
		c.Community.Compare(func(string, string) (bool, error) {
			if !changed {
				changed = true
				c.Clock.Pass(time.Second)
				err := c.Store.Write(ctx, func(tx *store.Tx) error {
					return tx.SetPassword(amina.Member.ID, amina.Member.PasswordHash, "another hash")
				})
				if err != nil {
					t.Error(err)
				}
			}
			return true, nil
		})
		if _, err := c.Community.SignIn(ctx, "amina@example.org", stone, community.Arrival{}); !errors.Is(err, community.ErrCredentials) {
			t.Errorf("the old password: %v", err)
		}
	})
}
