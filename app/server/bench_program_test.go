package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"colloquy/app/config"
	"colloquy/models"
)

// build builds the program and returns its file.
func build(b *testing.B) string {
	b.Helper()
	file := filepath.Join(b.TempDir(), "colloquy")
	output, err := exec.Command("go", "build", "-o", file, "..").CombinedOutput()
	if err != nil {
		b.Fatalf("build the program: %v: %s", err, output)
	}
	return file
}

const (
	starts    = 2
	readPages = 300
	restFor   = 3 * time.Second
)

// program measures the built program: how soon it answers, and its memory.
func (r *report) program(b *testing.B, c config.Config) {
	file := build(b)
	var started []time.Duration
	var fresh, rested []int
	for range starts {
		start := time.Now()
		p := startProgram(b, file, c)
		page := asking{addr: p.addr, path: "/"}
		p.answers(b, page)
		started = append(started, time.Since(start))
		fresh = append(fresh, p.resident(b))
		page.load(b, restFor/10)
		p.read(b)
		rest := time.NewTimer(restFor)
		<-rest.C
		rested = append(rested, p.resident(b))
		p.stop(b)
	}
	r.took(fmt.Sprintf("start to first answer, %d responses", size.Responses), median(started), time.Second)
	for _, at := range []struct {
		what string
		kb   []int
	}{{"after the first answer", fresh}, {fmt.Sprintf("at rest after %d thread pages", readPages), rested}} {
		most := at.kb[0]
		for _, kb := range at.kb {
			most = max(most, kb)
		}
		r.add("memory "+at.what, fmt.Sprintf("%.0f MB", float64(most)/1024), "≤ 80 MB", most <= 80*1024)
	}
}

// process is a running program.
type process struct {
	command *exec.Cmd
	addr    string
}

func startProgram(b *testing.B, file string, c config.Config) *process {
	b.Helper()
	p := &process{addr: free(b), command: exec.Command(file, "serve")}
	p.command.Env = append(os.Environ(), "COLLOQUY_ADDR="+p.addr, "COLLOQUY_ADMIN_ADDR="+free(b),
		"COLLOQUY_DATA_DIR="+c.DataDir, "COLLOQUY_RATE_LIMITS=off", "DATABASE_URL="+postgresOnly(c.DatabaseURL))
	p.command.Stdout, p.command.Stderr = io.Discard, io.Discard
	must(b, p.command.Start())
	b.Cleanup(func() { _ = p.command.Process.Kill() }) // has ended unless something failed
	return p
}

func postgresOnly(address string) string {
	if strings.HasPrefix(address, "sqlite://") {
		return ""
	}
	return address
}

// answers waits for the first answer.
func (p *process) answers(b *testing.B, page asking) {
	b.Helper()
	for try := time.NewTicker(2 * time.Millisecond); ; <-try.C {
		conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.addr)
		if err != nil {
			continue
		}
		_ = conn.Close()
		page.once(b)
		return
	}
}

// read fetches pages of threads, as a morning's readers would.
func (p *process) read(b *testing.B) {
	b.Helper()
	client := &http.Client{Timeout: 10 * time.Second}
	for id := 1; id <= readPages; id++ {
		response, err := client.Get("http://" + p.addr + "/threads/" + strconv.Itoa(id))
		must(b, err)
		_, err = io.Copy(io.Discard, response.Body)
		must(b, err)
		must(b, response.Body.Close())
	}
}

// resident is the memory of the process in KB as the system counts it.
func (p *process) resident(b *testing.B) int {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		b.Skipf("this system does not tell a process's memory: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			must(b, err)
			return kb
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

func (p *process) stop(b *testing.B) {
	b.Helper()
	must(b, p.command.Process.Signal(syscall.SIGTERM))
	must(b, p.command.Wait())
}

// free is a loopback address that nobody listens on.
func free(b *testing.B) string {
	b.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	must(b, err)
	must(b, listener.Close())
	return listener.Addr().String()
}

// visit weighs the first visit to a thread of 50 of the demo community, whose texts
// are people's: those of the data set repeat and would compress better.
func (r *report) visit(b *testing.B) {
	r.database = ""
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := settings(b, b.TempDir(), "")
	must(b, Demo(ctx, c, io.Discard, io.Discard))
	opened, err := open(ctx, c, slog.New(slog.DiscardHandler))
	must(b, err)
	m := &measured{running: &running{site: opened, meters: prometheus.NewRegistry()}}
	b.Cleanup(func() { must(b, m.close()) })
	must(b, m.build(ctx))
	b.Cleanup(m.office.Close)
	m.ready.Store(true)
	m.addr = serveApp(b, m.app)
	thread := m.longest(b)
	for _, accept := range []string{"br", "gzip"} {
		address := path(&thread, 1)
		page := len(m.ask(address, accept, false).once(b).body)
		requests, total := 1, page
		for _, file := range loads(b, m.ask(address, "", false)) {
			requests++
			total += len(m.ask(file, accept, false).once(b).body)
		}
		r.add(fmt.Sprintf("first visit to a thread of %d in %s (page %s)", min(thread.LastNumber, models.PageSize), accept,
			kilobytes(page)), kilobytes(total), "≤ 50 KB", total <= 50_000)
		if accept == "br" {
			r.count("first visit: requests", requests, 8)
		}
	}
}

func (m *measured) longest(b *testing.B) models.Thread {
	b.Helper()
	var longest models.Thread
	for _, thread := range m.everyThread(b) {
		if thread.LastNumber > longest.LastNumber {
			longest = thread
		}
	}
	return longest
}
