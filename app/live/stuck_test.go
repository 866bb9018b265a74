package live

import (
	"context"
	"strings"
	"testing"
)

// stuck is a client whose line takes nothing for the moment: one frame is on it, all others wait in the queue.
type stuck struct {
	*client
	socket *socket
}

// stick connects a client, lets it subscribe, and holds its line up.
func stick(t *testing.T, h *Hub, session Session, subs ...string) stuck {
	t.Helper()
	before := map[*socket]bool{}
	for _, s := range h.all() {
		before[s] = true
	}
	c := stuck{client: connect(t, h, session).hello()}
	for _, s := range h.all() {
		if !before[s] {
			c.socket = s
		}
	}
	for _, sub := range subs {
		c.say(sub)
		for f := c.next(); f.T != "ok"; f = c.next() {
			if f.T != "ev" && f.T != "own" {
				t.Fatalf("%s got %s", sub, f.raw)
			}
		}
	}
	waitFor(t, func() bool { return !c.writing() })
	c.say(`{"t":"sub","ch":"thread:999999"}`)
	waitFor(t, func() bool { return c.waiting() == 0 && c.writing() })
	return c
}

// free takes the frame that held the line up; from here on the client reads again.
func (c stuck) free() {
	c.t.Helper()
	c.wants(`{"t":"deny","ch":"thread:999999"}`)
}

func (c stuck) waiting() int {
	c.socket.mu.Lock()
	defer c.socket.mu.Unlock()
	return len(c.socket.queue)
}

func (c stuck) writing() bool {
	c.socket.mu.Lock()
	defer c.socket.mu.Unlock()
	return c.socket.scheduled
}

// queued waits until n messages wait.
func (c stuck) queued(n int) {
	c.t.Helper()
	waitFor(c.t, func() bool { return c.waiting() == n })
}

// member signs somebody in: their session is known to the source.
func (s *source) member(name string) Session {
	session := reader(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.viewers[session.ID] = Standing{Viewer: session.Viewer, Variant: session.Variant}
	return session
}

// hint tells the hub of a change and waits until it is out.
func hint(t *testing.T, h *Hub, channel string, head int64) {
	t.Helper()
	h.Hint(channel, head)
	h.mu.Lock()
	topic := h.topics[channel]
	h.mu.Unlock()
	waitFor(t, func() bool { return topic.head.Load() == head })
}

// What answers a request, or ends a subscription, is never lost with a full queue: the client would wait for it for
// good.
func TestAnswersOutliveAFullQueue(t *testing.T) {
	src := newSource(ch, "thread:13", "thread:14", "thread:15")
	for range resumeLimit + 1 {
		src.respond("thread:14", "bo", "many")
	}
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := stick(t, h, src.member("anna"), `{"t":"sub","ch":"thread:12"}`, `{"t":"sub","ch":"thread:13"}`)
	c.say(`[{"t":"sub","ch":"thread:404"},{"t":"sub","ch":"thread:14","since":1},{"t":"sub","ch":"me"}]`)
	c.queued(3)
	src.do("thread:13", func(c *channelState) { c.closed = true })
	h.Recheck()
	c.queued(4)
	for range queueFrames - 4 {
		hint(t, h, ch, src.respond(ch, "bo", "short"))
	}
	c.say(`{"t":"sub","ch":"thread:405"}`) // one too many
	waitFor(t, func() bool { return h.Stats().Resets[whyLag] == 1 })
	c.free()
	var got []string
	for range 6 {
		got = append(got, c.next().raw)
	}
	for _, want := range []string{
		`{"t":"deny","ch":"thread:404"}`,
		`{"t":"reset","ch":"thread:14","why":"far","in_ms":250}`,
		`{"t":"ok","ch":"me"}`,
		`{"t":"deny","ch":"thread:13"}`,
		`{"t":"reset","ch":"thread:12","why":"lag","in_ms":250}`,
		`{"t":"deny","ch":"thread:405"}`,
	} {
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("%s is lost; there are %v", want, got)
		}
	}
	c.round()
}

// What waits of a subscription that a newer one has replaced, or that was given up, goes out no more: nobody would
// take it back when the right is lost or the text is removed.
func TestLeavingDropsWhatWaits(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	again := stick(t, h, src.member("anna"), `{"t":"sub","ch":"thread:12"}`)
	away := stick(t, h, src.member("bo"), `{"t":"sub","ch":"thread:12"}`)
	hint(t, h, ch, src.respond(ch, "chi", "a secret"))
	again.queued(1)
	away.queued(1)
	again.say(`[{"t":"sub","ch":"thread:12","since":1},{"t":"sub","ch":"thread:404"}]`)
	again.queued(2)
	away.say(`{"t":"unsub","ch":"thread:12"}`)
	away.queued(0)
	src.do(ch, func(c *channelState) { c.closed = true })
	h.Recheck()
	waitFor(t, func() bool { return h.Stats().Subscriptions == 0 })
	again.free()
	again.wants(`{"t":"deny","ch":"thread:404"}`, `{"t":"deny","ch":"thread:12"}`)
	again.round()
	away.free()
	away.round()
}

// A deny ends the subscription that there was, whoever said it.
func TestDenyOfASecondSubscriptionEndsTheFirst(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	allowed := true
	opt.Allows = func(context.Context, any, string) (bool, error) { return allowed, nil }
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	c.round()
	allowed = false
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"deny","ch":"thread:12"}`)
	if n := h.Stats().Subscriptions; n != 0 {
		t.Errorf("%d subscriptions", n)
	}
	h.Hint(ch, src.respond(ch, "bo", "unheard"))
	c.round()
}
