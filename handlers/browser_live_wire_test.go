package handlers_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"colloquy/app/forumtest/served"
)

// wire is the network between a browser and a site. Pages go through it; websockets can
// be refused, or fall silent without an end, as when a router forgets them.
type wire struct {
	// Refuses lets no websocket through.
	Refuses atomic.Bool
	// Joined tells of every websocket that gets through.
	Joined chan struct{}
	site   *served.Site
	mu     sync.Mutex
	lines  []*tunnel
}

// tunnel is one websocket. While its lock is held nothing gets through.
type tunnel struct {
	sync.RWMutex
	ends []net.Conn
}

// newWire is a wire to a site, and the site at the address at which the wire begins.
func newWire(t *testing.T, s *served.Site) (*wire, *served.Site) {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{site: s, Joined: make(chan struct{}, 1000)}
	pages := httputil.NewSingleHostReverseProxy(target)
	pages.ErrorHandler = func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.WriteHeader(http.StatusBadGateway) }
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			pages.ServeHTTP(rw, r)
		} else if w.Refuses.Load() {
			http.Error(rw, "no websockets here", http.StatusForbidden)
		} else {
			w.carry(rw, r)
		}
	}))
	t.Cleanup(func() {
		w.Cut()
		server.Close()
	})
	behind := *s
	behind.URL = server.URL
	return w, &behind
}

// carry joins a browser's websocket to the site's, which accepts its own origin only.
func (w *wire) carry(rw http.ResponseWriter, r *http.Request) {
	site, err := net.Dial("tcp", strings.TrimPrefix(w.site.URL, "http://"))
	if err != nil {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	browser, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		_ = site.Close()
		return
	}
	line := &tunnel{ends: []net.Conn{browser, site}}
	w.mu.Lock()
	w.lines = append(w.lines, line)
	w.mu.Unlock()
	r.Header.Set("Origin", w.site.URL)
	if r.Write(site) != nil {
		_ = site.Close()
	}
	w.Joined <- struct{}{}
	go line.pass(site, browser)
	line.pass(browser, site)
}

// pass brings over what one end says until it ends.
func (l *tunnel) pass(to, from net.Conn) {
	defer func() { _ = to.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		l.RLock()
		_, err = to.Write(buffer[:n])
		l.RUnlock()
		if err != nil {
			return
		}
	}
}

// Silence lets nothing more through the websockets that are there; new ones are not held up.
func (w *wire) Silence(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range w.lines {
		line.Lock()
		t.Cleanup(line.Unlock)
	}
}

// Cut ends the websockets that are there.
func (w *wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range w.lines {
		for _, end := range line.ends {
			_ = end.Close()
		}
	}
}
