package community

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

const (
	// cutAtOnce is how many texts one transaction takes the authorship off.
	cutAtOnce = 200
	// cutWithin is how long one such transaction may take.
	cutWithin = 30 * time.Second
)

// OwnPersonas lists what speaks for the viewer, the profile first, with how many texts
// each has.
func (c *Community) OwnPersonas(ctx context.Context, viewer models.Viewer) ([]models.OwnPersona, error) {
	return c.store.OwnPersonas(ctx, access.Scope(viewer), viewer.MemberID())
}

// CutAuthorship takes the viewer's authorship off everything that one of their personas
// has written so far, or with 0 all of them: for good, tombstones too. The profile stays;
// a pseudonym ends. The first texts are done when it returns, the others follow in the
// background (see Wait), after a restart too (see Resume). Invalid says that the persona
// is not the viewer's.
func (c *Community) CutAuthorship(ctx context.Context, viewer models.Viewer, personaID int64) error {
	err := c.erasing(ctx, func(tx *store.Tx) ([]models.Erasure, error) {
		// The names of pseudonyms and the right to speak as them go: see MoveRights.
		if _, err := tx.MemberToChange(viewer.Member.ID); err != nil {
			return nil, err
		}
		if err := tx.MoveFaces(); err != nil {
			return nil, err
		}
		personas, err := tx.PersonasOf(viewer.Member.ID)
		if err != nil {
			return nil, err
		}
		if personaID != 0 {
			personas = slices.DeleteFunc(personas, func(p models.Persona) bool { return p.ID != personaID })
		}
		if len(personas) == 0 {
			return nil, Invalid{"persona": models.Unknown}
		}
		return cutPersonas(tx, personas)
	})
	if err != nil {
		return err
	}
	c.rightsMoved()
	c.facesMoved(nil)
	c.cut(ctx)
	return nil
}

// cutPersonas says that the texts of some personas are to be cut, and lists them.
func cutPersonas(tx *store.Tx, personas []models.Persona) ([]models.Erasure, error) {
	var erased []models.Erasure
	for i := range personas {
		texts, err := tx.TextsOf(personas[i].ID)
		if err != nil {
			return nil, err
		}
		erased = append(erased, texts...)
		if personas[i].Kind == models.PersonaNamed {
			err = tx.CutPersona(&personas[i])
		} else {
			err = tx.EndPersona(&personas[i], false)
		}
		if err != nil {
			return nil, err
		}
	}
	return erased, nil
}

// erasing runs do in one transaction and writes down what it erased, before the commit:
// a crash in between leaves a line too many, never one too few.
func (c *Community) erasing(ctx context.Context, do func(tx *store.Tx) ([]models.Erasure, error)) error {
	var undo func() error
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		erased, err := do(tx)
		if err != nil || len(erased) == 0 || c.hooks.Erasing == nil {
			return err
		}
		undo, err = c.hooks.Erasing(erased...)
		return err
	})
	if err != nil && undo != nil {
		err = errors.Join(err, undo())
	}
	return err
}

// Resume takes up what a stop or a crash has left of the texts whose authorship is to be
// taken off. It returns at once: see Wait and Stop.
func (c *Community) Resume(ctx context.Context) {
	c.background.Go(func() { c.cutAll(ctx) })
}

// Stop lets the work that Resume takes up again rest after its present transaction.
func (c *Community) Stop() { c.stopping.Store(true) }

// cut does the first part of what is to be cut, and leaves the rest to the background.
func (c *Community) cut(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	cuts, err := c.store.Cuts(ctx)
	if err != nil {
		c.failed(ctx, fmt.Errorf("cut: %w", err))
		return
	}
	for done := 0; len(cuts) > 0 && done < cutAtOnce && !c.stopping.Load(); {
		rows, more := c.cutSome(ctx, &cuts[0])
		if done += rows; !more {
			cuts = cuts[1:]
		}
	}
	c.Resume(ctx)
}

// cutAll does all that is to be done, and takes the traces out of the database's files.
func (c *Community) cutAll(ctx context.Context) {
	cuts, err := c.store.Cuts(ctx)
	for i := range cuts {
		for more := true; more && !c.stopping.Load() && ctx.Err() == nil; {
			_, more = c.cutSome(ctx, &cuts[i])
		}
	}
	if err == nil {
		err = c.store.Erase(ctx)
	}
	if err != nil && ctx.Err() == nil {
		c.failed(ctx, fmt.Errorf("cut: %w", err))
	}
}

// cutSome does the next part of a cut and tells whether there may be more.
func (c *Community) cutSome(ctx context.Context, cut *models.Cut) (rows int, more bool) {
	within, cancel := context.WithTimeout(ctx, cutWithin)
	defer cancel()
	var stamped store.Stamped
	err := c.store.Write(within, func(tx *store.Tx) (err error) {
		stamped, err = tx.CutSome(cut, cutAtOnce)
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			c.failed(ctx, fmt.Errorf("take the authorship off texts: %w", err))
		}
		return 0, false
	}
	if stamped.Rows > 0 {
		c.facesMoved(stamped.Threads)
	}
	return stamped.Rows, stamped.Rows == cutAtOnce
}
