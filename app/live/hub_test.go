package live

import (
	"errors"
	"strings"
	"testing"
)

const ch = "thread:12"

func reader(name string) Session {
	return Session{ID: "s-" + name, Member: "m-" + name, Viewer: viewer{name: name}, Variant: Variant{Language: "en", Class: "reader"}}
}

func quiet(src *source) (Options, *fakeClock) {
	clock := newFakeClock()
	opt := src.options()
	opt.Clock = clock.clock()
	return opt, clock
}

func TestSubscribeAndFollow(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"thread:12","since":0,"ep":"a1b2"}`)
	c.wants(`{"t":"ev","ch":"thread:12","seq":1,"k":"response","n":1,"rev":1,"html":"<li data-n=\"1\" lang=\"\" class=\"\">opening & more</li>"}`,
		`{"t":"ok","ch":"thread:12","seq":1}`)

	h.Hint(ch, src.respond(ch, "bo", "second"))
	c.wants(`{"t":"ev","ch":"thread:12","seq":2,"k":"response","n":2,"rev":1,"html":"<li data-n=\"2\" lang=\"\" class=\"\">second & more</li>"}`)

	// Number 3 and 4 are superseded by 5 and 6 before the hub reads: they are skipped, as 7 is a head.
	head := src.do(ch, func(c *channelState) {
		c.edit(1, "a")
		c.edit(2, "b")
		c.edit(1, "aa")
		c.edit(2, "bb")
		c.retitle("A title")
	})
	h.Hint(ch, head)
	c.wants(`{"t":"skip","ch":"thread:12","seq":3,"to":4}`)
	for want := int64(5); want <= 6; want++ {
		if f := c.next(); f.T != "ev" || f.Seq != want || f.Rev != 3 {
			t.Fatalf("got %s", f.raw)
		}
	}
	c.wants(`{"t":"ev","ch":"thread:12","seq":7,"k":"thread","html":"<header>A title</header>"}`)

	src.do(ch, func(c *channelState) { c.retitle("x"); c.retitle("y") })
	h.repair(false)
	c.wants(`{"t":"skip","ch":"thread:12","seq":8}`, `{"t":"ev","ch":"thread:12","seq":9,"k":"thread","html":"<header>y</header>"}`)
	if s := h.Stats(); s.Repairs != 1 || s.Sockets != 1 || s.Subscriptions != 1 || s.Topics != 1 {
		t.Errorf("stats %+v", s)
	}

	c.say(`{"t":"unsub","ch":"thread:12"}`)
	c.round()
	h.Hint(ch, src.respond(ch, "bo", "unheard"))
	c.round()
	if s := h.Stats(); s.Subscriptions != 0 || s.Topics != 0 {
		t.Errorf("after unsub: %+v", s)
	}
}

func TestSubscribeFromTheHead(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	src.respond(ch, "bo", "two")
	c.say(`[{"t":"sub","ch":"thread:12"},{"t":"pong"}]`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":2}`)

	// A second subscriber whose page is newer than the topic brings the first one up to date.
	late := connect(t, h, Session{}).hello()
	src.respond(ch, "bo", "three")
	late.say(`{"t":"sub","ch":"thread:12","since":3}`)
	late.wants(`{"t":"ok","ch":"thread:12","seq":3}`)
	if f := c.next(); f.T != "ev" || f.Seq != 3 {
		t.Fatalf("got %s", f.raw)
	}
	// The hint that comes now is old news.
	h.Hint(ch, 3)
	c.round()
	late.round()
}

func TestResubscribeReplaces(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	for range 2 {
		c.say(`{"t":"sub","ch":"thread:12","since":1}`)
		c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	}
	h.Hint(ch, src.respond(ch, "bo", "once"))
	if f := c.next(); f.Seq != 2 {
		t.Fatalf("got %s", f.raw)
	}
	c.round()
	if s := h.Stats(); s.Subscriptions != 1 {
		t.Errorf("subscriptions %d", s.Subscriptions)
	}
}

func TestResets(t *testing.T) {
	src := newSource(ch, "thread:13")
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	refused := map[string]string{
		`{"t":"sub","ch":"thread:12","since":1,"ep":"zzzz"}`: `{"t":"reset","ch":"thread:12","why":"epoch","in_ms":5000}`,
		`{"t":"sub","ch":"thread:12","since":2}`:             `{"t":"reset","ch":"thread:12","why":"ahead","in_ms":250}`,
	}
	for say, want := range refused {
		c.say(say)
		c.wants(want)
	}
	for range resumeLimit {
		src.respond(ch, "bo", "many")
	}
	c.say(`{"t":"sub","ch":"thread:12","since":0}`)
	c.wants(`{"t":"reset","ch":"thread:12","why":"far","in_ms":250}`)
	c.say(`{"t":"sub","ch":"thread:12","since":1}`)
	for range resumeLimit {
		if f := c.next(); f.T != "ev" {
			t.Fatalf("got %s", f.raw)
		}
	}
	c.wants(`{"t":"ok","ch":"thread:12","seq":201}`)

	// More than the limit at once, a new epoch, lower numbers: each ends the subscription.
	for range resumeLimit + 1 {
		src.respond(ch, "bo", "more")
	}
	h.Hint(ch, 402)
	c.wants(`{"t":"reset","ch":"thread:12","why":"far","in_ms":250}`)
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":402}`)
	src.do(ch, func(s *channelState) { s.head = 400 })
	h.repair(false)
	c.wants(`{"t":"reset","ch":"thread:12","why":"ahead","in_ms":250}`)
	c.say(`{"t":"sub","ch":"thread:13"}`)
	c.wants(`{"t":"ok","ch":"thread:13","seq":1}`)
	src.do(ch, func(*channelState) { src.epoch = "c3d4" })
	h.repair(false)
	c.wants(`{"t":"reset","ch":"thread:13","why":"epoch","in_ms":5000}`)
	connect(t, h, Session{}).wants(`{"t":"hello","ep":"c3d4","hb":25}`)
	if got := h.Stats().Resets; got[whyEpoch] != 2 || got[whyAhead] != 2 || got[whyFar] != 2 {
		t.Errorf("resets %v", got)
	}
}

// A subscriber far behind must not be left behind when another one subscribes with a newer number.
func TestNewcomerAheadOfOthersThatAreFarBehind(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	for range 300 {
		src.respond(ch, "bo", "many")
	}
	late := connect(t, h, Session{}).hello()
	late.say(`{"t":"sub","ch":"thread:12","since":300}`)
	if f := late.next(); f.T != "ev" || f.Seq != 301 {
		t.Fatalf("got %s", f.raw)
	}
	late.wants(`{"t":"ok","ch":"thread:12","seq":301}`)
	c.wants(`{"t":"reset","ch":"thread:12","why":"far","in_ms":250}`)
}

func TestOwnNumbers(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	anna, bo := connect(t, h, reader("anna")).hello(), connect(t, h, reader("bo")).hello()
	anna.say(`{"t":"sub","ch":"thread:12","since":1}`)
	anna.wants(`{"t":"own","ch":"thread:12","n":[1]}`, `{"t":"ok","ch":"thread:12","seq":1}`)
	bo.say(`{"t":"sub","ch":"thread:12","since":1}`)
	bo.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	h.Hint(ch, src.respond(ch, "bo", "two"))
	for _, c := range []*client{anna, bo} {
		if f := c.next(); f.T != "ev" || f.Seq != 2 || strings.Contains(f.raw, "bo") {
			t.Errorf("got %s", f.raw)
		}
	}
	bo.wants(`{"t":"own","ch":"thread:12","n":[2]}`)
	anna.round()
}

func TestRenderFailureResetsAndPanicsAreCaught(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	src.do(ch, func(*channelState) { src.panics = true })
	h.Hint(ch, src.respond(ch, "bo", "two"))
	src.do(ch, func(c *channelState) {}) // the panic is caught whenever it comes
	waitFor(t, func() bool { return h.metrics.panics.Load() == 1 })
	h.repair(false)
	if f := c.next(); f.Seq != 2 {
		t.Fatalf("got %s", f.raw)
	}
	src.do(ch, func(*channelState) { src.broken = 3 })
	h.Hint(ch, src.respond(ch, "bo", "three"))
	c.wants(`{"t":"reset","ch":"thread:12","why":"error","in_ms":10000}`)
	c.say(`{"t":"sub","ch":"thread:12","since":2}`)
	c.wants(`{"t":"reset","ch":"thread:12","why":"error","in_ms":10000}`)
	src.do(ch, func(*channelState) { src.panics = true })
	c.say(`{"t":"sub","ch":"thread:12","since":3}`)
	c.wants(`{"t":"reset","ch":"thread:12","why":"error","in_ms":10000}`)
	c.say(`{"t":"sub","ch":"thread:12","since":3}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":3}`)
}

func TestLargeBatchesReset(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	long := strings.Repeat("x", 200<<10)
	h.Hint(ch, src.respond(ch, "bo", strings.Repeat(long, 2))) // alone, even a very long one goes out
	if f := c.next(); f.Seq != 2 || len(f.HTML) < 400<<10 {
		t.Fatalf("frame %d of %d bytes", f.Seq, len(f.HTML))
	}
	src.do(ch, func(c *channelState) { c.respond("bo", long); c.respond("bo", long) })
	h.Hint(ch, 4)
	c.wants(`{"t":"reset","ch":"thread:12","why":"far","in_ms":250}`)
}

func TestChangesByPolling(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	src.respond(ch, "bo", "two")
	one, nine := int64(1), int64(9)
	for _, tt := range []struct {
		since *int64
		ep    string
		want  string
	}{
		{&one, "a1b2", `{"frames":[{"t":"ev","ch":"thread:12","seq":2,"k":"response","n":2,"rev":1,"html":"<li data-n=\"2\" lang=\"en\" class=\"reader\">two & more</li>"},{"t":"own","ch":"thread:12","n":[1]},{"t":"ok","ch":"thread:12","seq":2}]}`},
		{nil, "", `{"frames":[{"t":"own","ch":"thread:12","n":[1]},{"t":"ok","ch":"thread:12","seq":2}]}`},
		{&nine, "", `{"frames":[{"t":"reset","ch":"thread:12","why":"ahead","in_ms":250}]}`},
		{&one, "zz", `{"frames":[{"t":"reset","ch":"thread:12","why":"epoch","in_ms":5000}]}`},
	} {
		got, err := h.Changes(t.Context(), Session{Viewer: viewer{name: "anna"}, Variant: Variant{"en", "reader"}}, ch, tt.since, tt.ep)
		if err != nil || string(got) != tt.want {
			t.Errorf("got %s %v\nwant %s", got, err, tt.want)
		}
	}
	src.do(ch, func(*channelState) { src.failing = errors.New("away") })
	if _, err := h.Changes(t.Context(), Session{}, ch, nil, ""); err == nil {
		t.Error("no error when the source is away")
	}
}
