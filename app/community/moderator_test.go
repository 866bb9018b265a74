package community_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

func TestOnlyConvenersChooseModerators(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if err := c.Community.AddModerator(ctx, c.Teo, forumtest.Boards, "rosa-quispe"); err != nil {
			t.Fatal(err)
		}
		counted := rights(t, c)
		for who, viewer := range map[string]models.Viewer{"a visitor": c.Visitor, "a member": c.Amina, "a moderator": c.Lena, "the theme's moderator": c.Again(t, c.Rosa)} {
			for _, slug := range []string{forumtest.Public, forumtest.Boards, "no-such-theme"} {
				for _, handle := range []string{"rosa-quispe", "amina-diallo", "nobody"} {
					add, remove := c.Community.AddModerator(ctx, viewer, slug, handle), c.Community.RemoveModerator(ctx, viewer, slug, handle)
					var denied access.Denied
					if !errors.As(add, &denied) || !errors.As(remove, &denied) {
						t.Errorf("%s, %s, %s: %v, %v", who, slug, handle, add, remove)
					}
				}
			}
			if themes, err := c.Community.ModeratedThemes(ctx, viewer, "rosa-quispe"); err == nil {
				t.Errorf("%s reads what she moderates: %v", who, themes)
			}
		}
		for _, handle := range []string{"nobody", "", "rosa-quispe\x00"} {
			if handle == "rosa-quispe\x00" && c.Store.Kind() == "PostgreSQL" {
				continue // the handlers let no such name through
			}
			refused(t, c.Community.AddModerator(ctx, c.Teo, forumtest.Public, handle), "handle", models.Unknown)
		}
		if err := c.Community.AddModerator(ctx, c.Teo, "no-such-theme", "amina-diallo"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a theme that never was: %v", err)
		}
		if now := rights(t, c); now != counted {
			t.Errorf("what was refused moved the rights from %d to %d", counted, now)
		}
	})
}

func TestWhoModeratesIsNamedWhileHere(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for _, handle := range []string{"rosa-quispe", "amina-diallo"} {
			if err := c.Community.AddModerator(ctx, c.Teo, forumtest.Public, handle); err != nil {
				t.Fatal(err)
			}
		}
		theme, err := c.Forum.Theme(ctx, c.Visitor, forumtest.Public)
		if err != nil {
			t.Fatal(err)
		}
		named := func() string {
			found, err := c.Community.Moderators(ctx, theme.ID)
			if err != nil {
				t.Fatal(err)
			}
			list := ""
			for _, b := range found {
				list += b.PersonaHandle + " "
			}
			return list
		}
		if got := named(); got != "amina-diallo rosa-quispe " {
			t.Errorf("named are %s", got)
		}
		c.Choose(t, c.Rosa, leave) // out of the directory, not out of the duty
		if err := c.Community.SuspendMember(ctx, "amina@example.org", c.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := named(); got != "rosa-quispe " {
			t.Errorf("named are %s", got)
		}
		found, err := c.Community.FindMembers(ctx, c.Teo, "a")
		if err != nil || len(found) != 0 {
			t.Errorf("a suspended member is offered: %+v, %v", found, err)
		}
		if found, err = c.Community.FindMembers(ctx, c.Teo, "rosa"); err != nil || len(found) != 1 {
			t.Errorf("who stays out of the directory is found by conveners: %+v, %v", found, err)
		}
		if found, err = c.Community.FindMembers(ctx, c.Teo, " "); err != nil || len(found) != 0 {
			t.Errorf("without a name there are %+v, %v", found, err)
		}
	})
}

// TestTwoConvenersAtOnce choose the same moderator: one of them does.
func TestTwoConvenersNameModeratorsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		uma := c.Add(t, "uma@example.org", "Uma", "INGOs", models.RoleConvener)
		counted := rights(t, c)
		var wait sync.WaitGroup
		for n := range 8 {
			wait.Go(func() {
				if err := c.Community.AddModerator(ctx, []models.Viewer{c.Teo, uma}[n%2], forumtest.Public, "rosa-quispe"); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if now := rights(t, c); now != counted+1 {
			t.Errorf("the rights moved from %d to %d", counted, now)
		}
		// Who is a convener no longer chooses nobody, with a page that was open before.
		if err := c.Community.EditMembership(ctx, c.Teo, "uma", membershipOf(models.RoleMember)); err != nil {
			t.Fatal(err)
		}
		var denied access.Denied
		if err := c.Community.AddModerator(ctx, uma, forumtest.Public, "amina-diallo"); !errors.As(err, &denied) {
			t.Errorf("a former convener: %v", err)
		}
	})
}

func membershipOf(role models.Role) community.MembershipEdit {
	return community.MembershipEdit{Role: role}
}
