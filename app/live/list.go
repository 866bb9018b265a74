package live

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"time"
	"weak"
)

// list is what a topic knows of a list of rows, such as the threads of a theme. Its channel has no numbers: whoever
// listens is told the rows that stand at its head, and from then on every row that changes, as a whole. Everything but
// hinted and all is under the topic's lock, those two under the hub's.
type list struct {
	loaded bool
	head   []int64 // the ids at the head of the list, in its order
	most   int     // as Rows.Most
	rows   map[int64]Row
	hinted map[int64]struct{} // ids that may have changed
	all    bool               // every row that is known is to be looked at again
	// out are the rows that were sent, as long as a queue holds them.
	out map[int64][]weak.Pointer[piece]
}

func newList() *list {
	return &list{rows: map[int64]Row{}, hinted: map[int64]struct{}{}, out: map[int64][]weak.Pointer[piece]{}}
}

// hintListsLocked tells the topics of lists that a row may have changed; under the hub's lock.
func (h *Hub) hintListsLocked(id, at int64) {
	for t := range h.lists {
		if len(t.list.hinted) < listRows {
			t.list.hinted[id] = struct{}{}
		} else {
			t.list.all = true // of rows that are not known, those that lead are noticed in any case
		}
		t.hinted.CompareAndSwap(0, at)
		h.markLocked(t)
	}
}

// wanted are the ids that must be read besides the head of the list: those that were hinted, and those that stood at
// its head before, so that one which has left is noticed.
func (t *topic) wanted() []int64 {
	t.hub.mu.Lock()
	defer t.hub.mu.Unlock()
	ids := slices.Clone(t.list.head)
	for id := range t.list.hinted {
		ids = append(ids, id)
	}
	if t.list.all {
		for id := range t.list.rows {
			ids = append(ids, id)
		}
	}
	clear(t.list.hinted)
	t.list.all = false
	slices.Sort(ids)
	return slices.Compact(ids)
}

// advanceList reads the list and sends what has changed. When that fails everything is looked at again next time.
func (t *topic) advanceList(ctx context.Context) error {
	ids := t.wanted()
	err := t.readList(ctx, ids)
	if err != nil {
		t.hub.mu.Lock()
		t.list.all = true
		for _, id := range ids[:min(len(ids), listRows)] {
			t.list.hinted[id] = struct{}{}
		}
		t.hub.mu.Unlock()
	}
	return err
}

func (t *topic) readList(ctx context.Context, ids []int64) error {
	now, err := t.hub.rows(ctx, t.channel, ids)
	if err != nil {
		return err
	}
	if err := t.hub.trust(ctx, now.Epoch, now.Rights); err != nil {
		return err
	}
	born := t.born()
	t.audience = now.Audience
	groups := t.admit(now.Audience)
	if t.list.loaded && t.epoch != now.Epoch {
		t.resetAll(whyEpoch)
		groups = nil
	}
	t.epoch = now.Epoch
	t.resetChanged(groups)
	if t.list.loaded && len(groups) > 0 {
		t.sendRows(ctx, groups, ids, now.Rows, born)
	}
	t.list.replace(ids, now)
	return nil
}

// resetChanged resets those who may see other rows than when they began: their page fetches its list again.
func (t *topic) resetChanged(groups map[Variant][]*subscription) {
	for variant, subs := range groups {
		var changed []*subscription
		groups[variant] = slices.DeleteFunc(subs, func(sub *subscription) bool {
			if reflect.DeepEqual(sub.rights, sub.socket.standing.Load().Rights) {
				return false
			}
			changed = append(changed, sub)
			return true
		})
		t.reset(changed, whyRights)
	}
}

// replace makes what was read the state of the list.
func (l *list) replace(ids []int64, now Rows) {
	if len(l.out) > listRows {
		maps.DeleteFunc(l.out, func(_ int64, pieces []weak.Pointer[piece]) bool {
			return !slices.ContainsFunc(pieces, func(w weak.Pointer[piece]) bool { return w.Value() != nil })
		})
	}
	if len(l.rows) > listRows {
		l.rows = map[int64]Row{} // rows that are not known are sent when they change, as others are
	}
	for _, id := range ids {
		delete(l.rows, id)
	}
	l.head, l.most = l.head[:0], now.Most
	for _, row := range now.Rows {
		if row.Leading {
			l.head = append(l.head, row.ID)
		}
		row.Item = nil // it is read anew when it changes
		l.rows[row.ID] = row
	}
	l.loaded = true
}

// sendRows sends the rows that differ from what is known, to each subscriber what they may see, and takes away those
// that are gone.
func (t *topic) sendRows(ctx context.Context, groups map[Variant][]*subscription, asked []int64, rows []Row, born time.Time) {
	present := make(map[int64]struct{}, len(rows))
	for _, row := range rows {
		present[row.ID] = struct{}{}
		before, known := t.list.rows[row.ID]
		entered := row.Leading && !before.Leading // who came since it last led does not know it
		if known && !entered && before.Seq == row.Seq && reflect.DeepEqual(before.Audience, row.Audience) {
			continue
		}
		t.withdraw(row.ID)
		for variant, subs := range groups {
			t.sendRow(ctx, variant, subs, before, row, born)
		}
	}
	for _, id := range asked {
		before, known := t.list.rows[id]
		if _, here := present[id]; here || !known {
			continue
		}
		t.withdraw(id)
		gone := newBundle([]*piece{fixed(rowFrame(t.channel, before, ""))}, born)
		for _, subs := range groups {
			t.sendTo(subs, before.Audience, gone)
		}
	}
}

// sendRow sends a row to those of a variant who may see it, and to those who might see it before that it is gone.
func (t *topic) sendRow(ctx context.Context, variant Variant, subs []*subscription, before, row Row, born time.Time) {
	html, err := t.hub.renderRow(ctx, t.channel, variant, row)
	if err != nil {
		t.hub.log.Error("live: render a row", "channel", t.channel, "err", err)
		t.reset(subs, whyError)
		return
	}
	var shut []*subscription
	for _, sub := range subs {
		viewer := sub.socket.standing.Load().Viewer
		if !t.hub.may(viewer, row.Audience) && before.ID != 0 && t.hub.may(viewer, before.Audience) {
			shut = append(shut, sub)
		}
	}
	p := fixed(rowFrame(t.channel, row, html))
	t.list.out[row.ID] = append(t.list.out[row.ID], weak.Make(p))
	t.sendTo(subs, row.Audience, newBundle([]*piece{p}, born))
	if len(shut) > 0 {
		// The number is the one they know: the new one is not theirs to see.
		t.sendTo(shut, before.Audience, newBundle([]*piece{fixed(rowFrame(t.channel, before, ""))}, born))
	}
}

// withdraw makes skips of what is still queued of a row: it is about to be sent anew, or to be taken away.
func (t *topic) withdraw(id int64) {
	for _, w := range t.list.out[id] {
		if p := w.Value(); p != nil {
			p.supersede(skipList(t.channel))
		}
	}
	delete(t.list.out, id)
}

// sendTo sends a message to those of the subscribers who belong to an audience.
func (t *topic) sendTo(subs []*subscription, audience any, b *bundle) {
	for _, sub := range subs {
		if !t.hub.may(sub.socket.standing.Load().Viewer, audience) {
			continue
		}
		if !sub.socket.send(sub, shared(b)) {
			t.remove(sub)
		}
	}
}

// places are the rows at the head of the list that a viewer may see, each with its number.
func (t *topic) places(viewer any) [][2]int64 {
	places := make([][2]int64, 0, len(t.list.head))
	for _, id := range t.list.head {
		if t.list.most > 0 && len(places) == t.list.most {
			break
		}
		if row := t.list.rows[id]; t.hub.may(viewer, row.Audience) {
			places = append(places, [2]int64{id, row.Seq})
		}
	}
	return places
}

func (h *Hub) rows(ctx context.Context, channel string, ids []int64) (rows Rows, err error) {
	err = h.guard("Rows", func() (err error) {
		rows, err = h.opt.Rows(ctx, channel, ids)
		return err
	})
	return rows, err
}

func (h *Hub) renderRow(ctx context.Context, channel string, variant Variant, row Row) (html string, err error) {
	err = h.guard("RenderRow", func() (err error) {
		html, err = h.opt.RenderRow(ctx, channel, variant, row)
		return err
	})
	return html, err
}
