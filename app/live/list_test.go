package live

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// five threads; the three with the highest numbers lead a list.
func fiveThreads() *source {
	return newSource("thread:11", "thread:12", "thread:13", "thread:14", "thread:15")
}

func (s *source) close(channel string, closed bool) {
	s.do(channel, func(c *channelState) { c.closed = closed })
}

// told makes what the hub was hinted of go out now: a list rests between two readings, which a test does not wait for.
func told(h *Hub, channels ...string) {
	for _, channel := range channels {
		h.mu.Lock()
		t := h.topics[channel]
		h.mu.Unlock()
		t.advance(h.ctx)
	}
}

// rests keeps the lists from being read for good, so that only told does it.
func rests(h *Hub, channels ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, channel := range channels {
		h.topics[channel].turn = running
	}
}

func rowEv(list string, id, seq int64, title string) string {
	return fmt.Sprintf(`{"t":"ev","ch":"%s","k":"thread","thread":{"id":%d,"seq":%d},"html":"<li data-thread=\"%d\" data-seq=\"%d\" lang=\"\">%s</li>"}`,
		list, id, seq, id, seq, title)
}

func goneEv(list string, id, seq int64) string {
	return fmt.Sprintf(`{"t":"ev","ch":"%s","k":"thread","thread":{"id":%d,"seq":%d},"html":""}`, list, id, seq)
}

func retitle(src *source, channel, title string) int64 {
	return src.do(channel, func(c *channelState) { c.retitle(title) })
}

func insider(src *source, name string) Session {
	session := src.member(name)
	session.Variant = Variant{}
	session.Viewer = viewer{name: name, insider: true}
	session.Rights = "inside"
	src.mu.Lock()
	defer src.mu.Unlock()
	src.viewers[session.ID] = Standing{Viewer: session.Viewer, Rights: session.Rights}
	return session
}

func TestPlacesOfAList(t *testing.T) {
	src := fiveThreads()
	opt, _ := quiet(src)
	h := startHub(t, opt)
	src.close("thread:14", true)
	src.respond("thread:13", "bo", "two")
	in, out := connect(t, h, insider(src, "ines")).hello(), connect(t, h, Session{}).hello()
	for _, tt := range []struct {
		c    *client
		list string
		want string
	}{
		{in, "front", `{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,2]]}`},
		{out, "front", `{"t":"ok","ch":"front","threads":[[15,1],[13,2]]}`},
		{in, "theme:closed", `{"t":"ok","ch":"theme:closed","threads":[[14,1]]}`},
		{out, "theme:closed", `{"t":"deny","ch":"theme:closed"}`},
		{out, "theme:none", `{"t":"deny","ch":"theme:none"}`},
		{out, "theme:open", `{"t":"ok","ch":"theme:open","threads":[[15,1],[13,2],[12,1]]}`},
	} {
		tt.c.say(fmt.Sprintf(`{"t":"sub","ch":"%s","since":7,"ep":"old"}`, tt.list))
		tt.c.wants(tt.want)
	}
	src.close("thread:14", false)
	in.say(`{"t":"unsub","ch":"theme:closed"}`)
	in.say(`{"t":"sub","ch":"theme:closed"}`)
	in.wants(`{"t":"ok","ch":"theme:closed","threads":[]}`)
	body, err := h.Changes(t.Context(), Session{Viewer: viewer{}}, "front", nil, "")
	if want := `{"frames":[{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,2]]}]}`; err != nil || string(body) != want {
		t.Errorf("by polling %s %v", body, err)
	}
}

func TestRowsOfAList(t *testing.T) {
	src := fiveThreads()
	opt, _ := quiet(src)
	h := startHub(t, opt)
	in, out := connect(t, h, insider(src, "ines")).hello(), connect(t, h, Session{}).hello()
	for _, c := range []*client{in, out} {
		c.say(`{"t":"sub","ch":"front"}`)
		c.wants(`{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,1]]}`)
	}
	rests(h, "front")
	both := func(frames ...string) {
		t.Helper()
		in.wants(frames...)
		out.wants(frames...)
		in.round()
		out.round()
	}
	h.Hint("thread:14", retitle(src, "thread:14", "A title"))
	told(h, "front")
	both(rowEv("front", 14, 2, "A title"))

	// A row beyond the head, which nobody was told of: the hint names it.
	h.Hint("thread:11", retitle(src, "thread:11", "Far down"))
	told(h, "front")
	both(rowEv("front", 11, 2, "Far down"))

	// A new thread.
	src.mu.Lock()
	src.channels["thread:16"] = &channelState{}
	src.mu.Unlock()
	h.Hint("thread:16", retitle(src, "thread:16", "New"))
	told(h, "front")
	both(rowEv("front", 16, 1, "New"))

	// One narrows and changes in one act: who stands outside learns that it is gone, and nothing else.
	src.do("thread:14", func(c *channelState) { c.closed = true; c.retitle("A secret") })
	h.Hint("thread:14", 3)
	told(h, "front")
	in.wants(rowEv("front", 14, 3, "A secret"))
	out.wants(goneEv("front", 14, 2))
	h.Hint("thread:14", retitle(src, "thread:14", "Another secret"))
	told(h, "front")
	in.wants(rowEv("front", 14, 4, "Another secret"))
	out.round()
	src.close("thread:14", false)
	h.Hint("thread:14", 4)
	told(h, "front")
	both(rowEv("front", 14, 4, "Another secret"))

	// One leaves the list for good.
	src.do("thread:11", func(c *channelState) { c.absent = true })
	h.Hint("thread:11", 3)
	told(h, "front")
	both(goneEv("front", 11, 2))
	h.Hint("thread:11", 3)
	told(h, "front")
	in.round()
	out.round()
}

// A list of a theme loses a thread that is moved, and the theme it moves to gains it.
func TestRowMovesBetweenLists(t *testing.T) {
	src := fiveThreads()
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, insider(src, "ines")).hello()
	c.say(`{"t":"sub","ch":"theme:open"}`)
	c.wants(`{"t":"ok","ch":"theme:open","threads":[[15,1],[14,1],[13,1]]}`)
	c.say(`{"t":"sub","ch":"theme:closed"}`)
	c.wants(`{"t":"ok","ch":"theme:closed","threads":[]}`)
	rests(h, "theme:open", "theme:closed")
	src.close("thread:15", true)
	h.Hint("thread:15", 1)
	told(h, "theme:open", "theme:closed")
	c.wants(rowEv("theme:open", 12, 1, ""), goneEv("theme:open", 15, 1), rowEv("theme:closed", 15, 1, ""))
	c.round()
}

// Without a hint a list is made good by the repair: at its head, beyond it, and where a row has left.
func TestListsAreRepaired(t *testing.T) {
	src := fiveThreads()
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"front"}`)
	c.wants(`{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,1]]}`)
	rests(h, "front")
	h.Hint("thread:11", retitle(src, "thread:11", "Beyond the head"))
	told(h, "front")
	c.wants(rowEv("front", 11, 2, "Beyond the head"))
	repaired := func(frames ...string) {
		t.Helper()
		h.repair(false)
		told(h, "front")
		c.wants(frames...)
		c.round()
	}
	retitle(src, "thread:14", "At the head")
	repaired(rowEv("front", 14, 2, "At the head"))
	retitle(src, "thread:11", "Again")
	repaired(rowEv("front", 11, 3, "Again"))
	src.do("thread:15", func(c *channelState) { c.absent = true })
	repaired(rowEv("front", 12, 1, ""), goneEv("front", 15, 1))
	repaired()
}

// A row that comes back to the head of a list is sent although it has not changed: whoever came meanwhile lacks it.
func TestRowThatLeadsAgain(t *testing.T) {
	src := fiveThreads()
	opt, _ := quiet(src)
	h := startHub(t, opt)
	early := connect(t, h, Session{}).hello()
	early.say(`{"t":"sub","ch":"front"}`)
	early.wants(`{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,1]]}`)
	rests(h, "front")
	src.mu.Lock()
	src.channels["thread:16"] = &channelState{}
	src.mu.Unlock()
	h.Hint("thread:16", retitle(src, "thread:16", "New"))
	told(h, "front")
	early.wants(rowEv("front", 16, 1, "New"))
	late := connect(t, h, Session{}).hello()
	late.say(`{"t":"sub","ch":"front"}`)
	late.wants(`{"t":"ok","ch":"front","threads":[[16,1],[15,1],[14,1]]}`)
	h.Hint("thread:16", src.do("thread:16", func(c *channelState) { c.absent = true }))
	told(h, "front")
	for _, c := range []*client{early, late} {
		c.wants(rowEv("front", 13, 1, ""), goneEv("front", 16, 1))
		c.round()
	}
}

// A reading that fails loses none of the hints that it was made for.
func TestListKeepsItsHintsWhenTheSourceFails(t *testing.T) {
	src := fiveThreads()
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"front"}`)
	c.wants(`{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,1]]}`)
	rests(h, "front")
	h.Hint("thread:11", retitle(src, "thread:11", "Far down"))
	src.do("thread:11", func(*channelState) { src.failing = errors.New("away") })
	told(h, "front")
	src.do("thread:11", func(*channelState) { src.failing = nil })
	told(h, "front")
	c.wants(rowEv("front", 11, 2, "Far down"))
	c.round()
}

// What a viewer may see of a list is another when their rights are: the page fetches it anew.
func TestListResetsWithRights(t *testing.T) {
	src := fiveThreads()
	src.close("thread:14", true)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, insider(src, "ines")).hello()
	c.say(`[{"t":"sub","ch":"front"},{"t":"sub","ch":"theme:closed"},{"t":"sub","ch":"thread:15"}]`)
	c.wants(`{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,1]]}`, `{"t":"ok","ch":"theme:closed","threads":[[14,1]]}`, `{"t":"ok","ch":"thread:15","seq":1}`)
	src.do("thread:14", func(c *channelState) {
		src.viewers["s-ines"] = Standing{Viewer: viewer{name: "ines"}, Rights: "outside"}
		src.rights++
		c.retitle("A secret")
	})
	h.Hint("thread:14", 2)
	h.Recheck()
	for range 2 {
		f := c.next()
		if f.T != "reset" && (f.T != "deny" || f.Ch != "theme:closed") || f.Ch != "front" && f.Ch != "theme:closed" {
			t.Errorf("got %s", f.raw)
		}
	}
	c.say(`[{"t":"sub","ch":"theme:closed"},{"t":"sub","ch":"front"}]`)
	c.wants(`{"t":"deny","ch":"theme:closed"}`, `{"t":"ok","ch":"front","threads":[[15,1],[13,1]]}`)
	h.Hint("thread:15", src.respond("thread:15", "bo", "the thread goes on")) // it has no rights that changed
	for seen := 0; seen < 2; {
		switch f := c.next(); f.Ch {
		case "thread:15", "front":
			seen++
			if strings.Contains(f.raw, "secret") {
				t.Errorf("got %s", f.raw)
			}
		default:
			t.Fatalf("got %s", f.raw)
		}
	}
}

func TestListResetsWithTheEpoch(t *testing.T) {
	src := fiveThreads()
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"front"}`)
	c.wants(`{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,1]]}`)
	src.do("thread:15", func(*channelState) { src.epoch = "c3d4" })
	h.repair(false)
	c.wants(`{"t":"reset","ch":"front","why":"epoch","in_ms":5000}`)
	c.say(`{"t":"sub","ch":"front"}`)
	c.wants(`{"t":"ok","ch":"front","threads":[[15,1],[14,1],[13,1]]}`)
}
