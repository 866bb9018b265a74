package store

import (
	"context"
	"time"

	"colloquy/models"
)

// Moderators lists who moderates a theme beyond what their role says and takes part at the
// moment now, by name. The caller has read the theme in the viewer's scope.
func (s *Store) Moderators(ctx context.Context, themeID int64, now time.Time) ([]models.Byline, error) {
	return all[models.Byline](s.reader(ctx).Raw(`SELECT `+bylineColumns+` FROM theme_moderators tm
		JOIN members m ON m.id = tm.member_id JOIN personas p ON p.member_id = m.id AND p.kind = 'named'
		LEFT JOIN stakeholder_groups g ON g.id = p.group_id
		WHERE tm.theme_id = ? AND `+hereMember+` ORDER BY p.name, p.id`, themeID, now))
}

// ModeratedThemes lists the themes that a member moderates beyond what their role says, as
// far as the scope reads them, in their order.
func (s *Store) ModeratedThemes(ctx context.Context, scope models.Scope, memberID int64) ([]models.ThemeName, error) {
	condition, values := where(scope, memberID)
	return all[models.ThemeName](s.reader(ctx).Raw(`SELECT th.id, th.slug, th.title, th.lang FROM themes th
		JOIN theme_moderators tm ON tm.theme_id = th.id`+condition+` AND tm.member_id = ? ORDER BY th.position, th.id`, values...))
}

// AddModerator makes a member a moderator of a theme and tells whether they were none. It
// follows MemberToChange.
func (tx *Tx) AddModerator(themeID, memberID int64) (bool, error) {
	result := tx.db.Exec("INSERT INTO theme_moderators (theme_id, member_id) VALUES (?, ?) ON CONFLICT DO NOTHING", themeID, memberID)
	return result.RowsAffected > 0, translate(result.Error)
}

// RemoveModerator takes a theme from a member and tells whether they had it. It follows
// MemberToChange.
func (tx *Tx) RemoveModerator(themeID, memberID int64) (bool, error) {
	result := tx.db.Exec("DELETE FROM theme_moderators WHERE theme_id = ? AND member_id = ?", themeID, memberID)
	return result.RowsAffected > 0, translate(result.Error)
}
