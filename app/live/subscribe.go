package live

import (
	"context"
	"errors"
	"math"
)

// answer is what a subscription, or one question by polling, gets first: frames that end with ok, reset or deny.
type answer struct {
	frames [][]byte
	why    string // the reason when it ends with a reset
	ok     bool   // it ends with ok
}

// subscribe answers a sub: it brings the topic up to date, catches the client up and lets it listen. It holds the
// topic's lock all the while, so that the next change stands behind the ok.
func (h *Hub) subscribe(s *socket, r request) {
	if !sequence(r.Ch) {
		s.send(nil, private(1, denyFrame(r.Ch)))
		return
	}
	ctx, cancel := ask(h.ctx)
	defer cancel()
	if !h.allows(ctx, s.standing.Load().Viewer, r.Ch) {
		s.send(nil, private(1, denyFrame(r.Ch)))
		return
	}
	t := h.acquire(r.Ch)
	defer h.release(t)
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := s.leave(r.Ch); old != nil {
		t.remove(old)
	}
	batch, err := t.meet(ctx, r)
	standing := s.standing.Load() // after the reading, which may have renewed it
	a := h.answer(ctx, *standing, r, batch, err)
	if !a.ok {
		h.countReset(a.why)
		s.send(nil, private(len(a.frames), join(a.frames)))
		return
	}
	sub := &subscription{socket: s, topic: t}
	if !s.join(sub, standing.Variant) {
		if s.send(nil, private(1, resetNow(r.Ch, whyRights, window(whyRights, 1)))) {
			h.countReset(whyRights)
		}
		return
	}
	t.add(sub)
	if !s.send(sub, private(len(a.frames), join(a.frames))) {
		t.remove(sub)
	}
}

// meet reads what a new subscriber needs and brings those who are there up to the same head, so that from then on
// all of them stand at one number.
func (t *topic) meet(ctx context.Context, r request) (Batch, error) {
	for {
		since := r.start()
		if len(t.subs) > 0 {
			since = min(since, t.head.Load())
		}
		batch, err := t.hub.read(ctx, t.channel, since)
		if err == nil {
			err = t.take(ctx, batch, since)
		}
		if errors.Is(err, ErrNoChannel) {
			t.denyAll()
		}
		if err != nil {
			return Batch{}, err
		}
		if batch.Truncated && r.Since != nil && since < *r.Since {
			// The others were too far behind and have been reset; now the new one is alone.
			continue
		}
		return batch, nil
	}
}

// start is the number from which a client wants to know everything.
func (r request) start() int64 {
	if r.Since == nil {
		return math.MaxInt64
	}
	return *r.Since
}

// answer decides what a client with a standing gets for a request, given the batch that was read for it or the error
// of reading. Absent and forbidden look the same.
func (h *Hub) answer(ctx context.Context, standing Standing, r request, batch Batch, err error) answer {
	reset := func(why string) answer {
		return answer{frames: [][]byte{resetNow(r.Ch, why, window(why, 1))}, why: why}
	}
	switch {
	case errors.Is(err, ErrNoChannel):
		return answer{frames: [][]byte{denyFrame(r.Ch)}}
	case err != nil:
		h.log.Error("live: answer a subscription", "channel", r.Ch, "err", err)
		return reset(whyError)
	case !h.may(standing.Viewer, batch.Audience):
		return answer{frames: [][]byte{denyFrame(r.Ch)}}
	case r.Ep != "" && r.Ep != batch.Epoch:
		return reset(whyEpoch)
	case r.Since != nil && *r.Since > batch.Head:
		return reset(whyAhead)
	case r.Since != nil && batch.Truncated:
		return reset(whyFar)
	}
	a := answer{ok: true}
	if r.Since != nil {
		caught, err := h.render(ctx, r.Ch, standing.Variant, batch, *r.Since, false)
		if errors.Is(err, errTooMuch) {
			return reset(whyFar)
		}
		if err != nil {
			h.log.Error("live: answer a subscription", "channel", r.Ch, "err", err)
			return reset(whyError)
		}
		a.frames = caught.frames
	}
	if own := h.own(ctx, standing.Viewer, r.Ch); own != nil {
		a.frames = append(a.frames, own)
	}
	a.frames = append(a.frames, okFrame(r.Ch, batch.Head))
	return a
}

func (h *Hub) countReset(why string) {
	if why != "" {
		h.metrics.resets[why].Add(1)
	}
}

// allows asks Options.Allows; an error is left to the reading that follows.
func (h *Hub) allows(ctx context.Context, viewer any, channel string) (yes bool) {
	yes = true
	err := h.guard("Allows", func() error {
		if h.opt.Allows == nil {
			return nil
		}
		var err error
		yes, err = h.opt.Allows(ctx, viewer, channel)
		return err
	})
	return yes || err != nil
}

// Changes answers one question by polling with the same frames that a subscription would get, as the JSON document
// {"frames":[…]}; the last frame is ok, reset or deny. since is nil for the head alone, epoch empty for the current
// one. The error is that of reading or rendering.
func (h *Hub) Changes(ctx context.Context, viewer any, variant Variant, channel string, since *int64, epoch string) ([]byte, error) {
	ctx, cancel := ask(ctx)
	defer cancel()
	r := request{Ch: channel, Since: since, Ep: epoch}
	var batch Batch
	err := ErrNoChannel
	if sequence(channel) && h.allows(ctx, viewer, channel) {
		batch, err = h.read(ctx, channel, r.start())
	}
	if err != nil && !errors.Is(err, ErrNoChannel) {
		return nil, err
	}
	a := h.answer(ctx, Standing{Viewer: viewer, Variant: variant}, r, batch, err)
	if a.why == whyError {
		return nil, errors.New("live: the changes cannot be rendered")
	}
	h.countReset(a.why)
	body := []byte(`{"frames":[`)
	for i, frame := range a.frames {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, frame...)
	}
	return append(body, "]}"...), nil
}
