package live

import (
	"context"
	"time"
)

const (
	drainSpread = 2 * time.Second       // the most time over which sockets are closed
	drainStep   = 20 * time.Millisecond // sockets are closed in groups this far apart
	drainEach   = time.Millisecond      // what each socket adds to the spread
	drainWait   = 5 * time.Second       // for the clients' answers
	byeLeast    = time.Second           // the shortest window for coming back
	byeEach     = 2 * time.Millisecond  // what each socket adds to the window
	byeMost     = 30 * time.Second
)

// Drain ends the hub. New sockets are refused from now on; those there are told to come back within a window, closed
// with 1012 over up to two seconds, and after five more, or when ctx ends, cut. It returns when all is quiet; further
// calls wait for the first.
func (h *Hub) Drain(ctx context.Context) { h.ending.Do(func() { h.drain(ctx) }) }

func (h *Hub) drain(ctx context.Context) {
	h.mu.Lock()
	h.draining = true
	if len(h.sockets) == 0 {
		close(h.empty)
	}
	h.mu.Unlock()

	sockets := h.all()
	bye := byeFrame(min(byeLeast+time.Duration(len(sockets))*byeEach, byeMost))
	for _, s := range sockets {
		s.send(nil, final(bye))
	}
	h.closeAll(ctx, sockets)
	select {
	case <-h.empty:
	case <-ctx.Done():
	case <-h.opt.Clock.After(drainWait):
	}
	for _, s := range h.all() {
		s.fail()
	}
	h.stop()
	h.work.Wait()
	h.writers.stop()
}

// closeAll closes sockets group by group, so that not all come back in one moment.
func (h *Hub) closeAll(ctx context.Context, sockets []*socket) {
	spread := min(time.Duration(len(sockets))*drainEach, drainSpread)
	steps := max(int(spread/drainStep), 1)
	group := (len(sockets) + steps - 1) / steps
	for len(sockets) > 0 {
		n := min(group, len(sockets))
		for _, s := range sockets[:n] {
			s.shut(CloseRestart, true)
		}
		sockets = sockets[n:]
		if len(sockets) == 0 {
			return
		}
		select {
		case <-ctx.Done():
		case <-h.opt.Clock.After(drainStep):
		}
	}
}
