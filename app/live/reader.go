package live

import (
	"bytes"
	"io"
	"sync"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// take lets a new socket in: it is greeted and read from, or closed when there are too many.
func (h *Hub) take(s *socket, generation int64) {
	h.mu.Lock()
	if h.draining {
		h.mu.Unlock()
		s.refuse(CloseRestart)
		return
	}
	code := h.enterLocked(s)
	h.sockets[s] = struct{}{}
	h.metrics.sockets.Add(1)
	// The greeting is queued before the socket can be found by anybody else, so that it is the first frame.
	if code == 0 {
		s.send(nil, final(helloFrame(*h.epoch.Load())))
	} else {
		h.metrics.refusals.Add(1)
		s.shut(code, false)
	}
	h.work.Go(func() { s.live(generation) })
	h.mu.Unlock()
}

// refuse closes a socket that the hub does not take any more.
func (s *socket) refuse(code int) {
	_ = s.write(outbound{closing: code})
	s.cut()
}

// live reads from the socket until its end and clears up after it.
func (s *socket) live(generation int64) {
	defer s.bury()
	_ = s.hub.guard("read", func() error {
		if s.session != "" && s.hub.generation.Load() != generation {
			s.lookUp()
		}
		s.listen()
		return nil
	})
}

// bury takes the socket out of all lists.
func (s *socket) bury() {
	h := s.hub
	s.cut()
	h.mu.Lock()
	delete(h.sockets, s)
	h.metrics.sockets.Add(-1)
	h.leaveLocked(s)
	last := h.draining && len(h.sockets) == 0
	h.mu.Unlock()
	_ = h.guard("detach", func() error { detach(s.gone()); return nil })
	if last {
		close(h.empty)
	}
}

// lookUp asks for the standing of this session alone: rights have moved since the handshake. When that cannot be
// asked the socket is closed, and the client comes back.
func (s *socket) lookUp() {
	s.hub.renewing.Lock() // an older answer must not come after that of a renewal
	defer s.hub.renewing.Unlock()
	ctx, cancel := ask(s.hub.ctx)
	defer cancel()
	standings, err := s.hub.revalidate(ctx, []string{s.session})
	if err != nil {
		s.hub.log.Warn("live: look up a session", "err", err)
		s.shut(CloseWait, false)
		return
	}
	s.stand(standings, s.session)
}

// buffers are for messages from clients; a frame is parsed before its buffer is used again.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// listen takes messages until the line ends. A client that breaks the rules is told so with a close, after which what
// it sends is thrown away until it answers or the line is cut. There is no read limit of gorilla's, which would cut the
// line before the close is read: a message is read up to the limit, and its rest skipped.
func (s *socket) listen() {
	allowance := rate.NewLimiter(inboundRate, inboundBurst)
	within := false // a message is begun: what comes in its midst is no sign of life, for it may have no end
	pong := s.conn.PingHandler()
	s.conn.SetPingHandler(func(data string) error {
		if !s.allow(allowance, 1) {
			return nil
		}
		if !within {
			s.hear()
		}
		return pong(data)
	})
	s.conn.SetPongHandler(func(string) error {
		if s.allow(allowance, 1) && !within {
			s.hear()
		}
		return nil
	})
	strange := 0
	for {
		kind, r, err := s.conn.NextReader()
		if err != nil {
			return
		}
		if kind != websocket.TextMessage {
			s.shut(websocket.CloseUnsupportedData, false)
			continue
		}
		buffer, _ := buffers.Get().(*bytes.Buffer)
		buffer.Reset()
		within = true
		_, err = buffer.ReadFrom(io.LimitReader(r, inboundBytes+1))
		within = false
		if err == nil && !s.leaving() { // of one that leaves only the answer to the close is waited for
			err = s.attend(buffer, allowance, &strange)
		}
		buffers.Put(buffer)
		if err != nil {
			return
		}
	}
}

// attend deals with one message, on a goroutine of its own: the one that waits for the line, for hours, keeps the
// small stack that waiting needs. The commonest message needs no more. The error is that of a panic.
func (s *socket) attend(buffer *bytes.Buffer, allowance *rate.Limiter, strange *int) error {
	if bytes.Equal(buffer.Bytes(), pongMessage) {
		s.hear()
		s.allow(allowance, 1)
		return nil
	}
	done := make(chan error)
	go func() {
		done <- s.hub.guard("a message", func() error { s.receive(buffer.Bytes(), allowance, strange); return nil })
	}()
	return <-done
}

var pongMessage = []byte(`{"t":"pong"}`)

// receive takes the frames of one message.
func (s *socket) receive(message []byte, allowance *rate.Limiter, strange *int) {
	if len(message) > inboundBytes {
		s.shut(websocket.CloseMessageTooBig, false)
		return
	}
	requests, err := parse(message)
	if err != nil {
		s.shut(websocket.CloseInvalidFramePayloadData, false)
		return
	}
	s.hear()
	if !s.allow(allowance, max(1, len(requests))) {
		return
	}
	for _, request := range requests {
		*strange += s.handle(request)
	}
	if *strange > strangeFrames {
		s.shut(websocket.ClosePolicyViolation, false)
	}
}

// allow takes n frames from what the client may still send, and closes the socket when that is too many.
func (s *socket) allow(allowance *rate.Limiter, n int) bool {
	if allowance.AllowN(s.hub.opt.Clock.Now(), n) {
		return true
	}
	s.shut(CloseWait, false)
	return false
}

func (s *socket) hear() { s.heard.Store(s.hub.opt.Clock.Now().UnixNano()) }

// handle does what a frame asks for and gives 1 when it is of no known kind.
func (s *socket) handle(r request) int {
	switch r.T {
	case "sub":
		if s.full(r.Ch) {
			s.shut(websocket.ClosePolicyViolation, false)
			return 0
		}
		s.hub.subscribe(s, r)
	case "unsub":
		if r.Ch == meChannel {
			s.mu.Lock()
			s.me = false
			s.mu.Unlock()
		} else if sub := s.leave(r.Ch); sub != nil {
			detach([]*subscription{sub})
		}
	case "pong":
	default:
		return 1
	}
	return 0
}
