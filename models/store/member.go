package store

import (
	"context"
	"time"

	"colloquy/models"
)

// MemberByEmail finds a member by the folded address.
func (s *Store) MemberByEmail(ctx context.Context, key string) (models.Member, error) {
	return one[models.Member](s.reader(ctx).Raw("SELECT * FROM members WHERE email_key = ?", key))
}

// Member finds a member by id.
func (s *Store) Member(ctx context.Context, id int64) (models.Member, error) {
	return one[models.Member](s.reader(ctx).Raw("SELECT * FROM members WHERE id = ?", id))
}

// HasConvener tells whether anybody runs the community.
func (s *Store) HasConvener(ctx context.Context) (bool, error) {
	count, err := one[int](s.reader(ctx).Raw("SELECT COUNT(*) FROM members WHERE role = ?", models.RoleConvener))
	return count > 0, err
}

// CreateMember writes a member; ErrTaken when the address is known.
func (tx *Tx) CreateMember(member *models.Member) error {
	if err := tx.db.Create(member).Error; err != nil {
		return translate(err)
	}
	return tx.MoveRights()
}

// UpdateMember writes the member's own choices and password.
func (tx *Tx) UpdateMember(member *models.Member) error {
	return translate(tx.db.Model(member).Select("PasswordHash", "Language", "Appearance").Updates(member).Error)
}

// Suspend keeps a member out until the given time; nil lifts it. Sessions end.
func (tx *Tx) Suspend(memberID int64, until *time.Time) error {
	if err := tx.db.Exec("UPDATE members SET suspended_until = ? WHERE id = ?", until, memberID).Error; err != nil {
		return err
	}
	if err := tx.db.Exec("DELETE FROM sessions WHERE member_id = ?", memberID).Error; err != nil {
		return err
	}
	return tx.MoveRights()
}
