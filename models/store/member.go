package store

import (
	"context"
	"crypto/rand"
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
	named(member)
	if err := tx.db.Create(member).Error; err != nil {
		return translate(err)
	}
	return tx.MoveRights()
}

// named gives a new member the random name that erasures.log knows them by.
func named(member *models.Member) {
	if member.Opaque == "" {
		member.Opaque = rand.Text()
	}
}

// UpdateMember writes the member's own choices. Whoever changes whether the
// directory shows the member moves the rights in the same transaction.
func (tx *Tx) UpdateMember(member *models.Member) error {
	return translate(tx.db.Model(member).Select("Language", "Appearance", "TimeZone", "Directory").Updates(member).Error)
}

// SetPassword gives a member another password's hash, "" for none. The old hash must be
// given: ErrNotFound when the password was changed meanwhile.
func (tx *Tx) SetPassword(memberID int64, old, hash string) error {
	return changedOne(tx.db.Exec("UPDATE members SET password_hash = ? WHERE id = ? AND password_hash = ?", hash, memberID, old))
}

// SetAddress gives a member another address; ErrTaken when it is somebody else's,
// ErrNotFound when the member's address is no longer the old one.
func (tx *Tx) SetAddress(memberID int64, oldKey, email, key string) error {
	result := tx.db.Exec("UPDATE members SET email = ?, email_key = ? WHERE id = ? AND email_key = ?", email, key, memberID, oldKey)
	return translate(changedOne(result))
}

// MemberToChange finds a member whose rights are about to change. It moves the counter
// of rights, so that nobody else changes a right before the transaction ends; SetRole,
// SetGroup, Suspend and Lift follow it.
func (tx *Tx) MemberToChange(id int64) (models.Member, error) {
	if err := tx.MoveRights(); err != nil {
		return models.Member{}, err
	}
	return tx.Member(id)
}

// MemberToEnter finds a member who is about to sign in. Who ends or changes the membership
// waits until the transaction ends, or is seen.
func (tx *Tx) MemberToEnter(id int64) (models.Member, error) {
	if err := tx.db.Exec("UPDATE members SET role = role WHERE id = ?", id).Error; err != nil {
		return models.Member{}, err
	}
	return tx.Member(id)
}

// Member finds a member within a transaction.
func (tx *Tx) Member(id int64) (models.Member, error) {
	return one[models.Member](tx.db.Raw("SELECT * FROM members WHERE id = ?", id))
}

// OtherConveners counts the conveners who are not suspended at the moment now, the
// given member left out.
func (tx *Tx) OtherConveners(memberID int64, now time.Time) (int, error) {
	return one[int](tx.db.Raw(`SELECT COUNT(*) FROM members WHERE role = ? AND id <> ?
		AND (suspended_until IS NULL OR suspended_until <= ?)`, models.RoleConvener, memberID, now))
}

// SetRole gives a member another role.
func (tx *Tx) SetRole(memberID int64, role models.Role) error {
	return tx.db.Exec("UPDATE members SET role = ? WHERE id = ?", role, memberID).Error
}

// SetGroup moves a member and the persona of their profile to another group, with the
// voices that their texts are counted as. The rows that show the persona are stamped
// afterwards, with StampResponses.
func (tx *Tx) SetGroup(memberID int64, persona *models.Persona, groupID int64) error {
	if err := tx.MoveFaces(); err != nil {
		return err
	}
	if err := tx.db.Exec("UPDATE members SET group_id = ? WHERE id = ?", groupID, memberID).Error; err != nil {
		return err
	}
	if err := tx.db.Exec("UPDATE personas SET group_id = ? WHERE id = ?", groupID, persona.ID).Error; err != nil {
		return err
	}
	if persona.GroupID != nil {
		if err := tx.countVoices(persona.ID, *persona.GroupID, -1); err != nil {
			return err
		}
	}
	return tx.countVoices(persona.ID, groupID, 1)
}

// countVoices adds all visible texts of a persona to a group's count in each thread, or
// takes them out of it: sign is 1 or -1.
func (tx *Tx) countVoices(personaID, groupID int64, sign int) error {
	return tx.db.Exec(`INSERT INTO thread_voices (thread_id, group_id, responses)
		SELECT thread_id, CAST(? AS BIGINT), CAST(? AS BIGINT) * COUNT(*) FROM responses
		WHERE persona_id = ? AND removed_at IS NULL GROUP BY thread_id
		ON CONFLICT (thread_id, group_id) DO UPDATE SET responses = thread_voices.responses + excluded.responses`,
		groupID, sign, personaID).Error
}

// Suspend keeps a member out until the given time. Their sessions end with the given
// day; the rows stay until they are swept, so that SuspendedSessions can tell why.
func (tx *Tx) Suspend(memberID int64, until, day time.Time) error {
	if err := tx.db.Exec("UPDATE members SET suspended_until = ? WHERE id = ?", until, memberID).Error; err != nil {
		return err
	}
	return tx.db.Exec("UPDATE sessions SET expires_on = ? WHERE member_id = ? AND expires_on > ?", day, memberID, day).Error
}

// Lift ends a suspension. Ended sessions stay ended.
func (tx *Tx) Lift(memberID int64) error {
	return tx.db.Exec("UPDATE members SET suspended_until = NULL WHERE id = ?", memberID).Error
}
