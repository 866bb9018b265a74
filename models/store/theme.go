package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"colloquy/models"
)

const themeColumns = `th.id, th.slug, th.title, th.line, th.purpose, th.lang, th.position, th.audience, th.created_at, th.pseudonyms,
	(SELECT COUNT(*) FROM threads t WHERE t.theme_id = th.id) AS threads,
	(SELECT COALESCE(SUM(t.responses), 0) FROM threads t WHERE t.theme_id = th.id) AS responses,
	latest.active_at AS latest_at FROM themes th LEFT JOIN threads latest ON latest.id = (
		SELECT t.id FROM threads t WHERE t.theme_id = th.id ORDER BY t.active_at DESC, t.id DESC LIMIT 1)`

// Themes lists the themes a scope may read, in the moderators' order, with sizes and voices.
func (s *Store) Themes(ctx context.Context, scope models.Scope) ([]models.ThemeRow, error) {
	condition, values := where(scope)
	rows, err := all[models.ThemeRow](s.reader(ctx).Raw(`SELECT `+themeColumns+condition+` ORDER BY th.position, th.id`, values...))
	if err != nil {
		return nil, err
	}
	return rows, fillThemes(s.reader(ctx), rows)
}

// Theme finds a theme by its slug.
func (s *Store) Theme(ctx context.Context, scope models.Scope, slug string) (models.ThemeRow, error) {
	condition, values := where(scope, slug)
	row, err := one[models.ThemeRow](s.reader(ctx).Raw(`SELECT `+themeColumns+condition+` AND th.slug = ?`, values...))
	if err != nil {
		return row, err
	}
	rows := []models.ThemeRow{row}
	err = fillThemes(s.reader(ctx), rows)
	return rows[0], err
}

// fillThemes adds the voices and the groups of the audience.
func fillThemes(db *gorm.DB, rows []models.ThemeRow) error {
	if len(rows) == 0 {
		return nil
	}
	at := make(map[int64]*models.ThemeRow, len(rows))
	ids := make([]int64, 0, len(rows))
	for i := range rows {
		at[rows[i].ID] = &rows[i]
		ids = append(ids, rows[i].ID)
	}
	// One question for two things: who has spoken, and which groups may read.
	type row struct {
		ThemeID, GroupID int64
		Responses        int
		MayRead          bool
	}
	found, err := all[row](db.Raw(`SELECT t.theme_id, v.group_id, SUM(v.responses) AS responses, (1 = 0) AS may_read
		FROM thread_voices v JOIN threads t ON t.id = v.thread_id
		WHERE t.theme_id IN ? GROUP BY t.theme_id, v.group_id HAVING SUM(v.responses) > 0
		UNION ALL SELECT theme_id, group_id, 0, (1 = 1) FROM theme_groups WHERE theme_id IN ? ORDER BY 1, 2`, ids, ids))
	for _, r := range found {
		theme := at[r.ThemeID]
		if r.MayRead {
			theme.GroupIDs = append(theme.GroupIDs, r.GroupID)
		} else {
			theme.Voices = append(theme.Voices, models.Voice{ThemeID: r.ThemeID, GroupID: r.GroupID, Responses: r.Responses})
		}
	}
	return err
}

// audienceGroups lists the groups that may read each theme.
func audienceGroups(db *gorm.DB, themeIDs []int64) (map[int64][]int64, error) {
	type pair struct{ ThemeID, GroupID int64 }
	pairs, err := all[pair](db.Raw(
		"SELECT theme_id, group_id FROM theme_groups WHERE theme_id IN ? ORDER BY theme_id, group_id", themeIDs))
	groups := map[int64][]int64{}
	for _, p := range pairs {
		groups[p.ThemeID] = append(groups[p.ThemeID], p.GroupID)
	}
	return groups, err
}

// ThemeBySlug finds a theme within a transaction that puts a thread into it. Who may read
// the theme does not change before the transaction ends.
func (tx *Tx) ThemeBySlug(scope models.Scope, slug string) (models.Theme, error) {
	return tx.lockedTheme("SHARE", scope, slug)
}

// ThemeToChange finds a theme whose access is about to change. It waits for whoever puts a
// thread into it, and follows MoveRights.
func (tx *Tx) ThemeToChange(scope models.Scope, slug string) (models.Theme, error) {
	return tx.lockedTheme("UPDATE", scope, slug)
}

// lockedTheme finds a theme and locks its row until the transaction ends, where more than
// one may write at once.
func (tx *Tx) lockedTheme(strength string, scope models.Scope, slug string) (models.Theme, error) {
	condition, values := readable(scope)
	return one[models.Theme](tx.db.Table("themes th").Select("th.*").Clauses(clause.Locking{Strength: strength}).
		Where(condition+" AND th.slug = ?", append(values, slug)...))
}

// HoldsThreads tells whether a theme has any thread.
func (tx *Tx) HoldsThreads(themeID int64) (bool, error) {
	count, err := one[int](tx.db.Raw("SELECT COUNT(*) FROM threads WHERE theme_id = ?", themeID))
	return count > 0, err
}

// SetThemeAccess writes who may read a theme, with the groups where some may, and whether
// it lets members speak under other names. It follows MoveRights and MoveFaces.
func (tx *Tx) SetThemeAccess(theme *models.Theme, groupIDs []int64) error {
	if err := tx.db.Model(theme).Select("Audience", "Pseudonyms").Updates(theme).Error; err != nil {
		return translate(err)
	}
	if err := tx.db.Exec("DELETE FROM theme_groups WHERE theme_id = ?", theme.ID).Error; err != nil {
		return err
	}
	return tx.letGroups(theme.ID, groupIDs)
}

func (tx *Tx) letGroups(themeID int64, groupIDs []int64) error {
	for _, id := range groupIDs {
		if err := tx.db.Exec("INSERT INTO theme_groups (theme_id, group_id) VALUES (?, ?)", themeID, id).Error; err != nil {
			return translate(err)
		}
	}
	return nil
}

// ThemeByID finds a theme within a transaction, whoever may read it.
func (tx *Tx) ThemeByID(id int64) (models.Theme, error) {
	return one[models.Theme](tx.db.Raw("SELECT * FROM themes WHERE id = ?", id))
}

// ThemeGroups lists the groups that may read a theme whose audience is groups.
func (tx *Tx) ThemeGroups(themeID int64) ([]int64, error) {
	groups, err := audienceGroups(tx.db, []int64{themeID})
	return groups[themeID], err
}

// CreateTheme writes a theme with the groups that may read it.
func (tx *Tx) CreateTheme(theme *models.Theme, groupIDs []int64) error {
	if err := tx.db.Create(theme).Error; err != nil {
		return translate(err)
	}
	if err := tx.letGroups(theme.ID, groupIDs); err != nil {
		return err
	}
	return tx.MoveRights()
}

// LastThemePosition is the highest position of any theme, 0 when there is none.
func (tx *Tx) LastThemePosition() (int, error) {
	return one[int](tx.db.Raw("SELECT COALESCE(MAX(position), 0) FROM themes"))
}
