package community_test

import (
	"errors"
	"strings"
	"testing"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

func groupEdit(name, letter, shape string) community.GroupEdit {
	return community.GroupEdit{Name: name, Explains: "They work.", Mark: models.Mark{Letter: letter, Shape: shape, Colour: "b"}}
}

func groupNamed(t *testing.T, c *forumtest.Cast, name string) models.Group {
	t.Helper()
	for _, group := range settings(t, c).Groups {
		if group.Name == name {
			return group
		}
	}
	t.Fatalf("no group %s", name)
	return models.Group{}
}

func TestGroupsDifferInNameAndMark(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if err := c.Community.CreateGroup(ctx, c.Teo, groupEdit("Trade unions", "U", "circle")); err != nil {
			t.Fatal(err)
		}
		made := groupNamed(t, c, "Trade unions")
		if made.Key != "U.circle.b" || made.Position != 7 || made.Explains != "They work." {
			t.Errorf("%+v", made)
		}
		long := groupEdit("Long", "L", "arch")
		long.Explains = strings.Repeat("e", 301)
		uncoloured := groupEdit("Pale", "P", "arch")
		uncoloured.Mark.Colour = "red"
		for name, bad := range map[string]struct {
			edit    community.GroupEdit
			field   string
			problem models.Problem
		}{
			"no name":                    {groupEdit(" ", "X", "arch"), "name", models.Empty},
			"the same name":              {groupEdit("TRADE  UNIONS", "X", "arch"), "name", models.Alike},
			"Cyrillic letters":           {groupEdit("Тrаdе uniоns", "X", "arch"), "name", models.Alike},
			"a known group in French":    {groupEdit("Bailleurs de fonds", "X", "arch"), "name", models.Alike},
			"long explanation":           {long, "explains", models.TooLong},
			"no letter":                  {groupEdit("New", "", "arch"), "letter", models.Empty},
			"two letters":                {groupEdit("New", "XY", "arch"), "letter", models.NotALetter},
			"a picture":                  {groupEdit("New", "🦊", "arch"), "letter", models.NotALetter},
			"a dot":                      {groupEdit("New", ".", "arch"), "letter", models.NotALetter},
			"a tower":                    {groupEdit("New", "a\u0301\u0302\u0303\u0304\u0305", "arch"), "letter", models.NotALetter},
			"markup":                     {groupEdit("New", "<", "arch"), "letter", models.NotALetter},
			"no shape":                   {groupEdit("New", "X", "star"), "shape", models.Unknown},
			"a class":                    {groupEdit("New", "X", "arch none"), "shape", models.Unknown},
			"no colour":                  {uncoloured, "colour", models.Unknown},
			"the mark of a new one":      {groupEdit("New", "u", "circle"), "letter", models.SameMark},
			"a known mark":               {groupEdit("New", "S", "square"), "letter", models.SameMark},
			"a known mark in Arabic":     {groupEdit("New", "أ", "square"), "letter", models.SameMark},
			"a mark that looks the same": {groupEdit("New", "Ѕ", "square"), "letter", models.SameMark},
		} {
			t.Run(name, func(t *testing.T) { refused(t, c.Community.CreateGroup(ctx, c.Teo, bad.edit), bad.field, bad.problem) })
		}
		for _, good := range []community.GroupEdit{groupEdit("Youth", "S", "circle"), groupEdit("النقابات", "ن", "leaf"), groupEdit("Élus", "É", "drop")} {
			if err := c.Community.CreateGroup(ctx, c.Teo, good); err != nil {
				t.Errorf("%s: %v", good.Name, err)
			}
		}
	})
}

func TestAKnownGroupStaysKnownUntilItsNameOrMarkChanges(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		own := community.GroupEdit{Name: "MSI boards", Explains: "Who decides.", Mark: models.Mark{Letter: "ج", Shape: "arch", Colour: "b"}}
		if err := c.Community.EditGroup(ctx, c.Teo, c.Groups[2].ID, own); err != nil {
			t.Fatal(err)
		}
		if group := groupNamed(t, c, "MSI boards"); group.Key != "b" || group.Explains != "Who decides." {
			t.Errorf("an explanation changes the mark: %+v", group)
		}
		faces := settings(t, c).Faces
		if err := c.Community.EditGroup(ctx, c.Teo, c.Groups[2].ID, own); err != nil || settings(t, c).Faces != faces {
			t.Errorf("what stays the same moves faces: %v", err)
		}
		own.Name = "Boards"
		if err := c.Community.EditGroup(ctx, c.Teo, c.Groups[2].ID, own); err != nil {
			t.Fatal(err)
		}
		if group := groupNamed(t, c, "Boards"); group.Key != "ج.arch.b" || group.ID != c.Groups[2].ID {
			t.Errorf("%+v", group)
		}
		// What was its mark in another language is free now.
		if err := c.Community.CreateGroup(ctx, c.Teo, groupEdit("Business", "B", "arch")); err != nil {
			t.Error(err)
		}
		if err := c.Community.EditGroup(ctx, c.Teo, 999, own); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("no such group: %v", err)
		}
	})
}

func TestRetiredGroupsTakeNobodyAndKeepTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		boards := c.Groups[2].ID
		token, err := c.Community.Invite(ctx, c.Lena, community.NewInvitation{GroupID: boards})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := c.Community.RetireGroup(ctx, c.Teo, boards); err != nil {
				t.Fatal(err)
			}
		}
		_, err = c.Community.Invite(ctx, c.Lena, community.NewInvitation{GroupID: boards})
		refused(t, err, "group", models.Unknown)
		_, err = c.Community.AddMember(ctx, "x@example.org", "X", "MSI boards", models.RoleMember)
		refused(t, err, "group", models.Unknown)
		refused(t, c.Community.EditMembership(ctx, c.Teo, amina, community.MembershipEdit{GroupID: boards}), "group", models.Unknown)
		refused(t, c.Community.EditMember(ctx, "amina@example.org", "MSI boards", ""), "group", models.Unknown)
		// An invitation from before lets its guest choose another group.
		row, err := c.Community.Invitation(ctx, token)
		if err != nil || row.GroupID != nil || row.GroupName != "" {
			t.Errorf("%+v, %v", row, err)
		}
		guest := accept("Guest", "guest@example.org")
		guest.GroupID = boards
		_, err = c.Community.Accept(ctx, token, guest, community.Arrival{})
		refused(t, err, "group", models.Unknown)
		guest.GroupID = c.Groups[0].ID
		if _, err := c.Community.Accept(ctx, token, guest, community.Arrival{}); err != nil {
			t.Error(err)
		}
		// Paul stays, and can be given a role.
		if err := c.Community.EditMembership(ctx, c.Teo, "paul-nkemelu", community.MembershipEdit{GroupID: boards, Role: models.RoleModerator}); err != nil {
			t.Error(err)
		}
		c.Start(t, c.Paul, forumtest.Boards, "Still here")
		if err := c.Community.ReopenGroup(ctx, c.Teo, boards); err != nil || groupNamed(t, c, "MSI boards").Retired {
			t.Error(err)
		}
		for _, group := range c.Groups[1:] {
			if err := c.Community.RetireGroup(ctx, c.Teo, group.ID); err != nil {
				t.Fatal(err)
			}
		}
		refused(t, c.Community.RetireGroup(ctx, c.Teo, c.Groups[0].ID), "group", models.InUse)
	})
}

func TestOnlyUnusedGroupsAreDeleted(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		free := c.Groups[4] // Funders: nobody but a theme
		refused(t, c.Community.DeleteGroup(ctx, c.Teo, free.ID), "group", models.InUse)
		refused(t, c.Community.DeleteGroup(ctx, c.Teo, c.Groups[0].ID), "group", models.InUse)
		if err := c.Community.CreateGroup(ctx, c.Teo, groupEdit("Trade unions", "U", "circle")); err != nil {
			t.Fatal(err)
		}
		made := groupNamed(t, c, "Trade unions")
		unused, err := c.Community.UnusedGroups(ctx, c.Teo)
		if err != nil || len(unused) != 1 || unused[0] != made.ID {
			t.Errorf("unused are %v, %v", unused, err)
		}
		// Amina spoke from there once and has gone back; no voice is left.
		id := c.Start(t, c.Amina, forumtest.Public, "Spoken")
		for _, group := range []int64{made.ID, c.Groups[0].ID} {
			if err := c.Community.EditMembership(ctx, c.Teo, amina, community.MembershipEdit{GroupID: group}); err != nil {
				t.Fatal(err)
			}
			if group == made.ID {
				refused(t, c.Community.DeleteGroup(ctx, c.Teo, made.ID), "group", models.InUse)
			}
		}
		c.Community.Wait()
		if err := c.Community.DeleteGroup(ctx, c.Teo, made.ID); err != nil {
			t.Fatal(err)
		}
		if err := c.Community.DeleteGroup(ctx, c.Teo, made.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("twice: %v", err)
		}
		if voices := head(t, c, id).Voices; len(voices) != 1 || voices[0].GroupID != c.Groups[0].ID {
			t.Errorf("voices are %+v", voices)
		}
	})
}

func TestGroupsKeepTheOrderThatIsGiven(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		order := func() string {
			var b strings.Builder
			for _, group := range settings(t, c).Groups {
				b.WriteString(group.Key)
			}
			return b.String()
		}
		for _, step := range []struct {
			at, by int
			want   string
		}{{0, 1, "csbrfi"}, {0, -1, "scbrfi"}, {0, -1, "scbrfi"}, {5, 1, "scbrfi"}, {5, -1, "scbrif"}, {5, -1, "scbirf"}, {1, 5, "scbirf"}} {
			if err := c.Community.MoveGroup(ctx, c.Teo, c.Groups[step.at].ID, step.by); err != nil {
				t.Fatal(err)
			}
			if got := order(); got != step.want {
				t.Errorf("%+v leads to %s", step, got)
			}
		}
	})
}

func TestInitiativesGoFromProfiles(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if err := c.Community.EditProfile(ctx, c.Amina, community.ProfileEdit{Name: "Amina Diallo", Initiatives: []string{"ogp", "eiti"}}); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]models.Problem{"": models.Empty, "ogp": models.Alike, "О G P": models.Alike, strings.Repeat("i", 81): models.TooLong} {
			refused(t, c.Community.CreateInitiative(ctx, c.Teo, name), "name", want)
		}
		for _, name := range []string{"FTI", "F.T.I – new", "Édit"} {
			if err := c.Community.CreateInitiative(ctx, c.Teo, name); err != nil {
				t.Fatal(err)
			}
		}
		uses, err := c.Community.InitiativeUses(ctx, c.Teo)
		if err != nil || len(uses) != 5 {
			t.Fatalf("%+v, %v", uses, err)
		}
		var ogp models.InitiativeUse
		for _, use := range uses {
			if use.Slug == "ogp" {
				ogp = use
			}
		}
		if ogp.Personas != 1 {
			t.Errorf("%+v", ogp)
		}
		refused(t, c.Community.RenameInitiative(ctx, c.Teo, ogp.ID, "EITI"), "name", models.Alike)
		if err := c.Community.RenameInitiative(ctx, c.Teo, ogp.ID, "Open Government Partnership"); err != nil {
			t.Fatal(err)
		}
		initiatives := func() []models.Initiative {
			profile, err := c.Community.Profile(ctx, c.Amina, amina)
			if err != nil {
				t.Fatal(err)
			}
			return profile.Initiatives
		}
		if list := initiatives(); len(list) != 2 || list[1].Name != "Open Government Partnership" {
			t.Errorf("%+v", list)
		}
		if err := c.Community.DeleteInitiative(ctx, c.Teo, ogp.ID); err != nil {
			t.Fatal(err)
		}
		if list := initiatives(); len(list) != 1 || list[0].Slug != "eiti" {
			t.Errorf("%+v", list)
		}
		if err := c.Community.DeleteInitiative(ctx, c.Teo, ogp.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("twice: %v", err)
		}
		if err := c.Community.RenameInitiative(ctx, c.Teo, ogp.ID, "Gone"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("renamed when gone: %v", err)
		}
	})
}
