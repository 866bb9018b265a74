package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// A reader who takes nothing until the server has given up is told so, loads the page
// and ends with all of it, and whoever reads beside it gets every number.
func TestASlowReaderEndsEqualToAFreshPage(t *testing.T) {
	t.Parallel()
	f := newFleet(t, false)
	member := f.places[0].member("slow@example.org", "member")
	f.serve()
	thread := startThread(t, member, "Can you follow?").ID
	all := &tally{resets: map[string]int{}, closes: map[int]int{}}
	written, calm := &atomic.Int64{}, make(chan struct{})
	var readers []*reader
	for i, how := range []habit{slow, steady} {
		readers = append(readers, &reader{
			name: fmt.Sprintf("reader %d", i), habit: how, viewer: newViewer("a visitor", "en", nil), places: f.places,
			random: rand.New(rand.NewPCG(1, uint64(i))), threads: map[string]*followed{channelOf(thread): {id: thread}},
			tally: all, written: written, calm: calm,
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	defer reading.Wait()
	defer cancel()
	for _, r := range readers {
		reading.Go(func() { r.run(ctx) })
	}
	posts := 0
	post := func() {
		posts++
		respond(t, member, thread, fmt.Sprintf("This is %d.", posts)+strings.Repeat(" And so on.", 1000))
	}
	await(t, startWithin, "the slow reader rests", func() bool { post(); return all.rests.Load() > 0 })
	await(t, startWithin, "the server gives it up", func() bool {
		post()
		return f.places[0].meter(`colloquy_live_resets_total\{why="lag"\}`) > 0
	})
	close(calm) // the reader rests no more
	post()
	head := f.heads([]int64{thread})[thread]
	for _, r := range readers {
		await(t, seen, r.name+" is at the head", func() bool { return r.threads[channelOf(thread)].mine.Load() == head })
	}
	cancel()
	reading.Wait()
	fresh, forms := f.fresh(readers[0].viewer, f.places[0], thread, head), canon{}
	for _, r := range readers {
		what, err := forms.differs(r.threads[channelOf(thread)], fresh)
		must(t, err)
		if what != "" {
			t.Errorf("%s %.2000s", r.name, what)
		}
	}
	if len(all.faults) > 0 || all.resets["lag"] == 0 {
		t.Errorf("after %d posts the resets are %v, the faults %q", posts, all.resets, all.faults)
	}
}
