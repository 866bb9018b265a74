package live

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func TestSweep(t *testing.T) {
	src := newSource(ch)
	opt, clock := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	clock.forward(beatEvery - time.Second)
	h.sweep()
	clock.forward(time.Second)
	h.sweep()
	h.sweep() // no second beat
	c.wants(`{"t":"hb"}`)
	c.say(`{"t":"pong"}`)
	c.round()
	clock.forward(20 * time.Second)
	c.round() // something is heard and sent, so no beat is due after 25 s
	clock.forward(6 * time.Second)
	h.sweep()
	c.round()
	// A line on which much is sent and nothing heard gets a beat as well.
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	clock.forward(20 * time.Second)
	h.Hint(ch, src.respond(ch, "bo", "two"))
	c.next()
	clock.forward(5 * time.Second)
	h.sweep()
	c.wants(`{"t":"hb"}`)
	clock.forward(deadAfter - beatEvery)
	h.sweep()
	if _, err := c.receive(); err == nil {
		t.Error("a client that was not heard for 70 s still gets frames")
	}
	waitFor(t, func() bool { return h.Stats().Sockets == 0 && h.Stats().Topics == 0 })
}

func TestOptionsAndMetrics(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("no error for empty options")
	}
	opt := newSource().options()
	registry := prometheus.NewRegistry()
	opt.Registerer = registry
	startHub(t, opt)
	if _, err := New(opt); err == nil {
		t.Error("the metrics were registered twice")
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, family := range families {
		names = append(names, strings.TrimPrefix(family.GetName(), "colloquy_live_"))
	}
	want := "commit_to_frame_seconds drops_total frames_total panics_total refusals_total repairs_total resets_total resumes_total sockets subscriptions"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	src := newSource()
	src.failing = errors.New("away")
	h, err := New(src.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(t.Context()); err == nil {
		t.Error("started without a source")
	}
}
