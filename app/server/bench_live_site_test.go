//go:build linux

package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"colloquy/app/community"
	"colloquy/app/config"
)

// liveSite is a site over the data set of the measurements, for the built program.
type liveSite struct {
	program string
	config  config.Config
	threads []int64  // threads to be measured in, with nothing but their openings
	tokens  []string // of different members
	cookies []string // sessions, one a member
}

// newLiveSite writes the data set, and in it threads, tokens and sessions.
func newLiveSite(b *testing.B, program string, c config.Config, threads, tokens, sessions int) *liveSite {
	b.Helper()
	ctx := context.Background()
	must(b, BenchData(ctx, c, size, io.Discard, io.Discard))
	s := &liveSite{program: program, config: c}
	opened, err := open(ctx, c, slog.New(slog.DiscardHandler))
	must(b, err)
	opened.rooms(nil, community.Hooks{})
	m := &measured{running: &running{site: opened, meters: prometheus.NewRegistry()}}
	m.find(b)
	for i := range threads {
		s.threads = append(s.threads, m.newThread(b, i))
	}
	handle := m.author.Persona.PersonaHandle
	family := handle[:strings.LastIndex(handle, "-")+1] // they differ by their last number alone
	for i := range max(tokens, sessions) {
		email := family + strconv.Itoa(i+1) + "@example.org"
		if i < tokens {
			token, err := m.community.CreateToken(ctx, email, "measuring")
			must(b, err)
			s.tokens = append(s.tokens, token)
		}
		if i < sessions {
			link, err := m.community.MemberLink(ctx, email)
			must(b, err)
			session, err := m.community.UseLink(ctx, link, community.Arrival{})
			must(b, err)
			s.cookies = append(s.cookies, "colloquy-session="+session.Session)
		}
	}
	must(b, m.close())
	return s
}

// part is the site with nothing but the two threads that one part writes in.
func (s *liveSite) part(i int) *liveSite {
	part := *s
	part.threads = s.threads[2*i : 2*i+2]
	return &part
}

func (s *liveSite) poster(p *liveServer, i int) *poster {
	return &poster{addr: p.addr, token: s.tokens[i%len(s.tokens)]}
}

// channel is what a thread's readers listen to.
func channel(threadID int64) string { return "thread:" + strconv.FormatInt(threadID, 10) }

// liveServer is the built program serving, with its admin address.
type liveServer struct {
	*process
	admin string
}

// start serves the site, at an address that is free or at one where it was served
// before, and waits for its first answer.
func (s *liveSite) start(b *testing.B, addr, limits string) *liveServer {
	b.Helper()
	if addr == "" {
		addr = free(b)
	}
	p := &liveServer{process: &process{addr: addr, command: exec.Command(s.program, "serve")}, admin: free(b)}
	p.command.Env = append(os.Environ(), "COLLOQUY_ADDR="+p.addr, "COLLOQUY_ADMIN_ADDR="+p.admin,
		"COLLOQUY_DATA_DIR="+s.config.DataDir, "COLLOQUY_RATE_LIMITS="+limits, "DATABASE_URL="+postgresOnly(s.config.DatabaseURL))
	p.command.Stdout, p.command.Stderr = io.Discard, io.Discard
	must(b, p.command.Start())
	b.Cleanup(func() { _ = p.command.Process.Kill() }) // has ended unless something failed
	p.answers(b, asking{addr: p.addr, path: "/"})
	return p
}

// kill ends the program as a lack of power would.
func (p *liveServer) kill(b *testing.B) {
	b.Helper()
	must(b, p.command.Process.Kill())
	_ = p.command.Wait() // killed, as meant
}

// cpu is the time that a process has spent on processors, by itself and in the system's
// calls, to a hundredth of a second.
func cpu(b *testing.B, pid int) time.Duration {
	b.Helper()
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	must(b, err)
	// The second field is a name in brackets, which may hold spaces; utime and stime are the 14th and 15th.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	ticks := 0
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		must(b, err)
		ticks += n
	}
	return time.Duration(ticks) * (time.Second / 100) // USER_HZ, which is 100 wherever Go runs on Linux
}

// fetch reads a page of the admin address.
func (p *liveServer) fetch(b *testing.B, path string) []byte {
	b.Helper()
	response, err := (&http.Client{Timeout: 30 * time.Second}).Get("http://" + p.admin + path)
	must(b, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(b, err)
	return body
}
