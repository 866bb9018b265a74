//go:build linux

package server

import (
	"errors"
	"sync"
	"syscall"
	"testing"
	"time"
)

// stage is how far a reader's line has come.
type stage int

const (
	away        stage = iota // without a line
	knocking                 // the line is not there yet
	shaking                  // the handshake is not answered yet
	subscribing              // subscriptions wait for ok
	settled                  // live
	stages
)

// reader is one client. A slow one reads nothing once it listens; a bare one sits on a
// plain line without a handshake, and takes what comes.
type reader struct {
	fd         int
	stage      stage
	source     byte
	cookie     string
	slow, bare bool
	follows    []following
	rest       []byte // the beginning of a message
	opened     time.Time
	tries      int
}

// fleet is many readers in one goroutine. What follows is under its lock.
type fleet struct {
	addr  string
	to    *syscall.SockaddrInet4
	epoll int
	bytes []byte
	done  chan struct{}

	mu      sync.Mutex
	err     error // what ends the measurement
	closed  bool
	readers []*reader
	lines   map[int32]*reader
	at      [stages]int // how many readers stand at each stage
	queue   []*reader   // to be opened when there is room
	later   []task
	epoch   string
	tally   tally
	sent    map[int64]time.Time // when the post of a number was sent
	bareAt  time.Time           // when the last message of a bare line was sent
	// sample is the last message as it came, header and all, while sampling.
	sample   []byte
	sampling bool
	settles  time.Time // when the last reader settled
	came     time.Time // when something came last
}

// task is something to do later.
type task struct {
	due time.Time
	do  func()
}

// atOnce is how many lines a fleet opens at the same time.
const atOnce = 128

// beat is how often a fleet looks at what is due.
const beat = 5 * time.Millisecond

// newFleet makes a fleet for the server at an address; it is gone with the benchmark.
func newFleet(b *testing.B, addr string) *fleet {
	b.Helper()
	to, err := socketAddress(addr)
	must(b, err)
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	must(b, err)
	f := &fleet{
		addr: addr, to: to, epoll: epoll, bytes: make([]byte, 256<<10), done: make(chan struct{}),
		lines: map[int32]*reader{}, sent: map[int64]time.Time{},
	}
	f.forget()
	go f.run()
	b.Cleanup(f.close)
	return f
}

// close ends all lines. A fleet may be closed twice.
func (f *fleet) close() {
	f.mu.Lock()
	f.closed = true
	for _, r := range f.readers {
		f.hangUp(r)
	}
	f.mu.Unlock()
	<-f.done
}

// add adds readers, made after a model, and opens their lines.
func (f *fleet) add(n int, model reader) []*reader {
	f.mu.Lock()
	defer f.mu.Unlock()
	added := make([]*reader, 0, n)
	for range n {
		r := model
		// 200 readers from each address: more are refused by the site's limits.
		r.fd, r.source = -1, byte(1+len(f.readers)/150)
		r.follows = append([]following(nil), model.follows...)
		added, f.readers = append(added, &r), append(f.readers, &r)
		f.at[away]++
	}
	f.queue = append(f.queue, added...)
	return added
}

// listening is the model of a reader who follows channels from their heads.
func listening(channels ...string) reader {
	var r reader
	for _, channel := range channels {
		r.follows = append(r.follows, following{channel: channel, mine: -1})
	}
	return r
}

// locked does something with the fleet standing still.
func (f *fleet) locked(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// forget begins a new count.
func (f *fleet) forget() {
	f.tally = tally{resets: map[string]int{}, closes: map[int]int{}}
}

// until waits for something to be so, and tells whether it was in time.
func (f *fleet) until(b *testing.B, within time.Duration, so func() bool) bool {
	b.Helper()
	look, late := time.NewTicker(beat), time.NewTimer(within)
	defer look.Stop()
	defer late.Stop()
	for {
		f.mu.Lock()
		err, yes := f.err, so()
		f.mu.Unlock()
		must(b, err)
		if yes {
			return true
		}
		select {
		case <-look.C:
		case <-late.C:
			return false
		}
	}
}

// settle waits until all readers are live.
func (f *fleet) settle(b *testing.B) {
	b.Helper()
	if !f.until(b, time.Minute, func() bool { return f.at[settled] == len(f.readers) }) {
		b.Fatalf("of %d readers, %v stand away, knocking, shaking hands, asking, and live; %d were refused, closes %v", len(f.readers),
			f.at, f.tally.refused, f.tally.closes)
	}
}

// quiet tells that nothing has come for a while.
func (f *fleet) quiet(since time.Duration) bool { return time.Since(f.came) > since }

// run waits for what comes and for what is due.
func (f *fleet) run() {
	defer close(f.done)
	events := make([]syscall.EpollEvent, 256)
	for {
		n, err := syscall.EpollWait(f.epoll, events, int(beat.Milliseconds()))
		f.mu.Lock()
		if f.closed || err != nil && !errors.Is(err, syscall.EINTR) {
			f.err = errors.Join(f.err, err)
			_ = syscall.Close(f.epoll)
			f.mu.Unlock()
			return
		}
		for i := range max(n, 0) {
			if r := f.lines[events[i].Fd]; r != nil {
				f.ready(r)
			}
		}
		f.dueNow(time.Now())
		f.mu.Unlock()
	}
}

// dueNow opens what waits for room and does what is due.
func (f *fleet) dueNow(now time.Time) {
	for len(f.queue) > 0 && f.at[knocking]+f.at[shaking]+f.at[subscribing] < atOnce {
		r := f.queue[0]
		f.queue = f.queue[1:]
		f.open(r)
	}
	waiting := f.later
	f.later = nil
	for _, t := range waiting {
		if t.due.After(now) {
			f.later = append(f.later, t)
		} else {
			t.do()
		}
	}
}

func (f *fleet) after(wait time.Duration, do func()) {
	f.later = append(f.later, task{time.Now().Add(wait), do})
}

func (f *fleet) fail(err error) { f.err = errors.Join(f.err, err) }

func (f *fleet) move(r *reader, to stage) {
	f.at[r.stage]--
	f.at[to]++
	if r.stage = to; to == settled {
		f.settles = time.Now()
	}
}
