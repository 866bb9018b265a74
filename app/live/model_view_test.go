package live

import (
	"fmt"
	"maps"
	"slices"
)

// load fetches a page anew; false when its reader may not see it, and then what is there stays.
func (f *follower) load(v *view) bool {
	f.sums.pages.Add(1)
	w := f.world
	w.mu.Lock()
	defer w.mu.Unlock()
	variant, inside := f.sees()
	if v.list {
		rows, ok := w.list(v.ch, variant, inside)
		if ok {
			v.rows, v.ep, v.variant = rows, w.epoch, variants[variant]
		}
		return ok
	}
	t := w.thread(v.ch)
	if t.closing != 0 && !inside {
		return false
	}
	v.variant = variants[variant]
	v.unsure = v.variant != f.session.Variant
	v.ep, v.mine, v.last, v.shown = w.epoch, t.head, t.head, slices.Clone(t.shown[variant])
	v.own = map[int64]bool{}
	for _, item := range t.rows {
		if f.member != nil && item.author == f.name() {
			v.own[int64(item.number)] = true
		}
	}
	return true
}

func (f *follower) name() string {
	who, _ := f.member.standing.Viewer.(viewer)
	return who.name
}

// sees is what the reader's rights are now; under the world's lock.
func (f *follower) sees() (variant int, inside bool) {
	if f.member == nil {
		return variantOf(f.session.Variant), false
	}
	who, _ := f.member.standing.Viewer.(viewer)
	return variantOf(f.member.standing.Variant), who.insider
}

// list is what a fresh page of a list shows; under the lock.
func (w *world) list(channel string, variant int, inside bool) (map[int64]worldRow, bool) {
	if channel == "theme:closed" && !inside {
		return nil, false
	}
	shown := map[int64]worldRow{}
	for _, t := range w.leading(channel) {
		if t.closing == 0 || inside {
			shown[t.id] = worldRow{t.head, rowOf(variants[variant], t.id, t.head, t.title)}
		}
	}
	return shown, true
}

// leading are the threads at the head of a list; under the lock.
func (w *world) leading(channel string) []*worldThread {
	var all []*worldThread
	for _, t := range w.threads {
		if channel == "front" || (t.closing != 0) == (channel == "theme:closed") {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b *worldThread) int { return int(b.active - a.active) })
	return all[:min(worldLeading, len(all))]
}

// number applies a change or a skip by the client's rule.
func (f *follower) number(v *view, w *wireFrame) {
	last := max(w.seq, w.to)
	switch {
	case v.live && w.seq <= v.mine:
		f.complain("%s stands at %d and gets %d again", v.ch, v.mine, w.seq)
		return
	case v.live && w.seq > v.mine+1:
		f.complain("%s stands at %d and gets %d: something is missing", v.ch, v.mine, w.seq)
		return
	case v.clean && !v.live && w.seq <= v.last:
		f.complain("%s is caught up with %d after %d", v.ch, w.seq, v.last)
		return
	case last <= v.mine:
		return
	}
	f.sums.applied.Add(last - w.seq + 1)
	v.last = last
	if w.seq <= v.mine+1 {
		v.mine = last
	}
	if string(w.t) == "skip" {
		return
	}
	n := 0
	if string(w.k) == "response" {
		n = int(w.numbers[0])
	}
	for len(v.shown) <= n {
		v.shown = append(v.shown, "")
	}
	v.shown[n] = string(w.html)
}

// ok ends the catching up. It belongs to the last sub only when the answers to all others have come.
func (f *follower) ok(v *view, w *wireFrame) {
	if v.asks == 0 {
		f.complain("%s is ok without a sub", v.ch)
	}
	v.denied = false
	if f.role() != v.variant {
		// The page is that of another role or language, which the hub cannot know.
		f.reset(v, whyRights)
		return
	}
	if v.list {
		if v.asks == 1 {
			v.live = true
		}
		f.takePlaces(v, w.numbers)
		return
	}
	if v.clean && w.seq < v.mine {
		f.complain("%s stands at %d and is ok at %d", v.ch, v.mine, w.seq)
	}
	v.mine = max(v.mine, w.seq)
	if v.asks == 1 {
		v.live = true
	}
}

// role is the variant in which a page would be loaded now.
func (f *follower) role() Variant {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	variant, _ := f.sees()
	return variants[variant]
}

// takePlaces makes a list hold the rows that lead it. When one is not there at its number they are fetched anew, but
// none that the channel does not know: it would not say when such a one goes.
func (f *follower) takePlaces(v *view, places []int64) {
	if !v.stands(places) {
		f.load(v)
	}
	maps.DeleteFunc(v.rows, func(id int64, _ worldRow) bool {
		for i := 0; i < len(places); i += 2 {
			if places[i] == id {
				return false
			}
		}
		return true
	})
}

// stands says that a list shows the rows that lead it, each at its number.
func (v *view) stands(places []int64) bool {
	for i := 0; i < len(places); i += 2 {
		if v.rows[places[i]].seq != places[i+1] {
			return false
		}
	}
	return true
}

// row puts a row in its place, or takes it away.
func (f *follower) row(v *view, w *wireFrame) {
	f.sums.rows.Add(1)
	if string(w.t) == "skip" {
		return // something newer stands behind it
	}
	if len(w.html) == 0 {
		delete(v.rows, w.id)
		return
	}
	if v.rows == nil {
		v.rows = map[int64]worldRow{}
	}
	v.rows[w.id] = worldRow{w.place, string(w.html)}
}

// settled says that everything is as on a fresh page, or denied. What was denied is looked at again, now that nothing
// is written any more.
func (f *follower) settled() bool {
	for _, v := range f.views {
		if (v.denied || v.idle) && v.asks == 0 && f.load(v) {
			f.ask(v)
		}
	}
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	for _, v := range f.views {
		if f.differs(v) != "" {
			return false
		}
	}
	return true
}

// differs says in what a view is not as it must be in the end; under the world's lock.
func (f *follower) differs(v *view) string {
	variant, inside := f.sees()
	if v.list {
		return f.listDiffers(v, variant, inside)
	}
	t := f.world.thread(v.ch)
	switch {
	case t.closing != 0 && !inside:
		if v.live {
			return "it is not denied"
		}
		return ""
	case !v.live:
		return "it is not live"
	case v.mine != t.head || v.ep != f.world.epoch:
		return "it stands elsewhere"
	}
	for n, html := range t.shown[variant] {
		if n < len(v.shown) && v.shown[n] != html || n >= len(v.shown) && html != "" {
			return fmt.Sprintf("it shows %q for %q", append(v.shown[n:], "")[0], html)
		}
	}
	for _, item := range t.rows {
		if f.member != nil && item.html[variant] != "" && item.author == f.name() && !v.own[int64(item.number)] {
			return "it does not know all of the reader's own"
		}
	}
	return ""
}

func (f *follower) listDiffers(v *view, variant int, inside bool) string {
	want, ok := f.world.list(v.ch, variant, inside)
	switch {
	case !ok && v.live:
		return "it is not denied"
	case !ok:
		return ""
	case !v.live:
		return "it is not live"
	}
	for id := range want {
		if _, here := v.rows[id]; !here {
			return "a row that leads the list is missing"
		}
	}
	for id, row := range v.rows {
		t := f.world.threads[id-1]
		listed := v.ch == "front" || (t.closing != 0) == (v.ch == "theme:closed")
		if !listed || t.closing != 0 && !inside || row.html != rowOf(variants[variant], id, t.head, t.title) {
			return fmt.Sprintf("a row is not as it is now, at %d: %s", t.head, row.html)
		}
	}
	return ""
}
