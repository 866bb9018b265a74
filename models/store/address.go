package store

import "context"

// AddressRow is an address with the key under which it is kept.
type AddressRow struct {
	ID       int64
	Email    string
	EmailKey string
}

// FarAddresses lists the addresses of members whose keys are not plain ASCII.
func (s *Store) FarAddresses(ctx context.Context) ([]AddressRow, error) {
	return all[AddressRow](s.reader(ctx).Raw(
		"SELECT id, email, email_key FROM members WHERE octet_length(email_key) <> length(email_key) ORDER BY id"))
}

// SetEmailKey gives a member's address another key; ErrTaken when another member has it.
func (tx *Tx) SetEmailKey(memberID int64, key string) error {
	return translate(tx.db.Exec("UPDATE members SET email_key = ? WHERE id = ?", key, memberID).Error)
}
