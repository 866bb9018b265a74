package live

import (
	"context"
	"fmt"
	"time"
)

// revalidateAtOnce is how many sessions are looked up with one question.
const revalidateAtOnce = 500

// Recheck has all sessions and all subscriptions looked up again soon. It never waits. The application calls it when
// rights have changed; without the call the change is seen within three seconds, and before the next batch goes out.
func (h *Hub) Recheck() {
	select {
	case h.askNow <- struct{}{}:
	default:
	}
}

// EndSession closes the sockets of a session that has ended, at once (4001).
func (h *Hub) EndSession(id string) {
	if id == "" {
		return
	}
	h.generation.Add(1)
	for _, s := range h.all() {
		if s.session == id {
			s.expel(CloseSessionEnded)
		}
	}
}

// RenewSession closes the sockets of a session that has got another token, as a restart does (1012): whoever holds
// that token comes back with it, whoever holds the old one comes back as a visitor.
func (h *Hub) RenewSession(id string) {
	if id == "" {
		return
	}
	for _, s := range h.all() {
		if s.session == id {
			s.shut(CloseRestart, true)
		}
	}
}

// EndMember closes all sockets of a member whose account has ended, at once (4003).
func (h *Hub) EndMember(member string) {
	if member == "" {
		return
	}
	h.generation.Add(1)
	for _, s := range h.all() {
		if s.member == member {
			s.expel(CloseAccountEnded)
		}
	}
}

// trust makes sure, before a batch is used, that the viewers the hub holds are at least as new as the batch: a right
// may have been lost in the very transaction that made the batch, or one before.
func (h *Hub) trust(ctx context.Context, epoch string, rights int64) error {
	if epoch == *h.epoch.Load() && rights <= h.rights.Load() {
		return nil
	}
	return h.renew(ctx, epoch, rights, false)
}

// renew looks up all sessions again, closes those that have ended and has every topic asked again. It is left out
// when another caller has just done it for the same state, unless forced.
func (h *Hub) renew(ctx context.Context, epoch string, rights int64, forced bool) error {
	h.renewing.Lock()
	defer h.renewing.Unlock()
	same := epoch == *h.epoch.Load()
	if !forced && same && rights <= h.rights.Load() {
		return nil
	}
	// Counted before the sockets are listed: one that opens from here on sees the count and looks itself up.
	h.generation.Add(1)
	bySession := map[string][]*socket{}
	var ids []string
	for _, s := range h.all() {
		if s.session == "" {
			continue
		}
		if bySession[s.session] == nil {
			ids = append(ids, s.session)
		}
		bySession[s.session] = append(bySession[s.session], s)
	}
	for len(ids) > 0 {
		some := ids[:min(len(ids), revalidateAtOnce)]
		ids = ids[len(some):]
		standings, err := h.revalidate(ctx, some)
		if err != nil {
			return err
		}
		for _, id := range some {
			for _, s := range bySession[id] {
				s.stand(standings, id)
			}
		}
	}
	if same {
		rights = max(rights, h.rights.Load())
	}
	h.epoch.Store(&epoch)
	h.rights.Store(rights)
	h.markAll()
	return nil
}

func (h *Hub) revalidate(ctx context.Context, sessions []string) (standings map[string]Standing, err error) {
	err = h.guard("Revalidate", func() (err error) {
		standings, err = h.opt.Revalidate(ctx, sessions)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("live: look up sessions: %w", err)
	}
	return standings, nil
}

// stand gives a socket what its session may see now, or closes it when the session has ended.
func (s *socket) stand(standings map[string]Standing, id string) {
	now, ok := standings[id]
	switch {
	case !ok:
		s.expel(CloseSessionEnded)
		return
	case now.Suspended:
		s.expel(CloseAccountEnded)
		return
	}
	if now.Variant.Language == "" {
		now.Variant.Language = s.standing.Load().Variant.Language
	}
	before := s.standing.Swap(&now)
	if before.Variant != now.Variant {
		s.endAll(whyRights)
	}
}

// repair compares what the hub knows with the source and marks the topics that have moved without a hint. Asked for
// urgently, it has all sessions and topics looked up again.
func (h *Hub) repair(urgent bool) {
	urgent = urgent && h.spaced()
	ctx, cancel := ask(h.ctx)
	defer cancel()
	h.mu.Lock()
	topics := make([]*topic, 0, len(h.topics))
	channels := make([]string, 0, len(h.topics))
	for name, t := range h.topics {
		if t.list != nil {
			t.list.all = true // a list is compared by reading it
			h.markLocked(t)
			continue
		}
		topics = append(topics, t)
		channels = append(channels, name)
	}
	h.mu.Unlock()
	now := h.opt.Clock.Now()
	urgent = h.overdue.Swap(false) || urgent || now.Sub(h.renewed) >= renewEvery
	if len(topics) == 0 && !urgent && h.metrics.sockets.Load() == 0 {
		return
	}
	heads, err := h.heads(ctx, channels)
	if err != nil {
		h.overdue.Store(urgent)
		h.log.Warn("live: repair", "err", err)
		return
	}
	if urgent || heads.Epoch != *h.epoch.Load() || heads.Rights > h.rights.Load() {
		h.renewed = now
		if err := h.renew(ctx, heads.Epoch, heads.Rights, urgent); err != nil {
			h.overdue.Store(urgent)
			h.log.Warn("live: repair", "err", err)
		}
	}
	for _, t := range topics {
		head, ok := heads.Seq[t.channel]
		moved := !ok || head != t.head.Load()
		if moved && h.resting(t) {
			h.metrics.repairs.Add(1)
		}
		if moved || t.stale.Load() {
			h.mark(t)
		}
	}
}

// spaced says whether a recheck that was asked for may run now. One that follows too closely upon another is put off,
// so that many changes of rights cost as much as a few; it is the machine that is spared, so its clock counts.
func (h *Hub) spaced() bool {
	wait := urgentEvery - time.Since(h.urgent)
	if wait <= 0 {
		h.urgent, h.putOff = time.Now(), false
		return true
	}
	if !h.putOff {
		h.putOff = true
		time.AfterFunc(wait, h.Recheck)
	}
	return false
}

func (h *Hub) resting(t *topic) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return t.turn == atRest
}
