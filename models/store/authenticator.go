package store

import "colloquy/models"

// Authenticator finds a member's second factor within a transaction; ErrNotFound when
// they have none.
func (tx *Tx) Authenticator(memberID int64) (models.Authenticator, error) {
	return one[models.Authenticator](tx.db.Raw("SELECT * FROM authenticators WHERE member_id = ?", memberID))
}
