package forum

import (
	"context"
	"errors"
	"slices"

	"colloquy/app/access"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// ThreadEdit is a change of a thread's own head; nil fields stay as they are.
type ThreadEdit struct {
	// Theme is the slug of the theme to move the thread to.
	Theme   *string
	Title   *string
	Kind    *models.Kind
	Level   *models.Level
	Outcome *models.Outcome
	Lang    *string
	Locked  *bool
	Pinned  *bool
}

// errUnchanged ends a transaction that has nothing to change, so that no number is taken.
var errUnchanged = errors.New("nothing to change")

// EditThread changes a thread's head and, in the same act, the theme it stands in. Title,
// kind, level and outcome are for its author and moderators; lock, pin and theme for
// moderators. A move after which more people could read the thread is refused: Invalid.
// Who loses the right to read by a move has lost it when EditThread returns. A change
// that changes nothing takes no number.
func (f *Forum) EditThread(ctx context.Context, viewer models.Viewer, id int64, edit ThreadEdit) (models.ThreadHead, error) {
	invalid := Invalid{}
	edit.check(invalid)
	if err := invalid.Err(); err != nil {
		return models.ThreadHead{}, err
	}
	var seq int64
	moved := false
	err := f.store.Write(ctx, func(tx *store.Tx) (err error) {
		seq, moved, err = f.editThread(tx, viewer, id, edit)
		return err
	})
	if errors.Is(err, errUnchanged) {
		return f.Thread(ctx, viewer, id)
	} else if err != nil {
		return models.ThreadHead{}, err
	}
	f.hint(id, seq)
	if moved && f.hooks.RightsMoved != nil {
		f.hooks.RightsMoved()
	}
	return f.Thread(ctx, viewer, id)
}

// check cleans the title and tells what cannot be accepted.
func (e *ThreadEdit) check(invalid Invalid) {
	if e.Title != nil {
		title := cleanTitle(invalid, *e.Title)
		e.Title = &title
	}
	if e.Kind != nil && *e.Kind != "" && !slices.Contains(models.Kinds, *e.Kind) {
		invalid["kind"] = models.Unknown
	}
	if e.Level != nil && *e.Level != "" && !slices.Contains(models.Levels, *e.Level) {
		invalid["level"] = models.Unknown
	}
	if e.Outcome != nil && *e.Outcome != "" && !slices.Contains(models.Outcomes, *e.Outcome) {
		invalid["outcome"] = models.Unknown
	}
}

// editThread does what EditThread says within its transaction. The thread is read twice:
// for the right to touch it at all, and again once its row is locked, so that two edits
// at the same time neither undo each other nor take a thread back to where more people
// read it. It returns the number taken, and whether the thread was moved.
func (f *Forum) editThread(tx *store.Tx, viewer models.Viewer, id int64, edit ThreadEdit) (seq int64, moved bool, err error) {
	head, err := f.may(tx, viewer, access.EditThread, id)
	if err != nil {
		return 0, false, err
	}
	if edit.Theme != nil && *edit.Theme == head.ThemeSlug {
		edit.Theme = nil
	}
	if edit.Theme != nil {
		if err := access.Can(viewer, access.Curate, access.OfThread(&head, false)); err != nil {
			return 0, false, err
		}
		if err := tx.MoveRights(); err != nil { // locks in its order: see there
			return 0, false, err
		}
	}
	if seq, err = tx.Advance(id); err != nil {
		return 0, false, err
	}
	if head, err = f.may(tx, viewer, access.EditThread, id); err != nil {
		return 0, false, err
	}
	thread := head.Thread
	edit.apply(&thread)
	if thread.Locked != head.Locked || thread.Pinned != head.Pinned {
		if err := access.Can(viewer, access.Curate, access.OfThread(&head, false)); err != nil {
			return 0, false, err
		}
	}
	if edit.Theme != nil {
		if err := moveTo(tx, viewer, &head, &thread, *edit.Theme); err != nil {
			return 0, false, err
		}
	}
	if thread == head.Thread {
		return 0, false, errUnchanged
	}
	thread.ChangedSeq = seq
	if err := tx.UpdateThread(&thread); err != nil {
		return 0, false, err
	}
	return seq, thread.ThemeID != head.ThemeID, reindexTitle(tx, &head, &thread)
}

// moveTo puts a thread into another theme, never into one that more people read.
func moveTo(tx *store.Tx, viewer models.Viewer, head *models.ThreadHead, thread *models.Thread, slug string) error {
	theme, err := tx.ThemeBySlug(access.Scope(viewer), slug)
	if errors.Is(err, store.ErrNotFound) {
		return Invalid{"theme": choice(slug)}
	} else if err != nil {
		return err
	}
	groups, err := tx.ThemeGroups(theme.ID)
	if err != nil {
		return err
	}
	if access.Widens(access.OfThread(head, false), access.Thing{Audience: theme.Audience, Groups: groups}) {
		return Invalid{"theme": models.Wider}
	}
	thread.ThemeID = theme.ID
	return nil
}

// reindexTitle puts a thread's new title into the search, with its opening.
func reindexTitle(tx *store.Tx, head *models.ThreadHead, thread *models.Thread) error {
	if thread.Title == head.Title {
		return nil
	}
	opening, err := tx.Response(models.Scope{All: true}, thread.ID, 1)
	if err != nil || opening.Removed() {
		return err
	}
	return tx.Reindex(opening.ID, prose.Fold(thread.Title), prose.Fold(prose.Text(prose.HTML(opening.HTML))))
}

func (e *ThreadEdit) apply(thread *models.Thread) {
	if e.Title != nil && *e.Title != thread.Title {
		thread.Title, thread.Slug = *e.Title, prose.Slug(*e.Title)
	}
	set(&thread.Kind, e.Kind)
	set(&thread.Level, e.Level)
	set(&thread.Outcome, e.Outcome)
	set(&thread.Locked, e.Locked)
	set(&thread.Pinned, e.Pinned)
	if e.Lang != nil {
		thread.Lang = cleanLang(*e.Lang, thread.Title)
	}
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
