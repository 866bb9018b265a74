package store

import (
	"context"
	"math"
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
const invitationColumns = `i.id, i.token_hash, i.email, i.email_key, CASE WHEN g.retired THEN NULL ELSE i.group_id END AS group_id, i.role, i.persona_id, i.created_on, i.expires_at,
	i.accepted_at, i.revoked_at, i.max_uses, i.uses, i.note, CASE WHEN g.retired THEN '' ELSE COALESCE(g.key, '') END AS group_key,
	CASE WHEN g.retired THEN '' ELSE COALESCE(g.name, '') END AS group_name, COALESCE(p.name, '') AS inviter_name FROM invitations i
	LEFT JOIN stakeholder_groups g ON g.id = i.group_id LEFT JOIN personas p ON p.id = i.persona_id `

// InvitationByToken finds an invitation, open or not.
func (s *Store) InvitationByToken(ctx context.Context, tokenHash []byte) (models.InvitationRow, error) {
	return one[models.InvitationRow](s.reader(ctx).Raw(`SELECT `+invitationColumns+`WHERE i.token_hash = ?`, tokenHash))
}

// Invitation finds an invitation by its id, open or not.
func (s *Store) Invitation(ctx context.Context, id int64) (models.InvitationRow, error) {
	return one[models.InvitationRow](s.reader(ctx).Raw(`SELECT `+invitationColumns+`WHERE i.id = ?`, id))
}

// Invitations lists invitations of members, newest first, before the one with the given
// id; 0 begins with the latest. Each names those of its themes that the scope reads.
func (s *Store) Invitations(ctx context.Context, scope models.Scope, before int64, limit int) ([]models.InvitationRow, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := all[models.InvitationRow](s.reader(ctx).Raw(`SELECT `+invitationColumns+
		`WHERE i.persona_id IS NOT NULL AND i.id < ? ORDER BY i.id DESC LIMIT ?`, before, limit))
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	themes, err := s.InvitationThemes(ctx, scope, ids)
	for i := range rows {
		rows[i].Themes = themes[rows[i].ID]
	}
	return rows, err
}

// InvitationThemes lists the themes that invitations name, by invitation, as far as a
// scope reads them.
func (s *Store) InvitationThemes(ctx context.Context, scope models.Scope, ids []int64) (map[int64][]models.ThemeName, error) {
	type named struct {
		models.ThemeName
		InvitationID int64
	}
	condition, values := where(scope, ids)
	found, err := all[named](s.reader(ctx).Raw(`SELECT it.invitation_id, th.id, th.slug, th.title, th.lang
		FROM invitation_themes it JOIN themes th ON th.id = it.theme_id`+condition+
		` AND it.invitation_id IN ? ORDER BY th.position, th.id`, values...))
	themes := map[int64][]models.ThemeName{}
	for _, row := range found {
		themes[row.InvitationID] = append(themes[row.InvitationID], row.ThemeName)
	}
	return themes, err
}

// ThemeNames lists the themes that a scope reads by name, in the moderators' order.
func (s *Store) ThemeNames(ctx context.Context, scope models.Scope) ([]models.ThemeName, error) {
	condition, values := where(scope)
	return all[models.ThemeName](s.reader(ctx).Raw(
		`SELECT th.id, th.slug, th.title, th.lang FROM themes th`+condition+` ORDER BY th.position, th.id`, values...))
}

// InvitedAddresses finds which of the given addresses (as members' keys) hold an open
// invitation of a member.
func (s *Store) InvitedAddresses(ctx context.Context, keys []string, now time.Time) ([]string, error) {
	return all[string](s.reader(ctx).Raw(`SELECT DISTINCT email_key FROM invitations WHERE email_key IN ?
		AND persona_id IS NOT NULL AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ? ORDER BY email_key`, keys, now))
}

// MemberAddresses finds which of the given addresses (as members' keys) are members'.
func (s *Store) MemberAddresses(ctx context.Context, keys []string) ([]string, error) {
	return all[string](s.reader(ctx).Raw("SELECT email_key FROM members WHERE email_key IN ? ORDER BY email_key", keys))
}

// CreateInvitation writes an invitation into the given themes. Unless it says otherwise,
// one person may use it.
func (tx *Tx) CreateInvitation(invitation *models.Invitation, themeIDs ...int64) error {
	invitation.MaxUses = max(1, invitation.MaxUses)
	if err := tx.db.Create(invitation).Error; err != nil {
		return translate(err)
	}
	for _, id := range themeIDs {
		err := tx.db.Exec("INSERT INTO invitation_themes (invitation_id, theme_id) VALUES (?, ?)", invitation.ID, id).Error
		if err != nil {
			return translate(err)
		}
	}
	return nil
}

// RevokeFounding closes the operator's open links, so that only the newest works.
func (tx *Tx) RevokeFounding(now time.Time) error {
	return tx.db.Exec("UPDATE invitations SET revoked_at = ? WHERE persona_id IS NULL AND accepted_at IS NULL "+
		"AND revoked_at IS NULL", now).Error
}

// RevokeInvitation closes a member's open invitation.
func (tx *Tx) RevokeInvitation(id int64, now time.Time) error {
	return changedOne(tx.db.Exec("UPDATE invitations SET revoked_at = ? WHERE id = ? AND persona_id IS NOT NULL "+
		"AND accepted_at IS NULL AND revoked_at IS NULL", now, id))
}

// RenewInvitation gives a member's invitation another link: the old one stops working.
// ErrNotFound when it is used up or revoked.
func (tx *Tx) RenewInvitation(id int64, tokenHash []byte, expires time.Time) error {
	return changedOne(tx.db.Exec("UPDATE invitations SET token_hash = ?, expires_at = ? WHERE id = ? "+
		"AND persona_id IS NOT NULL AND accepted_at IS NULL AND revoked_at IS NULL", tokenHash, expires, id))
}

// RenewOwnInvitation is RenewInvitation for the one that somebody has asked for with their
// own address; ErrNotFound when there is none.
func (tx *Tx) RenewOwnInvitation(emailKey string, tokenHash []byte, expires time.Time) error {
	return changedOne(tx.db.Exec("UPDATE invitations SET token_hash = ?, expires_at = ? WHERE email_key = ? "+
		"AND persona_id IS NULL AND accepted_at IS NULL AND revoked_at IS NULL", tokenHash, expires, emailKey))
}

// RevokeInvitationsOf closes the open invitations that a member sent: those into more than
// membership, or all of them.
func (tx *Tx) RevokeInvitationsOf(memberID int64, all bool, now time.Time) error {
	return tx.db.Exec(`UPDATE invitations SET revoked_at = ? WHERE accepted_at IS NULL AND revoked_at IS NULL AND (role <> ? OR ?)
		AND persona_id IN (SELECT p.id FROM personas p WHERE p.member_id = ? AND p.kind = ?)`,
		now, models.RoleMember, all, memberID, models.PersonaNamed).Error
}

// AcceptInvitation uses an invitation once, and up when nobody else may follow, which is
// kept to the day. ErrNotFound when it was used up, revoked or expired meanwhile.
func (tx *Tx) AcceptInvitation(id int64, now time.Time) error {
	return changedOne(tx.db.Exec("UPDATE invitations SET uses = uses + 1, "+
		"accepted_at = CASE WHEN uses + 1 >= max_uses THEN ? ELSE accepted_at END WHERE id = ? AND accepted_at IS NULL "+
		"AND revoked_at IS NULL AND expires_at > ? AND uses < max_uses", now.UTC().Truncate(24*time.Hour), id, now))
}

// ForgetOwnAddress takes the address out of an invitation that nobody keeps in a list.
func (tx *Tx) ForgetOwnAddress(id int64) error {
	return tx.db.Exec("UPDATE invitations SET email = '', email_key = '' WHERE id = ? AND persona_id IS NULL", id).Error
}

// InvitationThemeIDs lists the themes that an invitation names.
func (tx *Tx) InvitationThemeIDs(id int64) ([]int64, error) {
	return all[int64](tx.db.Raw("SELECT theme_id FROM invitation_themes WHERE invitation_id = ? ORDER BY theme_id", id))
}

// ModerateInvited makes a new member the moderator of the themes of their invitation.
func (tx *Tx) ModerateInvited(invitationID, memberID int64) error {
	return translate(tx.db.Exec("INSERT INTO theme_moderators (theme_id, member_id) "+
		"SELECT theme_id, CAST(? AS BIGINT) FROM invitation_themes WHERE invitation_id = ?", memberID, invitationID).Error)
}

// SweepInvitations deletes invitations that nobody used and that ran out before the given
// time, and what people asked for themselves and did not use before own.
func (tx *Tx) SweepInvitations(before, own time.Time) error {
	const gone = "FROM invitations WHERE uses = 0 AND (expires_at < ? OR persona_id IS NULL AND expires_at < ?)"
	if err := tx.db.Exec("DELETE FROM invitation_themes WHERE invitation_id IN (SELECT id "+gone+")", before, own).Error; err != nil {
		return err
	}
	return tx.db.Exec("DELETE "+gone, before, own).Error
}
