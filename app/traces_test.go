package main_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	_ "github.com/jackc/pgx/v5/stdlib" // reads the whole database

	"colloquy/app/forumtest/served"
)

// Where everything comes from in the test of traces: an address of this machine that
// nothing else uses, and the one that a trusted proxy tells.
const (
	fromHere  = "127.0.0.77"
	fromThere = "203.0.113.177"
)

// elsewhere is the way of requests that come from fromHere and say fromThere.
type elsewhere struct{ transport *http.Transport }

func newElsewhere() elsewhere {
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(fromHere)}, Timeout: 5 * time.Second}
	return elsewhere{&http.Transport{DialContext: dialer.DialContext}}
}

// RoundTrip sends a request through the proxy.
func (e elsewhere) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	request.Header.Set("X-Forwarded-For", fromThere)
	request.Header.Set("X-Real-Ip", fromThere)
	request.Header.Set("Forwarded", "for="+fromThere)
	return e.transport.RoundTrip(request)
}

// TestNoAddressIsKept does everything from one marked address, and then looks for it in
// all that the program has written anywhere: the database with its free pages, the log
// at its most talkative, letters, metrics, backup and export.
func TestNoAddressIsKept(t *testing.T) {
	eachDatabase(t, func(t *testing.T, p *place) {
		p.env["COLLOQUY_TRUSTED_PROXIES"] = fromHere
		p.env["COLLOQUY_LOG_LEVEL"] = "debug"
		p.done("member", "add", "--email", "zq@quaxwell.example", "--name", "Zephyrine Quaxworth", "--group", "Funders", "--role", "convener")
		s := p.serve()
		busy(t, s)
		metrics := read(t, "http://"+p.admin+"/metrics") + read(t, "http://"+p.admin+"/healthz")
		backup, export := filepath.Join(t.TempDir(), "backup"), filepath.Join(t.TempDir(), "export.zip")
		p.done("backup", backup)
		p.done("export", export)
		s.stop()
		places := map[string]string{
			"the log": s.log.String(), "what it printed": s.out.String(), "metrics and health": metrics,
			"the backup": unpacked(t, backup), "the export": unpacked(t, export),
		}
		must(t, filepath.WalkDir(p.data, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			places[strings.TrimPrefix(path, p.data)] = string(content)
			return err
		}))
		if address := p.env["DATABASE_URL"]; address != "" {
			places["the database"] = rows(t, address)
		}
		letters := 0
		for where, text := range places {
			if strings.HasSuffix(where, ".eml") {
				letters++
			}
			for _, needle := range []string{fromHere, fromThere} {
				if at := strings.Index(text, needle); at >= 0 {
					t.Errorf("%s holds %s: …%q…", where, needle, text[max(0, at-100):min(len(text), at+100)])
				}
			}
		}
		if letters == 0 {
			t.Error("no letter was written: nothing of letters was looked at")
		}
		if !strings.Contains(places["the log"], "/threads/:id/responses") {
			t.Error("the log says nothing of requests: nothing of it was looked at")
		}
	})
}

// busy does everything that one can do.
func busy(t *testing.T, s *server) {
	t.Helper()
	line := newElsewhere()
	site := &served.Site{URL: s.url(), Line: line}
	her := site.Browser(t)
	link := pathOf(t, s.done("member", "link", "zq@quaxwell.example"))
	her.Get(link).Submit(`form[action="`+link+`"]`, nil).Status(http.StatusSeeOther)
	stranger := site.Browser(t)
	for _, address := range []string{"/", "/themes", "/search?q=words", "/nowhere", "/threads/9999999", "/members/nobody", "/api/v1/nowhere"} {
		stranger.Get(address)
	}
	for _, email := range []string{"zq@quaxwell.example", "nobody@example.org"} {
		stranger.Get("/sign-in").Submit(`form[action="/sign-in"]`, url.Values{"email": {email}, "how": {"link"}})
		for range 12 { // some of them too many
			stranger.Get("/sign-in").Submit(`form[action="/sign-in"]`, url.Values{"email": {email}, "how": {"password"}, "password": {"wrong and long"}})
		}
	}
	stranger.Post("/sign-in", url.Values{"token": {"forged"}})
	start := her.Get("/threads/new").Status(http.StatusOK)
	thread := start.Submit(`main form[action="/threads"]`, url.Values{
		"title": {"Of traces"}, "kind": {"question"}, "level": {"in practice"}, "body": {"What is left behind?"},
	}).Status(http.StatusSeeOther)
	page := thread.Follow()
	page.Submit(`#reply form.composer`, url.Values{"body": {"Nothing, one hopes."}}).Status(http.StatusSeeOther)
	page.Submit(`#reply form.composer`, url.Values{"body": {""}})
	her.Get("/invitations").Submit(`main form[action="/invitations"]`, url.Values{"email": {"guest@example.org"}})
	her.Get("/settings").Submit(`main form[action="/settings"]`, url.Values{"about": {"Of places."}})
	her.JSON(http.MethodGet, "/api/v1/me", "").Status(http.StatusOK)
	her.Do(http.MethodGet, "/live/changes?ch=front&since=0", nil, nil)
	dialer := websocket.Dialer{NetDialContext: line.transport.DialContext, Subprotocols: []string{"colloquy.v1"}, Jar: her.Cookies(), HandshakeTimeout: 5 * time.Second}
	for _, origin := range []string{s.url(), "https://evil.example"} {
		conn, answer, err := dialer.Dial("ws://"+s.addr+"/live", http.Header{"Origin": {origin}, "X-Forwarded-For": {fromThere}})
		if err != nil {
			if answer == nil {
				t.Fatal(err)
			}
			continue
		}
		must(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"t":"sub","ch":"front"}`)))
		_, _, err = conn.ReadMessage()
		must(t, err)
		must(t, conn.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("x", 100_000)))) // more than it takes
		_ = conn.Close()
	}
	her.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil).Status(http.StatusSeeOther)
	s.await(seen, "the letters are written", func() bool {
		letters, err := filepath.Glob(filepath.Join(s.data, "outbox", "*.eml"))
		return err == nil && len(letters) >= 2
	})
}

// read is what an address answers.
func read(t *testing.T, address string) string {
	t.Helper()
	response, err := impatient.Get(address)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return string(text)
}

// unpacked is all that is in a ZIP file.
func unpacked(t *testing.T, file string) string {
	t.Helper()
	archive, err := zip.OpenReader(file)
	must(t, err)
	defer archive.Close()
	var all bytes.Buffer
	for _, entry := range archive.File {
		content, err := entry.Open()
		must(t, err)
		_, err = io.Copy(&all, content)
		must(t, err)
		must(t, content.Close())
	}
	return all.String()
}

// rows is every row of every table of a PostgreSQL database.
func rows(t *testing.T, address string) string {
	t.Helper()
	ctx := context.Background()
	db, err := sql.Open("pgx", address)
	must(t, err)
	defer db.Close()
	var all strings.Builder
	for _, table := range column(t, db, "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'") {
		for _, row := range column(t, db, fmt.Sprintf("SELECT CAST(t AS TEXT) FROM %s t", table)) {
			all.WriteString(row + "\n")
		}
	}
	must(t, db.PingContext(ctx))
	return all.String()
}

func column(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	found, err := db.QueryContext(context.Background(), query)
	must(t, err)
	defer found.Close()
	var list []string
	for found.Next() {
		var text string
		must(t, found.Scan(&text))
		list = append(list, text)
	}
	must(t, found.Err())
	return list
}
