package live

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// hurried is a clock that goes faster than the machine's.
func hurried(hurry time.Duration) Clock {
	start := time.Now()
	return Clock{
		Now:   func() time.Time { return start.Add(hurry * time.Since(start)) },
		After: func(d time.Duration) <-chan time.Time { return time.After(d / hurry) },
	}
}

// numberFrom reads a number from the environment.
func numberFrom(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestModel is the promise as a whole. Two instances watch one source. Hints are lost, doubled and late, for each
// instance by itself. Clients cut their lines, change the instance, subscribe again and read slowly; threads close and
// open, members lose their rights, sessions end, the database is restored once. No number is missing and none comes
// twice, nothing is sent to whoever may not see it, and in the end every client is equal to a fresh page, or denied.
//
// COLLOQUY_SEED sets the seed; with -short a fifth is done, at a quarter of the speed, for machines that are slow or
// watched by the race detector.
func TestModel(t *testing.T) {
	seed := numberFrom(t, "COLLOQUY_SEED", 1)
	acts, least := int64(10_000), int64(1_000_000)
	hurry := time.Duration(40) // the repair comes every 75 ms, a beat after six tenths of a second
	if testing.Short() {
		acts, least, hurry = acts/5, least/5, hurry/4
	}
	const clients = 200
	t.Logf("seed %d, %d acts, %d clients", seed, acts, clients)

	w := newWorld()
	hubs := make([]*Hub, 2)
	for i := range hubs {
		opt := w.options()
		opt.Unlimited, opt.Clock = true, hurried(hurry)
		opt.Readers = func(channel string, n int) { hubs[1-i].Elsewhere(fmt.Sprint("instance ", i), channel, n) }
		hub, err := New(opt)
		if err != nil {
			t.Fatal(err)
		}
		hubs[i] = hub
	}
	for _, hub := range hubs {
		if err := hub.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { hub.Drain(t.Context()) })
	}

	sum := &sums{hurry: hurry}
	started := time.Now()
	followers, done := follow(t, w, hubs, sum, clients, seed)
	s := &scribe{world: w, hubs: hubs, acts: acts, pace: least * 11 / 10, sum: sum}
	var scribes sync.WaitGroup
	for i := range 4 {
		rnd := rand.New(rand.NewPCG(seed, uint64(1000+i)))
		scribes.Go(func() { s.write(rnd) })
	}
	scribes.Wait()
	sum.frozen.Store(true)
	written := time.Since(started)
	if !wait(done, clients) {
		explain(t, followers)
		sum.halted.Store(true)
		for _, hub := range hubs {
			hub.Drain(t.Context())
		}
		t.FailNow()
	}
	report(t, w, hubs, sum, written)
	if n := sum.applied.Load(); n < least {
		t.Errorf("%d numbers were applied, not %d", n, least)
	}
}

// wait waits for all followers.
func wait(done <-chan struct{}, clients int) bool {
	late := time.After(3 * testPatience)
	for range clients {
		select {
		case <-done:
		case <-late:
			return false
		}
	}
	return true
}

// follow sets the clients going: one in four is a visitor, half of the members may read what is closed.
func follow(t *testing.T, w *world, hubs []*Hub, sum *sums, clients int, seed uint64) ([]*follower, <-chan struct{}) {
	done := make(chan struct{}, clients)
	var all []*follower
	for i := range clients {
		rnd := rand.New(rand.NewPCG(seed, uint64(i)))
		f := &follower{t: t, world: w, hubs: hubs, sums: sum, rnd: rnd}
		f.session = Session{Viewer: viewer{}, Variant: variants[i%2]}
		if i%4 != 0 {
			f.join(i)
		}
		for _, id := range rnd.Perm(worldThreads)[:9] {
			f.views = append(f.views, &view{ch: fmt.Sprint("thread:", id+1)})
		}
		for _, list := range []string{"front", "theme:open", "theme:closed"} {
			if rnd.IntN(4) == 0 {
				f.views = append(f.views, &view{ch: list, list: true})
			}
		}
		all = append(all, f)
		go func() {
			f.live()
			done <- struct{}{}
		}()
	}
	return all, done
}

// join signs a follower in.
func (f *follower) join(i int) {
	inside := i%8 < 5
	f.session.ID, f.session.Member = fmt.Sprint("s-", i), fmt.Sprint("m-", i/2)
	standing := Standing{Viewer: viewer{name: fmt.Sprint("member ", i%16), insider: inside}, Variant: variants[i%4], Rights: inside}
	f.member = &worldMember{standing: standing}
	if inside {
		f.member.outside.Store(neverOutside)
	}
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	f.world.members[f.session.ID] = f.member
}

// explain says in what those who never got to the end differ. They may still run, so only that is looked at which is
// under the world's lock anyhow.
func explain(t *testing.T, followers []*follower) {
	t.Error("somebody never gets to the end")
	for _, f := range followers {
		f.world.mu.Lock()
		for _, v := range f.views {
			if why := f.differs(v); why != "" {
				t.Errorf("%s: %s: %s: %d, asked %d, denied %v", f.session.ID, v.ch, why, v.mine, v.asks, v.denied)
			}
		}
		f.world.mu.Unlock()
	}
}

func report(t *testing.T, w *world, hubs []*Hub, sum *sums, written time.Duration) {
	t.Logf("%d numbers written in %v, %d applied, %d rows of lists, %d frames, %d cuts by clients, %d by hubs, %d subscribed again, %d pages, %d denials, %d closings",
		w.numbers(), written.Round(time.Millisecond), sum.applied.Load(), sum.rows.Load(), sum.frames.Load(), sum.cuts.Load(),
		sum.closes.Load(), sum.resubs.Load(), sum.pages.Load(), sum.denies.Load(), w.closings)
	for i, hub := range hubs {
		s := hub.Stats()
		t.Logf("instance %d: resets %v, resumes %v, %d repairs, %d frames dropped", i, s.Resets, s.Resumes, s.Repairs, s.Drops)
		if s.Resets[whyError] > 0 {
			t.Errorf("instance %d had trouble", i)
		}
	}
}

func (w *world) numbers() (n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.threads {
		n += t.head
	}
	return n
}

// scribe writes, and tells the hubs badly.
type scribe struct {
	world *world
	hubs  []*Hub
	acts  int64
	pace  int64 // numbers that are to be applied by the time all is written
	sum   *sums
	done  atomic.Int64
}

type hintOf struct {
	channel string
	head    int64
}

func (s *scribe) write(rnd *rand.Rand) {
	late := make([][]hintOf, len(s.hubs))
	for {
		n := s.done.Add(1)
		if n > s.acts {
			return
		}
		hints := s.world.act(rnd, n, s.acts, s.hubs[rnd.IntN(len(s.hubs))])
		for i, hub := range s.hubs {
			late[i] = tell(hub, rnd, hints, late[i])
		}
		// The readers get a chance to follow, as long as they do.
		for before, now := int64(-1), s.sum.applied.Load(); now < s.pace*n/s.acts && now > before; {
			<-time.After(20 * time.Millisecond)
			before, now = now, s.sum.applied.Load()
		}
	}
}

// tell gives hints to a hub: three in ten are lost, doubled or late.
func tell(hub *Hub, rnd *rand.Rand, hints, late []hintOf) []hintOf {
	for _, hint := range hints {
		switch rnd.IntN(10) {
		case 0:
		case 1:
			hub.Hint(hint.channel, hint.head)
			hub.Hint(hint.channel, hint.head)
		case 2:
			late = append(late, hint)
		default:
			hub.Hint(hint.channel, hint.head)
		}
	}
	for len(late) > 0 && rnd.IntN(3) == 0 {
		i := rnd.IntN(len(late))
		hub.Hint(late[i].channel, late[i].head)
		late = slices.Delete(late, i, i+1)
	}
	return late
}
