package live

import (
	"context"
	"fmt"
	"testing"
	"time"
)

func reading(n int) string { return fmt.Sprintf(`{"t":"reading","ch":"thread:12","n":%d}`, n) }

func TestReadersAreCounted(t *testing.T) {
	src := newSource(ch, "thread:13")
	opt, clock := quiet(src)
	var said []string
	opt.Readers = func(channel string, readers int) { said = append(said, fmt.Sprint(channel, " ", readers)) }
	h := startHub(t, opt)
	var all []*client
	for _, session := range []Session{reader("anna"), reader("anna"), reader("bo"), {}, {}} {
		c := connect(t, h, session).hello()
		c.say(`{"t":"sub","ch":"thread:12","since":1}`)
		for f := c.next(); f.T != "ok"; f = c.next() {
			continue
		}
		all = append(all, c)
	}
	lists := connect(t, h, Session{}).hello()
	lists.say(`{"t":"sub","ch":"front"}`)
	lists.next()
	tick := func(want ...string) {
		t.Helper()
		h.tellReading()
		for _, c := range all {
			c.wants(want...)
			c.round()
		}
	}
	for _, c := range all {
		c.round() // between two ticks nothing is said
	}
	tick(reading(4)) // a member with two windows once, a visitor for each line
	if len(said) != 1 || said[0] != "thread:12 4" {
		t.Errorf("other instances are told %v", said)
	}
	tick()
	h.Elsewhere("b", ch, 3)
	h.Elsewhere("b", ch, 2)
	h.Elsewhere("c", ch, 1)
	h.Elsewhere("b", "thread:13", 9)
	h.Elsewhere("", ch, 9)
	h.Elsewhere("d", ch, -9)
	for _, c := range all {
		c.round()
	}
	tick(reading(7))
	clock.forward(20 * time.Second)
	h.Elsewhere("c", ch, 1)
	tick()
	clock.forward(11 * time.Second)
	tick(reading(5)) // nothing has been heard of b for 30 s
	if said[len(said)-1] != "thread:12 4" {
		t.Errorf("other instances are told %v", said)
	}

	// Whoever comes is told at the next tick, and the others because the number is another.
	late := connect(t, h, Session{}).hello()
	late.say(`{"t":"sub","ch":"thread:12"}`)
	late.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	all = append(all, late)
	tick(reading(6))
	late.say(`{"t":"sub","ch":"thread:12"}`)
	late.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	h.tellReading()
	late.wants(reading(6))
	for _, c := range all {
		c.round()
	}
	lists.round()
}

func TestQuietTopicsTellNobody(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	opt.Read = func(ctx context.Context, channel string, since int64, limit int) (Batch, error) {
		b, err := src.read(ctx, channel, since, limit)
		b.Quiet = true
		return b, err
	}
	opt.Readers = func(string, int) { t.Error("another instance is told") }
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	h.Elsewhere("b", ch, 3)
	h.tellReading()
	c.round()
}

// The number is not worth waiting for: a reader with much in the queue is told later, and loses nothing else by it.
func TestReadingGivesWay(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := stick(t, h, Session{}, `{"t":"sub","ch":"thread:12"}`)
	for range queueFrames / 2 {
		hint(t, h, ch, src.respond(ch, "bo", "another"))
	}
	c.queued(queueFrames / 2)
	h.tellReading()
	c.queued(queueFrames / 2)
	c.free()
	if shown := c.numbers(1, queueFrames/2+1); len(shown) != queueFrames/2 {
		t.Errorf("shown %v", shown)
	}
	c.round()
	h.tellReading()
	c.wants(reading(1))
	hint(t, h, ch, src.respond(ch, "bo", "one more"))
	c.numbers(queueFrames/2+1, queueFrames/2+2)
}
