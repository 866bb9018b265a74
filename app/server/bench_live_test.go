//go:build linux

package server

import (
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"
)

// What the live measurements put on a site, each a flag: go test … -live.readers 1000.
var (
	liveSockets = flag.Int("live.sockets", 10_000, "idle sockets whose memory is measured")
	liveMembers = flag.Int("live.members", 1000, "how many of the idle sockets are signed in")
	liveSecond  = flag.String("live.second", "front", "the second channel of an idle socket")
	liveRest    = flag.Duration("live.rest", 30*time.Second, "how long idle sockets rest; a beat comes after 25 s")
	liveHeap    = flag.String("live.heap", "", "a file for the server's heap profile with the idle sockets")
	liveReaders = flag.Int("live.readers", 5000, "readers of one thread: of a delivery's cost, of its time, and after a restart")
	liveListen  = flag.Int("live.listeners", 1000, "readers of the measurements with slow readers, cuts and writers")
	liveRate    = flag.Int("live.rate", 5, "responses a second")
	liveSeconds = flag.Int("live.seconds", 10, "seconds that each load lasts")
	liveSlow    = flag.Int("live.slow", 50, "readers that read nothing")
	liveCuts    = flag.Int("live.cuts", 100, "readers cut a second")
)

// BenchmarkLive measures what live updates cost beside the targets of docs/benchmarks.md:
// the built program on loopback, its readers beside it. Every part can run alone
// (-bench BenchmarkLive/cuts). Like BenchmarkBudgets it is made for -benchtime 1x and
// fails for no figure.
func BenchmarkLive(b *testing.B) {
	report, program := &report{}, build(b)
	site := sync.OnceValue(func() *liveSite {
		return newLiveSite(b, program, settings(b, b.TempDir(), ""), 2*6, 1, (*liveMembers+perMember-1)/perMember)
	})
	for i, part := range []struct {
		name    string
		sockets int // the most in one process
		run     func(b *testing.B, s *liveSite)
	}{
		{"memory", *liveSockets, report.idle},
		{"cost", 2 * *liveReaders, report.deliveries},
		{"time", *liveReaders, report.times},
		{"slow", *liveListen + *liveSlow, report.slow},
		{"restart", *liveReaders, report.restart},
		{"cuts", *liveListen, report.cuts},
	} {
		b.Run(part.name, func(b *testing.B) {
			if why := openFiles(part.sockets); why != "" {
				report.leftOut(b, part.name, why)
			}
			part.run(b, site().part(i))
		})
	}
	b.Run("posting", func(b *testing.B) { report.throughput(b, program) })
	report.print()
}

// perMember is how many sockets a member may have open.
const perMember = 20

// leftOut says what could not be measured here, and ends the part.
func (r *report) leftOut(b *testing.B, what, why string) {
	r.add(what, "left out: "+why, "", false)
	b.Skip(why)
}

// lasting is how long each load lasts.
func lasting() time.Duration { return time.Duration(*liveSeconds) * time.Second }

// upTo adds a share or a size that may be at most so much, in words.
func (r *report) upTo(what, figure, most string, met bool) { r.add(what, figure, "≤ "+most, met) }

// none adds a number that must be zero.
func (r *report) none(what string, n int) { r.add(what, fmt.Sprint(n), "0", n == 0) }
