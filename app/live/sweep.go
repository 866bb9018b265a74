package live

// sweep looks at every socket: one from which nothing was heard for too long is cut, one that was silent in either
// direction gets a beat.
func (h *Hub) sweep() {
	now := h.opt.Clock.Now().UnixNano()
	for _, s := range h.all() {
		heard := now - s.heard.Load()
		if heard >= int64(deadAfter) {
			s.fail()
			continue
		}
		silent := max(heard, now-s.sent.Load())
		if silent >= int64(beatEvery) && now-s.beat.Load() >= int64(beatEvery) {
			s.pulse(now)
		}
	}
}

// pulse queues a beat, unless something is going out in any case.
func (s *socket) pulse(now int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || len(s.queue) > 0 {
		return
	}
	s.beat.Store(now)
	s.append(private(beatFrame()))
}
