package live

import (
	"context"
	"runtime"
	"time"
)

// Where a topic stands in the queue of the dispatchers.
const (
	atRest       = iota
	resting      // out of it until its rest is over
	waiting      // in the queue
	running      // a dispatcher is bringing it up to date
	runningAgain // the same, and something has moved since
)

func dispatchers() int { return max(2, runtime.GOMAXPROCS(0)) }

// mark puts a topic in the queue of those to be brought up to date.
func (h *Hub) mark(t *topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.markLocked(t)
}

// markAll has every topic asked again at once, and every row of every list looked at.
func (h *Hub) markAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.topics {
		t.rest = time.Time{}
		t.urgent = t.turn == running || t.turn == runningAgain
		if t.list != nil {
			t.list.all = true
		}
		h.markLocked(t)
	}
}

// markLocked puts a topic in the queue, or, while it rests, sees to it that it gets there when the rest is over.
func (h *Hub) markLocked(t *topic) {
	switch t.turn {
	case atRest:
		if wait := time.Until(t.rest); wait > 0 {
			t.turn = resting
			time.AfterFunc(wait, func() { h.rested(t) })
			return
		}
		h.queueLocked(t)
	case resting:
		if t.rest.IsZero() {
			h.queueLocked(t)
		}
	case running:
		t.turn = runningAgain
	}
}

func (h *Hub) queueLocked(t *topic) {
	t.turn = waiting
	h.dirty = append(h.dirty, t)
	h.nudge()
}

// rested puts a topic in the queue after its rest.
func (h *Hub) rested(t *topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t.turn == resting {
		h.queueLocked(t)
	}
}

// pause keeps a topic that has just been sent to n readers from being brought up to date again at once: what changes
// meanwhile goes out together, so that a crowd of readers leaves the machine to those who write. The first change after
// a quiet time never waits. Rests follow the machine's clock.
func (h *Hub) pause(t *topic, n int) {
	d := min(time.Duration(n)*restEach, restMost)
	if n > 1 {
		d = max(d, restLeast)
	}
	if t.list != nil {
		d = max(d, listRest)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	t.rest = time.Now().Add(d)
}

func (h *Hub) nudge() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// next takes the first topic of the queue, nil when there is none.
func (h *Hub) next() *topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.dirty) == 0 {
		h.dirty = nil
		return nil
	}
	t := h.dirty[0]
	h.dirty[0] = nil
	h.dirty = h.dirty[1:]
	t.turn = running
	if len(h.dirty) > 0 {
		h.nudge()
	}
	return t
}

// done ends a topic's turn, and gives it another when something has moved meanwhile.
func (h *Hub) done(t *topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	again := t.turn == runningAgain
	t.turn = atRest
	if t.urgent {
		t.urgent, t.rest = false, time.Time{}
	}
	if again {
		h.markLocked(t)
	}
}

// dispatch brings marked topics up to date until the hub stops.
func (h *Hub) dispatch() {
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-h.wake:
		}
		for t := h.next(); t != nil && h.ctx.Err() == nil; t = h.next() {
			if err := h.guard("fan-out", func() error { t.advance(h.ctx); return nil }); err != nil {
				t.stale.Store(true)
			}
			h.done(t)
		}
	}
}

// every runs f in even distances, and at once with urgent set when asked through now, until the hub stops.
func (h *Hub) every(d time.Duration, now <-chan struct{}, f func(urgent bool)) {
	for {
		urgent := false
		select {
		case <-h.ctx.Done():
			return
		case <-now:
			urgent = true
		case <-h.opt.Clock.After(d):
		}
		_ = h.guard("the work in the background", func() error { f(urgent); return nil })
	}
}

// acquire gives the topic of a channel and keeps it until release; a topic that nobody holds is forgotten.
func (h *Hub) acquire(channel string, k kind) *topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[channel]
	if t == nil {
		t = h.newTopic(channel, k)
		h.topics[channel] = t
		if t.list != nil {
			h.lists[t] = struct{}{}
		}
	}
	t.refs++
	return t
}

func (h *Hub) newTopic(channel string, k kind) *topic {
	t := &topic{hub: h, channel: channel, subs: map[*subscription]struct{}{}}
	if k == listed {
		t.list = newList()
	} else {
		t.ring = newRing(channel)
	}
	return t
}

func (h *Hub) release(t *topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.refs--
	if t.refs == 0 {
		delete(h.topics, t.channel)
		delete(h.lists, t)
	}
}

// ask bounds a question to the outside.
func ask(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, askTimeout)
}
