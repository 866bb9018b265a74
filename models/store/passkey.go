package store

import (
	"context"
	"time"

	"colloquy/models"
)

// Passkeys lists a member's passkeys, oldest first.
func (s *Store) Passkeys(ctx context.Context, memberID int64) ([]models.Passkey, error) {
	return all[models.Passkey](s.reader(ctx).Raw("SELECT * FROM passkeys WHERE member_id = ? ORDER BY id", memberID))
}

// PasskeyByCredential finds the passkey that a device knows by this name; ErrNotFound
// when there is none.
func (s *Store) PasskeyByCredential(ctx context.Context, credentialID []byte) (models.Passkey, error) {
	return one[models.Passkey](s.reader(ctx).Raw("SELECT * FROM passkeys WHERE credential_id = ?", credentialID))
}

// CreatePasskey writes a passkey; ErrTaken when somebody has one of its name.
func (tx *Tx) CreatePasskey(passkey *models.Passkey) error {
	return translate(tx.db.Create(passkey).Error)
}

// NamePasskeyUser gives a member the random name under which their passkeys know them,
// unless they have one, and returns the one that holds.
func (tx *Tx) NamePasskeyUser(memberID int64, name []byte) ([]byte, error) {
	if err := tx.db.Exec("UPDATE members SET passkey_user = ? WHERE id = ? AND passkey_user IS NULL", name, memberID).Error; err != nil {
		return nil, err
	}
	member, err := tx.Member(memberID)
	return member.PasskeyUser, err
}

// UsePasskey writes what the use of a passkey has changed, and the day; ErrNotFound when
// it was removed or used since it was read.
func (tx *Tx) UsePasskey(read *models.Passkey, credential []byte, day time.Time) error {
	return changedOne(tx.db.Exec("UPDATE passkeys SET credential = ?, used_on = ? WHERE id = ? AND credential = ?",
		credential, day, read.ID, read.Credential))
}

// RenamePasskey gives a member's passkey another name; ErrNotFound when it is not theirs.
func (tx *Tx) RenamePasskey(memberID, id int64, name string) error {
	return changedOne(tx.db.Exec("UPDATE passkeys SET name = ? WHERE id = ? AND member_id = ?", name, id, memberID))
}

// DeletePasskey removes a member's passkey; ErrNotFound when it is not theirs.
func (tx *Tx) DeletePasskey(memberID, id int64) error {
	return changedOne(tx.db.Exec("DELETE FROM passkeys WHERE id = ? AND member_id = ?", id, memberID))
}
