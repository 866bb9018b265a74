package forum

import (
	"context"
	"fmt"
	"sync"
	"time"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

const (
	// maxHeads bounds the heads kept in memory.
	maxHeads = 4096
	// countWithin is how long it may take to read the counters that have just moved.
	countWithin = 5 * time.Second
)

// heads keeps the heads of threads that are read, so that a warm page asks the
// database nothing. A head goes when this process moves its thread; Refresh finds
// what other processes did, within seconds.
type heads struct {
	mu sync.Mutex
	// known is the highest number heard of for a thread: an older head is not kept.
	known map[int64]int64
	kept  map[int64]models.ThreadHead
	// life moves when everything is dropped, so that a read begun before is not kept.
	life     int64
	counters store.Counters
	// stale tells that the counters have moved since they were read.
	stale bool
}

func newHeads() *heads {
	return &heads{known: map[int64]int64{}, kept: map[int64]models.ThreadHead{}}
}

func (h *heads) moved(id, seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.known) >= 4*maxHeads {
		h.life++
		h.known, h.kept = map[int64]int64{}, map[int64]models.ThreadHead{}
	}
	h.known[id] = max(h.known[id], seq)
	delete(h.kept, id)
}

func (h *heads) clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.life++
	h.known, h.kept = map[int64]int64{}, map[int64]models.ThreadHead{}
}

// get reads a thread's head in a scope. A private thread and one that never was cost
// the same: one question that finds nothing.
func (h *heads) get(ctx context.Context, s *store.Store, scope models.Scope, id int64) (models.ThreadHead, error) {
	h.mu.Lock()
	head, ok := h.kept[id]
	life := h.life
	h.mu.Unlock()
	if ok && access.May(scope, access.OfThread(&head, false)) {
		return head, nil
	}
	head, err := s.ThreadHead(ctx, scope, id)
	if err != nil {
		return head, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if life == h.life && head.Seq >= h.known[id] {
		if len(h.kept) >= maxHeads {
			h.life++
			h.known, h.kept = map[int64]int64{}, map[int64]models.ThreadHead{}
		}
		h.kept[id] = head
	}
	return head, nil
}

// Erase takes the traces of erased texts from the database's files, when there are
// any. The server calls it every few seconds.
func (f *Forum) Erase(ctx context.Context) error {
	if !f.erased.Swap(false) {
		return nil
	}
	if err := f.store.Erase(ctx); err != nil {
		f.erased.Store(true) // to be tried again
		return err
	}
	return nil
}

// Refresh compares what is kept in memory with the database and drops what other
// processes changed. The server calls it every few seconds.
func (f *Forum) Refresh(ctx context.Context) error {
	h := f.heads
	h.mu.Lock()
	h.stale = false // what moves from here on makes it stale again
	h.mu.Unlock()
	counters, err := f.store.Counters(ctx)
	if err != nil {
		h.mu.Lock()
		h.stale = true
		h.mu.Unlock()
		return fmt.Errorf("refresh: %w", err)
	}
	h.mu.Lock()
	if known := h.counters; known.Epoch == counters.Epoch && (counters.Faces < known.Faces || counters.RightsSeq < known.RightsSeq) {
		counters = known // another refresh began later and was quicker
	}
	ids := make([]int64, 0, len(h.kept))
	for id := range h.kept {
		ids = append(ids, id)
	}
	changed := counters != h.counters
	h.counters = counters
	h.mu.Unlock()
	if changed {
		f.drop()
		return nil
	}
	for len(ids) > 0 {
		some := ids[:min(len(ids), 500)]
		ids = ids[len(some):]
		states, err := f.store.ThreadStates(ctx, some)
		if err != nil {
			return fmt.Errorf("refresh: %w", err)
		}
		for _, state := range states {
			h.mu.Lock()
			kept, ok := h.kept[state.ID]
			if ok && (kept.Seq != state.Seq || kept.ThemeID != state.ThemeID || kept.ThemeAudience != state.Audience) {
				delete(h.kept, state.ID)
				f.themes.drop()
			}
			h.mu.Unlock()
		}
	}
	return nil
}

// Counters are the community's numbers as last refreshed, or as they are now when this
// process knows that they have moved: the key of page caches.
func (f *Forum) Counters(ctx context.Context) (store.Counters, error) {
	f.heads.mu.Lock()
	counters, stale := f.heads.counters, f.heads.stale
	f.heads.mu.Unlock()
	if counters.Epoch != "" && !stale {
		return counters, nil
	}
	if err := f.Refresh(ctx); err != nil {
		return counters, err
	}
	f.heads.mu.Lock()
	defer f.heads.mu.Unlock()
	return f.heads.counters, nil
}

// themesFor is how long a list of themes may stand while other processes write.
const themesFor = 3 * time.Second

// themes keeps the list of themes for each scope.
type themes struct {
	mu   sync.Mutex
	life int64
	// kept is by the scope in words: a scope is no key.
	kept map[string]keptThemes
}

type keptThemes struct {
	rows []models.ThemeRow
	at   time.Time
}

func newThemes() *themes { return &themes{kept: map[string]keptThemes{}} }

func (t *themes) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.life++
	t.kept = map[string]keptThemes{}
}

// version moves whenever this process changes what lists show.
func (t *themes) version() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.life
}

func (t *themes) get(ctx context.Context, s *store.Store, scope models.Scope, now time.Time) ([]models.ThemeRow, error) {
	key := fmt.Sprint(scope)
	t.mu.Lock()
	kept, ok := t.kept[key]
	life := t.life
	t.mu.Unlock()
	if ok && now.Sub(kept.at) < themesFor {
		return kept.rows, nil
	}
	rows, err := s.Themes(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("themes: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if life == t.life {
		t.kept[key] = keptThemes{rows: rows, at: now}
	}
	return rows, nil
}
