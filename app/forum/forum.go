// Package forum holds what people do with themes, threads and responses: reading,
// starting, responding, editing, removing, searching. One file per noun, one method
// per act. It asks access for the right, prose for the text, and writes in one store
// transaction; after the commit it hints that a thread moved.
package forum

import (
	"context"
	"sync/atomic"
	"time"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// Limits of what people write, in characters.
const (
	MaxText  = 100_000
	MaxTitle = 200
)

// Forum is the room. It is safe for concurrent use.
type Forum struct {
	store  *store.Store
	secret []byte
	now    func() time.Time
	hint   func(threadID, seq int64)
	hooks  Hooks
	heads  *heads
	themes *themes
	// erased tells that a text was erased whose traces are still to be taken away.
	erased atomic.Bool
}

// Hooks are what the room tells the rest of the site after a commit, and what it has others
// do; each may be nil and must not block.
type Hooks struct {
	// Moved says that a thread has reached a number.
	Moved func(threadID, seq int64)
	// RightsMoved asks for a new look at who may read what.
	RightsMoved func()
	// Erasing writes down what a transaction is about to erase for good, before it commits:
	// what it returns undoes that, for when the transaction fails.
	Erasing func(list ...models.Erasure) (undo func() error, err error)
	// NewPseudonym makes a member's pseudonym in a theme within the transaction of the
	// first text that it speaks; without it nobody can make one.
	NewPseudonym func(tx *store.Tx, viewer models.Viewer, themeID int64, face models.Face) (models.Persona, error)
}

// New makes the room. The secret keys idempotency; now is the clock.
func New(s *store.Store, secret []byte, now func() time.Time, hooks Hooks) *Forum {
	f := &Forum{store: s, secret: secret, now: now, hooks: hooks, heads: newHeads(), themes: newThemes()}
	f.hint = func(threadID, seq int64) {
		f.Heard(threadID, seq)
		if hooks.Moved != nil {
			hooks.Moved(threadID, seq)
		}
	}
	return f
}

// Heard is called when another instance has moved a thread to a number: what is kept in
// memory of it is read anew. Nobody is hinted.
func (f *Forum) Heard(threadID, seq int64) {
	f.heads.moved(threadID, seq)
	f.themes.drop()
}

// FacesMoved is called after a change of how speakers or themes are shown or who may
// read them: what is kept in memory is read anew. The community's counters are read at
// once, so that no page is kept under the old ones; when that fails, by whoever asks next.
func (f *Forum) FacesMoved() {
	f.heads.mu.Lock()
	f.heads.stale = true
	f.heads.mu.Unlock()
	f.drop()
	ctx, cancel := context.WithTimeout(context.Background(), countWithin)
	defer cancel()
	_ = f.Refresh(ctx) // when it fails they stay stale, and whoever asks for them next is told
}

// drop forgets what is kept of threads and themes.
func (f *Forum) drop() {
	f.heads.clear()
	f.themes.drop()
}

// Stamped is called after a change that moved several threads, with the number each
// one arrived at.
func (f *Forum) Stamped(threads map[int64]int64) {
	for id, seq := range threads {
		f.hint(id, seq)
	}
}

// Invalid is models.Invalid, the error of an input that cannot be accepted.
type Invalid = models.Invalid

// micros truncates to what both databases keep.
func micros(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// own tells whether the viewer is behind a persona.
func own(tx *store.Tx, viewer models.Viewer, personaID int64) (bool, error) {
	if !viewer.SignedIn() {
		return false, nil
	}
	owner, err := tx.OwnerOf(personaID)
	return owner == viewer.Member.ID, err
}

// head finds a thread that the viewer may read and checks the act against it. What a
// viewer may not see is store.ErrNotFound.
func (f *Forum) may(tx *store.Tx, viewer models.Viewer, act access.Act, threadID int64) (models.ThreadHead, error) {
	head, err := tx.ThreadHead(access.Scope(viewer), threadID)
	if err != nil {
		return head, err
	}
	mine, err := own(tx, viewer, head.PersonaID)
	if err != nil {
		return head, err
	}
	return head, access.Can(viewer, act, access.OfThread(&head, mine))
}
