package live

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// still is a hub whose dispatchers do not run, with a topic in it.
func still(t *testing.T) (*Hub, *topic) {
	t.Helper()
	h := plainHub(t)
	return h, h.acquire(ch, numbered)
}

func (h *Hub) turnOf(t *topic) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return t.turn
}

// The first change after a quiet time goes out at once; one that follows waits for the rest of the topic, and comes by
// itself when that is over.
func TestRests(t *testing.T) {
	h, topic := still(t)
	h.mark(topic)
	if got := h.next(); got != topic {
		t.Fatal("a topic that has not been sent waits")
	}
	h.pause(topic, 1_000) // it has gone to a thousand readers
	h.done(topic)
	h.mark(topic)
	if turn := h.turnOf(topic); turn != resting || h.next() != nil {
		t.Fatalf("the topic stands at %d", turn)
	}
	h.mark(topic)
	waitFor(t, func() bool { return h.turnOf(topic) == waiting })
	if h.next() != topic || h.next() != nil {
		t.Fatal("a rested topic does not stand in the queue once")
	}
	h.done(topic)

	// However many readers there are, a rest has an end.
	h.pause(topic, 1_000_000)
	if rest := time.Until(topic.rest); rest > restMost {
		t.Errorf("a rest of %v", rest)
	}
	// What has moved while the topic was being brought up to date waits for the rest as well.
	h.mu.Lock()
	topic.rest = time.Time{}
	h.mu.Unlock()
	h.mark(topic)
	h.next()
	h.mark(topic)
	h.pause(topic, 1_000_000)
	h.done(topic)
	if turn := h.turnOf(topic); turn != resting {
		t.Errorf("the topic stands at %d", turn)
	}
}

// Rights do not wait: neither for a topic that rests, nor for one that is just being brought up to date.
func TestRightsInterruptRests(t *testing.T) {
	h, topic := still(t)
	for _, begun := range []bool{false, true} {
		h.mark(topic)
		h.next()
		if begun {
			h.markAll()
		}
		h.pause(topic, 1_000_000)
		h.done(topic)
		if !begun {
			h.mark(topic)
			h.markAll()
		}
		if turn := h.turnOf(topic); turn != waiting {
			t.Errorf("begun %v: the topic stands at %d", begun, turn)
		}
		h.next()
		h.done(topic)
		h.mu.Lock()
		topic.rest = time.Time{}
		h.mu.Unlock()
	}
}

// crowd connects readers who take everything and count the messages of one among them.
func crowd(t *testing.T, h *Hub, n int) []*client {
	t.Helper()
	var all []*client
	for range n {
		c := connect(t, h, Session{}).hello()
		c.say(`{"t":"sub","ch":"thread:12"}`)
		c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
		all = append(all, c)
	}
	return all
}

// With many readers the changes of a burst go out together, and all of them go out.
func TestBurstsGoOutTogether(t *testing.T) {
	const readers, changes = 400, 60
	src := newSource(ch)
	opt, _ := quiet(src)
	opt.Registerer = prometheus.NewRegistry()
	opt.AnonymousSockets = readers
	h := startHub(t, opt)
	all := crowd(t, h, readers)
	const before = 2 * readers // hello and ok
	waitFor(t, func() bool { return h.Stats().Frames == before })
	reads := src.mustRead(t)
	type result struct {
		messages int
		err      error
	}
	results := make(chan result, readers)
	for _, c := range all {
		go func() {
			r := result{}
			for last := int64(1); r.err == nil && last < changes+1; {
				if len(c.pending) == 0 {
					r.messages++
				}
				var f frame
				if f, r.err = c.receive(); r.err == nil && f.Seq != last+1 {
					r.err = fmt.Errorf("%s after %d", f.raw, last)
				}
				last = max(f.Seq, f.To)
			}
			results <- r
		}()
	}
	for i := range changes {
		h.Hint(ch, src.respond(ch, "bo", fmt.Sprint("response ", i)))
	}
	messages := 0
	for range readers {
		r := <-results
		if r.err != nil {
			t.Fatal(r.err)
		}
		messages += r.messages
	}
	bundles := src.mustRead(t) - reads
	if bundles > changes/2 || messages > bundles*readers {
		t.Errorf("%d changes in one moment went out in %d batches, %d messages to %d readers", changes, bundles, messages, readers)
	}
	waitFor(t, func() bool { return h.Stats().Frames == before+changes*readers })
	if n := observations(t, opt.Registerer); n != uint64(messages) {
		t.Errorf("%d observations of %d messages", n, messages)
	}
}

func observations(t *testing.T, registry prometheus.Registerer) uint64 {
	t.Helper()
	gatherer, _ := registry.(prometheus.Gatherer)
	families, err := gatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "colloquy_live_commit_to_frame_seconds" {
			return family.GetMetric()[0].GetHistogram().GetSampleCount()
		}
	}
	t.Fatal("no histogram")
	return 0
}

// How long frames take is known only where a hint has told when it began.
func TestLatencyIsThatOfHintedFrames(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	opt.Registerer = prometheus.NewRegistry()
	h := startHub(t, opt)
	all := crowd(t, h, 3)
	count := func(want uint64) {
		t.Helper()
		for _, c := range all {
			if f := c.next(); f.T != "ev" {
				t.Fatalf("got %s", f.raw)
			}
			c.round() // the frame before this one is written and noted
		}
		if n := observations(t, opt.Registerer); n != want {
			t.Errorf("%d observations, not %d", n, want)
		}
	}
	h.Hint(ch, src.respond(ch, "bo", "hinted"))
	count(3)
	src.respond(ch, "bo", "not hinted")
	h.repair(false)
	count(3)
	h.Hint(ch, 3) // old news
	src.respond(ch, "bo", "not hinted either")
	h.repair(false)
	count(3)
	h.Hint(ch, src.respond(ch, "bo", "hinted again"))
	count(6)
}

// A hub that is stopped while a topic rests loses nothing: the client resumes elsewhere from its own number.
func TestNothingIsLostWhenAHubStopsInARest(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	first, second := startHub(t, opt), startHub(t, opt)
	c := connect(t, first, Session{}).hello()
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	happens(t, first, src, regret)
	if f := c.next(); f.Seq != 2 {
		t.Fatalf("got %s", f.raw)
	}
	first.mu.Lock()
	topic := first.topics[ch]
	first.mu.Unlock()
	waitFor(t, func() bool { return first.turnOf(topic) == atRest })
	first.pause(topic, 1_000_000)
	first.Hint(ch, src.respond(ch, "bo", "while it rests"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		first.Drain(ctx)
	}()
	var f frame
	var err error
	last := int64(2)
	for err == nil {
		if f, err = c.receive(); f.T == "ev" {
			last = f.Seq
		}
	}
	<-drained
	c = connect(t, second, Session{}).hello()
	c.say(fmt.Sprintf(`{"t":"sub","ch":"thread:12","since":%d,"ep":"a1b2"}`, last))
	if last == 2 {
		if f := c.next(); f.Seq != 3 || f.T != "ev" {
			t.Fatalf("got %s", f.raw)
		}
	}
	c.wants(`{"t":"ok","ch":"thread:12","seq":3}`)
}

// A list that was read rests before it is read again; what changes meanwhile is read together.
func TestListsRest(t *testing.T) {
	src := fiveThreads()
	opt, _ := quiet(src)
	readings := make(chan []int64, 100)
	opt.Rows = func(ctx context.Context, channel string, ids []int64) (Rows, error) {
		readings <- ids
		return src.rows(ctx, channel, ids)
	}
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"front"}`)
	c.wants(`{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,1]]}`)
	<-readings
	h.Hint("thread:15", retitle(src, "thread:15", "first"))
	c.wants(rowEv("front", 15, 2, "first")) // the first after a quiet time does not wait for the rest
	<-readings
	const acts = 20
	for i := range acts {
		h.Hint("thread:14", retitle(src, "thread:14", fmt.Sprint("title ", i)))
	}
	h.mu.Lock()
	if front := h.topics["front"]; front.turn == resting && time.Until(front.rest) > listRest {
		t.Errorf("the list rests for %v", time.Until(front.rest))
	}
	h.mu.Unlock()
	last := rowEv("front", 14, acts+1, fmt.Sprint("title ", acts-1))
	frames := 1
	for c.next().raw != last {
		frames++
	}
	if n := len(readings); n > acts/2 || frames > n {
		t.Errorf("%d readings and %d frames for %d changes in one moment", n, frames, acts)
	}
}
