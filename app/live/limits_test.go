package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestBadFrames(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	s := startSite(t, opt, src)
	flood := func(message string, n int) func(*client) {
		return func(c *client) {
			for range n {
				c.say(message)
			}
		}
	}
	many := func(c *client) {
		for i := range socketChannels + 1 {
			src.do(ch, func(*channelState) { src.channels[fmt.Sprint("thread:", 100+i)] = &channelState{} })
			c.say(fmt.Sprintf(`{"t":"sub","ch":"thread:%d"}`, 100+i))
		}
	}
	array := func(n int) string { return "[" + strings.Repeat(`{"t":"pong"},`, n-1) + `{"t":"pong"}]` }
	for _, tt := range []struct {
		name string
		do   func(*client)
		code int
	}{
		{"not JSON", flood(`{"t":`, 1), websocket.CloseInvalidFramePayloadData},
		{"two values", flood(`{"t":"pong"}{"t":"pong"}`, 1), websocket.CloseInvalidFramePayloadData},
		{"a number", flood(`7`, 1), websocket.CloseInvalidFramePayloadData},
		{"null", flood(`null`, 1), websocket.CloseInvalidFramePayloadData},
		{"nothing", flood(``, 1), websocket.CloseInvalidFramePayloadData},
		{"not UTF-8", flood("{\"t\":\"\xff\"}", 1), websocket.CloseInvalidFramePayloadData},
		{"a fraction", flood(`{"t":"sub","ch":"thread:12","since":1.5}`, 1), websocket.CloseInvalidFramePayloadData},
		{"a negative number", flood(`{"t":"sub","ch":"thread:12","since":-1}`, 1), websocket.CloseInvalidFramePayloadData},
		{"too large", flood(`{"t":"pong","x":"`+strings.Repeat("x", inboundBytes)+`"}`, 1), websocket.CloseMessageTooBig},
		{"huge", flood(strings.Repeat("x", 8<<20), 1), websocket.CloseMessageTooBig},
		{"strange", flood(`{"t":"dance"}`, strangeFrames+1), websocket.ClosePolicyViolation},
		{"too many frames", flood(`{"t":"pong"}`, inboundBurst+1), CloseWait},
		{"too many in arrays", flood(array(inboundBurst+1), 1), CloseWait},
		{"empty arrays", flood(`[]`, inboundBurst+1), CloseWait},
		{"too many channels", many, websocket.ClosePolicyViolation},
		{"binary", func(c *client) {
			if err := c.conn.WriteMessage(websocket.BinaryMessage, []byte(`{"t":"pong"}`)); err != nil {
				t.Error(err)
			}
		}, websocket.CloseUnsupportedData},
		{"pings", func(c *client) {
			for range inboundBurst + 1 {
				_ = c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(testPatience))
			}
		}, CloseWait},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := s.dial(t, "").hello()
			tt.do(c)
			if code := c.closed(); code != tt.code {
				t.Errorf("closed with %d, not %d", code, tt.code)
			}
		})
	}
	c := s.dial(t, "").hello()
	flood(`{"t":"dance","since":3,"more":{"a":[1]}}`, strangeFrames)(c)
	c.round()
	waitFor(t, func() bool { return s.hub.Stats().Sockets == 1 })
}

func TestTooManySockets(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	opt.AnonymousSockets = 2
	s := startSite(t, opt, src)
	var mine []*client
	for range memberSockets {
		mine = append(mine, s.dial(t, "anna").hello())
	}
	if code := s.dial(t, "anna").closed(); code != CloseTooManySockets {
		t.Errorf("closed with %d", code)
	}
	s.dial(t, "bo").hello()
	s.dial(t, "").hello()
	s.dial(t, "").hello()
	if code := s.dial(t, "").closed(); code != CloseWait {
		t.Errorf("closed with %d", code)
	}
	mine[0].conn.Close()
	waitFor(t, func() bool { return s.hub.Stats().Sockets == memberSockets+2 })
	s.dial(t, "anna").hello()
}

// Readers that take nothing hold up nobody, more of them than there are writers; when they read again they find what
// was sent before their queue was full, and a reset.
func TestSlowReaders(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	s := startSite(t, opt, src)
	var slow []*client
	for i := range s.hub.writers.steady + 8 {
		c := s.dial(t, fmt.Sprint("slow", i)).hello()
		c.say(`{"t":"sub","ch":"thread:12"}`)
		c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
		slow = append(slow, c)
	}
	quick := s.dial(t, "quick").hello()
	quick.say(`{"t":"sub","ch":"thread:12"}`)
	quick.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	text := strings.Repeat("long ", 40<<10)
	for s.hub.Stats().Resets[whyLag] < uint64(len(slow)) {
		head := src.respond(ch, "anna", text)
		s.hub.Hint(ch, head)
		if f := quick.next(); f.Seq != head {
			t.Fatalf("got frame %d, %s", f.Seq, f.T)
		}
	}
	s.hub.Hint(ch, src.respond(ch, "anna", "short"))
	if f := quick.next(); f.T != "ev" {
		t.Fatalf("got %s", f.raw)
	}
	for _, c := range slow[:2] {
		last := int64(1)
		for f := c.next(); ; f = c.next() {
			if f.T == "reset" && f.Why == whyLag {
				break
			}
			if f.T != "ev" || f.Seq != last+1 {
				t.Fatalf("got %s %d after %d", f.T, f.Seq, last)
			}
			last = f.Seq
		}
		c.round()
	}
	// The same again within a minute: the line is closed, and the client resumes by itself.
	c := slow[0]
	c.say(`{"t":"sub","ch":"thread:12"}`)
	c.next()
	for s.hub.Stats().Sockets == len(slow)+1 {
		head := src.respond(ch, "anna", text)
		s.hub.Hint(ch, head)
		quick.next()
		s.hub.mu.Lock()
		leaving := false
		for sock := range s.hub.sockets {
			leaving = leaving || sock.session == "s-slow0" && sock.leaving()
		}
		s.hub.mu.Unlock()
		if leaving {
			break
		}
	}
	if code := c.closed(); code != CloseTooSlow {
		t.Errorf("closed with %d", code)
	}
}

func TestDrain(t *testing.T) {
	src := newSource(ch)
	opt := src.options()
	s := startSite(t, opt, src)
	var all []*client
	for range 50 {
		all = append(all, s.dial(t, "").hello())
	}
	deaf := s.dial(t, "deaf").hello() // never answers the close
	drained := make(chan struct{})
	go func() {
		s.hub.Drain(context.WithoutCancel(t.Context()))
		close(drained)
	}()
	for _, c := range all {
		f := c.next()
		if f.T != "bye" || f.InMs < 1000 {
			t.Fatalf("got %s", f.raw)
		}
		if code := c.closed(); code != CloseRestart {
			t.Errorf("closed with %d", code)
		}
	}
	if r := s.request(t, "GET", nil); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("while draining: %d", r.StatusCode)
	}
	select {
	case <-drained:
	case <-time.After(testPatience):
		t.Fatal("never drained")
	}
	if n := s.hub.Stats().Sockets; n != 0 {
		t.Errorf("%d sockets left", n)
	}
	s.hub.Hint(ch, 99)
	s.hub.Recheck()
	deaf.closed()
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"t":"sub","ch":"thread:12","since":41,"ep":"a1b2"}`))
	f.Add([]byte(`[{"t":"pong"}]`))
	f.Fuzz(func(t *testing.T, message []byte) {
		requests, err := parse(message)
		for _, r := range requests {
			if r.T == "" || r.Since != nil && *r.Since < 0 {
				t.Errorf("%q gave %+v", message, r)
			}
			if !json.Valid(denyFrame(r.Ch)) {
				t.Errorf("%q is echoed as %q", r.Ch, denyFrame(r.Ch))
			}
		}
		if err != nil && !errors.Is(err, errBroken) {
			t.Error(err)
		}
	})
}
