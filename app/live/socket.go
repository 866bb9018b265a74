package live

import (
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// Codes with which the server closes a socket, besides those of RFC 6455.
const (
	CloseRestart        = websocket.CloseServiceRestart // the server goes; come back within the window of bye
	CloseSessionEnded   = 4001
	CloseAccountEnded   = 4003
	CloseTooSlow        = 4008 // come back and resume
	CloseTooManySockets = 4009
	CloseWait           = 4029
)

// socket is one connection. Its queue is filled by topics and emptied by a writer; one goroutine reads from it.
type socket struct {
	hub      *Hub
	conn     *websocket.Conn
	raw      net.Conn
	session  string
	member   string
	source   string
	counted  bool   // stands in the hub's counts; under the hub's lock
	tally    *tally // of its member or source; nil when there is none
	standing atomic.Pointer[Standing]

	sent  atomic.Int64 // when something was written last, in Unix nanoseconds, as the two below
	heard atomic.Int64
	beat  atomic.Int64

	mu        sync.Mutex
	queue     []outbound
	bytes     int
	scheduled bool // stands in the writers' queue, or is being written to
	closing   bool // a close is queued or sent; nothing more goes in
	lagged    time.Time
	subs      []*subscription // a few: a list is smaller than a map, ten thousand times
	me        bool            // listens to the channel of its member
}

func newSocket(h *Hub, conn *websocket.Conn, raw net.Conn, session Session) *socket {
	s := &socket{hub: h, conn: conn, raw: raw, session: session.ID, member: session.Member, source: session.Source}
	s.standing.Store(&Standing{Viewer: session.Viewer, Variant: session.Variant, Rights: session.Rights})
	now := h.opt.Clock.Now().UnixNano()
	s.sent.Store(now)
	s.heard.Store(now)
	s.beat.Store(now)
	return s
}

// send queues messages, all or none. With a subscription they go only while it is live. When the queue is too full
// for them it is emptied and every subscription of the socket ends, but what somebody waits for is queued all the
// same. It reports whether the socket, and the subscription, can be sent more.
func (s *socket) send(sub *subscription, messages ...outbound) bool {
	size := 0
	for _, m := range messages {
		size += m.size
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || sub != nil && !sub.live {
		return false
	}
	most := queueBytes
	if messages[0].pieces != nil {
		most = answerBytes // it was asked for, and only so many can be
	}
	if len(s.queue) > 0 && (len(s.queue)+len(messages) > queueFrames || s.bytes+size > most) {
		s.lag()
		if messages[0].kept && !s.closing {
			s.append(messages[0])
		}
		return false
	}
	for _, m := range messages {
		m.sub = sub
		s.append(m)
	}
	return true
}

// busy says that the queue is half full: what is not worth waiting for had better not be sent.
func (s *socket) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue) >= queueFrames/2 || s.bytes >= queueBytes/2
}

// append queues a message; under the lock.
func (s *socket) append(m outbound) {
	s.queue = append(s.queue, m)
	s.bytes += m.size
	if !s.scheduled {
		s.scheduled = true
		s.hub.writers.add(s)
	}
}

// lag drops the queue of a socket that reads too slowly and resets its subscriptions. When that happens twice within
// a minute the socket is closed: it can resume by itself when the line is better. Under the lock.
func (s *socket) lag() {
	now := s.hub.opt.Clock.Now()
	if !s.lagged.IsZero() && now.Sub(s.lagged) < lagPardon {
		s.shutLocked(CloseTooSlow, false)
		return
	}
	s.lagged = now
	s.drop(func(m *outbound) bool { return !m.kept })
	s.endAllLocked(whyLag)
}

// dropQueue forgets the queued messages of a subscription, or with nil all of them but the close; under the lock.
func (s *socket) dropQueue(sub *subscription) {
	s.drop(func(m *outbound) bool { return m.closing == 0 && (sub == nil || m.sub == sub) })
}

// drop forgets some of the queued messages; under the lock.
func (s *socket) drop(which func(m *outbound) bool) {
	kept := s.queue[:0]
	for _, m := range s.queue {
		if which(&m) {
			s.bytes -= m.size
			s.hub.metrics.drops.Add(uint64(m.frames))
			continue
		}
		kept = append(kept, m)
	}
	clear(s.queue[len(kept):])
	s.queue = kept
}

// end ends a subscription with a last frame: what of it is still queued is dropped, and nothing follows. A
// subscription that has already ended is left alone.
func (s *socket) end(sub *subscription, why string, last []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !sub.live {
		return
	}
	sub.live = false
	s.forget(sub)
	s.dropQueue(sub)
	if s.closing {
		return
	}
	s.hub.countReset(why)
	s.append(final(last))
}

// endAll resets every subscription of the socket.
func (s *socket) endAll(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing {
		s.endAllLocked(why)
	}
}

func (s *socket) endAllLocked(why string) {
	ended := make([]*subscription, 0, len(s.subs))
	for _, sub := range s.subs {
		sub.live = false
		s.dropQueue(sub)
		s.hub.countReset(why)
		s.append(final(resetNow(sub.topic.channel, why, window(why, 1))))
		ended = append(ended, sub)
	}
	s.subs = nil
	if len(ended) > 0 {
		// Their topics are locked by whoever is sending now, so they are told later.
		go func() { _ = s.hub.guard("detach", func() error { detach(ended); return nil }) }()
	}
}

// join makes a subscription live, unless the socket is closing or its standing is another by now.
func (s *socket) join(sub *subscription, asked *Standing) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || !sameRights(s.standing.Load(), asked) {
		return false
	}
	s.subs = append(s.subs, sub)
	sub.live = true
	return true
}

// leave makes the subscription to a channel dead and gives it; nil when there is none. What is queued of it is dropped:
// the client asks anew from its own number, or not at all, and nobody could take back later what still waited.
func (s *socket) leave(channel string) *subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.find(channel)
	if sub != nil {
		sub.live = false
		s.forget(sub)
		s.dropQueue(sub)
	}
	return sub
}

// find gives the subscription to a channel, nil when there is none; under the lock.
func (s *socket) find(channel string) *subscription {
	for _, sub := range s.subs {
		if sub.topic.channel == channel {
			return sub
		}
	}
	return nil
}

// forget takes a subscription out of the list; under the lock.
func (s *socket) forget(sub *subscription) {
	s.subs = slices.DeleteFunc(s.subs, func(other *subscription) bool { return other == sub })
}

// full says that one more channel would be too many.
func (s *socket) full(channel string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(channel) == nil && len(s.subs) >= socketChannels
}

// shut queues the close of the connection, behind what is queued when orderly, else instead of it. The first code
// stands.
func (s *socket) shut(code int, orderly bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shutLocked(code, orderly)
}

func (s *socket) shutLocked(code int, orderly bool) {
	if s.closing {
		return
	}
	s.closing = true
	if !orderly {
		s.dropQueue(nil)
	}
	s.append(outbound{closing: code})
}

// cut ends the connection without a word; the reader notices and clears up.
func (s *socket) cut() { _ = s.raw.Close() }

// fail ends a connection that cannot be written to.
func (s *socket) fail() {
	s.mu.Lock()
	s.closing = true
	s.drop(func(*outbound) bool { return true })
	s.mu.Unlock()
	s.cut()
}

// leaving says that a close is on its way, or has come.
func (s *socket) leaving() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// gone clears up after the connection has ended, and gives the subscriptions that are to be detached.
func (s *socket) gone() []*subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	s.drop(func(*outbound) bool { return true })
	subs := make([]*subscription, 0, len(s.subs))
	for _, sub := range s.subs {
		sub.live = false
		subs = append(subs, sub)
	}
	s.subs = nil
	return subs
}
