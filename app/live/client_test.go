package live

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience of tests for something that must come; only a failing test waits that long.
const testPatience = 20 * time.Second

func startHub(t *testing.T, opt Options) *Hub {
	t.Helper()
	h, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Drain(t.Context()) }) // its context has ended: cut at once
	return h
}

// frame is any frame of the server; raw is as it came.
type frame struct {
	T    string
	Ch   string
	Seq  int64
	To   int64
	K    string
	N    json.RawMessage
	Rev  int
	HTML string
	Why  string
	InMs int64 `json:"in_ms"`
	Ep   string
	Hb   int
	raw  string
}

// client is a websocket client that gives frame by frame.
type client struct {
	t       *testing.T
	conn    *websocket.Conn
	pending []frame
}

// connect opens a socket on the hub over a pipe in memory, without a web server.
func connect(t *testing.T, h *Hub, session Session) *client {
	t.Helper()
	return connectWith(t, h, session, func() {})
}

// connectWith does something between the admission of the handshake and the opening of the socket.
func connectWith(t *testing.T, h *Hub, session Session, between func()) *client {
	t.Helper()
	server, line := net.Pipe()
	failed := make(chan error, 1)
	go func() {
		request, err := http.ReadRequest(bufio.NewReader(server))
		if err != nil {
			failed <- err
			return
		}
		ticket, err := h.Admit(shake(request.Header))
		if err == nil {
			between()
			ticket.Open(server, session)
		}
		failed <- err
	}()
	dialer := websocket.Dialer{
		Subprotocols:   []string{Subprotocol},
		NetDialContext: func(context.Context, string, string) (net.Conn, error) { return line, nil },
	}
	conn, response, err := dialer.DialContext(t.Context(), "ws://forum.example/live", http.Header{"Origin": {"https://forum.example"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t: t, conn: conn}
}

func shake(header http.Header) Handshake {
	return Handshake{
		Method:     http.MethodGet,
		Origin:     header.Get("Origin"),
		Connection: header.Get("Connection"),
		Upgrade:    header.Get("Upgrade"),
		Version:    header.Get("Sec-Websocket-Version"),
		Key:        header.Get("Sec-Websocket-Key"),
		Protocols:  header.Get("Sec-Websocket-Protocol"),
	}
}

// receive gives the next frame or the error of the line.
func (c *client) receive() (frame, error) {
	for len(c.pending) == 0 {
		if err := c.conn.SetReadDeadline(time.Now().Add(testPatience)); err != nil {
			return frame{}, err
		}
		_, message, err := c.conn.ReadMessage()
		if err != nil {
			return frame{}, err
		}
		frames, err := split(message)
		if err != nil {
			return frame{}, err
		}
		c.pending = frames
	}
	f := c.pending[0]
	c.pending = c.pending[1:]
	return f, nil
}

func split(message []byte) ([]frame, error) {
	parts := []json.RawMessage{message}
	if bytes.HasPrefix(message, []byte{'['}) {
		if err := json.Unmarshal(message, &parts); err != nil {
			return nil, err
		}
	}
	frames := make([]frame, 0, len(parts))
	for _, part := range parts {
		f := frame{raw: string(part)}
		if err := json.Unmarshal(part, &f); err != nil {
			return nil, fmt.Errorf("%s: %w", part, err)
		}
		frames = append(frames, f)
	}
	return frames, nil
}

// next gives the next frame, which must come.
func (c *client) next() frame {
	c.t.Helper()
	f, err := c.receive()
	if err != nil {
		c.t.Fatalf("no frame: %v", err)
	}
	return f
}

// wants compares the next frames with what they must be, byte by byte.
func (c *client) wants(frames ...string) {
	c.t.Helper()
	for _, want := range frames {
		if got := c.next().raw; got != want {
			c.t.Fatalf("frame\n got %s\nwant %s", got, want)
		}
	}
}

// closed reads on until the line ends and gives the code.
func (c *client) closed() int {
	c.t.Helper()
	for {
		_, err := c.receive()
		if err == nil {
			continue
		}
		var closing *websocket.CloseError
		if !errors.As(err, &closing) {
			c.t.Fatalf("the line ended without a close: %v", err)
		}
		return closing.Code
	}
}

func (c *client) say(message string) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) hello() *client {
	c.t.Helper()
	c.wants(`{"t":"hello","ep":"a1b2","hb":25}`)
	return c
}

// round makes sure that everything sent before has arrived, by asking for a channel that does not exist.
func (c *client) round() {
	c.t.Helper()
	c.say(`{"t":"sub","ch":"thread:999999"}`)
	c.wants(`{"t":"deny","ch":"thread:999999"}`)
}

// waitFor waits until something is so, which must become so without further ado.
func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	late := time.After(testPatience)
	for !so() {
		select {
		case <-late:
			t.Fatal("waited in vain")
		case <-time.After(time.Millisecond):
		}
	}
}
