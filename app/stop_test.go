package main_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

// openDatabase opens a database beside the server.
func openDatabase(t *testing.T, database string) *sql.DB {
	t.Helper()
	driver, address := "pgx", database
	if file, ok := strings.CutPrefix(database, "sqlite://"); ok {
		driver, address = "sqlite", "file:"+file+"?_txlock=immediate&_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, address)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// holdWrites makes every write wait until release is called; reads go on.
func holdWrites(t *testing.T, database string) (release func()) {
	t.Helper()
	tx, err := openDatabase(t, database).BeginTx(context.Background(), nil)
	must(t, err)
	if !strings.HasPrefix(database, "sqlite:") {
		_, err = tx.Exec("LOCK TABLE threads IN EXCLUSIVE MODE")
		must(t, err)
	}
	return func() { must(t, tx.Rollback()) }
}

// inside tells whether a goroutine of the server runs the named function.
func (s *server) inside(name string) bool {
	response, err := impatient.Get("http://" + s.admin + "/debug/pprof/goroutine?debug=2")
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var dump bytes.Buffer
	_, err = dump.ReadFrom(response.Body)
	return err == nil && strings.Contains(dump.String(), name)
}

// A stop finishes what runs, takes nothing new, tells the live lines, and is a success.
func TestStopFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	forumtest.EachDatabase(t, func(t *testing.T, database string) {
		p := newPlace(t, database)
		member := p.member("slow@example.org", "member")
		s := p.serve()
		thread := startThread(t, member, "Can you finish?")
		line := p.live(nil)
		closed := make(chan string, 1)
		go func() {
			code, err := closeCode(line)
			closed <- fmt.Sprint(code, err)
		}()
		release := holdWrites(t, database)
		answered := make(chan string, 1)
		go func() {
			code, body, err := member.call(context.Background(), http.MethodPost, threadPath(thread.ID)+"/responses", "slow",
				map[string]string{"body": "Said while it stops."})
			answered <- fmt.Sprint(code, err, string(body))
		}()
		s.await(seen, "the response is being written", func() bool { return s.inside("forum.(*Forum).Respond(") })
		s.terminate()
		s.await(stopWithin, "no new request is answered", func() bool { return s.status(p.url()+"/healthz") == 0 })
		if ready := s.status("http://" + p.admin + "/readyz"); ready == http.StatusOK {
			t.Error("a server that stops says it is ready")
		}
		select {
		case early := <-answered:
			t.Errorf("the response was answered while it had to wait: %s", early)
		default:
		}
		release()
		if late := <-answered; !strings.HasPrefix(late, "201 <nil>") {
			t.Errorf("the running request ended with %s", late)
		}
		s.gone()
		if why := <-closed; why != fmt.Sprint(websocket.CloseServiceRestart, error(nil)) {
			t.Errorf("the live line ended with %s, want 1012", why)
		}
		p.serve()
		kept := readThread(t, member, thread.ID)
		if compare(t, kept, kept.texts[1:]); kept.Responses != 1 {
			t.Errorf("after the stop the thread has %d responses", kept.Responses)
		}
	})
}

// What others leave open holds a stop up no longer than it may take: live lines that
// do not answer, connections kept alive, requests that never come whole, letters to a
// mail server that is away.
func TestStopWaitsForNobody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		leave func(t *testing.T, p *place)
	}{
		{"a dead live line", func(t *testing.T, p *place) { p.live(nil) }},
		{"a connection kept alive", func(t *testing.T, p *place) {
			p.caller("").ask(t, http.MethodGet, "/themes", nil, http.StatusOK, nil)
		}},
		{"half a request", func(t *testing.T, p *place) {
			conn, err := net.Dial("tcp", p.addr)
			must(t, err)
			t.Cleanup(func() { _ = conn.Close() })
			_, err = conn.Write([]byte("POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhow=pass"))
			must(t, err)
		}},
		{"a letter that cannot be sent", func(t *testing.T, p *place) {
			b := p.browser()
			b.Get("/sign-in").Submit(`form[action="/sign-in"]`, url.Values{"email": {"away@example.org"}, "how": {"link"}}).Status(http.StatusSeeOther)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, "")
			p.env["COLLOQUY_SMTP_URL"] = "smtp://" + freeAddress(t)
			p.member("away@example.org", "member")
			s := p.serve()
			c.leave(t, p)
			s.stop()
		})
	}
}

func TestTakenAddresses(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	listener, err := net.Listen("tcp", p.admin)
	must(t, err)
	defer listener.Close()
	s := p.launch()
	s.await(startWithin, "the site answers", func() bool { return s.status(p.url()+"/healthz") == http.StatusOK })
	s.await(seen, "the warning is there", func() bool { return strings.Contains(s.log.String(), "COLLOQUY_ADMIN_ADDR") })
	if log := s.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "level=WARN") {
		t.Errorf("with the admin address taken the log is %s", log)
	}
	other := newPlace(t, "")
	other.env["COLLOQUY_ADDR"] = p.addr
	if got := other.refused("COLLOQUY_ADDR", "serve"); got.out != "" || !strings.Contains(got.said, p.addr) {
		t.Errorf("a start on a taken address prints %q and says %q", got.out, got.said)
	}
	s.stop()
}

// The addresses from which the requests of TestTooManyPasswords come.
const (
	near    = "127.0.0.1"
	far     = "203.0.113.77"
	farther = "203.0.113.78"
	forged  = "198.51.100."
)

// Too many passwords are refused for a while, and nothing that is kept tells from where
// they came.
func TestTooManyPasswords(t *testing.T) {
	t.Parallel()
	forumtest.EachDatabase(t, func(t *testing.T, database string) {
		p := newPlace(t, database)
		if file, ok := strings.CutPrefix(database, "sqlite://"); ok {
			p.data = filepath.Dir(file)
			p.env["COLLOQUY_DATA_DIR"] = p.data
		}
		p.env["COLLOQUY_LOG_LEVEL"], p.env["COLLOQUY_TRUSTED_PROXIES"] = "debug", near
		member := p.member("watched@example.org", "member")
		s := p.serve()
		startThread(t, member, "Who is there?")
		p.live(p.signIn("watched@example.org").Cookies())
		tooManyPasswords(t, p, "")
		tooManyPasswords(t, p, far)
		// What stands before the proxy's own entry is the client's word and may change.
		tooManyPasswords(t, p, "198.51.100.%d, "+farther)
		b := p.browser()
		b.Do(http.MethodGet, "/threads/999999999/none", nil, http.Header{"X-Forwarded-For": {far}}).Status(http.StatusNotFound)
		s.await(seen, "the requests are logged", func() bool { return strings.Contains(s.log.String(), "status=429") })
		nowhere(t, p, database, s.log.String())
		s.stop()
		nowhere(t, p, database, s.log.String())

		// Without a trusted proxy the header is anybody's word.
		delete(p.env, "COLLOQUY_TRUSTED_PROXIES")
		s = p.serve()
		tooManyPasswords(t, p, forged+"%d")
		s.stop()
		nowhere(t, p, database, s.log.String())
	})
}

// tryPassword tries a wrong password for somebody in a fresh browser, forwarded for an
// address.
func tryPassword(p *place, email, forwarded string) *served.Page {
	p.t.Helper()
	b := p.browser()
	form := served.Fields(b.Get("/sign-in").Find(`form[action="/sign-in"]`).First())
	form.Set("email", email)
	form.Set("password", "not the password")
	form.Set("how", "password")
	header := http.Header{}
	if forwarded != "" {
		header.Set("X-Forwarded-For", forwarded)
	}
	return b.Do(http.MethodPost, "/sign-in", form, header)
}

// tooManyPasswords tries until it is told to wait. Forwarded may hold a place for the
// number of the attempt.
func tooManyPasswords(t *testing.T, p *place, forwarded string) {
	t.Helper()
	for n := 1; n <= 30; n++ {
		// Each attempt is aimed at somebody else: an account has a limit of its own.
		email := fmt.Sprintf("watched-%d@example.org", n)
		page := tryPassword(p, email, strings.ReplaceAll(forwarded, "%d", strconv.Itoa(n)))
		if page.Code == http.StatusUnprocessableEntity {
			continue
		}
		page.Status(http.StatusTooManyRequests)
		if wait, err := strconv.Atoi(page.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
			t.Errorf("forwarded for %q one is told to wait %q", forwarded, page.Header.Get("Retry-After"))
		}
		if n < 5 {
			t.Errorf("forwarded for %q one may try only %d times", forwarded, n-1)
		}
		return
	}
	t.Errorf("forwarded for %q one may try 30 wrong passwords", forwarded)
}

// nowhere demands that neither log nor files nor database hold an IP address. The log
// may name the addresses that are configured.
func nowhere(t *testing.T, p *place, database, log string) {
	t.Helper()
	for _, configured := range []string{p.addr, p.admin} {
		log = strings.ReplaceAll(log, configured, "")
	}
	kept := map[string]string{"the log": log}
	must(t, filepath.WalkDir(p.data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		kept[path] = string(content)
		return err
	}))
	if !strings.HasPrefix(database, "sqlite:") {
		for table, content := range tables(t, database) {
			kept[table] = content
		}
	}
	if len(kept) < 3 {
		t.Errorf("only %d places were searched", len(kept))
	}
	for place, content := range kept {
		for _, address := range []string{near, far, farther, forged} {
			if at := strings.Index(content, address); at >= 0 {
				t.Errorf("%s holds the address %s: %q", place, address, content[max(0, at-80):min(len(content), at+80)])
			}
		}
	}
}

// tables reads every row of a PostgreSQL database as text.
func tables(t *testing.T, database string) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, database)
	must(t, err)
	defer func() { _ = conn.Close(ctx) }()
	read := func(query string) []string {
		rows, err := conn.Query(ctx, query)
		must(t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		return lines
	}
	kept := map[string]string{}
	for _, name := range read("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'") {
		table := pgx.Identifier{name}.Sanitize()
		kept[name] = strings.Join(read("SELECT row::text FROM "+table+" AS row"), "\n")
	}
	return kept
}
