package live

import (
	"context"
	"errors"
	"math"
	"reflect"
)

// answer is what a subscription, or one question by polling, gets first: frames that end with ok, reset or deny.
type answer struct {
	pieces []*piece
	why    string // the reason when it ends with a reset
	ok     bool   // it ends with ok
}

// last is the frame with which the answer ends.
func (a *answer) last() []byte { return a.pieces[len(a.pieces)-1].bytes() }

func denied(channel string) answer { return answer{pieces: []*piece{fixed(denyFrame(channel))}} }

func reset(channel, why string) answer {
	return answer{pieces: []*piece{fixed(resetNow(channel, why, window(why, 1)))}, why: why}
}

// subscribe answers a sub: it brings the topic up to date, catches the client up and lets it listen. It holds the
// topic's lock all the while, so that the next change stands behind the ok.
func (h *Hub) subscribe(s *socket, r request) {
	if r.Ch == meChannel {
		h.subscribeMe(s)
		return
	}
	kind := kindOf(r.Ch)
	allowed, err := h.allows(h.ctx, kind, s.standing.Load().Viewer, r.Ch)
	if !allowed {
		if old := s.leave(r.Ch); old != nil {
			detach([]*subscription{old})
		}
		a := denied(r.Ch)
		if err != nil {
			h.log.Error("live: answer a subscription", "channel", r.Ch, "err", err)
			h.countReset(whyError)
			a = reset(r.Ch, whyError)
		}
		if kind == noChannel || s.pays() {
			s.send(nil, final(a.last()))
		}
		return
	}
	t := h.acquire(r.Ch, kind)
	defer h.release(t)
	t.mu.Lock()
	defer t.mu.Unlock()
	ctx, cancel := ask(h.ctx) // the wait for the lock is not the source's
	defer cancel()
	if old := s.leave(r.Ch); old != nil {
		t.remove(old)
	}
	from := t.holds(r)
	if from == fromRows {
		if !s.pays() {
			return
		}
		err = t.meet(ctx, r)
	}
	standing := s.standing.Load() // after the reading, which may have renewed it
	a := t.answer(ctx, *standing, r, err)
	if !a.ok {
		h.countReset(a.why)
		s.send(nil, final(a.last()))
		return
	}
	sub := &subscription{socket: s, topic: t, rights: standing.Rights}
	if !s.join(sub, standing) {
		a = reset(r.Ch, whyRights)
		if s.send(nil, final(a.last())) {
			h.countReset(whyRights)
		}
		return
	}
	h.metrics.resumes[from].Add(1)
	t.add(sub)
	if !s.send(sub, answering(a.pieces)) {
		t.remove(sub)
	}
}

// holds says from where a new subscriber gets what they need: where the topic has it already nothing is asked.
func (t *topic) holds(r request) string {
	switch {
	case len(t.subs) == 0 || t.stale.Load():
		return fromRows
	case t.list != nil:
		return fromRing
	case r.Ep != "" && r.Ep != t.epoch:
		return fromRows
	case r.Since == nil:
		return fromHead
	case *r.Since <= t.head.Load() && t.ring.reaches(*r.Since):
		return fromRing
	}
	return fromRows
}

// meet reads what a new subscriber needs, and brings those who are there up to the same head, so that from then on all
// stand at one number.
func (t *topic) meet(ctx context.Context, r request) error {
	if t.list != nil {
		return t.meetList(ctx)
	}
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
			return err
		}
		if batch.Truncated && r.Since != nil && since < *r.Since {
			// The others were too far behind and have been reset; now the new one is alone.
			continue
		}
		return nil
	}
}

func (t *topic) meetList(ctx context.Context) error {
	err := t.advanceList(ctx)
	if errors.Is(err, ErrNoChannel) {
		t.denyAll()
	}
	return err
}

// start is the number from which a client wants to know everything.
func (r request) start() int64 {
	if r.Since == nil {
		return math.MaxInt64
	}
	return *r.Since
}

// answer decides what a client with a standing gets for a request, from what the topic holds now, or the error of
// reading. Absent and forbidden look the same.
func (t *topic) answer(ctx context.Context, standing Standing, r request, err error) answer {
	switch {
	case errors.Is(err, ErrNoChannel):
		return denied(r.Ch)
	case err != nil:
		t.hub.log.Error("live: answer a subscription", "channel", r.Ch, "err", err)
		return reset(r.Ch, whyError)
	case !t.hub.may(standing.Viewer, t.audience):
		return denied(r.Ch)
	case t.list != nil:
		return answer{ok: true, pieces: []*piece{fixed(placesFrame(r.Ch, t.places(standing.Viewer)))}}
	case r.Ep != "" && r.Ep != t.epoch:
		return reset(r.Ch, whyEpoch)
	case r.Since != nil && *r.Since > t.head.Load():
		return reset(r.Ch, whyAhead)
	case r.Since != nil && !t.ring.reaches(*r.Since):
		return reset(r.Ch, whyFar)
	}
	a := answer{ok: true}
	if r.Since != nil {
		a.pieces, err = t.ring.after(ctx, t.hub, t.hub.variant(&standing, t.audience), *r.Since)
		if errors.Is(err, errTooMuch) {
			return reset(r.Ch, whyFar)
		}
		if err != nil {
			t.hub.log.Error("live: answer a subscription", "channel", r.Ch, "err", err)
			return reset(r.Ch, whyError)
		}
	}
	t.ring.trim()
	if own := t.hub.own(ctx, standing.Viewer, r.Ch); own != nil {
		a.pieces = append(a.pieces, fixed(own))
	}
	a.pieces = append(a.pieces, fixed(okFrame(r.Ch, t.head.Load())))
	return a
}

func (h *Hub) countReset(why string) {
	if why != "" {
		h.metrics.resets[why].Add(1)
	}
}

// allows asks Options.Allows about a channel whose name is one.
func (h *Hub) allows(ctx context.Context, k kind, viewer any, channel string) (yes bool, err error) {
	if k == noChannel || h.opt.Allows == nil {
		return k != noChannel, nil
	}
	ctx, cancel := ask(ctx)
	defer cancel()
	err = h.guard("Allows", func() (err error) {
		yes, err = h.opt.Allows(ctx, viewer, channel)
		return err
	})
	return yes && err == nil, err
}

// Changes answers one question by polling with the same frames that a subscription would get, as the JSON document
// {"frames":[…]}; the last frame is ok, reset or deny. since is nil for the head alone, epoch empty for the current
// one. It always reads, and has no part in what others listen to; a session is looked up again after the reading, so that
// it is at least as new. The error is that of reading or rendering.
func (h *Hub) Changes(ctx context.Context, session Session, channel string, since *int64, epoch string) ([]byte, error) {
	r := request{Ch: channel, Since: since, Ep: epoch}
	kind := kindOf(channel)
	t := h.newTopic(channel, kind)
	allowed, err := h.allows(ctx, kind, session.Viewer, channel)
	ctx, cancel := ask(ctx)
	defer cancel()
	standing := &Standing{Viewer: session.Viewer, Variant: session.Variant}
	switch {
	case err != nil:
	case !allowed:
		err = ErrNoChannel
	default:
		if err = t.look(ctx, r); err == nil {
			standing, err = h.present(ctx, session)
		}
	}
	if err != nil && !errors.Is(err, ErrNoChannel) {
		return nil, err
	}
	a := t.answer(ctx, *standing, r, err)
	if a.why == whyError {
		return nil, errors.New("live: the changes cannot be rendered")
	}
	h.countReset(a.why)
	body := []byte(`{"frames":[`)
	for i, p := range a.pieces {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, p.bytes()...)
	}
	return append(body, "]}"...), nil
}

// present is what a session may see now; one that has ended sees no channel.
func (h *Hub) present(ctx context.Context, session Session) (*Standing, error) {
	standing := Standing{Viewer: session.Viewer, Variant: session.Variant}
	if session.ID == "" {
		return &standing, nil
	}
	standings, err := h.revalidate(ctx, []string{session.ID})
	if err != nil {
		return nil, err
	}
	now, ok := standings[session.ID]
	if !ok || now.Suspended {
		return &standing, ErrNoChannel
	}
	if now.Variant.Language == "" {
		now.Variant.Language = session.Variant.Language
	}
	return &now, nil
}

// look reads what a topic of its own needs for one answer.
func (t *topic) look(ctx context.Context, r request) error {
	if t.list != nil {
		return t.readList(ctx, nil)
	}
	batch, err := t.hub.read(ctx, t.channel, r.start())
	if err != nil {
		return err
	}
	return t.take(ctx, batch, r.start())
}

// sameRights says that a viewer may see what they saw before.
func sameRights(a, b *Standing) bool {
	return a.Variant == b.Variant && reflect.DeepEqual(a.Rights, b.Rights)
}
