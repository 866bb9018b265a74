package forum_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
)

func move(ctx context.Context, f *forum.Forum, viewer models.Viewer, id int64, theme string) error {
	_, err := f.EditThread(ctx, viewer, id, forum.ThreadEdit{Theme: &theme})
	return err
}

func rights(t *testing.T, c *forumtest.Cast) int64 {
	t.Helper()
	counters, err := c.Store.Counters(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return counters.RightsSeq
}

func refused(t *testing.T, err error, field string, want models.Problem) {
	t.Helper()
	var invalid forum.Invalid
	if !errors.As(err, &invalid) || len(invalid) != 1 || invalid[field] != want {
		t.Errorf("got %v, want %s to be %s", err, field, want)
	}
}

func TestOnlyModeratorsMoveAThread(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id, private := c.Start(t, c.Amina, forumtest.Public, "Mine"), c.Start(t, c.Paul, forumtest.Boards, "Theirs")
		before := rights(t, c)
		denied(t, move(ctx, c.Forum, c.Visitor, id, forumtest.Inside), access.SignIn)
		denied(t, move(ctx, c.Forum, c.Rosa, id, forumtest.Inside), access.NotOwn)
		denied(t, move(ctx, c.Forum, c.Amina, id, forumtest.Inside), access.Role) // its author
		for _, viewer := range []models.Viewer{c.Visitor, c.Amina} {
			if err := move(ctx, c.Forum, viewer, private, forumtest.Public); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("who may not read it moves it: %v", err)
			}
		}
		if err := move(ctx, c.Forum, c.Amina, id, forumtest.Public); err != nil {
			t.Errorf("the theme where it stands is no move: %v", err)
		}
		refused(t, move(ctx, c.Forum, c.Lena, id, "nowhere"), "theme", models.Unknown)
		refused(t, move(ctx, c.Forum, c.Lena, id, ""), "theme", models.Empty)
		head, err := c.Forum.Thread(ctx, c.Visitor, id)
		if err != nil || head.ThemeSlug != forumtest.Public || head.Seq != 1 || rights(t, c) != before {
			t.Errorf("the thread is in %s at %d, rights went from %d to %d, %v", head.ThemeSlug, head.Seq, before, rights(t, c), err)
		}
	})
}

func TestAMoveNeverWidens(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		c.Theme(t, "also-open", "Also open", models.AudienceEveryone)
		c.Theme(t, "boards-alone", "Boards alone", models.AudienceGroups, c.Groups[2].ID)
		c.Theme(t, "countries", "Countries", models.AudienceGroups, c.Groups[1].ID)
		id := c.Start(t, c.Amina, forumtest.Public, "Ever narrower")
		seq, counted := int64(1), rights(t, c)
		for _, step := range []struct {
			to    string
			wider bool
		}{
			{"also-open", false},
			{forumtest.Public, false},
			{forumtest.Inside, false},
			{forumtest.Public, true},
			{forumtest.Boards, false},
			{forumtest.Inside, true},
			{"countries", true},
			{"boards-alone", false},
			{forumtest.Boards, true},
		} {
			err := move(ctx, c.Forum, c.Teo, id, step.to)
			if step.wider {
				refused(t, err, "theme", models.Wider)
			} else if seq, counted = seq+1, counted+1; err != nil {
				t.Errorf("to %s: %v", step.to, err)
			}
			head, err := c.Forum.Thread(ctx, c.Lena, id)
			if err != nil || head.Seq != seq || head.ChangedSeq != seq || (head.ThemeSlug == step.to) == step.wider || rights(t, c) != counted {
				t.Errorf("to %s: in %s at %d, changed at %d, rights %d, want %d and %d, %v", step.to, head.ThemeSlug,
					head.Seq, head.ChangedSeq, rights(t, c), seq, counted, err)
			}
		}
		// With a new title in the same act, nothing is changed when the move is refused.
		title, wider := "Wide open", forumtest.Public
		_, err := c.Forum.EditThread(ctx, c.Lena, id, forum.ThreadEdit{Theme: &wider, Title: &title})
		refused(t, err, "theme", models.Wider)
		if head, err := c.Forum.Thread(ctx, c.Lena, id); err != nil || head.Title != "Ever narrower" || head.Seq != seq {
			t.Errorf("%q at %d, %v", head.Title, head.Seq, err)
		}
	})
}

// TestAMovedThreadIsGoneAtOnce reads everything before the move, so that it is kept in
// memory, and again after it, as somebody who may no longer read it.
func TestAMovedThreadIsGoneAtOnce(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Unmistakable title")
		c.Respond(t, c.Rosa, id, "Unmistakable words.")
		reads := func(viewer models.Viewer) (paths []string) {
			theme, err := c.Forum.Theme(ctx, c.Lena, forumtest.Public)
			if err != nil {
				t.Fatal(err)
			}
			_, headErr := c.Forum.Thread(ctx, viewer, id)
			rows, rowsErr := c.Forum.Page(ctx, viewer, id, 1)
			sources, sourcesErr := c.Forum.Responses(ctx, viewer, id, 0, 10)
			_, oneErr := c.Forum.Response(ctx, viewer, id, 2)
			hits, _, searchErr := c.Forum.Search(ctx, viewer, forum.Search{Query: "unmistakable"})
			list, _, listErr := c.Forum.Threads(ctx, viewer, theme.ID, "", "", 10)
			home, homeErr := c.Forum.Home(ctx, viewer)
			texts, textsErr := c.Forum.ByPersona(ctx, viewer, "rosa-quispe", 10)
			mapped, mapErr := c.Forum.SitemapThreads(ctx, 1)
			if err := errors.Join(rowsErr, sourcesErr, searchErr, listErr, homeErr, textsErr, mapErr); err != nil {
				t.Fatal(err)
			}
			for path, found := range map[string]bool{
				"head": headErr == nil, "page": len(rows) > 0, "api": len(sources) > 0, "response": oneErr == nil,
				"search": len(hits) > 0, "theme": len(list) > 0, "home": len(home.Latest) > 0, "profile": len(texts) > 0,
				"sitemap": len(mapped) > 0,
			} {
				if found {
					paths = append(paths, path)
				}
			}
			return paths
		}
		if got := reads(c.Visitor); len(got) != 9 {
			t.Fatalf("before the move a visitor finds it by %v", got)
		}
		if err := move(ctx, c.Forum, c.Lena, id, forumtest.Boards); err != nil {
			t.Fatal(err)
		}
		for name, viewer := range map[string]models.Viewer{"a visitor": c.Visitor, "its author": c.Amina, "who responded": c.Rosa} {
			if got := reads(viewer); len(got) != 0 {
				t.Errorf("after the move %s finds it by %v", name, got)
			}
		}
		head, err := c.Forum.Thread(ctx, c.Paul, id)
		if err != nil || head.ThemeSlug != forumtest.Boards || head.Responses != 1 {
			t.Errorf("a member of the group: %+v, %v", head.Thread, err)
		}
		hits, _, err := c.Forum.Search(ctx, c.Paul, forum.Search{Query: "unmistakable", Theme: forumtest.Boards})
		if err != nil || len(hits) != 2 {
			t.Errorf("a member of the group finds %d texts in the new theme, %v", len(hits), err)
		}
		for slug, want := range map[string]int{forumtest.Public: 0, forumtest.Boards: 1} {
			theme, err := c.Forum.Theme(ctx, c.Paul, slug)
			if err != nil || theme.Threads != want || theme.Responses != want || len(theme.Voices) != 2*want {
				t.Errorf("%s counts %d threads, %d responses and %d groups, %v", slug, theme.Threads, theme.Responses, len(theme.Voices), err)
			}
		}
	})
}

// TestAMoveTellsAfterItsCommit looks from within the hooks at what others can read.
func TestAMoveTellsAfterItsCommit(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Told")
		before := rights(t, c)
		var room *forum.Forum
		var told []string
		look := func(hook string) {
			if _, err := room.Thread(ctx, c.Visitor, id); err == nil {
				hook += " too early"
			}
			if rights(t, c) != before+1 {
				hook += " without the rights"
			}
			told = append(told, hook)
		}
		room = forum.New(c.Store, c.Row.Secret, c.Clock.Now, forum.Hooks{
			Moved: func(int64, int64) { look("moved") }, RightsMoved: func() { look("rights") },
		})
		if _, err := room.Thread(ctx, c.Visitor, id); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second is a double submit
			if err := move(ctx, room, c.Lena, id, forumtest.Inside); err != nil {
				t.Fatal(err)
			}
		}
		refused(t, move(ctx, room, c.Lena, id, forumtest.Public), "theme", models.Wider)
		if len(told) != 2 || told[0] != "moved" || told[1] != "rights" {
			t.Errorf("told %q", told)
		}
		title, told0 := "Told again", len(told)
		if _, err := room.EditThread(ctx, c.Lena, id, forum.ThreadEdit{Title: &title}); err != nil || len(told) != told0+1 {
			t.Errorf("a new title tells %q, %v", told[told0:], err)
		}
	})
}

// TestTheMoveAndItsCounterAreOne reads both in one snapshot while a thread is moved.
func TestTheMoveAndItsCounterAreOne(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Together")
		before := rights(t, c)
		moved := make(chan error, 1)
		go func() { moved <- move(ctx, c.Forum, c.Lena, id, forumtest.Inside) }()
		for {
			changes, err := c.Forum.Changes(ctx, id, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			arrived := changes.Head.ThemeSlug == forumtest.Inside
			if arrived != (changes.Rights > before) || arrived != (changes.Head.Seq == 2) {
				t.Fatalf("in %s at %d with the rights at %d, before %d", changes.Head.ThemeSlug, changes.Head.Seq, changes.Rights, before)
			}
			if arrived {
				break
			}
		}
		if err := <-moved; err != nil {
			t.Fatal(err)
		}
	})
}

// TestEditsAtTheSameTimeLoseNothing: a title that is changed while the thread is moved
// must not take it back, nor the move undo the title.
func TestEditsAtTheSameTimeLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for range 8 {
			id := c.Start(t, c.Amina, forumtest.Public, "At once")
			title, locked := "At the same time", true
			var wait sync.WaitGroup
			for _, edit := range []func() error{
				func() error { return move(ctx, c.Forum, c.Lena, id, forumtest.Boards) },
				func() error {
					_, err := c.Forum.EditThread(ctx, c.Teo, id, forum.ThreadEdit{Title: &title})
					return err
				},
				func() error {
					_, err := c.Forum.EditThread(ctx, c.Lena, id, forum.ThreadEdit{Locked: &locked})
					return err
				},
			} {
				wait.Go(func() {
					if err := edit(); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			head, err := c.Forum.Thread(ctx, c.Lena, id)
			if err != nil || head.ThemeSlug != forumtest.Boards || head.Title != title || !head.Locked || head.Seq != 4 {
				t.Fatalf("in %s, %q, locked %v, at %d, %v", head.ThemeSlug, head.Title, head.Locked, head.Seq, err)
			}
		}
	})
}

// TestTwoMovesAtTheSameTimeNeverWiden: the second is judged by where the first has put
// the thread, whichever that is.
func TestTwoMovesAtTheSameTimeNeverWiden(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for range 8 {
			id := c.Start(t, c.Amina, forumtest.Public, "Two ways")
			var wait sync.WaitGroup
			var members, boards error
			wait.Go(func() { members = move(ctx, c.Forum, c.Lena, id, forumtest.Inside) })
			wait.Go(func() { boards = move(ctx, c.Forum, c.Teo, id, forumtest.Boards) })
			wait.Wait()
			head, err := c.Forum.Thread(ctx, c.Lena, id)
			if err != nil || head.ThemeSlug != forumtest.Boards || boards != nil {
				t.Fatalf("in %s, %v, %v", head.ThemeSlug, boards, err)
			}
			if members != nil {
				refused(t, members, "theme", models.Wider)
			}
		}
	})
}
