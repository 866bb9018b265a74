//go:build linux

package server

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/app/config"
)

// postRound is how long the writers write before the other side has its turn.
const postRound = time.Second

// throughput compares writing into threads that are read with writing into threads that
// are not: as many writers as can be at once, each waiting for its answer, in turns.
func (r *report) throughput(b *testing.B, program string) {
	databases(b, func(b *testing.B, c config.Config) {
		r.database = b.Name()[strings.LastIndex(b.Name(), "/")+1:]
		defer func() { r.database = "" }()
		if why := openFiles(*liveListen); why != "" {
			r.leftOut(b, "posting", why)
		}
		s := newLiveSite(b, program, c, 2*writers, writers, 0)
		p := s.start(b, "", "off")
		r.read(b, s, p, 4, 1)
		r.read(b, s, p, writers, writers)
		p.kill(b)
	})
}

// read lets the listeners spread over some threads, and writes into those and into as
// many that nobody reads.
func (r *report) read(b *testing.B, s *liveSite, p *liveServer, hands, threads int) {
	b.Helper()
	f := newFleet(b, p.addr)
	for i := range threads {
		f.add((*liveListen+i)/threads, listening(channel(s.threads[i])))
	}
	f.settle(b)
	posters := make([]*poster, hands)
	for i := range posters {
		posters[i] = s.poster(p, i)
	}
	var listened, unread, ratios []float64
	var took []time.Duration
	for range rounds {
		mine := s.together(b, posters, s.threads[:threads])
		took = append(took, mine...)
		// The readers' last frames are not to fall into the other side's turn.
		f.until(b, 5*time.Second, func() bool { return f.quiet(2 * beat) })
		other := s.together(b, posters, s.threads[writers:writers+threads])
		listened, unread = append(listened, float64(len(mine))), append(unread, float64(len(other)))
		ratios = append(ratios, float64(len(mine))/float64(len(other)))
	}
	r.ratio(fmt.Sprintf("posting, %d writers in %s, %d readers, to none", hands, counted(threads, "thread"), *liveListen), compared{
		ratio: median(ratios), least: slices.Min(ratios), most: slices.Max(ratios), ours: median(listened) / postRound.Seconds(),
		theirs: median(unread) / postRound.Seconds(), p99: quantile(took, 0.99),
	}, 0.9)
	f.locked(func() {
		r.add("of that, what readers got", fmt.Sprintf("%d changes in %d messages, %s", f.tally.changes, f.tally.messages, f.tally.resetsSaid()), "", true)
	})
	f.close()
}

func counted(n int, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// together lets the posters write for a round, each into its thread, and returns how
// long each response took.
func (s *liveSite) together(b *testing.B, posters []*poster, threads []int64) []time.Duration {
	b.Helper()
	took, errs := make([][]time.Duration, len(posters)), make([]error, len(posters))
	until := time.Now().Add(postRound)
	var all sync.WaitGroup
	for i, post := range posters {
		all.Go(func() {
			for start := time.Now(); start.Before(until) && errs[i] == nil; {
				_, _, errs[i] = post.respond(threads[i%len(threads)], newKey(), writtenText(posted.Load()))
				now := time.Now()
				took[i], start = append(took[i], now.Sub(start)), now
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		must(b, err)
	}
	return slices.Concat(took...)
}
