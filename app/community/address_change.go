package community

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colloquy/models"
	"colloquy/models/store"
)

// addressHours is how long a new address waits to be confirmed.
const addressHours = 24

// newAddress is what is remembered of an address that waits to be confirmed.
type newAddress struct {
	Email  string `json:"email"`
	OldKey string `json:"old_key"`
	// SessionID is the session that asked, which goes on.
	SessionID int64 `json:"session"`
}

// RequestAddress sends a letter to the address that the viewer wishes to have; the link in
// it makes the change. An address that is somebody else's gets the same answer, as quickly:
// its owner is told by letter that somebody tried. Invalid for what is no address and for
// the present one, ErrBusy when too many ask at once.
func (c *Community) RequestAddress(ctx context.Context, viewer models.Viewer, email string, from Arrival) error {
	invalid := Invalid{}
	given, key := address(invalid, email)
	if err := invalid.Err(); err != nil {
		return err
	}
	member := *viewer.Member
	if given == member.Email {
		return Invalid{"email": models.Same}
	}
	return c.later(ctx, func(ctx context.Context) error {
		if key != member.EmailKey {
			other, err := c.store.MemberByEmail(ctx, key)
			if err == nil {
				c.notice(ctx, LetterTaken, &other, Arrival{}, false) // whoever tried is not shown to others
				return nil
			} else if !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return c.sendAddress(ctx, &member, newAddress{Email: given, OldKey: member.EmailKey, SessionID: viewer.SessionID}, from)
	})
}

func (c *Community) sendAddress(ctx context.Context, member *models.Member, wanted newAddress, from Arrival) error {
	var token string
	err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		if err := tx.EndCeremoniesOf(models.CeremonyAddress, member.ID); err != nil {
			return err
		}
		token, err = c.begin(tx, models.CeremonyAddress, &member.ID, wanted, addressHours*time.Hour)
		return err
	})
	if err != nil {
		return fmt.Errorf("request an address: %w", err)
	}
	c.letter(ctx, Letter{Kind: LetterAddress, To: wanted.Email, Language: member.Language, Token: token, Device: from.Device})
	return nil
}

// AddressOpen finds the address that waits under a token, without changing anything;
// store.ErrNotFound when none does.
func (c *Community) AddressOpen(ctx context.Context, token string) (string, error) {
	var wanted newAddress
	_, err := c.peek(ctx, models.CeremonyAddress, token, &wanted)
	return wanted.Email, err
}

// ConfirmAddress changes a member's address to the one that waits under a token, once, and
// tells the old one. Links and codes sent to the old one no longer work, and what else the
// member has begun ends. It returns the member and the mark by which their browser is known
// under the new address. store.ErrNotFound when nothing waits, or the address has become
// somebody else's; ErrSuspended for a suspended member. All their sessions end but the one
// that asked.
func (c *Community) ConfirmAddress(ctx context.Context, token string, from Arrival) (member models.Member, mark string, err error) {
	var wanted newAddress
	var ended []int64
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.MoveRights(); err != nil { // the community's row first: see there
			return err
		}
		ceremony, err := c.take(tx, models.CeremonyAddress, token, &wanted)
		if err != nil {
			return err
		}
		if member, err = tx.Member(*ceremony.MemberID); err != nil {
			return err
		}
		if member.Suspended(c.now()) {
			return ErrSuspended
		}
		if err := tx.SetAddress(member.ID, wanted.OldKey, wanted.Email, EmailKey(wanted.Email)); err != nil {
			return err
		}
		if err := tx.EndLinks(member.ID, true); err != nil {
			return err
		}
		// Whoever signed in with letters to the old address is out. The session that asked
		// had proved who it is.
		if ended, err = tx.EndSessions(member.ID, wanted.SessionID); err != nil {
			return err
		}
		return tx.EndCeremonies(member.ID)
	})
	if errors.Is(err, store.ErrTaken) {
		err = store.ErrNotFound
	}
	if err != nil {
		return models.Member{}, "", fmt.Errorf("confirm an address: %w", err)
	}
	c.sessionsEnded(ended...)
	c.rightsMoved()
	c.notice(ctx, LetterAddressOld, &member, from, false)
	mark, err = c.DeviceMark(ctx, EmailKey(wanted.Email))
	return member, mark, err
}
