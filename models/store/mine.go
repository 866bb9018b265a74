package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"colloquy/models"
)

// Mine reads, in one snapshot, all that is a member's own but for their texts. The titles
// of themes are given as far as the scope may read them. MadeAt is the caller's.
func (s *Store) Mine(ctx context.Context, scope models.Scope, memberID int64) (models.Mine, error) {
	var mine models.Mine
	err := s.snapshot(ctx, func(db *gorm.DB) (err error) {
		mine, err = one[models.Mine](db.Raw(`SELECT p.name, COALESCE(p.handle, '') AS handle, p.organisation, p.about,
			g.name AS "group", g.key AS group_key, m.email, m.role, m.joined_on AS here_since, m.language, m.appearance, m.time_zone,
			m.directory, m.agreed_version, m.password_hash <> '' AS password, a.created_on AS second_step_on
			FROM members m JOIN personas p ON p.member_id = m.id AND p.kind = ? JOIN stakeholder_groups g ON g.id = m.group_id
			LEFT JOIN authenticators a ON a.member_id = m.id WHERE m.id = ? ORDER BY p.id LIMIT 1`, models.PersonaNamed, memberID))
		if err != nil {
			return err
		}
		languages, err := one[string](db.Raw("SELECT languages FROM personas WHERE member_id = ? AND kind = ? ORDER BY id LIMIT 1",
			memberID, models.PersonaNamed))
		if err != nil {
			return err
		}
		mine.Languages = strings.Fields(languages)
		return fillMine(db, &mine, scope, memberID)
	})
	if err != nil {
		return models.Mine{}, fmt.Errorf("what is a member's own: %w", err)
	}
	return mine, nil
}

// fillMine reads the lists of what is a member's own.
func fillMine(db *gorm.DB, mine *models.Mine, scope models.Scope, memberID int64) (err error) {
	if mine.Initiatives, err = listed[string](db.Raw(`SELECT i.name FROM initiatives i JOIN persona_initiatives pi ON pi.initiative_id = i.id
		JOIN personas p ON p.id = pi.persona_id WHERE p.member_id = ? ORDER BY i.name, i.id`, memberID)); err != nil {
		return err
	}
	if mine.Sessions, err = listed[models.OwnSession](db.Raw(
		"SELECT device, created_on, seen_on FROM sessions WHERE member_id = ? ORDER BY id", memberID)); err != nil {
		return err
	}
	for _, list := range []struct {
		into  *[]models.OwnKey
		query string
	}{
		{&mine.Passkeys, "SELECT name, created_on, used_on FROM passkeys WHERE member_id = ? ORDER BY id"},
		{&mine.Services, "SELECT issuer AS name, created_on FROM identities WHERE member_id = ? ORDER BY id"},
		{&mine.Tokens, "SELECT name, created_on, revoked_at FROM tokens WHERE member_id = ? ORDER BY id"},
	} {
		if *list.into, err = listed[models.OwnKey](db.Raw(list.query, memberID)); err != nil {
			return err
		}
	}
	if mine.Pseudonyms, err = ownPersonas(db, scope, memberID, models.PersonaPseudonym); err != nil {
		return err
	}
	condition, values := where(scope, memberID)
	if mine.Moderates, err = listed[string](db.Raw(`SELECT th.title FROM themes th JOIN theme_moderators tm ON tm.theme_id = th.id`+
		condition+` AND tm.member_id = ? ORDER BY th.position, th.id`, values...)); err != nil {
		return err
	}
	mine.Invitations, err = listed[models.OwnInvitation](db.Raw(`SELECT COALESCE(g.name, '') AS "group", COALESCE(g.key, '') AS group_key,
		i.role, i.created_on, i.expires_at, i.uses, i.max_uses, i.note FROM invitations i JOIN personas p ON p.id = i.persona_id
		LEFT JOIN stakeholder_groups g ON g.id = i.group_id WHERE p.member_id = ? ORDER BY i.id`, memberID))
	return err
}

// listed is all, never nil: an empty list is a list in JSON too.
func listed[T any](query *gorm.DB) ([]T, error) {
	rows, err := all[T](query)
	return append([]T{}, rows...), err
}

// LastOwnText is the id of the latest text of a member, 0 when there is none: a list that
// goes up to it is the same when it is read twice.
func (s *Store) LastOwnText(ctx context.Context, memberID int64) (int64, error) {
	return one[int64](s.reader(ctx).Raw(`SELECT COALESCE(MAX(r.id), 0) FROM responses r JOIN personas p ON p.id = r.persona_id
		WHERE p.member_id = ?`, memberID))
}

// OwnTexts lists a member's texts with former editions, removed ones among them: at most
// limit behind the id after, up to the id last, in the order in which they were written.
// The thread's title is given only where the scope may read it.
func (s *Store) OwnTexts(ctx context.Context, scope models.Scope, memberID, after, last int64, limit int) ([]models.OwnText, error) {
	condition, values := readable(scope)
	texts, err := all[models.OwnText](s.reader(ctx).Raw(`SELECT r.id, r.thread_id, r.number, COALESCE(a.number, 0) AS reply_to,
		p.name AS persona, r.body, r.html, r.lang, r.created_at, r.edited_at, r.removed_at IS NOT NULL AS removed,
		CASE WHEN th.id IS NULL THEN '' ELSE t.title END AS title, CASE WHEN th.id IS NULL THEN '' ELSE t.slug END AS slug,
		CASE WHEN th.id IS NULL THEN '' ELSE t.lang END AS title_lang
		FROM responses r JOIN personas p ON p.id = r.persona_id JOIN threads t ON t.id = r.thread_id
		LEFT JOIN themes th ON th.id = t.theme_id AND `+condition+`
		LEFT JOIN responses a ON a.id = r.reply_to_id AND a.thread_id = r.thread_id
		WHERE p.member_id = ? AND r.id > ? AND r.id <= ? ORDER BY r.id LIMIT ?`, append(values, memberID, after, last, limit)...))
	if err != nil || len(texts) == 0 {
		return texts, err
	}
	at := make(map[int64]*models.OwnText, len(texts))
	ids := make([]int64, 0, len(texts))
	for i := range texts {
		at[texts[i].ID] = &texts[i]
		ids = append(ids, texts[i].ID)
	}
	editions, err := all[models.OwnEdition](s.reader(ctx).Raw(
		"SELECT response_id, rev, body, html, lang, created_at FROM editions WHERE response_id IN ? ORDER BY response_id, rev", ids))
	for _, edition := range editions {
		at[edition.ResponseID].Editions = append(at[edition.ResponseID].Editions, edition)
	}
	return texts, err
}
