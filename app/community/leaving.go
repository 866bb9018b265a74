package community

import (
	"context"
	"errors"
	"fmt"

	"colloquy/models"
	"colloquy/models/store"
)

// Leave ends the viewer's membership at once and for good. What it means for their texts
// is theirs to choose: they stay as a former member's, or they are removed. Everything
// else of theirs is deleted, and their texts follow in the background as in CutAuthorship.
// The last convener cannot leave: Invalid.
func (c *Community) Leave(ctx context.Context, viewer models.Viewer, texts models.Leaving) error {
	if texts != models.LeavingKeeps && texts != models.LeavingRemoves {
		return Invalid{"texts": models.Unknown}
	}
	return c.leave(ctx, viewer.Member.ID, texts)
}

// EndMember is Leave for the operator, on somebody's behalf; store.ErrNotFound when nobody
// has the address.
func (c *Community) EndMember(ctx context.Context, email string, texts models.Leaving) error {
	if texts != models.LeavingKeeps && texts != models.LeavingRemoves {
		return Invalid{"texts": models.Unknown}
	}
	member, err := c.store.MemberByEmail(ctx, EmailKey(email))
	if err != nil {
		return err
	}
	return c.leave(ctx, member.ID, texts)
}

func (c *Community) leave(ctx context.Context, memberID int64, texts models.Leaving) error {
	var member models.Member
	err := c.erasing(ctx, func(tx *store.Tx) (erased []models.Erasure, err error) {
		if member, err = tx.MemberToChange(memberID); err != nil {
			return nil, err
		}
		if err := c.notLast(tx, &member, "texts"); err != nil {
			return nil, err
		}
		erased = []models.Erasure{{Kind: models.ErasedMember, Opaque: member.Opaque, Leaving: texts}}
		return erased, tx.EndMember(&member, texts == models.LeavingRemoves)
	})
	if err != nil {
		return err
	}
	if c.hooks.MemberEnded != nil {
		c.hooks.MemberEnded(memberID)
	}
	c.rightsMoved()
	c.facesMoved(nil)
	if c.hooks.Forget != nil {
		c.hooks.Forget(member.Email)
	}
	// After all that waited is forgotten: this letter is the last one, and kept nowhere.
	c.letter(ctx, Letter{Kind: LetterLeft, To: member.Email, Language: member.Language})
	c.cut(ctx)
	return nil
}

// Replay does again, within the transaction of a restore, what was erased for good after
// the backup was made: members leave, the authorship of texts is taken off, texts are
// erased. What is not there, or is done already, is passed over.
func Replay(tx *store.Tx, list []models.Erasure) error {
	for _, erasure := range list {
		again := eraseAgain
		if erasure.Kind == models.ErasedMember {
			again = leaveAgain
		}
		if err := again(tx, erasure); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("do an erasure again: %w", err)
		}
	}
	return nil
}

// leaveAgain ends a member, texts included.
func leaveAgain(tx *store.Tx, erasure models.Erasure) error {
	member, err := tx.MemberByOpaque(erasure.Opaque)
	if err != nil {
		return err
	}
	personas, err := tx.PersonasOf(member.ID)
	if err != nil {
		return err
	}
	if err := tx.EndMember(&member, erasure.Leaving == models.LeavingRemoves); err != nil {
		return err
	}
	ids := make([]int64, 0, len(personas))
	for _, persona := range personas {
		ids = append(ids, persona.ID)
	}
	cuts, err := tx.CutsOf(ids)
	for i := range cuts {
		for rows := cutAtOnce; rows == cutAtOnce && err == nil; {
			var stamped store.Stamped
			stamped, err = tx.CutSome(&cuts[i], cutAtOnce)
			rows = stamped.Rows
		}
	}
	return err
}

// eraseAgain cuts or erases one text.
func eraseAgain(tx *store.Tx, erasure models.Erasure) error {
	row, err := tx.TextWritten(erasure.ThreadID, erasure.Number, erasure.WrittenAt)
	if err != nil {
		return err
	}
	if erasure.Kind == models.ErasedText {
		return tx.EraseAgain(&row)
	}
	former, err := tx.Former()
	if err != nil || row.PersonaID == former {
		return err
	}
	_, err = tx.CutText(&row)
	return err
}
