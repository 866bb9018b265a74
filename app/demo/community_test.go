package demo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/demo"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

var (
	now = time.Date(2026, 2, 12, 9, 30, 0, 0, time.UTC)
	all = models.Scope{All: true}
)

// established gives a store what the first command writes.
func established(t *testing.T, s *store.Store) {
	t.Helper()
	texts, err := demo.Starter()
	if err != nil {
		t.Fatal(err)
	}
	var groups []models.Group
	for _, group := range texts.Groups {
		groups = append(groups, models.Group{Key: group.Key, Name: group.Name, Explains: group.Explains})
	}
	var initiatives []models.Initiative
	for _, initiative := range texts.Initiatives {
		initiatives = append(initiatives, models.Initiative{Slug: initiative.Slug, Name: initiative.Name})
	}
	if _, err := community.Establish(context.Background(), s, now, "Test", "To test.", groups, initiatives); err != nil {
		t.Fatal(err)
	}
}

// everyThread reads all threads and holds each against its responses.
func everyThread(t *testing.T, s *store.Store) []models.ThreadHead {
	t.Helper()
	ctx := context.Background()
	themes, err := s.Themes(ctx, all)
	if err != nil {
		t.Fatal(err)
	}
	var heads []models.ThreadHead
	for _, theme := range themes {
		threads, err := s.ThreadsOfTheme(ctx, all, theme.ID, 0, 10000)
		if err != nil {
			t.Fatal(err)
		}
		for _, thread := range threads {
			head, err := s.ThreadHead(ctx, all, thread.ID)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := s.Sources(ctx, all, thread.ID, 0, 10000)
			if err != nil {
				t.Fatal(err)
			}
			hold(t, head, rows)
			heads = append(heads, head)
		}
	}
	return heads
}

// hold compares what a thread's row says with its responses.
func hold(t *testing.T, head models.ThreadHead, rows []models.ResponseRow) {
	t.Helper()
	want := models.Thread{LastNumber: len(rows), ActiveAt: rows[0].CreatedAt}
	voices := map[int64]int{}
	taken := map[int64]bool{}
	if head.ChangedSeq > 0 {
		taken[head.ChangedSeq] = true
	}
	for i, row := range rows {
		if row.Number != i+1 || taken[row.ChangedSeq] || row.ChangedSeq < 1 || row.ChangedSeq > head.Seq {
			t.Errorf("thread %q ¶%d has number %d and change %d of %d", head.Title, i+1, row.Number, row.ChangedSeq, head.Seq)
		}
		taken[row.ChangedSeq] = true
		want.Seq = max(want.Seq, row.ChangedSeq, head.ChangedSeq)
		if i > 0 && row.CreatedAt.Before(rows[i-1].CreatedAt) {
			t.Errorf("thread %q ¶%d is older than the one before", head.Title, i+1)
		}
		if row.Removed() {
			continue
		}
		if row.GroupID != 0 {
			voices[row.GroupID]++
		}
		if i > 0 {
			want.Responses++
			want.LatestNumber, want.ActiveAt = row.Number, row.CreatedAt
		}
	}
	if head.Seq != want.Seq || head.LastNumber != want.LastNumber || head.Responses != want.Responses ||
		head.LatestNumber != want.LatestNumber || !head.ActiveAt.Equal(want.ActiveAt) {
		t.Errorf("thread %q says seq %d last %d responses %d latest %d active %v, its responses %d %d %d %d %v", head.Title,
			head.Seq, head.LastNumber, head.Responses, head.LatestNumber, head.ActiveAt,
			want.Seq, want.LastNumber, want.Responses, want.LatestNumber, want.ActiveAt)
	}
	if len(head.Voices) != len(voices) {
		t.Errorf("thread %q has voices %v, want %v", head.Title, head.Voices, voices)
	}
	for _, voice := range head.Voices {
		if voices[voice.GroupID] != voice.Responses {
			t.Errorf("thread %q has voices %v, want %v", head.Title, head.Voices, voices)
		}
	}
}

func TestWriteStarter(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		established(t, s)
		for _, want := range []bool{true, false} {
			if wrote, err := demo.WriteStarter(ctx, s, now); err != nil || wrote != want {
				t.Fatalf("wrote %t, want %t: %v", wrote, want, err)
			}
		}
		heads := everyThread(t, s)
		texts, err := demo.Starter()
		if err != nil {
			t.Fatal(err)
		}
		if len(heads) != len(texts.Themes) {
			t.Fatalf("%d threads for %d themes", len(heads), len(texts.Themes))
		}
		for i, head := range heads {
			opening := texts.Themes[i].Opening
			if head.Title != opening.Title || head.PersonaKind != models.PersonaConvener || head.PersonaName != "The convener" ||
				head.Seq != 1 || head.SessionSlug != texts.Themes[i].Session {
				t.Errorf("thread %+v", head)
			}
		}
		row, err := s.Community(ctx)
		if err != nil || row.StartedAt == nil || !row.StartedAt.Equal(now) || row.Demo || row.FoundedAt != nil {
			t.Errorf("community %+v, %v", row, err)
		}
		links, err := s.ThreadsOfQuestions(ctx, models.Scope{})
		if err != nil || len(links) != len(texts.Questions) {
			t.Errorf("%d of %d questions have threads: %v", len(links), len(texts.Questions), err)
		}
		if err := demo.WriteDemo(ctx, s, now); !errors.Is(err, demo.ErrNotEmpty) {
			t.Errorf("the demo takes a database in use: %v", err)
		}
	})
}

func TestWriteDemo(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		established(t, s)
		begin := time.Now()
		if err := demo.WriteDemo(ctx, s, now); err != nil {
			t.Fatal(err)
		}
		t.Logf("written in %v", time.Since(begin))
		texts, err := demo.Demo()
		if err != nil {
			t.Fatal(err)
		}
		heads := everyThread(t, s)
		if len(heads) < len(texts.Threads) {
			t.Errorf("%d threads of %d", len(heads), len(texts.Threads))
		}
		row, err := s.Community(ctx)
		if err != nil || !row.Demo || row.FoundedAt == nil || row.StartedAt == nil {
			t.Errorf("community %+v, %v", row, err)
		}
		people, err := s.DemoPersonas(ctx)
		if err != nil || len(people) != len(texts.Members) {
			t.Errorf("%d of %d people: %v", len(people), len(texts.Members), err)
		}
		member, err := s.MemberByEmail(ctx, texts.Members[0].Handle+"@example.org")
		if err != nil || member.Role != texts.Members[0].Role {
			t.Errorf("member %+v, %v", member, err)
		}
		checkEdited(t, s, heads, texts)
		if wrote, err := demo.WriteStarter(ctx, s, now); wrote || err != nil {
			t.Errorf("the starter community joins the demo: %v", err)
		}
		if err := demo.WriteDemo(ctx, s, now); !errors.Is(err, demo.ErrNotEmpty) {
			t.Errorf("the demo is written twice: %v", err)
		}
	})
}

// checkEdited looks at the edited and removed texts of the demo.
func checkEdited(t *testing.T, s *store.Store, heads []models.ThreadHead, texts demo.DemoTexts) {
	t.Helper()
	byTitle := map[string]models.ThreadHead{}
	for _, head := range heads {
		byTitle[head.Title] = head
	}
	for _, thread := range texts.Threads {
		rows, err := s.Sources(context.Background(), all, byTitle[thread.Title].ID, 0, 1000)
		if err != nil || len(rows) != len(thread.Posts) {
			t.Fatalf("thread %q has %d of %d texts: %v", thread.Title, len(rows), len(thread.Posts), err)
		}
		for i, post := range thread.Posts {
			row := rows[i]
			if row.Removed() != post.Removed || (row.Rev == 2) != post.Edited || (row.EditedAt != nil) != post.Edited ||
				row.ReplyTo != post.ReplyTo || !post.Removed && (row.Body != post.Body || row.PersonaHandle != post.By) {
				t.Errorf("thread %q ¶%d is %+v, want %+v", thread.Title, i+1, row, post)
			}
		}
	}
}

func TestWriteMeasure(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		established(t, s)
		options := demo.MeasureOptions{Threads: 40, Responses: 900, Members: 30, Longest: 260, Seed: 7}
		done := 0
		options.Progress = func(now, _ int) { done = now }
		made, err := demo.WriteMeasure(ctx, s, options)
		if err != nil || made != (demo.Measured{Threads: 40, Responses: 900, Members: 30}) || done != 900 {
			t.Fatalf("made %+v, progress %d, %v", made, done, err)
		}
		longest, total := 0, 0
		heads := everyThread(t, s)
		for _, head := range heads {
			longest, total = max(longest, head.Responses), total+head.Responses
		}
		if longest != 260 || total != 900 || len(heads) != 40 {
			t.Errorf("%d threads, %d responses, the longest %d", len(heads), total, longest)
		}
		if made, err := demo.WriteMeasure(ctx, s, options); !errors.Is(err, demo.ErrMeasured) {
			t.Errorf("again: %+v, %v", made, err)
		}
		options.Seed, options.Longest = 8, 0
		if made, err := demo.WriteMeasure(ctx, s, options); err != nil || made.Responses != 900 {
			t.Errorf("another seed: %+v, %v", made, err)
		}
		if wrote, err := demo.WriteStarter(ctx, s, now); wrote || err != nil {
			t.Errorf("the starter community joins the data: %v", err)
		}
	})
}

// The same options make the same data on both databases.
func TestWriteMeasureRepeats(t *testing.T) {
	ctx := context.Background()
	var seen []string
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		established(t, s)
		if _, err := demo.WriteMeasure(ctx, s, demo.MeasureOptions{Threads: 3, Responses: 20, Members: 5, Seed: 1}); err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, head := range everyThread(t, s) {
			rows, err := s.Sources(ctx, all, head.ID, 0, 100)
			if err != nil {
				t.Fatal(err)
			}
			said += head.Title + "\n"
			for _, row := range rows {
				said += row.CreatedAt.UTC().String() + row.PersonaName + row.Body + "\n"
			}
		}
		seen = append(seen, said)
	})
	for _, said := range seen {
		if said != seen[0] {
			t.Error("the data differ")
		}
	}
}

func TestWriteMeasureRefuses(t *testing.T) {
	s := forumtest.Open(t, forumtest.SQLite(t))
	established(t, s)
	for _, options := range []demo.MeasureOptions{
		{Threads: 0, Responses: 1, Members: 1},
		{Threads: 1, Responses: 1, Members: 0},
		{Threads: 1, Responses: 5, Members: 1, Longest: 4},
		{Threads: 2, Responses: 5, Members: 1, Longest: 6},
	} {
		if _, err := demo.WriteMeasure(context.Background(), s, options); err == nil {
			t.Errorf("%+v is accepted", options)
		}
	}
}
