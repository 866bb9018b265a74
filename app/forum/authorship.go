package forum

import (
	"context"
	"errors"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// CutText takes the viewer's authorship off one of their texts, for good: it belongs to
// the one former member from now on, who belongs to nobody, and only moderators can
// remove it. It works in locked threads too. It returns access.Denied, store.ErrNotFound
// or ErrRemoved.
func (f *Forum) CutText(ctx context.Context, viewer models.Viewer, threadID int64, number int) error {
	var seq int64
	err := f.erasing(ctx, func(tx *store.Tx) (models.Erasure, error) {
		_, row, err := f.mayText(tx, viewer, access.CutText, threadID, number)
		if err != nil {
			return models.Erasure{}, err
		}
		seq, err = tx.CutText(&row)
		return erasure(models.ErasedAuthorship, &row), err
	})
	if err != nil {
		return err
	}
	f.hint(threadID, seq)
	return nil
}

// erasing runs do in one transaction and writes down what it erased, if anything, before
// the commit: a crash in between leaves a line too many, never one too few.
func (f *Forum) erasing(ctx context.Context, do func(tx *store.Tx) (models.Erasure, error)) error {
	var undo func() error
	var erased models.Erasure
	err := f.store.Write(ctx, func(tx *store.Tx) (err error) {
		erased, err = do(tx)
		if err != nil || erased.Kind == "" || f.hooks.Erasing == nil {
			return err
		}
		undo, err = f.hooks.Erasing(erased)
		return err
	})
	switch {
	case err == nil && erased.Kind != "":
		f.erased.Store(true)
	case err != nil && undo != nil:
		err = errors.Join(err, undo())
	}
	return err
}

func erasure(kind models.ErasureKind, row *models.ResponseRow) models.Erasure {
	return models.Erasure{Kind: kind, ThreadID: row.ThreadID, Number: row.Number, WrittenAt: row.CreatedAt}
}
