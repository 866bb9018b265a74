package store

import (
	"context"
	"slices"
	"time"

	"colloquy/models"
)

// Profile finds the named persona of a handle with what it has said that the scope may
// read. Its initiatives come with InitiativesOf.
func (s *Store) Profile(ctx context.Context, scope models.Scope, handle string, now time.Time) (models.Profile, error) {
	condition, values := readable(scope)
	spoken := ` FROM responses r JOIN threads t ON t.id = r.thread_id JOIN themes th ON th.id = t.theme_id
		WHERE r.persona_id = p.id AND r.removed_at IS NULL AND ` + condition
	query := `SELECT ` + bylineColumns + `, p.organisation, p.about, p.languages, p.created_at AS joined_on,
		(SELECT COUNT(*)` + spoken + `) AS responses, (SELECT COUNT(DISTINCT r.thread_id)` + spoken + `) AS threads,
		COALESCE(` + listedMember + `, FALSE) AS shown, (EXISTS (SELECT 1` + spoken + `)
			OR EXISTS (SELECT 1 FROM threads t JOIN themes th ON th.id = t.theme_id WHERE t.persona_id = p.id AND ` + condition + `)
			OR EXISTS (SELECT 1 FROM theme_moderators tm JOIN themes th ON th.id = tm.theme_id
				WHERE tm.member_id = m.id AND ` + hereMember + ` AND ` + condition + `)) AS bylined
		FROM personas p LEFT JOIN members m ON m.id = p.member_id LEFT JOIN stakeholder_groups g ON g.id = p.group_id
		WHERE p.kind = ? AND p.handle = ?`
	all := slices.Concat(values, values, []any{now}, values, values, []any{now}, values, []any{models.PersonaNamed, handle})
	return one[models.Profile](s.reader(ctx).Raw(query, all...))
}

// InitiativesOf lists the initiatives of a handle's persona by name.
func (s *Store) InitiativesOf(ctx context.Context, handle string) ([]models.Initiative, error) {
	return all[models.Initiative](s.reader(ctx).Raw(`SELECT i.* FROM initiatives i
		JOIN persona_initiatives pi ON pi.initiative_id = i.id JOIN personas p ON p.id = pi.persona_id
		WHERE p.handle = ? ORDER BY i.name, i.id`, handle))
}

// ByPersona lists the latest texts of a persona's handle that the scope may read.
func (s *Store) ByPersona(ctx context.Context, scope models.Scope, handle string, limit int) ([]models.SearchHit, error) {
	condition, values := where(scope, handle, limit)
	return all[models.SearchHit](s.reader(ctx).Raw(`SELECT `+hitColumns+hitTables+condition+
		` AND p.handle = ? AND r.removed_at IS NULL ORDER BY r.created_at DESC, r.id DESC LIMIT ?`, values...))
}

const namedPersona = "SELECT * FROM personas WHERE member_id = ? AND kind = ? ORDER BY id LIMIT 1"

// NamedPersona is the persona of a member's own profile.
func (s *Store) NamedPersona(ctx context.Context, memberID int64) (models.Persona, error) {
	return one[models.Persona](s.reader(ctx).Raw(namedPersona, memberID, models.PersonaNamed))
}

// NamedPersona is the persona of a member's own profile, read within a transaction.
func (tx *Tx) NamedPersona(memberID int64) (models.Persona, error) {
	return one[models.Persona](tx.db.Raw(namedPersona, memberID, models.PersonaNamed))
}

// Pseudonym is a member's pseudonym in a theme; ErrNotFound when they have none.
func (s *Store) Pseudonym(ctx context.Context, memberID, themeID int64) (models.Pseudonym, error) {
	return one[models.Pseudonym](s.reader(ctx).Raw(`SELECT p.name, COALESCE(g.key, '') AS group_key,
		COALESCE(g.name, '') AS group_name FROM personas p LEFT JOIN stakeholder_groups g ON g.id = p.group_id
		WHERE p.member_id = ? AND p.theme_id = ? AND p.kind = ?`, memberID, themeID, models.PersonaPseudonym))
}

// Pseudonyms lists a member's own pseudonyms in the order of the themes, which are named
// as far as the scope may read them.
func (s *Store) Pseudonyms(ctx context.Context, scope models.Scope, memberID int64) ([]models.Pseudonym, error) {
	condition, values := readable(scope)
	return all[models.Pseudonym](s.reader(ctx).Raw(`SELECT p.name, COALESCE(g.key, '') AS group_key,
		COALESCE(g.name, '') AS group_name, COALESCE(th.slug, '') AS theme_slug, COALESCE(th.title, '') AS theme_title,
		COALESCE(th.lang, '') AS theme_lang, COALESCE(th.pseudonyms, (1 = 0)) AS open
		FROM personas p LEFT JOIN themes th ON th.id = p.theme_id AND `+condition+`
		LEFT JOIN stakeholder_groups g ON g.id = p.group_id
		WHERE p.member_id = ? AND p.kind = ? ORDER BY th.position IS NULL, th.position, p.name, p.id`,
		append(values, memberID, models.PersonaPseudonym)...))
}

// Pseudonym is the persona of a member's pseudonym in a theme, read within a transaction.
func (tx *Tx) Pseudonym(memberID, themeID int64) (models.Persona, error) {
	return one[models.Persona](tx.db.Raw("SELECT * FROM personas WHERE member_id = ? AND theme_id = ? AND kind = ?",
		memberID, themeID, models.PersonaPseudonym))
}

// Officers lists the profiles of moderators, of one theme or of all, and of conveners.
func (tx *Tx) Officers() ([]models.NameHolder, error) {
	return all[models.NameHolder](tx.db.Raw(`SELECT p.id AS persona_id, p.name, p.skeleton FROM personas p
		JOIN members m ON m.id = p.member_id WHERE p.kind = ? AND (m.role <> ?
			OR EXISTS (SELECT 1 FROM theme_moderators tm JOIN themes th ON th.id = tm.theme_id
				WHERE tm.member_id = m.id AND th.audience <> ?)) ORDER BY p.id`,
		models.PersonaNamed, models.RoleMember, models.AudienceGroups))
}

// NamesAround lists the profiles of all members, and all pseudonyms in a theme.
func (tx *Tx) NamesAround(themeID int64) ([]models.NameHolder, error) {
	return all[models.NameHolder](tx.db.Raw(`SELECT id AS persona_id, name, skeleton FROM personas
		WHERE (kind = ? AND member_id IS NOT NULL) OR (kind = ? AND theme_id = ?) ORDER BY id`,
		models.PersonaNamed, models.PersonaPseudonym, themeID))
}

// Membership finds who stands behind a profile, for conveners to change; ErrNotFound
// when nobody does.
func (s *Store) Membership(ctx context.Context, handle string) (models.Membership, error) {
	return one[models.Membership](s.reader(ctx).Raw(`SELECT `+bylineColumns+`, m.id AS member_id, m.role, m.suspended_until
		FROM personas p JOIN members m ON m.id = p.member_id LEFT JOIN stakeholder_groups g ON g.id = p.group_id
		WHERE p.handle = ? AND p.kind = ?`, handle, models.PersonaNamed))
}

// DemoPersonas lists the named personas, for one-click sign-in on a demo.
func (s *Store) DemoPersonas(ctx context.Context) ([]models.Byline, error) {
	return all[models.Byline](s.reader(ctx).Raw(`SELECT `+bylineColumns+` FROM personas p
		JOIN stakeholder_groups g ON g.id = p.group_id JOIN members m ON m.id = p.member_id
		WHERE p.kind = ? ORDER BY g.position, p.name, p.id`, models.PersonaNamed))
}

// MemberOfHandle finds who stands behind a named persona, for one-click sign-in on a demo.
func (s *Store) MemberOfHandle(ctx context.Context, handle string) (models.Member, error) {
	return one[models.Member](s.reader(ctx).Raw(`SELECT m.* FROM members m JOIN personas p ON p.member_id = m.id
		WHERE p.handle = ? AND p.kind = ?`, handle, models.PersonaNamed))
}

// CreatePersona writes a persona; ErrTaken when the handle or source is known.
func (tx *Tx) CreatePersona(persona *models.Persona) error {
	return translate(tx.db.Create(persona).Error)
}

// HandleTaken tells whether a handle is in use.
func (tx *Tx) HandleTaken(handle string) (bool, error) {
	count, err := one[int](tx.db.Raw("SELECT COUNT(*) FROM personas WHERE handle = ?", handle))
	return count > 0, err
}

// UpdatePersona writes what a profile shows.
func (tx *Tx) UpdatePersona(persona *models.Persona, initiativeIDs []int64) error {
	if err := tx.MoveFaces(); err != nil {
		return err
	}
	if err := tx.db.Model(persona).Select("Name", "Skeleton", "Organisation", "About", "Languages").Updates(persona).Error; err != nil {
		return translate(err)
	}
	if err := tx.db.Exec("DELETE FROM persona_initiatives WHERE persona_id = ?", persona.ID).Error; err != nil {
		return err
	}
	for _, id := range initiativeIDs {
		if err := tx.AddInitiative(persona.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// AddInitiative says that a persona belongs to an initiative.
func (tx *Tx) AddInitiative(personaID, initiativeID int64) error {
	return translate(tx.db.Exec("INSERT INTO persona_initiatives (persona_id, initiative_id) VALUES (?, ?)",
		personaID, initiativeID).Error)
}
