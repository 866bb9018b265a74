package live

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"time"
)

// topic is a channel that somebody watches. Its lock is held from the reading of a batch until the last subscriber
// has it in the queue, and over a subscription from its reading to its ok: so nobody misses a number between the two,
// and nobody has one twice.
type topic struct {
	hub     *Hub
	channel string
	refs    int       // subscriptions and work under way; under the hub's lock
	turn    int       // under the hub's lock
	urgent  bool      // rights have moved during its turn: the next one does not wait; under the hub's lock
	rest    time.Time // until when it is not brought up to date again; under the hub's lock

	head   atomic.Int64 // the number up to which all subscribers have everything; written under mu
	stale  atomic.Bool  // the last attempt to bring it up to date failed
	hinted atomic.Int64 // when the hub heard of the first change that is not out yet, in Unix nanoseconds

	mu         sync.Mutex
	epoch      string
	audience   any
	quiet      bool // nobody is told how many read
	toldOthers int  // the number of readers that other instances were told last, and when; under mu
	toldAt     time.Time
	elsewhere  map[string]readingElsewhere // by instance; under the hub's lock
	subs       map[*subscription]struct{}
	ring       *ring // of a numbered channel
	list       *list // of a channel that holds a list; nil for a numbered one
}

// subscription is one socket listening to one topic. live is under the socket's lock: once it is false nothing more
// of the topic reaches the socket.
type subscription struct {
	socket *socket
	topic  *topic
	live   bool
	rights any // Standing.Rights when it began
	told   int // how many readers it was last told of; under the topic's lock
}

// advance brings the subscribers up to the state that the source has now, and asks again whether they may listen.
func (t *topic) advance(ctx context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	ctx, cancel := ask(ctx) // the wait for the lock is not the source's
	defer cancel()
	if len(t.subs) == 0 {
		return
	}
	var err error
	if t.list != nil {
		err = t.advanceList(ctx)
	} else {
		since := t.head.Load()
		var batch Batch
		if batch, err = t.hub.read(ctx, t.channel, since); err == nil {
			err = t.take(ctx, batch, since)
		}
	}
	if errors.Is(err, ErrNoChannel) {
		t.denyAll()
		err = nil
	}
	t.stale.Store(err != nil)
	if err != nil {
		t.hub.log.Warn("live: bring a topic up to date", "channel", t.channel, "err", err)
	}
	t.hub.pause(t, len(t.subs))
}

// take hands a batch that was read from since on, which is the topic's head or before it, to the subscribers.
func (t *topic) take(ctx context.Context, batch Batch, since int64) error {
	if err := batch.check(); err != nil {
		return err
	}
	if err := t.hub.trust(ctx, batch.Epoch, batch.Rights); err != nil {
		return err
	}
	head, epoch := t.head.Load(), t.epoch
	if !reflect.DeepEqual(t.audience, batch.Audience) {
		t.ring.restart(head)
	}
	t.audience, t.quiet = batch.Audience, batch.Quiet
	groups := t.admit(batch.Audience)
	if batch.Truncated && since < head && batch.Epoch == epoch {
		// The rows do not reach from the head on: they are read again on their own.
		t.hub.mark(t)
		return nil
	}
	born := t.born()
	t.epoch = batch.Epoch
	switch {
	case batch.Epoch != epoch || batch.Head < head || batch.Truncated:
		t.ring = newRing(t.channel) // numbers of another life say nothing
		t.ring.restart(batch.Head)
		t.resetAll(batch.why(epoch, head))
		if !batch.Truncated {
			t.ring.absorb(min(since, batch.Head), batch.Head, batch.Changes)
		}
	default:
		t.ring.absorb(min(since, batch.Head), head, batch.Changes)
		if batch.Head > head {
			t.fanOut(ctx, groups, batch.Head, born)
		}
	}
	t.head.Store(batch.Head)
	return nil
}

// check refuses a batch that contradicts itself.
func (b *Batch) check() error {
	last := int64(0)
	for _, change := range b.Changes {
		if change.Seq <= last || change.Seq > b.Head {
			return errors.New("live: the changes of a batch are not in order, or stand above its head")
		}
		last = change.Seq
	}
	return nil
}

// why is the reason for which a batch cannot follow upon a head of an epoch.
func (b *Batch) why(epoch string, head int64) string {
	switch {
	case b.Epoch != epoch:
		return whyEpoch
	case b.Head < head:
		return whyAhead
	}
	return whyFar
}

// born is when the hub heard of what is about to go out; zero when nobody told it.
func (t *topic) born() time.Time {
	if at := t.hinted.Swap(0); at != 0 {
		return time.Unix(0, at)
	}
	return time.Time{}
}

// admit asks for every subscriber whether they belong to the audience, ends those who do not, and gives the others by
// variant.
func (t *topic) admit(audience any) map[Variant][]*subscription {
	groups := map[Variant][]*subscription{}
	deny := denyFrame(t.channel)
	var last any // the viewer asked about last: visitors are all the same
	yes := false
	for sub := range t.subs {
		standing := sub.socket.standing.Load()
		if standing.Viewer != last || last == nil {
			last, yes = standing.Viewer, t.hub.may(standing.Viewer, audience)
		}
		if !yes {
			sub.socket.end(sub, "", deny)
			t.remove(sub)
			continue
		}
		variant := t.hub.variant(standing, audience)
		groups[variant] = append(groups[variant], sub)
	}
	return groups
}

// fanOut renders what the ring holds above the topic's head once for each group and sends it. A group for which that
// fails is reset and fetches the page; the others are not touched by it.
func (t *topic) fanOut(ctx context.Context, groups map[Variant][]*subscription, head int64, born time.Time) {
	since := t.head.Load()
	for variant, subs := range groups {
		b, err := t.bundleAfter(ctx, variant, since, head, born)
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
			t.send(sub, b)
		}
	}
	t.ring.trim()
}

// send gives a subscriber the batch, and after it the numbers in it that are their own.
func (t *topic) send(sub *subscription, b *bundle) {
	messages := [2]outbound{shared(b)}
	n := 1
	if sub.socket.session != "" {
		viewer := sub.socket.standing.Load().Viewer
		var own []int
		for _, p := range b.pieces {
			if p.number > 0 && t.hub.author(t.ring.change(p.seq), viewer) {
				own = append(own, p.number)
			}
		}
		if len(own) > 0 {
			messages[1], n = private(ownFrame(t.channel, own)), 2
		}
	}
	if !sub.socket.send(sub, messages[:n]...) {
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
