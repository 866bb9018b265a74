package main_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// heard is a line with everything that has come on it.
type heard struct {
	t    *testing.T
	conn *websocket.Conn
	all  strings.Builder
}

// follow opens a line on an instance and listens to a thread from its head.
func (p *place) follow(jar http.CookieJar, thread int64) *heard {
	p.t.Helper()
	h := &heard{t: p.t, conn: p.live(jar)}
	must(p.t, h.conn.WriteMessage(websocket.TextMessage, []byte(`{"t":"sub","ch":"`+channelOf(thread)+`"}`)))
	h.until("ok")
	return h
}

// until reads on until a frame of the kind comes, which must come soon.
func (h *heard) until(kind string) liveFrame {
	h.t.Helper()
	must(h.t, h.conn.SetReadDeadline(time.Now().Add(seen)))
	for {
		frames, err := h.next()
		if err != nil {
			h.t.Fatalf("waiting for %s: %v", kind, err)
		}
		for _, frame := range frames {
			if frame.T == kind {
				return frame
			}
		}
	}
}

func (h *heard) next() ([]liveFrame, error) {
	_, message, err := h.conn.ReadMessage()
	if err != nil {
		return nil, err
	}
	h.all.Write(message)
	return framesOf(message)
}

// ended reads to the end, which must come soon, and gives the code of the close.
func (h *heard) ended() int {
	h.t.Helper()
	must(h.t, h.conn.SetReadDeadline(time.Now().Add(seen)))
	for {
		_, err := h.next()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		} else if err != nil {
			h.t.Fatalf("waiting for the close: %v", err)
		}
	}
}

// respond posts a response that begins as no other does.
func respond(t *testing.T, c *caller, thread int64, words string) {
	t.Helper()
	code, text, err := c.call(t.Context(), http.MethodPost, threadPath(thread)+"/responses", words[:min(len(words), 60)], map[string]string{"body": words})
	must(t, err)
	if code != http.StatusCreated {
		t.Fatalf("a response is answered with %d: %s", code, text)
	}
}

// joined waits until all instances hear each other.
func (f *fleet) joined() {
	f.t.Helper()
	for _, s := range f.servers {
		s.await(seen, "the bus is connected", func() bool { return strings.HasPrefix(s.says("/healthz"), "ok\nbus: connected") })
	}
}

// Without NATS a change at one instance reaches the readers of the other by the
// comparison of heads; with it the hints do that, and there is nothing to repair.
func TestHintsBetweenInstances(t *testing.T) {
	t.Parallel()
	f := newFleet(t, true)
	a, b := f.places[0], f.places[1]
	member := a.member("hinting@example.org", "member")
	f.serve() // NATS is away
	thread := startThread(t, member, "Does it get across?")
	reader := b.follow(nil, thread.ID)
	send := func(posts int, when string) (repairs int) {
		before := int(b.meter("colloquy_live_repairs_total"))
		slowest := time.Duration(0)
		for n := range posts {
			words := fmt.Sprintf("Post %d of %d %s.", n+1, posts, when)
			began := time.Now()
			respond(t, member, thread.ID, words)
			if frame := reader.until("ev"); !strings.Contains(frame.HTML, words) {
				t.Errorf("instead of %q comes %q", words, frame.HTML)
			}
			slowest = max(slowest, time.Since(began))
		}
		t.Logf("%s, the slowest of %d posts comes after %s", when, posts, slowest.Round(time.Millisecond))
		return int(b.meter("colloquy_live_repairs_total")) - before
	}
	if repairs := send(2, "without NATS"); repairs < 2 {
		t.Errorf("without NATS 2 posts needed %d repairs", repairs)
	}
	stop := startNATS(t, f.bus)
	f.joined()
	// A comparison may by chance come between the commit and its hint.
	if repairs := send(20, "with NATS"); repairs > 2 {
		t.Errorf("with NATS 20 posts needed %d repairs", repairs)
	}
	stop()
	if repairs := send(1, "without NATS again"); repairs < 1 {
		t.Errorf("without NATS again a post needed %d repairs", repairs)
	}
}

// Whoever is suspended by command line hears nothing on any instance of what is
// written from then on, and their lines are closed.
func TestSuspensionReachesEveryInstance(t *testing.T) {
	t.Parallel()
	f := newFleet(t, true)
	startNATS(t, f.bus)
	a, b := f.places[0], f.places[1]
	writer := a.member("writer@example.org", "member")
	a.member("leaving@example.org", "member")
	a.member("staying@example.org", "member")
	f.serve()
	f.closeThemes()
	thread := startThread(t, writer, "Who is in the room?")
	leaving, staying := a.signIn("leaving@example.org").Cookies(), a.signIn("staying@example.org").Cookies()
	var gone, there []*heard
	for _, p := range f.places {
		gone = append(gone, p.follow(leaving, thread.ID))
		there = append(there, p.follow(staying, thread.ID))
	}
	respond(t, writer, thread.ID, "All of us hear this.")
	for _, line := range append(gone, there...) {
		if frame := line.until("ev"); !strings.Contains(frame.HTML, "All of us hear this.") {
			t.Errorf("a member of the theme hears %q", frame.HTML)
		}
	}
	a.done("member", "suspend", "leaving@example.org")
	suspended := time.Now()
	secrets := []string{"Said through the first instance.", "Said through the second instance."}
	respond(t, writer, thread.ID, secrets[0])
	respond(t, b.caller(writer.token), thread.ID, secrets[1])
	for i, line := range gone {
		if code := line.ended(); code != 4001 && code != 4003 {
			t.Errorf("at instance %d the line of a suspended member is closed with %d", i, code)
		}
	}
	t.Logf("the lines are closed after %s", time.Since(suspended).Round(time.Millisecond))
	respond(t, writer, thread.ID, "Said when the lines were closed.")
	for i, line := range there {
		for !strings.Contains(line.all.String(), "Said when the lines were closed.") {
			line.until("ev")
		}
		for _, secret := range secrets {
			if !strings.Contains(line.all.String(), secret) {
				t.Errorf("at instance %d who stays does not hear %q", i, secret)
			}
			if strings.Contains(gone[i].all.String(), secret) {
				t.Errorf("at instance %d a suspended member hears %q", i, secret)
			}
		}
	}
	for _, viewer := range []*viewer{newViewer("a suspended member", "en", leaving), newViewer("a visitor", "en", nil)} {
		for _, p := range f.places {
			body, err := viewer.get(t.Context(), p.url()+"/live/changes?ch="+channelOf(thread.ID)+"&since=0")
			must(t, err)
			if want := `{"frames":[{"t":"deny","ch":"` + channelOf(thread.ID) + `"}]}`; string(body) != want {
				t.Errorf("by polling, %s gets %s", viewer.name, body)
			}
		}
	}
}
