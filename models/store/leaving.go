package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"colloquy/models"
)

// ofMembers are the tables whose rows belong to one member, by the column member_id, and
// go when they leave. Personas are none of them: they stay for their texts.
var ofMembers = []string{
	"sessions", "links", "tokens", "passkeys", "authenticators", "recovery_codes", "identities", "ceremonies", "theme_moderators",
}

// EndMember deletes a member with everything that is theirs alone and with what speaks of
// their joining. Their personas become former members at once, with the texts to follow by
// CutSome: see EndPersona. The member was read with MemberToChange.
func (tx *Tx) EndMember(member *models.Member, removes bool) error {
	if err := tx.MoveFaces(); err != nil {
		return err
	}
	// A new value in a unique column: whoever lets this member in at the same moment has
	// either finished, and is found below, or finds nobody (PostgreSQL, row-level locks).
	err := tx.db.Exec("UPDATE members SET email = '', email_key = ?, opaque = ? WHERE id = ?",
		member.Opaque, "gone "+member.Opaque, member.ID).Error
	if err != nil {
		return err
	}
	personas, err := tx.PersonasOf(member.ID)
	if err != nil {
		return err
	}
	for i := range personas {
		if err := tx.EndPersona(&personas[i], removes); err != nil {
			return err
		}
	}
	for _, table := range ofMembers {
		if err := tx.db.Exec("DELETE FROM "+table+" WHERE member_id = ?", member.ID).Error; err != nil {
			return err
		}
	}
	if err := tx.forgetJoining(member); err != nil {
		return err
	}
	return tx.db.Exec("DELETE FROM members WHERE id = ?", member.ID).Error
}

// forgetJoining deletes the invitations and requests with a member's address, and every
// invitation that was used up on the day on which they joined: its day and its note could
// tell whom it was for, and which of them it was is not known.
func (tx *Tx) forgetJoining(member *models.Member) error {
	const invitations = "FROM invitations WHERE email_key = ? OR email = ? OR (accepted_at >= ? AND accepted_at < ?)"
	values := []any{member.EmailKey, member.Email, member.JoinedOn, member.JoinedOn.AddDate(0, 0, 1)}
	err := tx.db.Exec("DELETE FROM invitation_themes WHERE invitation_id IN (SELECT id "+invitations+")", values...).Error
	if err != nil {
		return err
	}
	if err := tx.db.Exec("DELETE "+invitations, values...).Error; err != nil {
		return err
	}
	return tx.db.Exec("DELETE FROM join_requests WHERE email_key = ? OR email = ?", member.EmailKey, member.Email).Error
}

// PersonasOf lists everything that speaks for a member, in the order of the ids.
func (tx *Tx) PersonasOf(memberID int64) ([]models.Persona, error) {
	return all[models.Persona](tx.db.Raw("SELECT * FROM personas WHERE member_id = ? ORDER BY id", memberID))
}

// MemberByOpaque finds a member by the name that erasures.log knows them by.
func (tx *Tx) MemberByOpaque(opaque string) (models.Member, error) {
	return one[models.Member](tx.db.Raw("SELECT * FROM members WHERE opaque = ?", opaque))
}

// TextWritten finds a text, removed or not, by its place and the moment it was written;
// ErrNotFound when another one stands there.
func (tx *Tx) TextWritten(threadID int64, number int, at time.Time) (models.ResponseRow, error) {
	row, err := response(tx.db, models.Scope{All: true}, threadID, number)
	if err == nil && !row.CreatedAt.Equal(at) {
		return row, ErrNotFound
	}
	return row, err
}

// EraseAgain removes a text and erases it for good, as its author had done.
func (tx *Tx) EraseAgain(row *models.ResponseRow) error {
	if !row.Removed() {
		if err := tx.CountVoice(row.ThreadID, row.GroupID, -1); err != nil {
			return err
		}
		seq, err := tx.AdvanceRemoval(row.ThreadID, row.Number)
		if err != nil {
			return err
		}
		if err := tx.RemoveResponse(&models.Response{ID: row.ID, RemovedAt: &row.CreatedAt, ChangedSeq: seq}); err != nil {
			return err
		}
	}
	return tx.EraseText(row.ID)
}

// OwnPersonas lists what speaks for a member, the profile first, with how many texts each
// has, removed ones among them.
func (s *Store) OwnPersonas(ctx context.Context, scope models.Scope, memberID int64) ([]models.OwnPersona, error) {
	return ownPersonas(s.reader(ctx), scope, memberID, models.PersonaNamed, models.PersonaPseudonym)
}

func ownPersonas(db *gorm.DB, scope models.Scope, memberID int64, kinds ...models.PersonaKind) ([]models.OwnPersona, error) {
	condition, values := readable(scope)
	return listed[models.OwnPersona](db.Raw(`SELECT p.id, p.kind, p.name,
		(SELECT COUNT(*) FROM responses r WHERE r.persona_id = p.id) AS texts,
		COALESCE(th.title, '') AS theme_title, COALESCE(th.lang, '') AS theme_lang
		FROM personas p LEFT JOIN themes th ON th.id = p.theme_id AND `+condition+`
		WHERE p.member_id = ? AND p.kind IN ? ORDER BY CASE WHEN p.kind = ? THEN 0 ELSE 1 END, p.name, p.id`,
		append(values, memberID, kinds, models.PersonaNamed)...))
}
