package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"
)

// The sizes of TestReadersEndEqualToAFreshPage.
const (
	enoughApplied     = 20_000
	enoughAppliedLong = 1_000_000 // with COLLOQUY_LONG=1
	readersNow        = 40
	readersLong       = 100
	chaosThreads      = 6
	followedEach      = 4
	posters           = 8
)

// chaos is one site under everything that can happen to it, with those who write and
// those who read.
type chaos struct {
	*fleet
	threads               []int64
	viewers               []*viewer
	crew                  []*poster
	speaker               *poster // the last of the crew, who writes when told to
	shared                *counts
	readers               []*reader
	tally                 *tally
	random                *rand.Rand
	enough                chan struct{} // closed when the posters are to stop
	calm                  chan struct{} // closed when they have stopped
	stopBus               func()        // nil while NATS is away
	kills, stops, outages int
}

// Whatever happens to instances, lines and NATS, nobody misses a number or gets one
// twice, and everybody ends with what a page loaded now holds.
func TestReadersEndEqualToAFreshPage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		postgres bool
	}{{"one instance on SQLite", false}, {"two instances on PostgreSQL", true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			target, readers := int64(enoughApplied), readersNow
			if os.Getenv("COLLOQUY_LONG") != "" {
				target, readers = enoughAppliedLong, readersLong
			}
			began := time.Now()
			x := newChaos(t, c.postgres, readers)
			if x.run(target); !t.Failed() {
				x.compare()
				x.report(target, time.Since(began))
			}
		})
	}
}

// newChaos starts a site with threads, members and readers.
func newChaos(t *testing.T, postgres bool, readers int) *chaos {
	t.Helper()
	x := &chaos{
		fleet: newFleet(t, postgres), shared: &counts{}, random: rand.New(rand.NewPCG(3, 5)),
		tally:  &tally{resets: map[string]int{}, closes: map[int]int{}},
		enough: make(chan struct{}), calm: make(chan struct{}),
	}
	if x.bus != "" {
		x.stopBus = startNATS(t, x.bus)
	}
	p := x.places[0]
	var members []*caller
	for i := range 5 {
		role := "member"
		if i == 0 {
			role = "moderator"
		}
		members = append(members, p.member(fmt.Sprintf("chaos%d@example.org", i), role))
	}
	x.serve()
	for i := range chaosThreads {
		x.threads = append(x.threads, startThread(t, members[1], fmt.Sprintf("What was said in place %d?", i+1)).ID)
	}
	for i := range posters + 1 {
		x.crew = append(x.crew, &poster{
			name: i, instances: x.callers(members[i%len(members)].token), random: rand.New(rand.NewPCG(7, uint64(i))),
			threads: x.threads, moderates: i%len(members) == 0, shared: x.shared,
			wrote: map[int64][]int{}, standing: map[int64][]int{},
		})
	}
	x.speaker = x.crew[posters]
	for _, language := range []string{"en", "ar"} {
		x.viewers = append(x.viewers, newViewer("a visitor reading "+language, language, nil))
	}
	for i := range 3 { // a moderator and two members
		x.viewers = append(x.viewers, newViewer(fmt.Sprintf("member %d", i), "en", p.signIn(fmt.Sprintf("chaos%d@example.org", i)).Cookies()))
	}
	for i := range readers {
		x.addReader(i)
	}
	return x
}

// addReader adds the reader with this number: every habit meets every viewer. One in
// seven has no page to begin with and asks for everything from the beginning.
func (x *chaos) addReader(i int) {
	r := &reader{
		habit: habit(i % int(habits)), viewer: x.viewers[i/int(habits)%len(x.viewers)], places: x.places,
		random: rand.New(rand.NewPCG(13, uint64(i))), threads: map[string]*followed{}, tally: x.tally, written: &x.shared.acknowledged, calm: x.calm,
		bare: i%7 == 6,
	}
	r.name = fmt.Sprintf("reader %d (habit %d, %s)", i, r.habit, r.viewer.name)
	first := i
	if r.habit == slow {
		first = 0 // where most is written
	}
	for k := range followedEach {
		id := x.threads[(first+k)%len(x.threads)]
		r.threads[channelOf(id)] = &followed{id: id}
	}
	x.readers = append(x.readers, r)
}

// run lets everybody write and read, and things happen, until enough was applied, and
// then until every reader is at the head.
func (x *chaos) run(target int64) {
	x.t.Helper()
	ctx, cancel := context.WithCancel(x.t.Context())
	defer cancel()
	var reading, writing sync.WaitGroup
	defer func() {
		reading.Wait()
		for _, fault := range x.tally.faults {
			x.t.Error(fault)
		}
		if x.t.Failed() {
			x.t.Logf("behind: %s", x.behind(x.heads(x.threads)))
		}
	}()
	defer cancel()
	for _, r := range x.readers {
		reading.Go(func() { r.run(ctx) })
	}
	for _, w := range x.crew[:posters] {
		writing.Go(func() {
			if err := w.write(ctx, x.enough); err != nil && ctx.Err() == nil {
				x.tally.fault("%v", err)
				cancel() // without one of them the test is lost
			}
		})
	}
	for i := 0; ctx.Err() == nil && (i < 6 || x.tally.applied.Load() < target); i++ {
		x.happen(ctx, i)
	}
	close(x.enough)
	writing.Wait()
	x.lastWords(ctx)
	close(x.calm)
	heads := x.heads(x.threads)
	await(x.t, 3*time.Minute, "every reader is at the head", func() bool { return ctx.Err() != nil || x.behind(heads) == "" })
}

// happen waits until the posters have written something and does the next thing to the site.
func (x *chaos) happen(ctx context.Context, i int) {
	x.t.Helper()
	acts := x.shared.acknowledged.Load() + 16*posters
	await(x.t, time.Minute, "the posters have worked", func() bool {
		return ctx.Err() != nil || x.shared.acknowledged.Load() >= acts
	})
	if pause(ctx, 100+x.random.IntN(900)) != nil {
		return
	}
	which := (x.kills + x.stops) % len(x.servers) // the other one: that is where most lines are now
	switch s := x.servers[which]; {
	case i%4 == 1 && x.stopBus != nil:
		x.stopBus()
		x.stopBus = nil
		x.outages++
		return
	case i%4 == 3 && x.bus != "":
		x.stopBus = startNATS(x.t, x.bus)
		return
	case i%4 == 2:
		s.stop()
		x.stops++
	default:
		s.kill()
		x.kills++
	}
	x.servers[which] = x.places[which].serve()
}

// lastWords says a last word in every thread.
func (x *chaos) lastWords(ctx context.Context) {
	x.t.Helper()
	for _, thread := range x.threads {
		if ctx.Err() == nil {
			must(x.t, x.speaker.respond(ctx, thread, x.speaker.text(thread)))
		}
	}
}

// behind names a reader who is not at the heads yet, "" when there is none.
func (x *chaos) behind(heads map[int64]int64) string {
	for _, r := range x.readers {
		for _, f := range r.threads {
			if mine := f.mine.Load(); mine != heads[f.id] {
				return fmt.Sprintf("%s has %d of %d in thread %d", r.name, mine, heads[f.id], f.id)
			}
		}
	}
	return ""
}
