package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"colloquy/app/forumtest"
)

// stamped is the version that the tested program is built with, as a release would be.
const stamped = "0.0.1-tested"

const (
	startWithin   = 30 * time.Second // a server's start on a busy machine
	commandWithin = 20 * time.Second
	stopWithin    = 15 * time.Second // what a stop may take, whatever is going on
	seen          = 10 * time.Second // what a running server needs at most to see another process's work
	glance        = 20 * time.Millisecond
)

// programFolder holds the built program until the tests are done.
var programFolder string

// program builds the program once for all tests.
var program = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "colloquy-program-")
	if err != nil {
		return "", err
	}
	programFolder = folder
	file := filepath.Join(folder, "colloquy")
	build := exec.Command("go", "build", "-ldflags", "-X main.version="+stamped, "-o", file, ".")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w: %s", err, said)
	}
	return file, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if programFolder != "" {
		_ = os.RemoveAll(programFolder) // a folder in the temporary directory
	}
	os.Exit(code)
}

// place is where one installation lives: its data directory, its database, its ports.
type place struct {
	t       *testing.T
	program string
	data    string
	addr    string
	admin   string
	env     map[string]string
	// ctx ends everything started here, shortly before go test would give up.
	ctx context.Context
}

// newPlace makes a place with an empty data directory. An empty database address
// means the embedded one.
func newPlace(t *testing.T, database string) *place {
	t.Helper()
	file, err := program()
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	if last, ok := t.Deadline(); ok {
		ctx, cancel = context.WithDeadline(context.Background(), last.Add(-5*time.Second))
	}
	t.Cleanup(cancel)
	p := &place{t: t, program: file, data: filepath.Join(t.TempDir(), "data"), addr: freeAddress(t), admin: freeAddress(t), ctx: ctx}
	p.env = map[string]string{
		"COLLOQUY_DATA_DIR": p.data, "COLLOQUY_ADDR": p.addr, "COLLOQUY_ADMIN_ADDR": p.admin, "DATABASE_URL": database,
	}
	return p
}

// eachDatabase runs a test in a place on each database, which is not migrated yet.
func eachDatabase(t *testing.T, run func(t *testing.T, p *place)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, newPlace(t, ""))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, newPlace(t, forumtest.Postgres(t)))
	})
}

// ports are those given away in this process.
var ports sync.Map

// freeAddress finds a loopback address that a server can listen on, go away from and
// come back to: below the ports that systems choose for outgoing connections.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := 12_000 + rand.IntN(20_000)
		if _, taken := ports.LoadOrStore(port, true); taken {
			continue
		}
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if listener, err := net.Listen("tcp", address); err == nil {
			must(t, listener.Close())
			return address
		}
	}
	t.Fatal("no free port was found")
	return ""
}

func (p *place) url() string { return "http://" + p.addr }

// command prepares the program with this place's configuration and no other.
func (p *place) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.program, args...)
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "COLLOQUY_") && !strings.HasPrefix(pair, "DATABASE_URL=") {
			cmd.Env = append(cmd.Env, pair)
		}
	}
	for name, value := range p.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// outcome is how a command ended: its status, what it printed and what it said on stderr.
type outcome struct {
	code      int
	out, said string
}

func (p *place) run(args ...string) outcome {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, commandWithin)
	defer cancel()
	cmd := p.command(ctx, args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		p.t.Fatalf("colloquy %q: %v", args, err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), said.String()}
}

// done runs a command that must succeed without a word on stderr, and returns what it
// printed.
func (p *place) done(args ...string) string {
	p.t.Helper()
	got := p.run(args...)
	if got.code != 0 || got.said != "" {
		p.t.Fatalf("colloquy %q ended with %d: %s%s", args, got.code, got.out, got.said)
	}
	return got.out
}

// refused runs a command that must end with status 1 and one sentence on stderr, in
// which the words stand.
func (p *place) refused(words string, args ...string) outcome {
	p.t.Helper()
	got := p.run(args...)
	line, one := strings.CutSuffix(got.said, "\n")
	if got.code != 1 || !one || strings.Contains(line, "\n") || !strings.HasPrefix(line, "colloquy: ") || !strings.Contains(line, words) {
		p.t.Errorf("colloquy %q ended with %d and said %q, want 1 and one sentence with %q", args, got.code, got.said, words)
	}
	return got
}

// record keeps what a process writes while others read it.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write takes a piece of the output.
func (r *record) Write(piece []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(piece)
}

// String is all that was written so far.
func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// server is a program that serves.
type server struct {
	*place
	cmd   *exec.Cmd
	out   record
	log   record
	ended chan struct{}
}

// launch starts the server and does not wait.
func (p *place) launch() *server {
	p.t.Helper()
	s := &server{place: p, cmd: p.command(p.ctx), ended: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = &s.out, &s.log
	must(p.t, s.cmd.Start())
	go func() {
		_ = s.cmd.Wait() // how it ended stands in ProcessState
		close(s.ended)
	}()
	p.t.Cleanup(func() {
		s.kill()
		if p.t.Failed() {
			p.t.Logf("the server printed:\n%sand logged:\n%s", s.out.String(), s.log.String())
		}
	})
	return s
}

// serve starts the server and waits until it is ready.
func (p *place) serve() *server {
	p.t.Helper()
	s := p.launch()
	s.await(startWithin, "the server is ready", func() bool { return s.status("http://"+p.admin+"/readyz") == http.StatusOK })
	return s
}

// await waits until something is so; the server must live meanwhile.
func (s *server) await(within time.Duration, what string, so func() bool) {
	s.t.Helper()
	await(s.t, within, what, func() bool {
		select {
		case <-s.ended:
			s.t.Fatalf("the server ended before %s:\n%s", what, s.log.String())
		default:
		}
		return so()
	})
}

// await waits until something is so.
func await(t *testing.T, within time.Duration, what string, so func() bool) {
	t.Helper()
	last := time.After(within)
	look := time.NewTicker(glance)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-last:
			t.Fatalf("waited %s in vain until %s", within, what)
		}
	}
}

// impatient asks on a connection of its own and gives up soon.
var impatient = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// status is that of a GET's answer, 0 without one.
func (p *place) status(address string) int {
	response, err := impatient.Get(address)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// kill ends the server with SIGKILL, wherever it stands.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.ended
}

// terminate asks the server to stop.
func (s *server) terminate() {
	s.t.Helper()
	must(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
}

// gone waits for the end of a server that was asked to stop, which must come soon and
// be a success.
func (s *server) gone() {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(stopWithin):
		s.t.Fatalf("the server has not stopped within %s", stopWithin)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("the server stopped with status %d: %s", code, s.log.String())
	}
}

// stop stops the server with grace.
func (s *server) stop() {
	s.t.Helper()
	s.terminate()
	s.gone()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
