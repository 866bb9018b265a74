package live

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// part is a websocket frame as a client sends it, byte by byte as one likes: finished or not, of any kind.
func part(first byte, payload string) []byte {
	frame := []byte{first, 0x80 | byte(len(payload))}
	if len(payload) >= 126 {
		frame[1] = 0x80 | 126
		frame = binary.BigEndian.AppendUint16(frame, uint16(len(payload)))
	}
	return append(append(frame, 0, 0, 0, 0), payload...)
}

const (
	partText = 0x01 // the first of several
	partMore = 0x00 // one between
	partLast = 0x80
	partPing = 0x89
	wholeBin = 0x82
)

// raw is a client that writes what it likes on the line and reads what comes beside it.
func raw(t *testing.T, h *Hub) (w *wire, code <-chan int, frames <-chan string) {
	t.Helper()
	w, err := dialWire(h, func() Session { return Session{} })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.conn.Close() })
	ended, said := make(chan int, 1), make(chan string, 1000)
	go func() {
		defer close(said)
		for {
			message, err := w.read()
			var closing closedWith
			if errors.As(err, &closing) {
				ended <- int(closing)
				continue // what comes after it would be a fault
			}
			if err != nil {
				close(ended)
				return
			}
			said <- string(message)
		}
	}()
	return w, ended, said
}

func TestFragments(t *testing.T) {
	message := `{"t":"sub","ch":"thread:404","more":"é` + strings.Repeat(" ", 1000) + `"}`
	inParts := func(message string) [][]byte {
		parts := [][]byte{part(partText, message[:1])}
		for i := 1; i < len(message)-1; i++ {
			parts = append(parts, part(partMore, message[i:i+1]))
		}
		return append(parts, part(partLast, message[len(message)-1:]))
	}
	for _, tt := range []struct {
		name  string
		parts [][]byte
		code  int // 0: it is answered
	}{
		{"a message in a thousand", inParts(message), 0},
		{"with pings between", append(append([][]byte{part(partText, `{"t":"sub",`)}, part(partPing, "x")), part(partLast, `"ch":"thread:404"}`)), 0},
		{"UTF-8 broken across two", [][]byte{part(partText, "{\"t\":\"pong\",\"x\":\"\xc3"), part(partLast, `x"}`)}, websocket.CloseInvalidFramePayloadData},
		{"a message that is too large", inParts(message + strings.Repeat(" ", inboundBytes)), websocket.CloseMessageTooBig},
		{"binary", [][]byte{part(wholeBin, "x")}, websocket.CloseUnsupportedData},
		{"more without a first", [][]byte{part(partMore, "x")}, websocket.CloseProtocolError},
		{"a new message in the midst of one", [][]byte{part(partText, "{"), part(partText, "{")}, websocket.CloseProtocolError},
		{"packed", [][]byte{part(0xc1, `{"t":"pong"}`)}, websocket.CloseProtocolError},
		{"a packed part", [][]byte{part(partText|0x40, `{"t"`), part(partLast, `:"pong"}`)}, websocket.CloseProtocolError},
		{"of a kind that is not there", [][]byte{part(0x83, "x")}, websocket.CloseProtocolError},
		{"without a mask", [][]byte{{0x81, 0x01, '{'}}, websocket.CloseProtocolError},
		{"a long ping", [][]byte{part(partPing, strings.Repeat("x", 126))}, websocket.CloseProtocolError},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := newSource(ch)
			opt, _ := quiet(src)
			h := startHub(t, opt)
			w, code, frames := raw(t, h)
			<-frames
			for _, p := range tt.parts {
				if _, err := w.conn.Write(p); err != nil {
					break // the hub has had enough
				}
			}
			if tt.code == 0 {
				if f := <-frames; f != `{"t":"deny","ch":"thread:404"}` {
					t.Errorf("got %s", f)
				}
				return
			}
			if got := <-code; got != tt.code {
				t.Errorf("closed with %d, not %d", got, tt.code)
			}
		})
	}
}

// A message that never ends is refused as soon as it is too large, and its line is cut soon after the close.
func TestEndlessMessage(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	w, code, _ := raw(t, h)
	next, sent := part(partText, "["), 0
	for {
		if _, err := w.conn.Write(next); err != nil {
			break
		}
		sent++
		next = part(partMore, strings.Repeat(" ", 100))
	}
	if got := <-code; got != websocket.CloseMessageTooBig {
		t.Errorf("closed with %d after %d parts", got, sent)
	}
	waitFor(t, func() bool { return h.Stats().Sockets == 0 })
}

// One that says nothing, in however many parts, is cut like one that is silent; pings in its midst are no sign of life.
func TestEndlessMessageOfNothing(t *testing.T) {
	src := newSource(ch)
	opt, clock := quiet(src)
	h := startHub(t, opt)
	w, _, _ := raw(t, h)
	if _, err := w.conn.Write(part(partText, "")); err != nil {
		t.Fatal(err)
	}
	for range 7 {
		clock.forward(deadAfter / 7)
		h.sweep()
		for range 100 {
			if _, err := w.conn.Write(part(partMore, "")); err != nil {
				break
			}
		}
		_, _ = w.conn.Write(part(partPing, ""))
	}
	waitFor(t, func() bool { return h.Stats().Sockets == 0 })
}

func TestNumbersThatAreNone(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	for since, want := range map[string]int{
		"-1": websocket.CloseInvalidFramePayloadData, "9223372036854775808": websocket.CloseInvalidFramePayloadData,
		"1e3": websocket.CloseInvalidFramePayloadData, "1.0": websocket.CloseInvalidFramePayloadData,
		`"1"`: websocket.CloseInvalidFramePayloadData, "[1]": websocket.CloseInvalidFramePayloadData,
		"true": websocket.CloseInvalidFramePayloadData, "01": websocket.CloseInvalidFramePayloadData,
		`1,"ep":7`: websocket.CloseInvalidFramePayloadData, `1,"ch":["thread:12"]`: websocket.CloseInvalidFramePayloadData,
		"9223372036854775807": 0, `1,"ep":"a1b2\\u0000"`: 0, "null": 0, `1,"since":2`: 0,
	} {
		c := connect(t, h, Session{}).hello()
		c.say(`{"t":"sub","ch":"thread:12","since":` + since + `}`)
		if want != 0 {
			c.ends(want)
		} else if f := c.next(); f.T != "reset" && (since != "null" || f.T != "ok") {
			t.Errorf("since %s: %s", since, f.raw)
		}
	}
}

// Thousands of subs in one go cost no more than what is allowed, whatever they ask for.
func TestFloodsOfSubs(t *testing.T) {
	for name, sub := range map[string]string{
		"the same":      `{"t":"sub","ch":"thread:12","since":0}`,
		"forged epochs": `{"t":"sub","ch":"thread:12","since":0,"ep":"%d"}`,
		"absent ones":   `{"t":"sub","ch":"thread:9%d"}`,
		"lists":         `{"t":"sub","ch":"theme:t%d"}`,
		"on and off":    `{"t":"sub","ch":"thread:12","since":0},{"t":"unsub","ch":"thread:12"}`,
	} {
		t.Run(name, func(t *testing.T) {
			src := newSource(ch)
			opt, _ := quiet(src)
			lists := 0
			rows := opt.Rows
			opt.Rows = func(ctx context.Context, channel string, ids []int64) (Rows, error) {
				lists++
				return rows(ctx, channel, ids)
			}
			h := startHub(t, opt)
			w, code, _ := raw(t, h)
			for i := range 5000 {
				message := strings.ReplaceAll(sub, "%d", fmt.Sprint(i))
				if _, err := w.conn.Write(part(0x81, "["+message+"]")); err != nil {
					break
				}
			}
			if got := <-code; got != CloseWait {
				t.Errorf("closed with %d", got)
			}
			_ = w.conn.Close()
			waitFor(t, func() bool { return h.Stats().Sockets == 0 && h.Stats().Topics == 0 })
			if n := src.mustRead(t) + lists; n > inboundBurst {
				t.Errorf("the source was asked %d times", n)
			}
		})
	}
}

// Whoever opens a line and says nothing is greeted, gets beats, and is cut in the end; pongs alone keep a line.
func TestSilentClients(t *testing.T) {
	src := newSource(ch)
	opt, clock := quiet(src)
	h := startHub(t, opt)
	silent, alive := connect(t, h, Session{}).hello(), connect(t, h, Session{}).hello()
	for i := range 3 {
		clock.forward(beatEvery)
		h.sweep()
		alive.wants(`{"t":"hb"}`)
		alive.say(`{"t":"pong"}`)
		alive.round()
		if i < 2 {
			silent.wants(`{"t":"hb"}`)
		}
	}
	if f, err := silent.receive(); err == nil {
		t.Errorf("a line that was silent for 75 s gets %s", f.raw)
	}
	waitFor(t, func() bool { return h.Stats().Sockets == 1 })
}

// Many who never read hold up none of the thousand who do.
func TestDeafReadersAmongAThousand(t *testing.T) {
	const readers, deaf, changes = 1000, 60, 15
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	for range deaf {
		w, err := dialWire(h, func() Session { return Session{} })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = w.conn.Close() })
		if err := w.say([]byte(`{"t":"sub","ch":"thread:12"}`)); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, func() bool { return h.Stats().Subscriptions == deaf })
	results := make(chan error, readers)
	for range readers {
		w, err := dialWire(h, func() Session { return Session{} })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = w.conn.Close() })
		go func() { results <- w.follow(ch, 1+changes) }()
	}
	waitFor(t, func() bool { return h.Stats().Subscriptions == deaf+readers })
	for range changes {
		h.Hint(ch, src.respond(ch, "bo", "another"))
	}
	late := time.After(testPatience)
	for range readers {
		select {
		case err := <-results:
			if err != nil {
				t.Fatal(err)
			}
		case <-late:
			t.Fatal("somebody does not get what others do not take")
		}
	}
	if n := h.Stats().Subscriptions; n != deaf+readers {
		t.Errorf("%d subscriptions", n)
	}
}

// follow reads a channel from its head until a number has come, each after the one before.
func (w *wire) follow(channel string, until int64) error {
	if err := w.say([]byte(`{"t":"sub","ch":"` + channel + `"}`)); err != nil {
		return err
	}
	var wrong error
	for last := int64(0); last < until; {
		message, err := w.read()
		if err != nil {
			return err
		}
		err = each(message, func(f *wireFrame) {
			switch string(f.t) {
			case "ok":
				last = f.seq
			case "ev", "skip":
				if f.seq != last+1 {
					wrong = fmt.Errorf("%d after %d", f.seq, last)
				}
				last = max(f.seq, f.to)
			}
		})
		if err = errors.Join(err, wrong); err != nil {
			return err
		}
	}
	return nil
}
