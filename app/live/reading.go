package live

import "time"

// How many read a topic now is told as a number, never by whom. A member with several windows counts once, a visitor
// once for each line. Other instances tell theirs; one that falls silent is forgotten.

// readingElsewhere is what another instance said of a channel.
type readingElsewhere struct {
	readers int
	at      time.Time
}

// Elsewhere notes how many readers another instance has in a channel. What is not said again within 30 seconds no
// longer counts.
func (h *Hub) Elsewhere(instance, channel string, readers int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[channel]
	if t == nil || t.list != nil || instance == "" || readers < 0 {
		return
	}
	if t.elsewhere == nil {
		t.elsewhere = map[string]readingElsewhere{}
	}
	if _, known := t.elsewhere[instance]; !known && len(t.elsewhere) >= instancesMost {
		return
	}
	t.elsewhere[instance] = readingElsewhere{readers: readers, at: h.opt.Clock.Now()}
}

// tellReading counts the readers of every topic and tells them, and the other instances.
func (h *Hub) tellReading() {
	h.mu.Lock()
	topics := make([]*topic, 0, len(h.topics))
	for _, t := range h.topics {
		if t.list == nil {
			topics = append(topics, t)
		}
	}
	h.mu.Unlock()
	for _, t := range topics {
		t.tellReading()
	}
}

func (t *topic) tellReading() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.quiet || len(t.subs) == 0 {
		return
	}
	members := map[string]struct{}{}
	here := 0
	for sub := range t.subs {
		if sub.socket.member == "" {
			here++
		} else {
			members[sub.socket.member] = struct{}{}
		}
	}
	here += len(members)
	now := t.hub.opt.Clock.Now()
	if t.hub.opt.Readers != nil && (here != t.toldOthers || now.Sub(t.toldAt) >= readingAgain) {
		t.toldOthers, t.toldAt = here, now
		_ = t.hub.guard("Readers", func() error { t.hub.opt.Readers(t.channel, here); return nil })
	}
	n := here + t.readElsewhere()
	frame := readingFrame(t.channel, n)
	for sub := range t.subs {
		if sub.told == n {
			continue
		}
		if sub.socket.busy() {
			t.hub.metrics.drops.Add(1) // it is told next time
			continue
		}
		sub.told = n
		if !sub.socket.send(sub, private(frame)) {
			t.remove(sub)
		}
	}
}

// readElsewhere adds up what other instances said lately.
func (t *topic) readElsewhere() int {
	t.hub.mu.Lock()
	defer t.hub.mu.Unlock()
	n := 0
	for instance, said := range t.elsewhere {
		if t.hub.opt.Clock.Now().Sub(said.at) > readingForgotten {
			delete(t.elsewhere, instance)
			continue
		}
		n += said.readers
	}
	return n
}
