package live

import "golang.org/x/time/rate"

// tally is what the hub counts for one member, or for one source of sockets without a session: how many sockets are
// open, and how much their subscriptions may still cost.
type tally struct {
	sockets int // under the hub's lock
	reads   *rate.Limiter
}

// enterLocked counts a socket, or gives the code with which it must be closed; under the hub's lock.
func (h *Hub) enterLocked(s *socket) (code int) {
	switch {
	case s.member != "":
		if s.tally = tallyOf(h.members, s.member); s.tally.sockets >= memberSockets {
			return CloseTooManySockets
		}
	case h.anonymous >= h.opt.AnonymousSockets:
		return CloseWait
	case s.source != "":
		if s.tally = tallyOf(h.sources, s.source); s.tally.sockets >= h.opt.SourceSockets {
			return CloseWait
		}
	}
	if s.member == "" {
		h.anonymous++
	}
	if s.tally != nil {
		s.tally.sockets++
	}
	s.counted = true
	return 0
}

// leaveLocked takes a socket out of the counts; under the hub's lock.
func (h *Hub) leaveLocked(s *socket) {
	if !s.counted {
		return
	}
	if s.member == "" {
		h.anonymous--
	}
	if s.tally == nil {
		return
	}
	if s.tally.sockets--; s.tally.sockets > 0 {
		return
	}
	if s.member != "" {
		delete(h.members, s.member)
	} else {
		delete(h.sources, s.source)
	}
}

func tallyOf(all map[string]*tally, key string) *tally {
	t := all[key]
	if t == nil {
		t = &tally{reads: rate.NewLimiter(readRate, readBurst)}
		all[key] = t
	}
	return t
}

// pays says whether a subscription of the socket may ask the source. One that may not closes the socket: what a
// member, or a source of sockets, can make the hub read is bounded, however many sockets they open.
func (s *socket) pays() bool {
	if s.tally == nil || s.hub.opt.Unlimited || s.tally.reads.AllowN(s.hub.opt.Clock.Now(), 1) {
		return true
	}
	s.shut(CloseWait, false)
	return false
}
