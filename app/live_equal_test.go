package main_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// tally counts what all readers of a test went through.
type tally struct {
	applied, cuts, rests, polls atomic.Int64

	mu     sync.Mutex
	resets map[string]int // by reason
	closes map[int]int    // by code
	faults []string
}

// fault records what must not happen; a few of a kind are enough.
func (t *tally) fault(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.faults) < 20 {
		t.faults = append(t.faults, fmt.Sprintf(format, args...))
	}
}

func (t *tally) reset(why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.resets[why]++
}

func (t *tally) closed(code int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closes[code]++
}

// compare demands that every thread holds what was acknowledged, each once, and that
// every reader holds what a page loaded now holds, from whichever instance.
func (x *chaos) compare() {
	x.t.Helper()
	heads, forms := x.heads(x.threads), canon{}
	for _, thread := range x.threads {
		x.compareWritten(thread, heads[thread])
	}
	for _, v := range x.viewers {
		for _, p := range x.places {
			for _, thread := range x.threads {
				fresh := x.fresh(v, p, thread, heads[thread])
				x.compareReaders(v, fresh, thread, forms)
			}
		}
	}
}

// compareWritten demands that a thread holds the acknowledged responses and no other.
func (x *chaos) compareWritten(thread, head int64) {
	x.t.Helper()
	var kept conversation
	await(x.t, seen, fmt.Sprintf("thread %d is read as it is now", thread), func() bool {
		kept = readThread(x.t, x.places[0].caller(""), thread)
		return kept.Seq == head
	})
	acknowledged, said := map[int]bool{}, map[string]int{}
	for _, w := range x.crew {
		for _, number := range w.wrote[thread] {
			if acknowledged[number] {
				x.t.Errorf("thread %d: number %d was acknowledged twice", thread, number)
			}
			acknowledged[number] = true
		}
	}
	for _, text := range kept.texts[1:] {
		if !acknowledged[text.Number] {
			x.t.Errorf("thread %d: number %d was never acknowledged: %s", thread, text.Number, text.Body)
		}
		if words := saying.FindString(text.Body); words != "" && said[words] != 0 {
			x.t.Errorf("thread %d: numbers %d and %d say the same: %s", thread, said[words], text.Number, words)
		} else if said[words] = text.Number; words == "" && !text.Removed {
			x.t.Errorf("thread %d: number %d says nothing: %s", thread, text.Number, text.Body)
		}
	}
	visible := 0
	for _, text := range kept.texts[1:] {
		if !text.Removed {
			visible++
		}
	}
	if kept.Responses != visible {
		x.t.Errorf("thread %d counts %d responses and shows %d", thread, kept.Responses, visible)
	}
	if len(kept.texts) != len(acknowledged)+1 {
		x.t.Errorf("thread %d holds %d texts, acknowledged were %d", thread, len(kept.texts), len(acknowledged))
	}
}

func (x *chaos) compareReaders(v *viewer, fresh *wholeThread, thread int64, forms canon) {
	x.t.Helper()
	for _, r := range x.readers {
		f := r.threads[channelOf(thread)]
		if f == nil || r.viewer != v || x.t.Failed() { // one difference is enough
			continue
		}
		what, err := forms.differs(f, fresh)
		must(x.t, err)
		if what != "" {
			x.t.Errorf("%s: thread %d %.3000s", r.name, thread, what)
		}
	}
}

// report says what happened, and demands that everything that
// the test is about did happen.
func (x *chaos) report(target int64, took time.Duration) {
	x.t.Helper()
	total := int64(0)
	for _, head := range x.heads(x.threads) {
		total += head
	}
	tally := x.tally
	x.t.Logf("%d numbers applied by %d readers in %s: %d changes in %d threads; %d kills, %d restarts, %d outages of NATS, "+
		"%d lines cut, %d rests, %d polls; resets %v, closes %v; %d attempts of the posters failed",
		tally.applied.Load(), len(x.readers), took.Round(time.Second), total, len(x.threads), x.kills, x.stops, x.outages,
		tally.cuts.Load(), tally.rests.Load(), tally.polls.Load(), tally.resets, tally.closes, x.shared.failed.Load())
	for what, happened := range map[string]bool{
		"enough numbers":             tally.applied.Load() >= target,
		"a kill":                     x.kills > 0,
		"a restart that was felt":    x.stops > 0 && tally.closes[1012] > 0,
		"an outage of NATS":          x.outages > 0 || x.bus == "",
		"a cut":                      tally.cuts.Load() > 0,
		"a reader who rested":        tally.rests.Load() > 0,
		"a reader who was long away": tally.resets["far"] > 0,
		"a poll":                     tally.polls.Load() > 0,
	} {
		if !happened {
			x.t.Errorf("the test has not seen %s", what)
		}
	}
}
