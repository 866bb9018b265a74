package live

import (
	"bufio"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Subprotocol is the name that a client must offer.
const Subprotocol = "colloquy.v1"

// Handshake holds what of a request decides about its upgrade: the method and the values of the headers Origin,
// Connection, Upgrade, Sec-WebSocket-Version, Sec-WebSocket-Key and Sec-WebSocket-Protocol. The strings are copied.
type Handshake struct {
	Method     string
	Origin     string
	Connection string
	Upgrade    string
	Version    string
	Key        string
	Protocols  string
}

// Refusal is the error of a handshake that is answered by an ordinary response: its status, a reason for developers,
// and headers that the response must carry.
type Refusal struct {
	Status int
	Reason string
	Header map[string]string
}

func (r *Refusal) Error() string { return "live: handshake refused: " + r.Reason }

// Ticket is a handshake that was found good. It knows when, so that a session which ends between the handshake and
// the first frame is noticed.
type Ticket struct {
	hub        *Hub
	request    *http.Request
	generation int64
}

func newUpgrader() websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: writeTimeout,
		ReadBufferSize:   128, // what clients say is short
		WriteBufferSize:  1024,
		WriteBufferPool:  &sync.Pool{},
		Subprotocols:     []string{Subprotocol},
		CheckOrigin:      func(*http.Request) bool { return true }, // Admit has compared it with the list
	}
}

// Admit looks at a handshake before anything else is done for it; it asks no database. The session is to be resolved
// after it. A handshake that cannot be upgraded gives a *Refusal.
func (h *Hub) Admit(hs Handshake) (*Ticket, error) {
	if err := h.check(hs); err != nil {
		h.metrics.refusals.Add(1)
		return nil, err
	}
	header := http.Header{
		"Connection":             {"Upgrade"},
		"Upgrade":                {"websocket"},
		"Sec-Websocket-Version":  {"13"},
		"Sec-Websocket-Key":      {strings.Clone(hs.Key)},
		"Sec-Websocket-Protocol": {Subprotocol},
	}
	return &Ticket{
		hub:        h,
		request:    &http.Request{Method: http.MethodGet, Header: header},
		generation: h.generation.Load(),
	}, nil
}

func (h *Hub) check(hs Handshake) error {
	h.mu.Lock()
	draining := h.draining
	h.mu.Unlock()
	switch {
	case hs.Method != http.MethodGet:
		return &Refusal{Status: http.StatusMethodNotAllowed, Reason: "the method must be GET", Header: map[string]string{"Allow": http.MethodGet}}
	case !hasToken(hs.Connection, "upgrade", true) || !hasToken(hs.Upgrade, "websocket", true):
		return &Refusal{
			Status: http.StatusUpgradeRequired, Reason: "this address speaks websocket only",
			Header: map[string]string{"Upgrade": "websocket", "Connection": "Upgrade"},
		}
	case hs.Version != "13":
		return &Refusal{
			Status: http.StatusUpgradeRequired, Reason: "the websocket version must be 13",
			Header: map[string]string{"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"},
		}
	case !validKey(hs.Key):
		return &Refusal{Status: http.StatusBadRequest, Reason: "Sec-WebSocket-Key must be 16 bytes in base64"}
	case !h.origins[strings.ToLower(hs.Origin)]:
		return &Refusal{Status: http.StatusForbidden, Reason: "this origin is not accepted"}
	case !hasToken(hs.Protocols, Subprotocol, false):
		return &Refusal{Status: http.StatusBadRequest, Reason: "the subprotocol " + Subprotocol + " must be offered"}
	case draining:
		return &Refusal{Status: http.StatusServiceUnavailable, Reason: "the server is restarting", Header: map[string]string{"Retry-After": "2"}}
	case h.gate != nil && !h.gate.AllowN(h.opt.Clock.Now(), 1):
		return &Refusal{Status: http.StatusServiceUnavailable, Reason: "too many handshakes at once", Header: map[string]string{"Retry-After": "2"}}
	}
	return nil
}

func hasToken(list, token string, fold bool) bool {
	for word := range strings.SplitSeq(list, ",") {
		word = strings.Trim(word, " \t")
		if word == token || fold && strings.EqualFold(word, token) {
			return true
		}
	}
	return false
}

func validKey(key string) bool {
	raw, err := base64.StdEncoding.DecodeString(key)
	return err == nil && len(raw) == 16
}

// Open makes a socket of the connection, writes the 101 on it, and returns at once. It is called from the function
// given to fasthttp's Hijack, with the connection that function gets (of which the raw one is used) and the session
// found for the request. The server must keep hijacked connections and must not answer by itself. From here on the
// connection is the hub's, whatever happens; a failure is logged.
func (t *Ticket) Open(conn net.Conn, session Session) {
	raw := conn
	err := t.hub.guard("Open", func() error {
		if wrapped, ok := conn.(interface{ UnsafeConn() net.Conn }); ok {
			raw = wrapped.UnsafeConn()
			if err := refuseEarly(raw, conn); err != nil {
				return err
			}
		}
		ws, err := t.hub.upgrader.Upgrade(&bridge{conn: raw}, t.request, nil)
		if err != nil {
			return err
		}
		t.hub.take(newSocket(t.hub, ws, raw, session), t.generation)
		return nil
	})
	if err != nil {
		_ = raw.Close()
		t.hub.log.Debug("live: open a socket", "err", err)
	}
}

var errEarly = errors.New("live: the client sent frames before the handshake was complete")

// refuseEarly looks into the server's read buffer, which stands before the raw connection: with a deadline in the
// past nothing is read from the line itself.
func refuseEarly(raw, buffered net.Conn) error {
	if err := raw.SetReadDeadline(time.Unix(1, 0)); err != nil {
		return err
	}
	var one [1]byte
	if n, _ := buffered.Read(one[:]); n > 0 {
		return errEarly
	}
	return raw.SetReadDeadline(time.Time{})
}

// bridge shows the raw connection to gorilla's Upgrader as if net/http had been asked to give it away. The upgrader
// writes the 101 on the connection; nothing is written through the ResponseWriter, because Admit has made sure of all
// that it checks.
type bridge struct {
	conn   net.Conn
	header http.Header
}

func (b *bridge) Header() http.Header {
	if b.header == nil {
		b.header = http.Header{}
	}
	return b.header
}

func (b *bridge) Write(p []byte) (int, error) { return len(p), nil }
func (b *bridge) WriteHeader(int)             {}

func (b *bridge) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return &patient{Conn: b.conn}, bufio.NewReadWriter(bufio.NewReaderSize(b.conn, 16), bufio.NewWriterSize(b.conn, 16)), nil
}

// patient is a connection whose deadline for writing is set anew only when a good part of it has passed: each setting
// costs a tenth of a delivery. A stuck line is given up after three quarters of the time at least.
type patient struct {
	net.Conn
	until int64 // the deadline that is set, in Unix nanoseconds; only whoever writes has to do with it
}

// SetWriteDeadline is that of net.Conn, but for the rest of a quarter of writeTimeout.
func (p *patient) SetWriteDeadline(at time.Time) error {
	if ahead := at.UnixNano() - p.until; ahead >= 0 && ahead < int64(writeTimeout/4) {
		return nil
	}
	p.until = at.UnixNano()
	return p.Conn.SetWriteDeadline(at)
}
