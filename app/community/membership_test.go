package community_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

const (
	amina = "amina-diallo"
	paul  = "paul-nkemelu"
	teo   = "teodora-ilic"
)

func refused(t *testing.T, err error, field string, want models.Problem) {
	t.Helper()
	var invalid models.Invalid
	if !errors.As(err, &invalid) || len(invalid) != 1 || invalid[field] != want {
		t.Errorf("got %v, want %s to be %s", err, field, want)
	}
}

func rights(t *testing.T, c *forumtest.Cast) int64 {
	t.Helper()
	counters, err := c.Store.Counters(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return counters.RightsSeq
}

func standing(t *testing.T, c *forumtest.Cast, handle string) models.Membership {
	t.Helper()
	member, err := c.Community.Membership(ctx, c.Teo, handle)
	if err != nil {
		t.Fatal(err)
	}
	return member
}

func TestToEverybodyButConvenersThereIsNoMembership(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		before, later := rights(t, c), c.Clock.Now().Add(time.Hour)
		for name, viewer := range map[string]models.Viewer{"a visitor": c.Visitor, "a member": c.Amina, "a moderator": c.Lena} {
			for _, handle := range []string{amina, "nobody-at-all"} {
				_, err := c.Community.Membership(ctx, viewer, handle)
				for act, err := range map[string]error{
					"look": err,
					"edit": c.Community.EditMembership(ctx, viewer, handle, community.MembershipEdit{Role: models.RoleConvener}),
					"keep": c.Community.Suspend(ctx, viewer, handle, later),
					"lift": c.Community.Lift(ctx, viewer, handle),
				} {
					var denied access.Denied
					if !errors.As(err, &denied) || denied.Reason != access.Hidden {
						t.Errorf("%s, to %s %s: %v", name, act, handle, err)
					}
				}
			}
		}
		if err := c.Community.EditMembership(ctx, c.Teo, "nobody-at-all", community.MembershipEdit{Role: models.RoleConvener}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a member that never was: %v", err)
		}
		if now := rights(t, c); now != before {
			t.Errorf("rights went from %d to %d", before, now)
		}
	})
}

func TestRoleAndGroupChangeAtOnce(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		boards, funders := c.Start(t, c.Paul, forumtest.Boards, "Behind the door"), c.Groups[4].ID
		counted := rights(t, c)
		edit := func(handle string, edit community.MembershipEdit, moves int64) {
			t.Helper()
			if err := c.Community.EditMembership(ctx, c.Teo, handle, edit); err != nil {
				t.Fatal(err)
			}
			if counted += moves; rights(t, c) != counted {
				t.Errorf("rights stand at %d, want %d", rights(t, c), counted)
			}
		}
		edit(amina, community.MembershipEdit{Role: models.RoleModerator, GroupID: funders}, 1)
		edit(amina, community.MembershipEdit{Role: models.RoleModerator, GroupID: funders}, 0) // a double submit
		edit(amina, community.MembershipEdit{}, 0)
		viewer, err := c.Store.ViewerOfMember(ctx, c.Amina.Member.ID)
		if err != nil || viewer.Member.Role != models.RoleModerator || viewer.Member.GroupID != funders {
			t.Errorf("%+v, %v", viewer.Member, err)
		}
		edit(amina, community.MembershipEdit{Role: models.RoleMember}, 1)
		if member := standing(t, c, amina); member.Role != models.RoleMember || member.GroupID != funders || member.GroupName != "Funders" {
			t.Errorf("%+v", member)
		}
		edit(paul, community.MembershipEdit{GroupID: c.Groups[3].ID}, 1) // out of the boards
		viewer, err = c.Store.ViewerOfMember(ctx, c.Paul.Member.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Forum.Thread(ctx, viewer, boards); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("who has left the group still reads: %v", err)
		}
		for field, bad := range map[string]community.MembershipEdit{"role": {Role: "queen"}, "group": {GroupID: 99}} {
			refused(t, c.Community.EditMembership(ctx, c.Teo, amina, bad), field, models.Unknown)
		}
		if rights(t, c) != counted {
			t.Error("what is refused moves the rights")
		}
	})
}

func TestTheLastConvenerStays(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		later, before := c.Clock.Now().AddDate(0, 1, 0), rights(t, c)
		down := community.MembershipEdit{Role: models.RoleMember}
		refused(t, c.Community.EditMembership(ctx, c.Teo, teo, down), "role", models.LastConvener)
		refused(t, c.Community.Suspend(ctx, c.Teo, teo, later), "until", models.LastConvener)
		refused(t, c.Community.EditMember(ctx, "teo@example.org", "", models.RoleMember), "role", models.LastConvener)
		if rights(t, c) != before || standing(t, c, teo).Role != models.RoleConvener {
			t.Error("what is refused has changed something")
		}
		// A group of their own may change.
		if err := c.Community.EditMembership(ctx, c.Teo, teo, community.MembershipEdit{Role: models.RoleConvener, GroupID: c.Groups[0].ID}); err != nil {
			t.Error(err)
		}
		// A convener who is kept out is no other convener.
		ada := c.Add(t, "ada@example.org", "Ada First", "Funders", models.RoleConvener)
		if err := c.Community.SuspendMember(ctx, "ada@example.org", later); err != nil {
			t.Fatal(err)
		}
		refused(t, c.Community.EditMembership(ctx, c.Teo, teo, down), "role", models.LastConvener)
		if err := c.Community.Lift(ctx, c.Teo, "ada-first"); err != nil {
			t.Fatal(err)
		}
		if err := c.Community.EditMembership(ctx, c.Teo, teo, down); err != nil {
			t.Errorf("with another convener: %v", err)
		}
		var denied access.Denied
		if err := c.Community.EditMembership(ctx, c.Teo, amina, down); !errors.As(err, &denied) {
			t.Errorf("a convener no more, and changes members: %v", err)
		}
		refused(t, c.Community.EditMembership(ctx, ada, "ada-first", down), "role", models.LastConvener)
	})
}

func TestTwoConvenersCannotUnseatEachOther(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		ada := c.Add(t, "ada@example.org", "Ada First", "Funders", models.RoleConvener)
		for range 5 {
			down := community.MembershipEdit{Role: models.RoleMember}
			var first, second error
			var wait sync.WaitGroup
			wait.Go(func() { first = c.Community.EditMembership(ctx, c.Teo, "ada-first", down) })
			wait.Go(func() { second = c.Community.EditMembership(ctx, ada, teo, down) })
			wait.Wait()
			if (first == nil) == (second == nil) {
				t.Fatalf("one of two must do it: %v, %v", first, second)
			}
			for _, email := range []string{"teo@example.org", "ada@example.org"} {
				if err := c.Community.EditMember(ctx, email, "", models.RoleConvener); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// TestMemberHooksFireOnceAndAfterTheCommit looks from within the hooks at what holds.
func TestMemberHooksFireOnceAndAfterTheCommit(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		var told []string
		say := func(hook string) {
			member := standing(t, c, amina)
			told = append(told, fmt.Sprintf("%s: %s of %s, suspended %v", hook, member.Role, member.GroupName, member.SuspendedUntil != nil))
		}
		room := community.New(c.Store, c.Clock.Now, community.Hooks{
			RightsMoved: func() { say("rights") }, SessionEnded: func(int64) { say("session") },
			FacesMoved: func(map[int64]int64) { say("faces") },
			MemberEnded: func(id int64) {
				if id != c.Amina.Member.ID {
					t.Errorf("the member %d has ended", id)
				}
				say("ended")
			},
		})
		until := c.Clock.Now().Add(time.Hour)
		for _, step := range []struct {
			do   func() error
			want []string
		}{
			{func() error {
				return room.EditMembership(ctx, c.Teo, amina, community.MembershipEdit{Role: models.RoleModerator})
			}, []string{"rights: moderator of MSI secretariats, suspended false"}},
			{func() error {
				return room.EditMembership(ctx, c.Teo, amina, community.MembershipEdit{GroupID: c.Groups[4].ID})
			}, []string{"rights: moderator of Funders, suspended false", "faces: moderator of Funders, suspended false"}},
			{
				func() error { return room.Suspend(ctx, c.Teo, amina, until) },
				[]string{"ended: moderator of Funders, suspended true", "rights: moderator of Funders, suspended true"},
			},
			{func() error { return room.Suspend(ctx, c.Teo, amina, until) }, nil},
			{func() error { return room.Lift(ctx, c.Teo, amina) }, []string{"rights: moderator of Funders, suspended false"}},
			{func() error { return room.LiftMember(ctx, "amina@example.org") }, nil},
		} {
			told = nil
			if err := step.do(); err != nil || !slices.Equal(told, step.want) {
				t.Errorf("told %q, want %q, %v", told, step.want, err)
			}
		}
		told = nil
		refused(t, room.EditMembership(ctx, c.Teo, teo, community.MembershipEdit{Role: models.RoleMember}), "role", models.LastConvener)
		if told != nil {
			t.Errorf("what is refused tells %q", told)
		}
	})
}

// TestWhatIsGivenUpMovesNothing: the counter goes with the change, in its transaction.
func TestWhatIsGivenUpMovesNothing(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		before, gone := rights(t, c), errors.New("given up")
		err := c.Store.Write(ctx, func(tx *store.Tx) error {
			member, err := tx.MemberToChange(c.Amina.Member.ID)
			if err != nil {
				return err
			}
			if err := tx.SetRole(member.ID, models.RoleConvener); err != nil {
				return err
			}
			return gone
		})
		if !errors.Is(err, gone) || rights(t, c) != before || standing(t, c, amina).Role != models.RoleMember {
			t.Errorf("%v, rights from %d to %d, %+v", err, before, rights(t, c), standing(t, c, amina))
		}
	})
}

func TestTheOperatorChangesMembers(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for _, err := range []error{
			c.Community.EditMember(ctx, "nobody@example.org", "", models.RoleModerator), c.Community.LiftMember(ctx, "nobody@example.org"),
		} {
			if !errors.Is(err, models.ErrNotFound) {
				t.Errorf("nobody's address: %v", err)
			}
		}
		refused(t, c.Community.EditMember(ctx, "amina@example.org", "Bankers", ""), "group", models.Unknown)
		refused(t, c.Community.EditMember(ctx, "amina@example.org", "", "queen"), "role", models.Unknown)
		if err := c.Community.EditMember(ctx, " AMINA@example.org", "Funders", models.RoleConvener); err != nil {
			t.Fatal(err)
		}
		if member := standing(t, c, amina); member.Role != models.RoleConvener || member.GroupName != "Funders" {
			t.Errorf("%+v", member)
		}
		// The operator may keep out the last convener too: the machine is theirs.
		for _, email := range []string{"teo@example.org", "amina@example.org"} {
			if err := c.Community.SuspendMember(ctx, email, c.Clock.Now().Add(time.Hour)); err != nil {
				t.Error(err)
			}
		}
		if err := c.Community.LiftMember(ctx, "teo@example.org"); err != nil {
			t.Error(err)
		}
	})
}
