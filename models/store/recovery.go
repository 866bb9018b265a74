package store

import (
	"context"
	"time"

	"colloquy/models"
)

// ReplaceRecoveryCodes writes a member's recovery codes in place of all earlier ones.
func (tx *Tx) ReplaceRecoveryCodes(memberID int64, codes []models.RecoveryCode) error {
	if err := tx.db.Exec("DELETE FROM recovery_codes WHERE member_id = ?", memberID).Error; err != nil {
		return err
	}
	return translate(tx.db.Create(&codes).Error)
}

// UseRecoveryCode consumes one of a member's codes; ErrNotFound when they have none like
// it that is unused. The row is changed and looked at in one statement.
func (tx *Tx) UseRecoveryCode(memberID int64, mac []byte, day time.Time) error {
	return changedOne(tx.db.Exec("UPDATE recovery_codes SET used_on = ? WHERE member_id = ? AND mac = ? AND used_on IS NULL",
		day, memberID, mac))
}

// RecoveryCodesLeft counts a member's unused recovery codes.
func (s *Store) RecoveryCodesLeft(ctx context.Context, memberID int64) (int, error) {
	return one[int](s.reader(ctx).Raw("SELECT COUNT(*) FROM recovery_codes WHERE member_id = ? AND used_on IS NULL", memberID))
}
