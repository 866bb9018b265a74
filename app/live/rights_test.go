package live

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

func TestDenyIsTheSameForAbsentAndForbidden(t *testing.T) {
	src := newSource(ch, "thread:13")
	src.do(ch, func(c *channelState) { c.closed = true })
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	for _, name := range []string{"thread:12", "thread:99", "thread:012", "thread:", "thread:x", "theme:closed", "theme:none", "theme:", "theme:a b", "front ", "me", "", "nobody's \\\" <name>"} {
		for _, more := range []string{"", `,"since":0`, `,"since":99`, `,"since":1,"ep":"zzzz"`} {
			c.say(fmt.Sprintf(`{"t":"sub","ch":"%s"%s}`, name, more))
			c.wants(fmt.Sprintf(`{"t":"deny","ch":"%s"}`, name))
		}
		body, err := h.Changes(t.Context(), Session{Viewer: viewer{}}, strings.ReplaceAll(name, `\"`, `"`), nil, "")
		if err != nil || !strings.HasPrefix(string(body), `{"frames":[{"t":"deny","ch":"`) {
			t.Errorf("polling %q: %s %v", name, body, err)
		}
		if name == "theme:none" {
			c.conn.Close()
			c = connect(t, h, Session{}).hello() // forty frames are near the allowance
		}
	}
}

func TestRightsChange(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	inside := reader("ines")
	inside.Viewer = viewer{name: "ines", insider: true}
	src.viewers["s-ines"] = Standing{Viewer: inside.Viewer, Variant: inside.Variant}
	in := connect(t, h, inside).hello()
	out := connect(t, h, Session{}).hello()
	for _, c := range []*client{in, out} {
		c.say(`{"t":"sub","ch":"thread:12"}`)
		c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	}
	// The narrowing stands behind the secret in the source, but the hint is only of the first: nobody outside may
	// see it, because the audience is that of the batch.
	src.do(ch, func(c *channelState) { c.respond("bo", "secret"); c.closed = true })
	h.Hint(ch, 2)
	out.wants(`{"t":"deny","ch":"thread:12"}`)
	h.Hint(ch, src.respond(ch, "bo", "secret too"))
	if f := in.next(); f.Seq != 2 {
		t.Fatalf("got %s", f.raw)
	}
	if f := in.next(); f.Seq != 3 {
		t.Fatalf("got %s", f.raw)
	}
	out.round()

	// The viewer's right goes in the transaction of the next response: the counter of rights in the batch says so.
	src.do(ch, func(c *channelState) {
		src.viewers["s-ines"] = Standing{Viewer: viewer{name: "ines"}, Variant: inside.Variant}
		src.rights++
		c.respond("bo", "secret still")
	})
	h.Hint(ch, 4)
	in.wants(`{"t":"deny","ch":"thread:12"}`)
	in.round()

	// A channel that is gone ends like one that is closed.
	src.do(ch, func(c *channelState) { c.closed = false })
	in.say(`{"t":"sub","ch":"thread:12"}`)
	in.wants(`{"t":"ok","ch":"thread:12","seq":4}`)
	src.do(ch, func(c *channelState) { c.absent = true })
	h.repair(false)
	in.wants(`{"t":"deny","ch":"thread:12"}`)

	src.do(ch, func(*channelState) { delete(src.viewers, "s-ines") })
	h.Recheck()
	if code := in.closed(); code != CloseSessionEnded {
		t.Errorf("closed with %d", code)
	}
	out.round()
}

// What was queued for a reader while they were let in does not go out after the right is lost.
func TestDenyDropsTheQueue(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	t12 := h.acquire(ch, numbered)
	for i := range int64(4) {
		h.Hint(ch, src.respond(ch, "bo", "secret")) // the reader takes nothing: the first is on the line, the others wait
		waitFor(t, func() bool { return t12.head.Load() == i+2 })
	}
	waitFor(t, func() bool {
		s := h.all()[0]
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.queue) == 3
	})
	src.do(ch, func(c *channelState) { c.closed = true })
	h.Recheck()
	waitFor(t, func() bool { return h.Stats().Subscriptions == 0 })
	if f := c.next(); f.Seq != 2 {
		t.Fatalf("got %s", f.raw)
	}
	c.wants(`{"t":"deny","ch":"thread:12"}`)
	if drops := h.Stats().Drops; drops != 3 {
		t.Errorf("%d frames dropped", drops)
	}
	h.release(t12)
}

func TestQuietRecheckDenies(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	src.do(ch, func(c *channelState) { c.closed = true; src.rights++; src.failing = errors.New("the database is away") })
	h.repair(true)
	src.do(ch, func(*channelState) { src.failing = nil })
	h.repair(false) // what failed is owed
	c.wants(`{"t":"deny","ch":"thread:12"}`)
}

func TestVariantChangeResets(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	moderator := reader("mo")
	moderator.Variant.Class = "moderator"
	c := connect(t, h, moderator).hello()
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	src.viewers["s-mo"] = Standing{Viewer: viewer{name: "mo"}, Variant: Variant{"en", "reader"}}
	h.Recheck()
	c.wants(`{"t":"reset","ch":"thread:12","why":"rights","in_ms":250}`)
	c.say(`{"t":"sub","ch":"thread:12","since":0}`)
	if f := c.next(); !strings.Contains(f.HTML, `class="reader"`) {
		t.Errorf("got %s", f.raw)
	}
}

// A session that ends after the handshake was admitted and before the socket is known is closed all the same.
func TestSessionEndsDuringHandshake(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	connect(t, h, reader("anna")).hello().round() // nothing has moved since the handshake: nobody is asked
	ghost := connectWith(t, h, reader("ghost"), func() { h.EndSession("s-ghost") })
	if code := ghost.closed(); code != CloseSessionEnded {
		t.Errorf("closed with %d", code)
	}
	src.viewers["s-bo"] = Standing{Viewer: viewer{name: "bo"}, Variant: Variant{"en", "reader"}}
	connectWith(t, h, reader("bo"), func() { h.EndMember("m-else") }).hello().round()
}

// What a new socket finds of its session, when rights have moved since the handshake, must not come after the newer
// answer that a renewal has found meanwhile.
func TestALateLookUpDoesNotUndoARenewal(t *testing.T) {
	src := newSource(ch)
	src.close(ch, true)
	opt, _ := quiet(src)
	asked, answer := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	opt.Revalidate = func(ctx context.Context, sessions []string) (map[string]Standing, error) {
		now, err := src.options().Revalidate(ctx, sessions)
		if first.CompareAndSwap(false, true) {
			close(asked)
			<-answer
		}
		return now, err
	}
	h := startHub(t, opt)
	c := connectWith(t, h, insider(src, "ines"), func() { h.EndMember("m-else") }).hello()
	<-asked
	src.do(ch, func(*channelState) {
		src.viewers["s-ines"] = Standing{Viewer: viewer{name: "ines"}, Rights: "outside"}
		src.rights++
	})
	renewed := make(chan struct{})
	free := h.renewing.TryLock() // nothing holds a renewal up: it is through before the older answer comes
	if free {
		h.renewing.Unlock()
	}
	go func() {
		h.repair(true)
		close(renewed)
	}()
	if free {
		<-renewed
	}
	close(answer)
	<-renewed
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"deny","ch":"thread:12"}`)
}
