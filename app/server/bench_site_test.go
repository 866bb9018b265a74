package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"colloquy/app/community"
	"colloquy/app/config"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// size is the data set of the measurements.
var size = Measure{Threads: 500, Responses: 50_000, Members: 500, Longest: 5000}

// measured is a site over that data set, served in this process as serve does it.
type measured struct {
	*running
	addr string
	url  string
	// long is the thread of 5,000 responses; fifty has a full first page, one a single
	// response.
	long, fifty, one models.Thread
	// author wrote some of the responses on the first page of fifty; cookie is their session.
	author models.Viewer
	cookie string
}

// settings is the configuration of a site in a directory, without rate limits.
func settings(b *testing.B, directory, database string) config.Config {
	b.Helper()
	environment := map[string]string{
		"COLLOQUY_DATA_DIR": directory, "DATABASE_URL": database, "COLLOQUY_RATE_LIMITS": "off",
		"COLLOQUY_LOG_LEVEL": "error",
	}
	c, err := config.Load(func(name string) string { return environment[name] })
	must(b, err)
	return c
}

// databases runs a measurement over the data set on each database.
func databases(b *testing.B, run func(b *testing.B, c config.Config)) {
	b.Helper()
	b.Run("SQLite", func(b *testing.B) {
		directory := b.TempDir()
		c := settings(b, directory, "")
		must(b, BenchData(context.Background(), c, size, io.Discard, io.Discard))
		run(b, c)
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		c := settings(b, b.TempDir(), forumtest.MigratedPostgres(b))
		must(b, BenchData(context.Background(), c, size, io.Discard, io.Discard))
		// The test cluster has no autovacuum, which would have done this meanwhile.
		conn, err := pgx.Connect(context.Background(), c.DatabaseURL)
		must(b, err)
		_, err = conn.Exec(context.Background(), "VACUUM ANALYZE")
		must(b, err)
		must(b, conn.Close(context.Background()))
		run(b, c)
	})
}

// serveMeasured serves the data set until the benchmark ends.
func serveMeasured(b *testing.B, c config.Config) *measured {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	opened, err := open(ctx, c, slog.New(slog.DiscardHandler))
	must(b, err)
	m := &measured{running: &running{site: opened, meters: prometheus.NewRegistry()}, url: c.DatabaseURL}
	b.Cleanup(func() { must(b, m.close()) })
	must(b, m.build(ctx))
	must(b, m.hub.Start(ctx))
	m.ready.Store(true)
	m.addr = serveApp(b, m.app)
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.keepFresh(ctx)
	}()
	b.Cleanup(func() {
		cancel()
		<-done
		m.office.Close()
	})
	m.find(b)
	return m
}

// find chooses the threads and the member that the measurements are about.
func (m *measured) find(b *testing.B) {
	b.Helper()
	ctx := context.Background()
	for _, thread := range m.everyThread(b) {
		if thread.Responses == size.Longest {
			m.long = thread
		} else if m.fifty.ID == 0 && thread.LastNumber >= models.PageSize && thread.Lang == "en" {
			m.fifty = thread
		}
	}
	texts, err := m.store.Responses(ctx, models.Scope{All: true}, m.fifty.ID, 1, models.PageSize)
	must(b, err)
	m.author = m.member(b, texts[models.PageSize/2].PersonaHandle)
	token, err := m.community.MemberLink(ctx, m.author.Member.Email)
	must(b, err)
	session, err := m.community.UseLink(ctx, token, community.Arrival{})
	must(b, err)
	m.cookie = "colloquy-session=" + session.Session

	themes, err := m.forum.Themes(ctx, m.author)
	must(b, err)
	posted, err := m.forum.StartThread(ctx, m.author, forum.NewThread{
		Theme: themes[0].Slug, Title: "A thread with one response", Kind: models.KindQuestion, Level: models.LevelInPractice,
		Lang: "en", Body: "What is the least that a page asks of the database?",
	})
	must(b, err)
	_, err = m.forum.Respond(ctx, m.author, posted.ThreadID, forum.NewResponse{Body: "This.", Lang: "en"})
	must(b, err)
	head, err := m.forum.Thread(ctx, m.author, posted.ThreadID)
	must(b, err)
	m.one = head.Thread
}

func (m *measured) everyThread(b *testing.B) []models.Thread {
	b.Helper()
	rows, err := m.store.Threads(context.Background(), models.Scope{All: true}, store.ThreadList{Limit: size.Threads})
	must(b, err)
	threads := make([]models.Thread, 0, len(rows))
	for _, row := range rows {
		threads = append(threads, row.Thread)
	}
	return threads
}

// member finds a member of the data set by the handle, from which the address is made.
func (m *measured) member(b *testing.B, handle string) models.Viewer {
	b.Helper()
	ctx := context.Background()
	token, err := m.community.CreateToken(ctx, handle+"@example.org", "measuring")
	must(b, err)
	viewer, err := m.community.ViewerByToken(ctx, token)
	must(b, err)
	return viewer
}

// ask is a request to the site; accept is the Accept-Encoding header.
func (m *measured) ask(path, accept string, signedIn bool) asking {
	a := asking{addr: m.addr, path: path, accept: accept}
	if signedIn {
		a.cookie = m.cookie
	}
	return a
}

// path is a page of a thread.
func path(thread *models.Thread, page int) string {
	address := (&url.URL{Path: forum.Path(thread)}).EscapedPath()
	if page > 1 {
		address += "?page=" + strconv.Itoa(page)
	}
	return address
}

// forget makes every kept page and head another one, as a change of a face does.
func (m *measured) forget(b *testing.B) {
	b.Helper()
	ctx := context.Background()
	must(b, m.store.Write(ctx, func(tx *store.Tx) error { return tx.MoveFaces() }))
	m.forum.FacesMoved()
	must(b, m.forum.Refresh(ctx))
	counters, err := m.forum.Counters(ctx)
	must(b, err)
	_, err = m.community.Settings(ctx, counters.Faces) // as the server does beside the requests
	must(b, err)
}

// imports are the static imports of a script; what it imports later, if ever, is none.
var imports = regexp.MustCompile(`(?m)^import .* from '(\./[^']+)'`)

// loads lists what a browser fetches with a page: its style sheet, its scripts with
// what they import, its icon.
func loads(b *testing.B, a asking) []string {
	b.Helper()
	page := a.once(b)
	if page.header.Get("Content-Encoding") != "" {
		b.Fatal("ask for the page as it is to read it")
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(page.body)))
	must(b, err)
	var found []string
	seen := map[string]bool{}
	add := func(address string) {
		if strings.HasPrefix(address, "/") && !seen[address] {
			seen[address] = true
			found = append(found, address)
		}
	}
	doc.Find(`link[rel="stylesheet"], link[rel="modulepreload"], link[rel="icon"]`).Each(func(_ int, s *goquery.Selection) {
		add(s.AttrOr("href", ""))
	})
	doc.Find("script[src], img[src]").Each(func(_ int, s *goquery.Selection) { add(s.AttrOr("src", "")) })
	for i := 0; i < len(found); i++ { // grows while it is read
		if strings.HasSuffix(found[i], ".js") {
			script := asking{addr: a.addr, path: found[i]}.once(b)
			for _, match := range imports.FindAllStringSubmatch(string(script.body), -1) {
				add((&url.URL{Path: filepath.Join(filepath.Dir(found[i]), match[1])}).Path)
			}
		}
	}
	return found
}

func kilobytes(n int) string { return fmt.Sprintf("%.1f KB", float64(n)/1000) }

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
