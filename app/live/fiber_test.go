package live

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"
)

// serveLive is the handler of /live: it admits the handshake, finds out who asks, and hands the connection over.
func serveLive(hub *Hub, resolve func(*fiber.Ctx) (Session, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ticket, err := hub.Admit(Handshake{
			Method:     c.Method(),
			Origin:     c.Get(fiber.HeaderOrigin),
			Connection: c.Get(fiber.HeaderConnection),
			Upgrade:    c.Get(fiber.HeaderUpgrade),
			Version:    c.Get("Sec-WebSocket-Version"),
			Key:        c.Get("Sec-WebSocket-Key"),
			Protocols:  c.Get("Sec-WebSocket-Protocol"),
		})
		var refusal *Refusal
		if errors.As(err, &refusal) {
			for name, value := range refusal.Header {
				c.Set(name, value)
			}
			return fiber.NewError(refusal.Status, refusal.Reason)
		}
		session, err := resolve(c)
		if err != nil {
			return err
		}
		c.Status(fiber.StatusSwitchingProtocols) // for the log: the answer itself is written by Open
		c.Context().HijackSetNoResponse(true)
		c.Context().Hijack(func(conn net.Conn) { ticket.Open(conn, session) })
		return nil
	}
}

type site struct {
	hub  *Hub
	src  *source
	addr string
}

// startSite runs the hub behind Fiber on loopback. The cookie "as" names the member.
func startSite(t *testing.T, opt Options, src *source) site {
	t.Helper()
	hub := startHub(t, opt)
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second})
	app.Server().KeepHijackedConns = true
	app.All("/live", serveLive(hub, func(c *fiber.Ctx) (Session, error) {
		name := c.Cookies("as")
		if name == "" {
			return Session{Viewer: viewer{}}, nil
		}
		return reader(name), nil
	}))
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(listener) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(time.Second) })
	return site{hub: hub, src: src, addr: listener.Addr().String()}
}

func (s site) dial(t *testing.T, as string) *client {
	t.Helper()
	header := http.Header{"Origin": {"https://forum.example"}}
	if as != "" {
		header.Set("Cookie", "as="+as)
	}
	dialer := websocket.Dialer{Subprotocols: []string{"other", Subprotocol}, EnableCompression: true, HandshakeTimeout: testPatience}
	conn, response, err := dialer.DialContext(t.Context(), "ws://"+s.addr+"/live", header)
	if err != nil {
		t.Fatal(err)
	}
	if response.Header.Get("Sec-WebSocket-Protocol") != Subprotocol || response.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Errorf("answered with %v", response.Header)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t: t, conn: conn}
}

func (s site) request(t *testing.T, method string, change map[string]string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.addr+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Origin": "https://forum.example", "Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket",
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": Subprotocol,
	} {
		request.Header.Set(name, value)
	}
	for name, value := range change {
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response
}

func TestHandshake(t *testing.T) {
	src := newSource(ch)
	opt, clock := quiet(src)
	s := startSite(t, opt, src)
	for _, tt := range []struct {
		name   string
		method string
		change map[string]string
		status int
		header string
	}{
		{"good", "GET", nil, 101, ""},
		{"origin in capitals", "GET", map[string]string{"Origin": "HTTPS://Forum.Example"}, 101, ""},
		{"several subprotocols", "GET", map[string]string{"Sec-WebSocket-Protocol": "a, colloquy.v1"}, 101, ""},
		{"no origin", "GET", map[string]string{"Origin": ""}, 403, ""},
		{"null origin", "GET", map[string]string{"Origin": "null"}, 403, ""},
		{"another origin", "GET", map[string]string{"Origin": "https://forum.example.evil.test"}, 403, ""},
		{"another scheme", "GET", map[string]string{"Origin": "http://forum.example"}, 403, ""},
		{"a post", "POST", nil, 405, "Allow"},
		{"no upgrade", "GET", map[string]string{"Upgrade": "", "Connection": ""}, 426, "Upgrade"},
		{"another version", "GET", map[string]string{"Sec-WebSocket-Version": "8"}, 426, "Sec-WebSocket-Version"},
		{"no key", "GET", map[string]string{"Sec-WebSocket-Key": ""}, 400, ""},
		{"a short key", "GET", map[string]string{"Sec-WebSocket-Key": "c2hvcnQ="}, 400, ""},
		{"no subprotocol", "GET", map[string]string{"Sec-WebSocket-Protocol": ""}, 400, ""},
		{"another subprotocol", "GET", map[string]string{"Sec-WebSocket-Protocol": "colloquy.v2"}, 400, ""},
	} {
		response := s.request(t, tt.method, tt.change)
		if response.StatusCode != tt.status || tt.header != "" && response.Header.Get(tt.header) == "" {
			t.Errorf("%s: %d %v", tt.name, response.StatusCode, response.Header)
		}
		if tt.status == 101 && response.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
			t.Errorf("%s: %v", tt.name, response.Header)
		}
	}
	s.hub.gate.AllowN(clock.clock().Now(), handshakeBurst)
	for s.hub.gate.AllowN(clock.clock().Now(), 1) {
		continue
	}
	if r := s.request(t, "GET", nil); r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
		t.Errorf("too many handshakes: %d %v", r.StatusCode, r.Header)
	}
}

// Frames that come before the 101 would be lost in the web server's buffer, so the line is closed.
func TestEarlyFrames(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	s := startSite(t, opt, src)
	line, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	fmt.Fprint(line, "GET /live HTTP/1.1\r\nHost: x\r\nOrigin: https://forum.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: colloquy.v1\r\n\r\n\x81\x80abcd")
	_ = line.SetReadDeadline(time.Now().Add(testPatience))
	if got, err := bufio.NewReader(line).ReadString('\n'); got != "" {
		t.Errorf("got %q %v", got, err)
	}
	if n := s.hub.Stats().Sockets; n != 0 {
		t.Errorf("%d sockets", n)
	}
}

func TestThroughFiber(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	s := startSite(t, opt, src)
	var all []*client
	for i := range 30 {
		c := s.dial(t, fmt.Sprint("reader", i)).hello()
		c.say(`{"t":"sub","ch":"thread:12","since":0,"ep":"a1b2"}`)
		all = append(all, c)
	}
	for _, c := range all {
		if f := c.next(); f.T != "ev" {
			t.Fatalf("got %s", f.raw)
		}
		c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	}
	for i := range int64(50) {
		s.hub.Hint(ch, src.respond(ch, "anna", fmt.Sprint("response ", i)))
		for _, c := range all {
			if f := c.next(); f.Seq != i+2 || f.T != "ev" {
				t.Fatalf("got %s", f.raw)
			}
		}
	}
	if got := src.mustRead(t); got > 30+50+5 {
		t.Errorf("%d reads for 30 subscriptions and 50 changes", got)
	}
	all[0].conn.Close()
	waitFor(t, func() bool { return s.hub.Stats().Sockets == 29 && s.hub.Stats().Subscriptions == 29 })
	closing := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := all[1].conn.WriteControl(websocket.CloseMessage, closing, time.Now().Add(testPatience)); err != nil {
		t.Fatal(err)
	}
	if code := all[1].closed(); code != websocket.CloseNormalClosure {
		t.Errorf("closed with %d", code)
	}
	s.hub.EndSession("s-reader2")
	if code := all[2].closed(); code != CloseSessionEnded {
		t.Errorf("closed with %d", code)
	}
	s.hub.EndMember("m-reader3")
	if code := all[3].closed(); code != CloseAccountEnded {
		t.Errorf("closed with %d", code)
	}
	all[4].round()
}

func (s *source) mustRead(t *testing.T) int {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}
