package live

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// topic is a channel that somebody watches. Its lock is held from the reading of a batch until the last subscriber
// has it in the queue, and over a subscription from its reading to its ok: so nobody misses a number between the two,
// and nobody has one twice.
type topic struct {
	hub     *Hub
	channel string
	refs    int // subscriptions and work under way; under the hub's lock
	turn    int // under the hub's lock

	head  atomic.Int64 // the number up to which all subscribers have everything; written under mu
	stale atomic.Bool  // the last attempt to bring it up to date failed

	mu    sync.Mutex
	epoch string
	subs  map[*subscription]struct{}
}

// subscription is one socket listening to one topic. live is under the socket's lock: once it is false nothing more
// of the topic reaches the socket.
type subscription struct {
	socket *socket
	topic  *topic
	live   bool
}

// advance brings the subscribers up to the head that the source has now, and asks again whether they may listen.
func (t *topic) advance(ctx context.Context) {
	ctx, cancel := ask(ctx)
	defer cancel()
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.subs) == 0 {
		return
	}
	since := t.head.Load()
	batch, err := t.hub.read(ctx, t.channel, since)
	if err == nil {
		err = t.take(ctx, batch, since)
	}
	if errors.Is(err, ErrNoChannel) {
		t.denyAll()
		err = nil
	}
	t.stale.Store(err != nil)
	if err != nil {
		t.hub.log.Warn("live: bring a topic up to date", "channel", t.channel, "err", err)
	}
}

// take hands a batch that was read from since on, which is the topic's head or before it, to the subscribers.
func (t *topic) take(ctx context.Context, batch Batch, since int64) error {
	if err := t.hub.trust(ctx, batch); err != nil {
		return err
	}
	head := t.head.Load()
	groups := t.admit(batch.Audience)
	switch {
	case len(groups) == 0:
	case batch.Epoch != t.epoch:
		t.resetAll(whyEpoch)
	case batch.Head < head:
		t.resetAll(whyAhead)
	case batch.Truncated && since < head:
		// The rows do not reach from the head on: they are read again on their own.
		t.hub.mark(t)
		return nil
	case batch.Truncated:
		t.resetAll(whyFar)
	case batch.Head > head:
		t.fanOut(ctx, groups, batch)
	}
	t.epoch = batch.Epoch
	t.head.Store(batch.Head)
	return nil
}

// admit asks for every subscriber whether they belong to the audience, ends those who do not, and gives the others by
// variant.
func (t *topic) admit(audience any) map[Variant][]*subscription {
	groups := map[Variant][]*subscription{}
	deny := denyFrame(t.channel)
	for sub := range t.subs {
		standing := sub.socket.standing.Load()
		if !t.hub.may(standing.Viewer, audience) {
			sub.socket.end(sub, "", deny)
			t.remove(sub)
			continue
		}
		groups[standing.Variant] = append(groups[standing.Variant], sub)
	}
	return groups
}

// fanOut renders the batch once for each group and sends it. A group for which that fails is reset and fetches the
// page; the others are not touched by it.
func (t *topic) fanOut(ctx context.Context, groups map[Variant][]*subscription, batch Batch) {
	head := t.head.Load()
	for variant, subs := range groups {
		r, err := t.hub.render(ctx, t.channel, variant, batch, head, true)
		var shared outbound
		if err == nil {
			shared, err = r.shared()
		}
		if err != nil {
			why := whyError
			if errors.Is(err, errTooMuch) {
				why = whyFar
			} else {
				t.hub.log.Error("live: render", "channel", t.channel, "err", err)
			}
			t.reset(subs, why)
			continue
		}
		for _, sub := range subs {
			t.send(sub, shared, r)
		}
	}
}

// send gives a subscriber the batch, and after it the numbers in it that are their own.
func (t *topic) send(sub *subscription, shared outbound, r rendering) {
	viewer := sub.socket.standing.Load().Viewer
	var numbers []int
	for i, n := range r.numbers {
		if n > 0 && t.hub.author(r.changes[i], viewer) {
			numbers = append(numbers, n)
		}
	}
	messages := []outbound{shared}
	if len(numbers) > 0 {
		messages = append(messages, private(1, ownFrame(t.channel, numbers)))
	}
	if !sub.socket.send(sub, messages...) {
		t.remove(sub)
	}
}

func (t *topic) reset(subs []*subscription, why string) {
	frame := resetNow(t.channel, why, window(why, len(subs)))
	for _, sub := range subs {
		sub.socket.end(sub, why, frame)
		t.remove(sub)
	}
}

func (t *topic) resetAll(why string) {
	subs := make([]*subscription, 0, len(t.subs))
	for sub := range t.subs {
		subs = append(subs, sub)
	}
	t.reset(subs, why)
}

func (t *topic) denyAll() {
	deny := denyFrame(t.channel)
	for sub := range t.subs {
		sub.socket.end(sub, "", deny)
		t.remove(sub)
	}
}

func (t *topic) add(sub *subscription) {
	t.subs[sub] = struct{}{}
	t.hub.metrics.subscriptions.Add(1)
	t.hub.mu.Lock()
	t.refs++
	t.hub.mu.Unlock()
}

// remove forgets a subscription; one that is already forgotten is left alone.
func (t *topic) remove(sub *subscription) {
	if _, ok := t.subs[sub]; !ok {
		return
	}
	delete(t.subs, sub)
	t.hub.metrics.subscriptions.Add(-1)
	t.hub.release(t)
}

// detach removes subscriptions that ended on the side of the socket.
func detach(subs []*subscription) {
	for _, sub := range subs {
		sub.topic.mu.Lock()
		sub.topic.remove(sub)
		sub.topic.mu.Unlock()
	}
}
