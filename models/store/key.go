package store

import (
	"context"

	"colloquy/models"
)

// Key finds what a request with this idempotency key was answered.
func (s *Store) Key(ctx context.Context, mac []byte) (models.IdempotencyKey, error) {
	return one[models.IdempotencyKey](s.write.WithContext(ctx).Raw("SELECT * FROM idempotency_keys WHERE mac = ?", mac))
}

// RememberKey writes the answer to a request in the transaction that makes it. A
// concurrent twin waits here for the first to commit and then gets ErrTaken.
func (tx *Tx) RememberKey(key *models.IdempotencyKey) error {
	return translate(tx.db.Create(key).Error)
}
