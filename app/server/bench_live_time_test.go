//go:build linux

package server

import (
	"fmt"
	"testing"
	"time"
)

// times measures how long a committed response takes to its readers, with more and more
// of them. What the server says is measured against the targets; what the client sees
// begins when it sends the post, so it includes the posting itself.
func (r *report) times(b *testing.B, s *liveSite) {
	p := s.start(b, "", "off")
	f := newFleet(b, p.addr)
	post := s.poster(p, 0)
	for _, at := range []struct {
		readers int
		most    time.Duration
	}{{1, 10 * time.Millisecond}, {1000, 40 * time.Millisecond}, {5000, 250 * time.Millisecond}} {
		if at.readers > *liveReaders {
			continue
		}
		f.add(at.readers-len(f.readers), listening(channel(s.threads[0])))
		f.settle(b)
		r.committed(b, p, fmt.Sprintf("%d readers", at.readers), at.most, func() (frames, answers []time.Duration) {
			return timed(b, f, post, s.threads[0], at.readers)
		})
	}
	p.kill(b)
}

// timed posts for a while and returns how long each frame and each answer took.
func timed(b *testing.B, f *fleet, post *poster, threadID int64, readers int) (frames, answers []time.Duration) {
	b.Helper()
	f.locked(f.forget)
	answers = post.told(b, f, threadID, *liveRate, lasting())
	arrived(b, f, 1+turns(*liveRate, lasting()), readers)
	f.locked(func() { frames = f.tally.took })
	return frames, answers
}

// committed reports a load's times, the server's own and the client's.
func (r *report) committed(b *testing.B, p *liveServer, where string, most time.Duration,
	load func() (frames, answers []time.Duration),
) {
	b.Helper()
	before := p.histogram(b)
	frames, answers := load()
	h := p.histogram(b).since(before)
	what := "commit to frame, " + where
	if p99, ok := h.quantile(0.99); ok {
		p50, _ := h.quantile(0.5)
		p95, _ := h.quantile(0.95)
		short := func(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }
		r.upTo(what+", p99", fmt.Sprintf("%s (p50 %s, p95 %s)", short(p99), short(p50), short(p95)), most.String(), p99 <= most)
	} else {
		r.add(what+", p99", "the program does not tell ("+commitToFrame+")", "", false)
	}
	r.add("post sent to frame read, "+where, percentiles(frames), "", true)
	r.add("post sent to answer read, "+where, percentiles(answers), "", true)
}

// slow measures what readers that read nothing do to the others, and to the server's
// memory. The server cuts them when they have blocked a write for ten seconds.
func (r *report) slow(b *testing.B, s *liveSite) {
	p := s.start(b, "", "off")
	post := s.poster(p, 0)
	f := newFleet(b, p.addr)
	model := listening(channel(s.threads[0]))
	f.add(*liveListen, model)
	f.settle(b)
	where := fmt.Sprintf("%d readers", *liveListen)
	load := func() (frames, answers []time.Duration) { return timed(b, f, post, s.threads[0], *liveListen) }
	r.committed(b, p, where, 40*time.Millisecond, load)
	before := p.resident(b)
	model.slow = true
	f.add(*liveSlow, model)
	f.settle(b)
	where = fmt.Sprintf("%s and %d that do not read", where, *liveSlow)
	r.committed(b, p, where, 40*time.Millisecond, load)
	grown := float64(p.resident(b)-before) / 1024
	most := float64(*liveSlow) / 4 // 256 KiB may wait for each
	r.upTo("memory that these take", fmt.Sprintf("%.1f MB", grown), fmt.Sprintf("%.1f MB", most), grown <= most)
	start := time.Now()
	gone := func() bool { return p.gauge(b, "colloquy_live_sockets") <= float64(*liveListen) }
	for look := time.NewTicker(10 * beat); !gone() && time.Since(start) < 15*time.Second; <-look.C {
	}
	r.none("of these still there after the write's deadline", max(0, int(p.gauge(b, "colloquy_live_sockets"))-*liveListen))
	p.kill(b)
}
