package demo

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/models"
)

// The pace of the talk: the first act soon, so that a newcomer sees it, the others slowly.
const (
	firstPause   = 8 * time.Second
	leastPause   = 15 * time.Second
	longestPause = 45 * time.Second
)

// talkStream makes a lively beginning of seed 0: most of it in the longest thread, an edit
// and a new thread soon. When the script changes it is to be chosen anew.
const talkStream = 6571

// Talk lets the fictional members of a demo go on talking, so that a newcomer sees live
// threads. They speak through the rooms, as people do: what follows from a response
// follows from theirs. The script is finite; when it is used up they are quiet for good.
type Talk struct {
	// Row says whether this is a demo at all.
	Row       models.Community
	Forum     *forum.Forum
	Community *community.Community
	Log       *slog.Logger
	// Seed chooses the order and the pauses: the same seed, the same talk.
	Seed uint64
	// Wait returns nil after a pause, or an error as soon as the context ends. When it is
	// nil the pauses are real.
	Wait func(ctx context.Context, pause time.Duration) error
}

// Run talks until the context ends or everything is said. What was said before a restart
// is recognised, and the talk goes on behind it. A line that cannot be said, because its
// thread is locked or gone, is skipped; an error is logged and the next line is tried. In
// a community that is no demo nobody says anything.
func (t *Talk) Run(ctx context.Context) {
	if !t.Row.Demo {
		t.Log.ErrorContext(ctx, "fictional members talk in a demo only")
		return
	}
	lines, err := TalkLines()
	if err != nil {
		t.Log.ErrorContext(ctx, "the fictional members have nothing to say", "error", err)
		return
	}
	source := rand.New(rand.NewPCG(t.Seed, talkStream))
	s := speech{Talk: t, lines: inTurn(lines, source)}
	for pause := firstPause; len(s.lines) > 0; pause = leastPause + time.Duration(source.Int64N(int64(longestPause-leastPause))) {
		if t.wait(ctx, pause) != nil {
			return
		}
		if err := s.next(ctx); err != nil && ctx.Err() == nil {
			t.Log.WarnContext(ctx, "a fictional member could not speak", "error", err)
		}
	}
}

func (t *Talk) wait(ctx context.Context, pause time.Duration) error {
	if t.Wait != nil {
		return t.Wait(ctx, pause)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// speech is a talk under way.
type speech struct {
	*Talk
	// lines are still to be said.
	lines []Line
	// threads are the ids of the threads by their titles, nil until the talk remembers
	// where it stopped.
	threads map[string]int64
	// numbers are those under which lines were said, by their N.
	numbers map[int]int
}

// next says the next line. Before the first one it looks for what was said before the
// start; when that fails it is tried again at the next turn.
func (s *speech) next(ctx context.Context) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v: %s", fault, debug.Stack())
		}
	}()
	if s.threads == nil {
		if err := s.remember(ctx); err != nil {
			return fmt.Errorf("look for what was said: %w", err)
		}
	}
	if len(s.lines) == 0 {
		return nil
	}
	line := &s.lines[0]
	s.lines = s.lines[1:]
	err = s.speak(ctx, line)
	if unspeakable(err) {
		s.Log.DebugContext(ctx, "a line of the demo's talk is skipped", "line", line.N, "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("line %d of the demo's talk: %w", line.N, err)
	}
	return nil
}
