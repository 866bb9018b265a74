package store

import (
	"context"

	"colloquy/models"
)

const authenticatorOf = "SELECT * FROM authenticators WHERE member_id = ?"

// Authenticator finds a member's second factor within a transaction; ErrNotFound when
// they have none.
func (tx *Tx) Authenticator(memberID int64) (models.Authenticator, error) {
	return one[models.Authenticator](tx.db.Raw(authenticatorOf, memberID))
}

// Authenticator finds a member's second factor; ErrNotFound when they have none.
func (s *Store) Authenticator(ctx context.Context, memberID int64) (models.Authenticator, error) {
	return one[models.Authenticator](s.reader(ctx).Raw(authenticatorOf, memberID))
}

// CreateAuthenticator writes a second factor; ErrTaken when the member has one.
func (tx *Tx) CreateAuthenticator(authenticator *models.Authenticator) error {
	return translate(tx.db.Create(authenticator).Error)
}

// UseStep marks that the code of a time step was used. ErrNotFound when that one or a
// later one was used before, also by somebody at the same moment: the row is changed and
// looked at in one statement.
func (tx *Tx) UseStep(memberID, step int64) error {
	return changedOne(tx.db.Exec("UPDATE authenticators SET last_step = ? WHERE member_id = ? AND last_step < ?", step, memberID, step))
}

// DeleteAuthenticator takes a member's second factor away, with the codes that replace
// it; ErrNotFound when they have none.
func (tx *Tx) DeleteAuthenticator(memberID int64) error {
	if err := tx.db.Exec("DELETE FROM recovery_codes WHERE member_id = ?", memberID).Error; err != nil {
		return err
	}
	return changedOne(tx.db.Exec("DELETE FROM authenticators WHERE member_id = ?", memberID))
}
