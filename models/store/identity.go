package store

import (
	"context"

	"colloquy/models"
)

// Identities lists how other services name a member, oldest first.
func (s *Store) Identities(ctx context.Context, memberID int64) ([]models.Identity, error) {
	return all[models.Identity](s.reader(ctx).Raw("SELECT * FROM identities WHERE member_id = ? ORDER BY id", memberID))
}

// IdentityStands is ErrNotFound when an identity was disconnected meanwhile.
func (tx *Tx) IdentityStands(id int64) error {
	_, err := one[int64](tx.db.Raw("SELECT id FROM identities WHERE id = ?", id))
	return err
}

// Identity finds whom a service names so; ErrNotFound when that is nobody here.
func (s *Store) Identity(ctx context.Context, issuer, subject string) (models.Identity, error) {
	return one[models.Identity](s.reader(ctx).Raw("SELECT * FROM identities WHERE issuer = ? AND subject = ?", issuer, subject))
}

// CreateIdentity writes an identity; ErrTaken when it belongs to somebody already.
func (tx *Tx) CreateIdentity(identity *models.Identity) error {
	return translate(tx.db.Create(identity).Error)
}

// DeleteIdentity removes a member's identity; ErrNotFound when it is not theirs.
func (tx *Tx) DeleteIdentity(memberID, id int64) error {
	return changedOne(tx.db.Exec("DELETE FROM identities WHERE id = ? AND member_id = ?", id, memberID))
}
