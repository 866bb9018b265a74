package live

import (
	"fmt"
	"math/rand/v2"
)

// act is one transaction, the n-th of all. It gives the threads that moved. Of rights that go, one hub is told in half
// of the cases.
func (w *world) act(rnd *rand.Rand, n, all int64, hub *Hub) []hintOf {
	told := func() {}
	w.mu.Lock()
	defer func() {
		w.mu.Unlock()
		told()
	}()
	touched := map[*worldThread]bool{}
	write := func(t *worldThread, rows int) {
		touched[t] = true
		for range rows {
			w.change(t, rnd)
		}
	}
	some := func() *worldThread { return w.threads[rnd.IntN(len(w.threads))] }
	half := rnd.IntN(2) == 0
	switch {
	case n == all/2:
		w.backup()
	case n == all*11/20:
		w.restore()
	case n%(all/40) == 0:
		told = w.dismiss(rnd, hub, half)
		for _, t := range w.threads {
			if t.closing != 0 {
				write(t, 1) // in the same transaction
			}
		}
	case n%(all/25) == 0:
		w.appoint(rnd)
	case rnd.IntN(30) == 0:
		t := some()
		if t.closing == 0 && half {
			t = some() // most are open most of the time
		}
		write(t, rnd.IntN(2))
		if t.closing == 0 {
			w.close(t)
		} else {
			w.open(t)
		}
		write(t, 1+rnd.IntN(3))
	case rnd.IntN(6) == 0:
		write(some(), 1+rnd.IntN(2))
		write(some(), 1+rnd.IntN(2))
	case rnd.IntN(400) == 0:
		write(some(), resumeLimit+20)
	default:
		write(some(), 1+rnd.IntN(3))
	}
	var hints []hintOf
	for t := range touched {
		hints = append(hints, hintOf{fmt.Sprint("thread:", t.id), t.head})
	}
	return hints
}

// change does one of the things that take a number.
func (w *world) change(t *worldThread, rnd *rand.Rand) {
	author := fmt.Sprint("member ", rnd.IntN(16))
	row := 1 + rnd.IntN(len(t.rows))
	switch k := rnd.IntN(20); {
	case k < 6 || row == 1:
		w.put(t, len(t.rows)+1, author, w.words(t, "new"))
	case k < 7:
		w.put(t, len(t.rows)+1, author, w.words(t, "held"))
	case k < 10:
		w.put(t, row, "", "removed")
	case k < 12:
		w.put(t, row, "", w.words(t, "restored"))
	case k < 14:
		w.put(t, 0, "", w.words(t, "title"))
	default:
		w.put(t, row, "", w.words(t, "edited"))
	}
}

// dismiss takes somebody's rights for good, or ends their session or account.
func (w *world) dismiss(rnd *rand.Rand, hub *Hub, tell bool) func() {
	w.rights++
	for id, m := range w.members { // in the order of the map, which is another each time
		if m.outside.Load() != neverOutside {
			continue
		}
		m.outside.Store(w.rights)
		switch rnd.IntN(4) {
		case 0:
			delete(w.members, id)
			if tell {
				return func() { hub.EndSession(id) }
			}
		case 1:
			m.standing.Suspended = true
		default:
			who, _ := m.standing.Viewer.(viewer)
			m.standing.Viewer, m.standing.Rights = viewer{name: who.name}, false
		}
		if tell {
			return hub.Recheck
		}
		break
	}
	return func() {}
}

// appoint makes a moderator of some, or a reader again: their pages look otherwise. It happens to each but once, because
// a page that is loaded between two such changes which the hub sees as none stays as it is.
func (w *world) appoint(rnd *rand.Rand) {
	w.rights++
	for _, m := range w.members {
		if m.appointed {
			continue
		}
		m.appointed = true
		i := variantOf(m.standing.Variant)
		m.standing.Variant = variants[(i+2)%len(variants)]
		if rnd.IntN(3) == 0 {
			return
		}
	}
}
