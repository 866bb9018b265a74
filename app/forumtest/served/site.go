// Package served serves the cast's community on a loopback address, and reads it as a
// browser without JavaScript does, or in a real one. It stands apart from forumtest so
// that the packages below the handlers can use the cast.
package served

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"colloquy/app/archive"
	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/live"
	"colloquy/handlers"
	"colloquy/static"
	"colloquy/views/words"
)

// Site is the cast's community being served on a loopback address.
type Site struct {
	*forumtest.Cast
	URL string
	Hub *live.Hub
	// Line carries what browsers ask; nil is the usual way.
	Line http.RoundTripper
	// Routes are all addresses that the site answers, as METHOD and pattern, each once.
	Routes []string
	// Letters are those that the site has asked to be sent.
	Letters *Letters
	// ends stops what Up has started.
	ends    func()
	limits  bool
	proxies []string
	// Services are other services through which members may sign in, from the next start on.
	Services []handlers.Service
}

// NewSite serves a cast until the test ends.
func NewSite(t testing.TB, cast *forumtest.Cast) *Site {
	t.Helper()
	site := &Site{Cast: cast}
	site.serve(t, "127.0.0.1:0")
	t.Cleanup(site.Down)
	return site
}

// NewLimitedSite serves a cast with rate limits, behind proxies that are trusted.
func NewLimitedSite(t testing.TB, cast *forumtest.Cast, proxies []string) *Site {
	t.Helper()
	site := &Site{Cast: cast, limits: true, proxies: proxies}
	site.serve(t, "127.0.0.1:0")
	t.Cleanup(site.Down)
	return site
}

// Restart stops the site and starts it again.
func (s *Site) Restart(t testing.TB) {
	t.Helper()
	s.Down()
	s.Up(t)
}

// Down ends the site in good order, as a restart of the program does: readers are told
// to come back. What the cast does from now on reaches the database only. Stopping a
// stopped site does nothing.
func (s *Site) Down() {
	if s.ends != nil {
		s.ends()
	}
	s.ends = nil
}

// Up serves the stopped site again, at the same address and from the same database;
// what it kept in memory is forgotten.
func (s *Site) Up(t testing.TB) {
	t.Helper()
	s.serve(t, strings.TrimPrefix(s.URL, "http://"))
}

func (s *Site) serve(t testing.TB, address string) {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	must(t, err)
	s.URL = "http://" + listener.Addr().String()
	// A browser has passkeys at localhost, not at an IP address.
	origins := []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)}
	var hub *live.Hub
	if s.Letters == nil {
		s.Letters = &Letters{}
	}
	s.Forum = forum.New(s.Store, s.Row.Secret, s.Clock.Now, forum.Hooks{
		Moved: func(threadID, seq int64) {
			s.Hints.Add(threadID, seq)
			hub.Hint(handlers.ThreadChannel(threadID), seq)
		},
		RightsMoved:  func() { hub.Recheck() },
		NewPseudonym: s.NewPseudonym,
	})
	s.Community = community.New(s.Store, s.Clock.Now, community.Hooks{
		BaseURL: s.URL, Origins: origins,
		FacesMoved: func(threads map[int64]int64) {
			s.Forum.FacesMoved()
			s.Forum.Stamped(threads)
		},
		Letter:         s.Letters.add,
		SessionEnded:   func(id int64) { hub.EndSession(strconv.FormatInt(id, 10)) },
		SessionRotated: func(id int64) { hub.RenewSession(strconv.FormatInt(id, 10)) },
		MemberEnded:    func(id int64) { hub.EndMember(strconv.FormatInt(id, 10)) },
		RightsMoved:    func() { hub.Recheck() },
		GroupWords:     words.GroupWords,
	})
	source := &handlers.LiveSource{Forum: s.Forum, Community: s.Community, Heads: s.Store.Heads, Now: s.Clock.Now}
	options := source.Options()
	options.Origins, options.Logger = origins, forumtest.Quiet()
	hub, err = live.New(options)
	must(t, err)
	s.Hub = hub
	must(t, hub.Start(context.Background()))
	files, err := static.New()
	must(t, err)
	workshop, err := s.Forum.FirstWorkshop(context.Background())
	must(t, err)
	app, err := handlers.New(&handlers.Site{
		Forum: s.Forum, Community: s.Community, Hub: hub, Source: source, Files: files, Log: forumtest.Loud(t),
		Copies: archive.NewCopies(s.Store, s.URL),
		Now:    s.Clock.Now, Secret: s.Row.Secret, BaseURL: s.URL,
		Origins: origins, Services: s.Services, Version: "test", Ready: func() bool { return true },
		Meters: prometheus.NewRegistry(), WorkshopSlug: workshop,
		RateLimits: s.limits, TrustedProxies: s.proxies,
	})
	must(t, err)
	s.Routes = handlers.Addresses(app)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = app.Listener(listener) // ends with Shutdown
	}()
	s.ends = func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		hub.Drain(ctx)
		_ = app.ShutdownWithContext(ctx)
		<-done
		s.Community.Wait()
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
