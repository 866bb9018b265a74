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
		where, before := fmt.Sprintf("%d readers", at.readers), p.histogram(b)
		frames, answers := timed(b, f, post, s.threads[0], at.readers)
		r.committed(where, p.histogram(b).since(before), at.most)
		r.seen(where, frames, answers)
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

// committed reports the server's own times.
func (r *report) committed(where string, h histogram, most time.Duration) {
	p99, ok := h.quantile(0.99)
	if !ok {
		r.add("commit to frame, "+where, "the program does not tell ("+commitToFrame+")", "", false)
		return
	}
	p50, _ := h.quantile(0.5)
	p95, _ := h.quantile(0.95)
	short := func(d time.Duration) string { return d.Round(100 * time.Microsecond).String() }
	r.upTo("commit to frame, "+where+", p99", fmt.Sprintf("%s (p50 %s, p95 %s)", short(p99), short(p50), short(p95)),
		most.String(), p99 <= most)
}

// seen reports the client's times.
func (r *report) seen(where string, frames, answers []time.Duration) {
	r.add("post sent to frame read, "+where, percentiles(frames), "", true)
	r.add("post sent to answer read, "+where, percentiles(answers), "", true)
}

// slow measures what readers that read nothing do to the others, as those see it, and
// to the server's memory. The server's own times cannot tell the two apart. It cuts a
// line on which a write has stood for its deadline.
func (r *report) slow(b *testing.B, s *liveSite) {
	p := s.start(b, "", "off")
	post := s.poster(p, 0)
	f := newFleet(b, p.addr)
	model := listening(channel(s.threads[0]))
	f.add(*liveListen, model)
	f.settle(b)
	without, answers := timed(b, f, post, s.threads[0], *liveListen)
	r.seen(fmt.Sprintf("%d readers alone", *liveListen), without, answers)
	before := p.resident(b)
	model.slow = true
	f.add(*liveSlow, model)
	f.settle(b)
	with, answers := timed(b, f, post, s.threads[0], *liveListen)
	r.seen(fmt.Sprintf("the same beside %d that do not read", *liveSlow), with, answers)
	if len(with) > 0 && len(without) > 0 {
		r.add("p99 of the others, with to without",
			fmt.Sprintf("%.2f ×", float64(quantile(with, 0.99))/float64(quantile(without, 0.99))), "", true)
	}
	grown := float64(p.resident(b)-before) / 1024
	most := float64(*liveSlow) / 4 // 256 KiB may wait for each
	r.upTo("memory that these take", fmt.Sprintf("%.1f MB", grown), fmt.Sprintf("%.1f MB", most), grown <= most)
	stop := goOn(b, post, s.threads[0]) // so that every line is full at last
	left := func() int { return max(0, int(p.gauge(b, "colloquy_live_sockets"))-*liveListen) }
	start, look := time.Now(), time.NewTicker(10*beat)
	defer look.Stop()
	for left() > 0 && time.Since(start) < 30*time.Second {
		<-look.C
	}
	stop()
	r.none("of these never cut", left())
	p.kill(b)
}
