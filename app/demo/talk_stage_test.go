package demo_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/demo"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// errEnough ends a talk in a test.
var errEnough = errors.New("enough")

// staged is a demo in which fictional members talk without waiting.
type staged struct {
	store *store.Store
	talk  demo.Talk
	forum *forum.Forum
	// hints are the numbers that were hinted, by thread.
	hints map[int64][]int64
	// before is where the threads stood when the demo was founded, by title.
	before map[string]models.ThreadHead
	pauses []time.Duration
	log    bytes.Buffer
}

// newStaged founds a demo. onHint, which may be nil, is called for each hint.
func newStaged(t *testing.T, s *store.Store, onHint func()) *staged {
	t.Helper()
	ctx := context.Background()
	established(t, s)
	if err := demo.WriteDemo(ctx, s, now); err != nil {
		t.Fatal(err)
	}
	row, err := s.Community(ctx)
	if err != nil {
		t.Fatal(err)
	}
	d := &staged{store: s, hints: map[int64][]int64{}, before: byTitle(everyThread(t, s))}
	clock := forumtest.NewClock()
	d.forum = forum.New(s, row.Secret, clock.Now, forum.Hooks{Moved: func(threadID, seq int64) {
		d.hints[threadID] = append(d.hints[threadID], seq)
		if onHint != nil {
			onHint()
		}
	}})
	d.talk = demo.Talk{
		Row: row, Forum: d.forum, Community: community.New(s, clock.Now, community.Hooks{}),
		Log: slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	return d
}

func byTitle(heads []models.ThreadHead) map[string]models.ThreadHead {
	found := map[string]models.ThreadHead{}
	for _, head := range heads {
		found[head.Title] = head
	}
	return found
}

// run starts the program anew, as it were, and lets it take so many turns.
func (d *staged) run(turns int) {
	talk := d.talk
	talk.Wait = func(_ context.Context, pause time.Duration) error {
		if turns == 0 {
			return errEnough
		}
		turns--
		d.pauses = append(d.pauses, pause)
		return nil
	}
	talk.Run(context.Background())
}

func script(t *testing.T) []demo.Line {
	t.Helper()
	lines, err := demo.TalkLines()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// quiet reports everything that was logged, skipped lines among it.
func (d *staged) quiet(t *testing.T) {
	t.Helper()
	if d.log.Len() > 0 {
		t.Errorf("the talk logs %s", d.log.String())
	}
}

// said holds the threads against what the script should have made of them.
func (d *staged) said(t *testing.T) {
	t.Helper()
	heads, lines := byTitle(everyThread(t, d.store)), script(t)
	numbers, next := map[int]int{}, map[string]int{}
	type text struct {
		line    demo.Line
		body    string
		rev     int
		removed bool
	}
	texts, acts := map[int]*text{}, map[string]int{}
	for _, line := range lines {
		acts[line.Thread]++
		switch line.Act {
		case demo.ActStart, demo.ActRespond:
			next[line.Thread]++
			numbers[line.N] = d.before[line.Thread].LastNumber + next[line.Thread]
			texts[line.N] = &text{line: line, body: line.Body, rev: 1}
		case demo.ActEdit:
			texts[line.Line].body, texts[line.Line].rev = line.Body, 2
		case demo.ActRemove:
			texts[line.Line].removed = true
		case demo.ActOutcome:
			if got := heads[line.Thread].Outcome; got != line.Outcome {
				t.Errorf("thread %q has the outcome %q, want %q", line.Thread, got, line.Outcome)
			}
		}
	}
	for n, want := range texts {
		row, err := d.store.Response(context.Background(), all, heads[want.line.Thread].ID, numbers[n])
		if err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		answered := want.line.ReplyTo
		if want.line.Line != 0 {
			answered = numbers[want.line.Line]
		}
		if row.Removed() != want.removed || row.ReplyTo != answered || !want.removed &&
			(row.Body != want.body || row.Rev != want.rev || row.Lang != want.line.Lang || row.PersonaHandle != want.line.By) {
			t.Errorf("line %d became %+v, want %+v in answer to %d", n, row, want, answered)
		}
	}
	for title, head := range heads {
		d.hinted(t, head, acts[title])
		if want := d.before[title].LastNumber + next[title]; head.LastNumber != want {
			t.Errorf("thread %q has %d texts, want %d", title, head.LastNumber, want)
		}
	}
}

// hinted tells whether each act in a thread was hinted once, in the order of its number.
func (d *staged) hinted(t *testing.T, head models.ThreadHead, acts int) {
	t.Helper()
	seq := d.before[head.Title].Seq
	for _, hint := range d.hints[head.ID] {
		seq++
		if hint != seq {
			t.Errorf("thread %q: hints %v", head.Title, d.hints[head.ID])
			break
		}
	}
	if len(d.hints[head.ID]) != acts || head.Seq != seq {
		t.Errorf("thread %q stands at %d after %d hints for %d acts, it began at %d", head.Title, head.Seq,
			len(d.hints[head.ID]), acts, d.before[head.Title].Seq)
	}
}
