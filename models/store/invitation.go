package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"colloquy/models"
)

// changedOne is ErrNotFound when a statement changed no row.
func changedOne(result *gorm.DB) error {
	if result.Error == nil && result.RowsAffected == 0 {
		return ErrNotFound
	}
	return translate(result.Error)
}

// invitationColumns show an invitation. One into a group that was retired since leaves the
// choice to the guest.
const invitationColumns = `i.id, i.token_hash, i.email, CASE WHEN g.retired THEN NULL ELSE i.group_id END AS group_id, i.role, i.persona_id, i.created_on, i.expires_at,
	i.accepted_at, i.revoked_at, CASE WHEN g.retired THEN '' ELSE COALESCE(g.key, '') END AS group_key,
	CASE WHEN g.retired THEN '' ELSE COALESCE(g.name, '') END AS group_name, COALESCE(p.name, '') AS inviter_name FROM invitations i
	LEFT JOIN stakeholder_groups g ON g.id = i.group_id LEFT JOIN personas p ON p.id = i.persona_id `

// InvitationByToken finds an invitation, open or not.
func (s *Store) InvitationByToken(ctx context.Context, tokenHash []byte) (models.InvitationRow, error) {
	return one[models.InvitationRow](s.reader(ctx).Raw(`SELECT `+invitationColumns+`WHERE i.token_hash = ?`, tokenHash))
}

// Invitations lists the latest invitations of members, newest first.
func (s *Store) Invitations(ctx context.Context, limit int) ([]models.InvitationRow, error) {
	return all[models.InvitationRow](s.reader(ctx).Raw(`SELECT `+invitationColumns+
		`WHERE i.persona_id IS NOT NULL ORDER BY i.id DESC LIMIT ?`, limit))
}

// CreateInvitation writes an invitation.
func (tx *Tx) CreateInvitation(invitation *models.Invitation) error {
	return translate(tx.db.Create(invitation).Error)
}

// RevokeFounding closes the operator's open links, so that only the newest works.
func (tx *Tx) RevokeFounding(now time.Time) error {
	return tx.db.Exec("UPDATE invitations SET revoked_at = ? WHERE persona_id IS NULL AND accepted_at IS NULL "+
		"AND revoked_at IS NULL", now).Error
}

// RevokeInvitation closes an open invitation.
func (tx *Tx) RevokeInvitation(id int64, now time.Time) error {
	return changedOne(tx.db.Exec("UPDATE invitations SET revoked_at = ? WHERE id = ? AND accepted_at IS NULL "+
		"AND revoked_at IS NULL", now, id))
}

// AcceptInvitation consumes an invitation; ErrNotFound when it was used, revoked or
// expired meanwhile.
func (tx *Tx) AcceptInvitation(id int64, now time.Time) error {
	return changedOne(tx.db.Exec("UPDATE invitations SET accepted_at = ? WHERE id = ? AND accepted_at IS NULL "+
		"AND revoked_at IS NULL AND expires_at > ?", now, id, now))
}
