package live

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const regretted = "a text that is removed"

// numbers reads frames until a number is reached and gives those with something to show. Live, each must follow upon
// the one before; the text that was removed meanwhile must not be among them.
func (c *client) numbers(after, until int64) (shown []int64) {
	c.t.Helper()
	for last := after; last < until; {
		f := c.next()
		if strings.Contains(f.raw, regretted) {
			c.t.Fatalf("a removed text arrives: %s", f.raw)
		}
		if f.T == "own" {
			continue
		}
		if f.T != "ev" && f.T != "skip" || f.Seq != last+1 {
			c.t.Fatalf("got %s after %d", f.raw, last)
		}
		if last = max(f.Seq, f.To); f.T == "ev" {
			shown = append(shown, f.Seq)
		}
	}
	return shown
}

// happens lets an act take place in the thread, in one transaction, and waits until it is out.
func happens(t *testing.T, h *Hub, src *source, act func(c *channelState)) {
	t.Helper()
	hint(t, h, ch, src.do(ch, act))
}

func many(n int) func(c *channelState) {
	return func(c *channelState) {
		for range n {
			c.respond("bo", "another")
		}
	}
}

func remove(c *channelState) { c.edit(2, "") }

func regret(c *channelState) { c.respond("bo", regretted) }

// A text that is removed while it waits for a reader who takes nothing never arrives; its number does.
func TestRemovedTextLeavesQueuedMessages(t *testing.T) {
	for _, tt := range []struct {
		name  string
		acts  []func(c *channelState)
		shown int64 // the numbers after this one, which carry what is there now
	}{
		{"at once", []func(*channelState){regret, remove}, 2},
		{"after others", []func(*channelState){regret, many(3), many(2), remove}, 2},
		{"among others", []func(*channelState){func(c *channelState) { regret(c); many(3)(c) }, remove}, 2},
		{"twice", []func(*channelState){regret, func(c *channelState) { c.edit(2, regretted+" twice") }, remove}, 3},
		{"after it has left the ring", []func(*channelState){regret, many(ringRows), many(1), remove}, 2},
		{"after the ring was emptied", []func(*channelState){regret, func(c *channelState) { c.closed = true; many(1)(c) }, remove}, 2},
		{"after it left the ring and was read again", []func(*channelState){regret, many(ringRows), nil, remove}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := newSource(ch)
			opt, _ := quiet(src)
			h := startHub(t, opt)
			c := stick(t, h, insider(src, "ines"), `{"t":"sub","ch":"thread:12"}`)
			waiting := 0
			for _, act := range tt.acts {
				if act == nil {
					back := connect(t, h, insider(src, "ida")).hello()
					back.say(`{"t":"sub","ch":"thread:12","since":0}`)
					for f := back.next(); f.T != "ok"; f = back.next() {
						continue
					}
					_ = back.conn.Close()
					continue
				}
				happens(t, h, src, act)
				waiting++
				c.queued(waiting)
			}
			head, _ := src.page(ch, Variant{})
			c.free()
			shown := c.numbers(1, head)
			var want []int64
			for seq := tt.shown + 1; seq <= head; seq++ {
				want = append(want, seq)
			}
			if !slices.Equal(shown, want) {
				t.Errorf("shown %v, not %v", shown, want)
			}
			c.round()
		})
	}
}

// The same for what a reader who takes nothing was to be caught up with.
func TestRemovedTextLeavesQueuedAnswers(t *testing.T) {
	for name, between := range map[string]func(c *channelState){"at once": nil, "after it has left the ring": many(ringRows)} {
		t.Run(name, func(t *testing.T) {
			src := newSource(ch)
			opt, _ := quiet(src)
			h := startHub(t, opt)
			src.do(ch, regret)
			c := stick(t, h, insider(src, "ines"))
			c.say(`{"t":"sub","ch":"thread:12","since":0}`)
			c.queued(1)
			if between != nil {
				happens(t, h, src, between)
			}
			happens(t, h, src, remove)
			c.free()
			head, _ := src.page(ch, Variant{})
			if f := c.next(); f.T != "ev" || f.Seq != 1 {
				t.Fatalf("got %s", f.raw)
			}
			c.wants(`{"t":"skip","ch":"thread:12","seq":2}`, `{"t":"ok","ch":"thread:12","seq":2}`)
			if shown := c.numbers(2, head); shown[len(shown)-1] != head {
				t.Errorf("shown %v of %d", shown, head)
			}
		})
	}
}

// Whoever comes back after the removal is shown the removal alone, from the ring as from the rows.
func TestRemovedTextLeavesTheRing(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	stays := connect(t, h, Session{}).hello()
	stays.say(`{"t":"sub","ch":"thread:12"}`)
	stays.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	happens(t, h, src, regret)
	happens(t, h, src, remove)
	h.mu.Lock()
	topic := h.topics[ch]
	h.mu.Unlock()
	topic.mu.Lock()
	held := fmt.Sprint(len(topic.ring.records), topic.ring.records[0].change.Seq)
	topic.mu.Unlock()
	if held != "1 3" {
		t.Errorf("the ring holds %s", held)
	}
	for _, since := range []int{0, 1, 2} {
		c := connect(t, h, Session{}).hello()
		c.say(fmt.Sprintf(`{"t":"sub","ch":"thread:12","since":%d}`, since))
		for f := c.next(); f.T != "ok"; f = c.next() {
			if strings.Contains(f.raw, regretted) {
				t.Errorf("since %d: %s", since, f.raw)
			}
		}
	}
}
