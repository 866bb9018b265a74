package forum_test

import (
	"errors"
	"sync"
	"testing"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
)

// stands reads a theme's access as the database has it.
func stands(t *testing.T, c *forumtest.Cast, slug string) forum.ThemeAccess {
	t.Helper()
	theme, err := c.Forum.ThemeToConvene(ctx, c.Teo, slug)
	if err != nil {
		t.Fatal(err)
	}
	return forum.AccessOf(&theme)
}

func counters(t *testing.T, c *forumtest.Cast) models.Counters {
	t.Helper()
	found, err := c.Store.Counters(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestOnlyConvenersChooseWhoReads(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if err := c.Community.AddModerator(ctx, c.Teo, forumtest.Boards, "rosa-quispe"); err != nil {
			t.Fatal(err)
		}
		before := counters(t, c)
		for who, viewer := range map[string]models.Viewer{"a visitor": c.Visitor, "a member": c.Amina, "a moderator": c.Lena, "the theme's moderator": c.Again(t, c.Rosa)} {
			for _, slug := range []string{forumtest.Public, forumtest.Boards, "no-such-theme"} {
				var change, read access.Denied
				err := c.Forum.EditThemeAccess(ctx, viewer, slug, forum.ThemeAccess{Audience: models.AudienceMembers})
				_, look := c.Forum.ThemeToConvene(ctx, viewer, slug)
				if !errors.As(err, &change) || !errors.As(look, &read) {
					t.Errorf("%s, %s: %v, %v", who, slug, err, look)
				}
			}
		}
		for field, bad := range map[string]forum.ThemeAccess{
			"audience": {Audience: "friends"}, "groups": {Audience: models.AudienceGroups},
		} {
			refusedField(t, c.Forum.EditThemeAccess(ctx, c.Teo, forumtest.Public, bad), field)
		}
		for _, forged := range [][]int64{{999_999}, {0}, {-1}, {c.Groups[0].ID, 999_999}} {
			refusedField(t, c.Forum.EditThemeAccess(ctx, c.Teo, forumtest.Public, forum.ThemeAccess{Audience: models.AudienceGroups, Groups: forged}), "groups")
		}
		err := c.Forum.EditThemeAccess(ctx, c.Teo, "no-such-theme", forum.ThemeAccess{Audience: models.AudienceMembers})
		if !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a theme that never was: %v", err)
		}
		if now := counters(t, c); now != before {
			t.Errorf("what was refused moved %+v to %+v", before, now)
		}
	})
}

func refusedField(t *testing.T, err error, field string) {
	t.Helper()
	var invalid models.Invalid
	if !errors.As(err, &invalid) || len(invalid) != 1 || invalid[field] == "" {
		t.Errorf("got %v, want %s to be refused", err, field)
	}
}

// TestAThemeWithThreadsIsNeverOpened: every change between the audiences, with a thread in
// the theme and without.
func TestAThemeWithThreadsIsNeverOpened(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		one, two := c.Groups[0].ID, c.Groups[1].ID
		audiences := []forum.ThemeAccess{
			{Audience: models.AudienceEveryone},
			{Audience: models.AudienceMembers},
			{Audience: models.AudienceGroups, Groups: []int64{one, two}},
			{Audience: models.AudienceGroups, Groups: []int64{two}},
			{Audience: models.AudienceGroups, Groups: []int64{one}},
		}
		wider := map[[2]int]bool{{3, 4}: true} // the others are those that lead up the list
		for from := range audiences {
			for to := range from {
				wider[[2]int{from, to}] = true
			}
		}
		c.Theme(t, "empty", "Empty", models.AudienceEveryone)
		c.Theme(t, "full", "Full", models.AudienceEveryone)
		set := func(slug string, audience forum.ThemeAccess) {
			t.Helper()
			if err := c.Forum.EditThemeAccess(ctx, c.Teo, slug, audience); err != nil {
				t.Fatal(err)
			}
		}
		for from, before := range audiences {
			for to, after := range audiences {
				set("empty", before)
				set("empty", after)
				if now := stands(t, c, "empty"); now.Stamp() != after.Stamp() {
					t.Errorf("%s is %s", after.Stamp(), now.Stamp())
				}
				slug := "full"
				if from > 0 || to > 0 {
					slug = "full-" + string(rune('a'+from)) + string(rune('a'+to))
					c.Theme(t, slug, slug, before.Audience, before.Groups...)
				}
				thread := c.Start(t, c.Teo, slug, "Written for some")
				err := c.Forum.EditThemeAccess(ctx, c.Teo, slug, after)
				var invalid models.Invalid
				switch {
				case wider[[2]int{from, to}] && (!errors.As(err, &invalid) || invalid["audience"] != models.Wider):
					t.Errorf("%s to %s: %v", before.Stamp(), after.Stamp(), err)
				case wider[[2]int{from, to}] && stands(t, c, slug).Stamp() != before.Stamp():
					t.Errorf("refused, and %s all the same", stands(t, c, slug).Stamp())
				case !wider[[2]int{from, to}] && err != nil:
					t.Errorf("%s to %s: %v", before.Stamp(), after.Stamp(), err)
				}
				_, err = c.Forum.Thread(ctx, c.Visitor, thread)
				if open := err == nil; open != (stands(t, c, slug).Audience == models.AudienceEveryone) {
					t.Errorf("%s to %s: a visitor reads it: %v", before.Stamp(), after.Stamp(), open)
				}
			}
		}
		// A removed opening is a thread all the same: its responses and title stay.
		thread := c.Start(t, c.Rosa, forumtest.Inside, "Taken back")
		if err := c.Forum.RemoveText(ctx, c.Rosa, thread, 1); err != nil {
			t.Fatal(err)
		}
		refusedField(t, c.Forum.EditThemeAccess(ctx, c.Teo, forumtest.Inside, audiences[0]), "audience")
	})
}

// TestANarrowedThemeIsClosedWhenItIsSaid at this instance, for the lists too, and at
// another that has refreshed.
func TestANarrowedThemeIsClosedWhenItIsSaid(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		thread := c.Start(t, c.Paul, forumtest.Public, "Open so far")
		rechecked := 0
		room := forum.New(c.Store, c.Row.Secret, c.Clock.Now, forum.Hooks{RightsMoved: func() { rechecked++ }})
		other := forum.New(c.Store, c.Row.Secret, c.Clock.Now, forum.Hooks{})
		reads := func(room *forum.Forum, viewer models.Viewer) bool {
			_, err := room.Thread(ctx, viewer, thread)
			_, listed := room.Theme(ctx, viewer, forumtest.Public)
			rows, _, err2 := room.Threads(ctx, viewer, 1, "", "", 10)
			if err2 != nil || (err == nil) != (listed == nil) || (err == nil) != (len(rows) == 1) {
				t.Errorf("thread %v, theme %v, %d rows, %v", err, listed, len(rows), err2)
			}
			return err == nil
		}
		for _, room := range []*forum.Forum{room, other} {
			if err := room.Refresh(ctx); err != nil || !reads(room, c.Visitor) || !reads(room, c.Amina) {
				t.Fatalf("before: %v", err)
			}
		}
		before := counters(t, c)
		edit := forum.ThemeAccess{Audience: models.AudienceGroups, Groups: []int64{c.Groups[2].ID, c.Groups[2].ID}, Pseudonyms: true}
		for range 2 { // the second is a double submit
			if err := room.EditThemeAccess(ctx, c.Teo, forumtest.Public, edit); err != nil {
				t.Fatal(err)
			}
		}
		if now := counters(t, c); now.RightsSeq != before.RightsSeq+1 || now.Faces != before.Faces+1 || rechecked != 1 {
			t.Errorf("%+v became %+v, rechecked %d times", before, now, rechecked)
		}
		if err := other.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		for name, room := range map[string]*forum.Forum{"here": room, "elsewhere": other} {
			if reads(room, c.Visitor) || reads(room, c.Amina) || !reads(room, c.Paul) || !reads(room, c.Lena) {
				t.Errorf("%s the wrong people read it", name)
			}
		}
		if now := stands(t, c, forumtest.Public); now.Stamp() != edit.Stamp() || len(now.Groups) != 1 || !now.Pseudonyms {
			t.Errorf("it stands at %+v", now)
		}
	})
}

// TestTwoConvenersChooseAtOnce: the second one is told, and nothing of the first is undone.
func TestTwoConvenersChooseAtOnce(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		uma := c.Add(t, "uma@example.org", "Uma", "INGOs", models.RoleConvener)
		seen := stands(t, c, forumtest.Inside).Stamp()
		edits := []forum.ThemeAccess{
			{Audience: models.AudienceGroups, Groups: []int64{c.Groups[0].ID}, Seen: seen},
			{Audience: models.AudienceMembers, Pseudonyms: true, Seen: seen},
		}
		errs := make([]error, 2)
		var wait sync.WaitGroup
		for n, viewer := range []models.Viewer{c.Teo, uma} {
			wait.Go(func() { errs[n] = c.Forum.EditThemeAccess(ctx, viewer, forumtest.Inside, edits[n]) })
		}
		wait.Wait()
		won := 0
		if errs[0] != nil {
			won = 1
		}
		var invalid models.Invalid
		if errs[won] != nil || !errors.As(errs[1-won], &invalid) || invalid["audience"] != models.Changed {
			t.Errorf("%v and %v", errs[0], errs[1])
		}
		if now := stands(t, c, forumtest.Inside); now.Stamp() != edits[won].Stamp() {
			t.Errorf("it stands at %s", now.Stamp())
		}
	})
}

// TestAThreadAndAnOpeningThemeMeet: while an empty theme is opened to all, somebody starts a
// thread in it. Either the thread came first and the theme stays closed, or it was written
// into the open theme.
func TestAThreadAndAnOpeningThemeMeet(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for round := range 12 {
			slug := "closed-" + string(rune('a'+round))
			c.Theme(t, slug, slug, models.AudienceMembers)
			var started, opened error
			var wait sync.WaitGroup
			wait.Go(func() {
				_, started = c.Forum.StartThread(ctx, c.Rosa, forum.NewThread{
					Theme: slug, Title: "Meanwhile", Kind: models.KindQuestion, Level: models.LevelInPractice, Lang: "en", Body: "A text.",
				})
			})
			wait.Go(func() {
				opened = c.Forum.EditThemeAccess(ctx, c.Teo, slug, forum.ThemeAccess{Audience: models.AudienceEveryone})
			})
			wait.Wait()
			var invalid models.Invalid
			if started != nil || opened != nil && !(errors.As(opened, &invalid) && invalid["audience"] == models.Wider) {
				t.Errorf("started: %v, opened: %v", started, opened)
			}
			if open := stands(t, c, slug).Audience == models.AudienceEveryone; open != (opened == nil) {
				t.Errorf("open %v, %v", open, opened)
			}
		}
	})
}
