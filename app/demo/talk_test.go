package demo_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/app/demo"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

func TestTalkSaysEverythingOnce(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		d := newStaged(t, s, nil)
		lines := script(t)
		d.run(len(lines))
		d.said(t)
		for i, pause := range d.pauses {
			if i == 0 && pause != 8*time.Second || i > 0 && (pause < 15*time.Second || pause > 45*time.Second) {
				t.Errorf("pause %d is %v", i, pause)
			}
		}
		if len(d.pauses) != len(lines) {
			t.Errorf("%d lines are said in %d turns", len(lines), len(d.pauses))
		}
		// Started again, at once and after its keys are forgotten, it is quiet for good.
		for range 2 {
			d.pauses = nil
			d.run(len(lines))
			d.said(t)
			if len(d.pauses) > 1 {
				t.Errorf("when everything is said it takes %d turns", len(d.pauses))
			}
			if err := s.Write(context.Background(), func(tx *store.Tx) error {
				return tx.Sweep(forumtest.NewClock().Now().Add(20 * 24 * time.Hour))
			}); err != nil {
				t.Fatal(err)
			}
		}
		d.quiet(t)
	})
}

// However often the program stops, the talk goes on where it was.
func TestTalkGoesOnAfterRestarts(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		d := newStaged(t, s, nil)
		lines := len(script(t))
		for round := 0; len(d.pauses) < lines; round++ {
			d.run(1 + 3*round)
		}
		d.run(lines) // lines that a restart repeats add nothing and took turns
		d.said(t)
		d.quiet(t)
	})
}

// Two processes on one database say each line once between them.
func TestTwoTalksSayEverythingOnce(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		d := newStaged(t, s, nil)
		var turn sync.Mutex
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				talk := d.talk
				talk.Wait = func(context.Context, time.Duration) error {
					turn.Unlock()
					turn.Lock()
					return nil
				}
				turn.Lock()
				defer turn.Unlock()
				talk.Run(context.Background())
			})
		}
		both.Wait()
		d.said(t)
		d.quiet(t)
	})
}

func TestTalkRepeats(t *testing.T) {
	orders := map[uint64][]string{}
	for _, seed := range []uint64{0, 0, 1} {
		s := forumtest.Open(t, forumtest.SQLite(t))
		d := newStaged(t, s, nil)
		d.talk.Seed = seed
		d.run(12)
		var order []string
		for _, head := range everyThread(t, s) {
			rows, err := s.Sources(context.Background(), all, head.ID, d.before[head.Title].LastNumber, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				order = append(order, row.CreatedAt.String()+row.Body)
			}
		}
		for _, pause := range d.pauses {
			order = append(order, pause.String())
		}
		if known := orders[seed]; known != nil && !slices.Equal(known, order) {
			t.Errorf("seed %d gives two talks", seed)
		}
		orders[seed] = order
	}
	if slices.Equal(orders[0], orders[1]) {
		t.Error("two seeds give the same talk")
	}
}

func TestTalkIsForDemosOnly(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		cast := forumtest.NewCast(t, s)
		// Somebody has the name of a fictional member and a thread that the script knows.
		first := script(t)[0]
		namesake := cast.Add(t, "namesake@example.org", first.By, "Funders", models.RoleMember)
		if namesake.Persona.PersonaHandle != first.By {
			t.Fatalf("the handle is %q, want %q", namesake.Persona.PersonaHandle, first.By)
		}
		id := cast.Start(t, namesake, forumtest.Public, first.Thread)
		talk := demo.Talk{
			Row: cast.Row, Forum: cast.Forum, Community: cast.Community, Log: forumtest.Quiet(),
			Wait: func(context.Context, time.Duration) error {
				t.Error("it waits for its turn")
				return errEnough
			},
		}
		talk.Run(context.Background())
		if head, err := cast.Forum.Thread(context.Background(), namesake, id); err != nil || head.Seq != 1 {
			t.Errorf("the thread stands at %d, %v", head.Seq, err)
		}
	})
}

// The end of the context ends a real pause, and no line is said after it.
func TestTalkStopsAtOnce(t *testing.T) {
	d := newStaged(t, forumtest.Open(t, forumtest.SQLite(t)), nil)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.talk.Run(ctx)
	}()
	cancel()
	select {
	case <-done:
	case <-time.After(5 * time.Second): // less than the first pause
		t.Fatal("the talk goes on")
	}
	if len(d.hints) > 0 {
		t.Errorf("after the end it moved %v", d.hints)
	}
	d.quiet(t)
}

// What cannot be said is left out: a thread was locked, another renamed, a member
// suspended. Everything else is said.
func TestTalkSkipsWhatCannotBeSaid(t *testing.T) {
	ctx := context.Background()
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		d := newStaged(t, s, nil)
		moderator, err := d.talk.Community.DemoViewer(ctx, "kwabena")
		if err != nil {
			t.Fatal(err)
		}
		lines := script(t)
		locked := d.before[lines[0].Thread]
		renamed := d.before[lines[slices.IndexFunc(lines, func(line demo.Line) bool { return line.Thread != locked.Title })].Thread]
		yes, title := true, "A title that the script does not know"
		for id, edit := range map[int64]forum.ThreadEdit{locked.ID: {Locked: &yes}, renamed.ID: {Title: &title}} {
			if _, err := d.forum.EditThread(ctx, moderator, id, edit); err != nil {
				t.Fatal(err)
			}
		}
		const suspended = "hiroko"
		if err := d.talk.Community.SuspendMember(ctx, suspended+"@example.org", moderator.Now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		d.run(len(lines))
		silent := map[int64]int{locked.ID: locked.LastNumber, renamed.ID: renamed.LastNumber}
		spoken := 0
		for _, head := range everyThread(t, s) {
			rows, err := s.Sources(ctx, all, head.ID, d.before[head.Title].LastNumber, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if last, known := silent[head.ID]; known {
				if head.LastNumber != last {
					t.Errorf("somebody spoke in %q", head.Title)
				}
				continue
			}
			spoken += len(rows)
			for _, row := range rows {
				if row.PersonaHandle == suspended {
					t.Errorf("a suspended member spoke in %q", head.Title)
				}
			}
		}
		if spoken < len(lines)/2 {
			t.Errorf("%d lines of %d were said", spoken, len(lines))
		}
		if log := d.log.String(); strings.Contains(log, "level=WARN") || !strings.Contains(log, "skipped") {
			t.Errorf("the talk logs %s", log)
		}
	})
}

// An error is logged, a panic too, and the talk goes on.
func TestTalkOutlivesAFault(t *testing.T) {
	moves := 0
	d := newStaged(t, forumtest.Open(t, forumtest.SQLite(t)), func() {
		if moves++; moves == 3 {
			panic("a fault")
		}
	})
	d.run(20)
	if moves < 10 {
		t.Errorf("after the fault the talk ended: %d acts", moves)
	}
	if log := d.log.String(); strings.Count(log, "level=WARN") != 1 || !strings.Contains(log, "a fault") {
		t.Errorf("the talk logs %s", log)
	}
}
