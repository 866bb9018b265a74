package store

import (
	"context"
	"time"

	"colloquy/models"
)

// CreateCeremony writes a ceremony.
func (tx *Tx) CreateCeremony(ceremony *models.Ceremony) error {
	return translate(tx.db.Create(ceremony).Error)
}

const openCeremony = "SELECT * FROM ceremonies WHERE kind = ? AND token_hash = ? AND expires_at > ?"

// Ceremony finds an open ceremony without ending it; ErrNotFound when there is none.
func (s *Store) Ceremony(ctx context.Context, kind models.CeremonyKind, tokenHash []byte, now time.Time) (models.Ceremony, error) {
	return one[models.Ceremony](s.reader(ctx).Raw(openCeremony, kind, tokenHash, now))
}

// TakeCeremony ends an open ceremony and returns it; ErrNotFound when it ended meanwhile.
func (tx *Tx) TakeCeremony(kind models.CeremonyKind, tokenHash []byte, now time.Time) (models.Ceremony, error) {
	ceremony, err := one[models.Ceremony](tx.db.Raw(openCeremony, kind, tokenHash, now))
	if err != nil {
		return ceremony, err
	}
	return ceremony, changedOne(tx.db.Exec("DELETE FROM ceremonies WHERE id = ?", ceremony.ID))
}

// TryCeremony counts an answer to an open ceremony and returns it; ErrNotFound when there
// is none, or it was answered as often as most says.
func (tx *Tx) TryCeremony(kind models.CeremonyKind, tokenHash []byte, most int, now time.Time) (models.Ceremony, error) {
	return one[models.Ceremony](tx.db.Raw(`UPDATE ceremonies SET tries = tries + 1
		WHERE kind = ? AND token_hash = ? AND expires_at > ? AND tries < ? RETURNING *`, kind, tokenHash, now, most))
}

// EndCeremoniesOf deletes a member's open ceremonies of one kind.
func (tx *Tx) EndCeremoniesOf(kind models.CeremonyKind, memberID int64) error {
	return tx.db.Exec("DELETE FROM ceremonies WHERE kind = ? AND member_id = ?", kind, memberID).Error
}

// EndCeremonies deletes all open ceremonies of a member.
func (tx *Tx) EndCeremonies(memberID int64) error {
	return tx.db.Exec("DELETE FROM ceremonies WHERE member_id = ?", memberID).Error
}
