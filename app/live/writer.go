package live

import (
	"runtime"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// patience is how long the queue of the writers may stand still before more of them are called.
const patience = 20 * time.Millisecond

// writers is the pool that writes to sockets: a few goroutines and a queue in which each socket with something to
// send stands once, first come first served. When all writers are held up by lines that take nothing, a watchdog adds
// temporary ones, so that stuck lines starve nobody.
type writers struct {
	hub *Hub

	mu       sync.Mutex
	called   *sync.Cond
	ready    []*socket
	steady   int    // writers that stay
	total    int    // all that run now
	idle     int    // those that wait
	taken    uint64 // sockets taken from the queue so far
	watching bool
	closed   bool
	running  sync.WaitGroup
}

func newWriters(h *Hub) *writers {
	w := &writers{hub: h, steady: 4 * runtime.GOMAXPROCS(0)}
	w.called = sync.NewCond(&w.mu)
	return w
}

func (w *writers) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hire(w.steady, false)
}

// stop ends the writers once the queue is empty.
func (w *writers) stop() {
	w.mu.Lock()
	w.closed = true
	w.called.Broadcast()
	w.mu.Unlock()
	w.running.Wait()
}

func (w *writers) hire(n int, temporary bool) {
	w.total += n
	for range n {
		w.running.Go(func() { w.run(temporary) })
	}
}

// add puts a socket at the end of the queue.
func (w *writers) add(s *socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ready = append(w.ready, s)
	w.called.Signal()
	if len(w.ready) > w.idle && !w.watching && !w.closed {
		w.watching = true
		w.running.Go(w.watch)
	}
}

// run writes to one socket after the other. A temporary writer goes when the queue is empty.
func (w *writers) run(temporary bool) {
	for {
		s := w.take(temporary)
		if s == nil {
			return
		}
		if err := w.hub.guard("write", func() error { s.drain(); return nil }); err != nil {
			s.cut()
		}
	}
}

// take waits for the first socket of the queue; nil means that the writer is to go.
func (w *writers) take(temporary bool) *socket {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.ready) == 0 {
		w.ready = nil
		if temporary || w.closed {
			w.total--
			return nil
		}
		w.idle++
		w.called.Wait()
		w.idle--
	}
	s := w.ready[0]
	w.ready[0] = nil
	w.ready = w.ready[1:]
	w.taken++
	return s
}

// watch looks whether the queue moves, and doubles the writers whenever it stood still. It goes when the queue is
// empty.
func (w *writers) watch() {
	seen := ^uint64(0)
	for {
		w.mu.Lock()
		if len(w.ready) == 0 {
			w.watching = false
			w.mu.Unlock()
			return
		}
		if w.taken == seen && w.idle == 0 {
			w.hire(min(max(w.total, 1), len(w.ready)), true)
		}
		seen = w.taken
		w.mu.Unlock()
		select {
		case <-w.hub.ctx.Done():
			// The lines are being cut, so the writers come free by themselves.
			w.mu.Lock()
			w.watching = false
			w.mu.Unlock()
			return
		case <-time.After(patience): // lines keep the machine's time
		}
	}
}

// drain writes what is queued for a socket now. What comes meanwhile waits for the socket's next turn, so that one
// busy socket cannot keep a writer.
func (s *socket) drain() {
	s.mu.Lock()
	turn := len(s.queue)
	s.mu.Unlock()
	for {
		s.mu.Lock()
		if len(s.queue) == 0 {
			s.queue = nil
			s.scheduled = false
			s.mu.Unlock()
			return
		}
		if turn == 0 {
			s.hub.writers.add(s)
			s.mu.Unlock()
			return
		}
		turn--
		m := s.queue[0]
		s.queue[0] = outbound{}
		s.queue = s.queue[1:]
		s.bytes -= m.size
		s.mu.Unlock()
		if err := s.write(m); err != nil {
			// The line is dead or stuck; the reader is woken by the cut and clears up.
			s.fail()
		}
	}
}

// write puts one message on the line within the deadline, which is one of the machine's clock.
func (s *socket) write(m outbound) error {
	deadline := time.Now().Add(writeTimeout)
	if m.closing != 0 {
		err := s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(m.closing, ""), deadline)
		if err != nil {
			return err
		}
		return s.raw.SetReadDeadline(time.Now().Add(closeTimeout))
	}
	if err := s.conn.SetWriteDeadline(deadline); err != nil {
		return err
	}
	s.sent.Store(s.hub.opt.Clock.Now().UnixNano())
	var err error
	switch {
	case m.bundle != nil:
		err = s.conn.WritePreparedMessage(m.bundle.prepared.Load())
	case m.pieces != nil:
		err = s.conn.WriteMessage(websocket.TextMessage, gather(m.pieces))
	default:
		err = s.conn.WriteMessage(websocket.TextMessage, m.private)
	}
	if err != nil {
		return err
	}
	if m.bundle != nil && !m.bundle.born.IsZero() {
		s.hub.metrics.latency.Observe(time.Since(m.bundle.born).Seconds())
	}
	s.hub.metrics.frames.Add(uint64(m.frames))
	return nil
}
