//go:build linux

package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// restart kills the program and starts it again, while somebody goes on posting with
// keys, and measures how long it takes until every reader has come back and has
// everything. It is started with the limits that a site has.
func (r *report) restart(b *testing.B, s *liveSite) {
	p := s.start(b, "", "off")
	f := newFleet(b, p.addr)
	f.add(*liveReaders, listening(channel(s.threads[0])))
	f.settle(b)
	post := s.poster(p, 0)
	stop := goOn(b, post, s.threads[0])
	f.until(b, time.Minute, func() bool { return f.tally.changes >= 2**liveReaders })

	f.locked(f.forget)
	start := time.Now()
	p.kill(b)
	// Nobody is live until the loss is noticed.
	f.until(b, time.Minute, func() bool { return f.at[settled] == 0 })
	p = s.start(b, p.addr, "on")
	up := time.Since(start)
	f.until(b, time.Minute, func() bool { return f.at[settled] == len(f.readers) })
	var back time.Duration
	var live, refused int
	f.locked(func() { back, live, refused = f.settles.Sub(start), f.at[settled], f.tally.refused })
	head := stop()
	behind := f.behind(b, head)
	r.upTo(fmt.Sprintf("%d readers after a kill and a restart, all caught up", *liveReaders),
		fmt.Sprintf("%s (%d live; the server was back after %s, and sent %d away for later)", back.Round(10*time.Millisecond), live,
			up.Round(10*time.Millisecond), refused), "10s", back <= 10*time.Second && live == *liveReaders)
	r.agreement(f, "after the restart", behind, nil)
	p.kill(b)
}

// goOn posts at the pace until it is stopped, each response until it is taken, as a page
// does. Stopping it gives the thread's last number.
func goOn(b *testing.B, post *poster, threadID int64) (stop func() int64) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	b.Cleanup(cancel)
	var last int64
	var working sync.WaitGroup
	working.Go(func() {
		turn := time.NewTicker(time.Second / time.Duration(*liveRate))
		defer turn.Stop()
		for key := newKey(); ctx.Err() == nil; <-turn.C {
			if seq, _, err := post.respond(threadID, key, writtenText(posted.Load())); err == nil {
				key, last = newKey(), seq
			}
		}
	})
	return func() int64 {
		cancel()
		working.Wait()
		return last
	}
}

// behind waits until everybody stands at a thread's last number and counts who does not.
func (f *fleet) behind(b *testing.B, head int64) int {
	b.Helper()
	count := func() int {
		n := 0
		for _, reader := range f.readers {
			for _, w := range reader.follows {
				if w.mine != head || !w.live {
					n++
					break
				}
			}
		}
		return n
	}
	f.until(b, 20*time.Second, func() bool { return count() == 0 })
	f.mu.Lock()
	defer f.mu.Unlock()
	return count()
}

// agreement reports what the client's rule has found.
func (r *report) agreement(f *fleet, when string, behind int, superseded map[int64]int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.none("numbers missing "+when, f.tally.missing)
	r.none("numbers doubled "+when, f.tally.doubled)
	r.none(fmt.Sprintf("of %d resumes that brought other changes than were due", len(f.tally.resumes)), f.tally.unaccounted(superseded))
	resets := 0
	for _, n := range f.tally.resets {
		resets += n
	}
	r.add("readers sent to the page anew "+when, f.tally.resetsSaid(), "none", resets == 0)
	r.none("readers not at the head "+when, behind)
}

// cuts takes readers' lines away at random, who come back with what they have, while
// responses are written and some of them edited.
func (r *report) cuts(b *testing.B, s *liveSite) {
	p := s.start(b, "", "off")
	f := newFleet(b, p.addr)
	f.add(*liveListen, listening(channel(s.threads[0])))
	f.settle(b)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var cutting sync.WaitGroup
	cut := 0
	cutting.Go(func() {
		turn := time.NewTicker(time.Second / time.Duration(*liveCuts))
		defer turn.Stop()
		for ; ctx.Err() == nil; <-turn.C {
			f.locked(func() {
				if victim := f.readers[rand.IntN(len(f.readers))]; victim.fd >= 0 {
					cut++
					f.hangUp(victim)
					f.comeBack(victim)
				}
			})
		}
	})
	post, superseded := s.poster(p, 0), map[int64]int64{}
	var head, written, n int64
	must(b, paced(*liveRate, lasting(), func() (err error) {
		if n > 0 && rand.IntN(3) == 0 {
			head, err = post.edit(s.threads[0], n, writtenText(posted.Add(1)))
			superseded[written], written = head, head
			return err
		}
		head, n, err = post.respond(s.threads[0], newKey(), writtenText(posted.Load()))
		written = head
		return err
	}))
	stop()
	cutting.Wait()
	behind := f.behind(b, head)
	r.add(fmt.Sprintf("cuts among %d readers", *liveListen), fmt.Sprint(cut), "", true)
	r.agreement(f, "after cuts", behind, superseded)
	p.kill(b)
}
