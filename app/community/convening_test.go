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
)

func communityEdit() community.SettingsEdit {
	return community.SettingsEdit{
		Name: "Open Table", Purpose: "To carry on.", Languages: []string{"en", "fr"}, Language: "fr", Contact: "desk@example.org",
		Joining: models.JoiningRequest, JoinQuestion: "Why?",
	}
}

func settings(t *testing.T, c *forumtest.Cast) models.Settings {
	t.Helper()
	found, err := c.Store.Settings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestOnlyConvenersConvene(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		suspended := c.Teo
		member, later := *c.Teo.Member, c.Clock.Now().Add(time.Hour)
		member.SuspendedUntil, suspended.Member = &later, &member
		group := c.Groups[0].ID
		before := settings(t, c)
		for name, viewer := range map[string]models.Viewer{"a visitor": c.Visitor, "a member": c.Amina, "a moderator": c.Lena, "a suspended convener": suspended} {
			_, text := c.Community.EditText(ctx, viewer, community.TextEdit{Kind: models.TextRules, Bodies: map[string]string{"en": "Mine."}})
			_, unused := c.Community.UnusedGroups(ctx, viewer)
			_, uses := c.Community.InitiativeUses(ctx, viewer)
			for act, err := range map[string]error{
				"settings": c.Community.EditCommunity(ctx, viewer, communityEdit()), "text": text, "unused": unused, "uses": uses,
				"new group":  c.Community.CreateGroup(ctx, viewer, groupEdit("Unions", "U", "circle")),
				"group":      c.Community.EditGroup(ctx, viewer, group, groupEdit("Unions", "U", "circle")),
				"move":       c.Community.MoveGroup(ctx, viewer, group, 1),
				"retire":     c.Community.RetireGroup(ctx, viewer, group),
				"reopen":     c.Community.ReopenGroup(ctx, viewer, group),
				"delete":     c.Community.DeleteGroup(ctx, viewer, group),
				"initiative": c.Community.CreateInitiative(ctx, viewer, "FTI"),
				"rename":     c.Community.RenameInitiative(ctx, viewer, 1, "FTI"),
				"remove":     c.Community.DeleteInitiative(ctx, viewer, 1),
			} {
				var denied access.Denied
				if !errors.As(err, &denied) {
					t.Errorf("%s, %s: %v", name, act, err)
				}
			}
		}
		if after := settings(t, c); after.Faces != before.Faces || after.Name != before.Name || len(after.Groups) != len(before.Groups) {
			t.Errorf("something moved: %+v", after)
		}
	})
}

// TestAConvenerWhoIsNoneAnyMoreDoesNothing: the right is looked at again behind the lock.
func TestAConvenerWhoIsNoneAnyMoreDoesNothing(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		c.Add(t, "second@example.org", "Second", "Funders", models.RoleConvener)
		if err := c.Community.EditMember(ctx, "teo@example.org", "", models.RoleMember); err != nil {
			t.Fatal(err)
		}
		var denied access.Denied
		if err := c.Community.EditCommunity(ctx, c.Teo, communityEdit()); !errors.As(err, &denied) || settings(t, c).Name != "Colloquy" {
			t.Errorf("%v, the name is %s", err, settings(t, c).Name)
		}
	})
}

func TestSettingsTouchNothingElse(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if _, err := c.Community.EditText(ctx, c.Teo, community.TextEdit{Kind: models.TextRules, Bodies: map[string]string{"en": "Rules."}, AskAgain: true}); err != nil {
			t.Fatal(err)
		}
		before := settings(t, c).Community
		for range 2 { // the second is a double submit
			if err := c.Community.EditCommunity(ctx, c.Teo, communityEdit()); err != nil {
				t.Fatal(err)
			}
		}
		after := settings(t, c).Community
		want := before
		want.Name, want.Purpose, want.Languages, want.Contact = "Open Table", "To carry on.", "fr en", "desk@example.org"
		want.Joining, want.JoinQuestion, want.Faces = models.JoiningRequest, "Why?", before.Faces+1
		if string(after.Secret) != string(want.Secret) || len(after.Secret) == 0 {
			t.Error("the secret has changed")
		}
		after.Secret, want.Secret, before.Secret = nil, nil, nil
		if after.Epoch != want.Epoch || after.FoundedAt == nil || !after.FoundedAt.Equal(*want.FoundedAt) || after.RulesVersion != 1 || after.AgreeVersion != 1 ||
			after.Name != want.Name || after.Purpose != want.Purpose || after.Languages != want.Languages || after.Contact != want.Contact ||
			after.Joining != want.Joining || after.JoinQuestion != want.JoinQuestion || after.Faces != want.Faces || after.RightsSeq != want.RightsSeq {
			t.Errorf("after\n%+v, want\n%+v", after, want)
		}
	})
}

func TestWhatConvenersWriteIsChecked(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for name, bad := range map[string]struct {
			change  func(e *community.SettingsEdit)
			field   string
			problem models.Problem
		}{
			"no name":             {func(e *community.SettingsEdit) { e.Name = " \u200b " }, "name", models.Empty},
			"long name":           {func(e *community.SettingsEdit) { e.Name = strings.Repeat("n", 81) }, "name", models.TooLong},
			"name in no encoding": {func(e *community.SettingsEdit) { e.Name = "\xff" }, "name", models.Encoding},
			"long purpose":        {func(e *community.SettingsEdit) { e.Purpose = strings.Repeat("ص", 1001) }, "purpose", models.TooLong},
			"long contact":        {func(e *community.SettingsEdit) { e.Contact = strings.Repeat("c", 201) }, "contact", models.TooLong},
			"long question":       {func(e *community.SettingsEdit) { e.JoinQuestion = strings.Repeat("q", 301) }, "join_question", models.TooLong},
			"no way to join":      {func(e *community.SettingsEdit) { e.Joining = "everybody" }, "joining", models.Unknown},
			"no language":         {func(e *community.SettingsEdit) { e.Languages = nil }, "languages", models.Empty},
			"no tag":              {func(e *community.SettingsEdit) { e.Languages = []string{"en fr", "en"} }, "languages", models.Unknown},
			"own not offered":     {func(e *community.SettingsEdit) { e.Language = "ar" }, "language", models.Unknown},
		} {
			edit := communityEdit()
			bad.change(&edit)
			t.Run(name, func(t *testing.T) { refused(t, c.Community.EditCommunity(ctx, c.Teo, edit), bad.field, bad.problem) })
		}
		edit := communityEdit()
		edit.Name, edit.Purpose = "Open\u202eelbaT", strings.Repeat("ص", 1000)
		if err := c.Community.EditCommunity(ctx, c.Teo, edit); err != nil || settings(t, c).Name != "OpenelbaT" {
			t.Errorf("%v, the name is %q", err, settings(t, c).Name)
		}
	})
}

// TestTwoConvenersAtOnce: forms that are about different things do not undo each other,
// and of two groups with one name there is one.
func TestTwoConvenersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		second := c.Add(t, "second@example.org", "Second Convener", "Funders", models.RoleConvener)
		var wait sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for i, viewer := range []models.Viewer{c.Teo, second, c.Teo, second} {
			wait.Go(func() {
				if err := c.Community.EditCommunity(ctx, viewer, communityEdit()); err != nil {
					t.Error(err)
				}
			})
			wait.Go(func() {
				body := strings.Repeat("x", i+1)
				if _, err := c.Community.EditText(ctx, viewer, community.TextEdit{Kind: models.TextRules, Bodies: map[string]string{"en": body}, Base: 99}); err != nil {
					t.Error(err)
				}
			})
			wait.Go(func() {
				err := c.Community.CreateGroup(ctx, viewer, groupEdit("Trade unions", "U", "circle"))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else {
					var invalid models.Invalid
					if !errors.As(err, &invalid) || invalid["name"] != models.Alike {
						t.Errorf("the second group: %v", err)
					}
				}
			})
		}
		wait.Wait()
		after := settings(t, c)
		if made != 1 || len(after.Groups) != 7 || after.Name != "Open Table" || after.RulesVersion != 4 {
			t.Errorf("%d groups made, now %d; the name is %s, edition %d", made, len(after.Groups), after.Name, after.RulesVersion)
		}
	})
}

// TestSettingsFollowInAnotherInstance: what one process changes another shows as soon as
// it has heard of the new number of faces, without a restart.
func TestSettingsFollowInAnotherInstance(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		other := community.New(c.Store, c.Clock.Now, community.Hooks{})
		first := settings(t, c)
		if kept, err := other.Settings(ctx, first.Faces); err != nil || kept.Name != "Colloquy" {
			t.Fatalf("%+v, %v", kept, err)
		}
		if err := c.Community.EditCommunity(ctx, c.Teo, communityEdit()); err != nil {
			t.Fatal(err)
		}
		if err := c.Community.CreateGroup(ctx, c.Teo, groupEdit("Trade unions", "U", "circle")); err != nil {
			t.Fatal(err)
		}
		counters, err := c.Store.Counters(ctx)
		if err != nil || counters.Faces <= first.Faces {
			t.Fatalf("faces stand at %d after %d, %v", counters.Faces, first.Faces, err)
		}
		kept, err := other.Settings(ctx, counters.Faces)
		if err != nil || kept.Name != "Open Table" || len(kept.Groups) != 7 || kept.Groups[6].Key != "U.circle.b" {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

// TestLettersGoInALanguageThatIsOffered: whoever chose one that is no longer, and whoever
// chose none, is written to in the community's own.
func TestLettersGoInALanguageThatIsOffered(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		var letters []community.Letter
		room := community.New(c.Store, c.Clock.Now, community.Hooks{Letter: func(_ context.Context, letter community.Letter) { letters = append(letters, letter) }})
		request := func(language string) {
			t.Helper()
			if err := room.SetLook(ctx, c.Amina, language, ""); err != nil {
				t.Fatal(err)
			}
			if err := room.RequestLink(ctx, "amina@example.org", "a browser", community.Arrival{}); err != nil {
				t.Fatal(err)
			}
			room.Wait()
		}
		request("ar")
		if err := room.EditCommunity(ctx, c.Teo, communityEdit()); err != nil {
			t.Fatal(err)
		}
		if _, err := room.Settings(ctx, settings(t, c).Faces); err != nil {
			t.Fatal(err)
		}
		request("ar")
		request("en")
		if len(letters) != 3 || letters[0].Language != "ar" || letters[1].Language != "fr" || letters[2].Language != "en" {
			t.Errorf("%+v", letters)
		}
	})
}
