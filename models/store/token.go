package store

import (
	"context"
	"time"

	"colloquy/models"
)

// CreateToken writes a personal access token.
func (tx *Tx) CreateToken(token *models.Token) error { return translate(tx.db.Create(token).Error) }

// Tokens lists all tokens, newest first, with their members' addresses.
func (s *Store) Tokens(ctx context.Context) ([]TokenRow, error) {
	return all[TokenRow](s.reader(ctx).Raw(`SELECT k.id, k.name, k.created_on, k.revoked_at, m.email
		FROM tokens k JOIN members m ON m.id = k.member_id ORDER BY k.id DESC`))
}

// TokenRow is a token as the operator's list shows it.
type TokenRow struct {
	ID        int64
	Name      string
	Email     string
	CreatedOn time.Time
	RevokedAt *time.Time
}

// RevokeToken ends a token; ErrNotFound when there is no open one of that id.
func (tx *Tx) RevokeToken(id int64, now time.Time) error {
	if err := changedOne(tx.db.Exec("UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", now, id)); err != nil {
		return err
	}
	return tx.MoveRights()
}
