package store

import (
	"context"
	"time"

	"colloquy/models"
)

// viewerRow is a member with the persona that speaks for them and the session or
// token that brought them here.
type viewerRow struct {
	models.Member
	models.Byline
	PersonaID int64
	SessionID int64
	SeenOn    time.Time
	MustAgree bool
	// FacesCount and Moderates tell whether there is more to ask: see complete.
	FacesCount int
	Moderates  bool
}

const viewerColumns = `m.id, m.email, m.email_key, m.password_hash, m.role, m.group_id, m.language, m.appearance,
	m.suspended_until, m.joined_on, m.opaque, m.time_zone, m.directory, m.agreed_version, m.passkey_user,
	m.agreed_version < (SELECT agree_version FROM community) AS must_agree,
	(SELECT COUNT(*) FROM personas f WHERE f.member_id = m.id) AS faces_count,
	EXISTS (SELECT 1 FROM theme_moderators tm WHERE tm.member_id = m.id) AS moderates, p.id AS persona_id, p.kind AS persona_kind, p.name AS persona_name,
	COALESCE(p.handle, '') AS persona_handle, g.key AS group_key, g.name AS group_name`

const viewerTables = ` JOIN personas p ON p.member_id = m.id AND p.kind = 'named'
	JOIN stakeholder_groups g ON g.id = m.group_id `

func (row viewerRow) viewer() models.Viewer {
	member := row.Member
	member.GroupID = row.Member.GroupID
	byline := row.Byline
	byline.GroupID = row.Member.GroupID
	member.Faces = []int64{row.PersonaID}
	return models.Viewer{
		Member: &member, Persona: &byline, PersonaID: row.PersonaID, SessionID: row.SessionID, MustAgree: row.MustAgree,
	}
}

// complete is viewer with the member's other personas and the themes that they moderate.
// Few have either: then nothing is asked.
func (s *Store) complete(ctx context.Context, row viewerRow) (models.Viewer, error) {
	viewer := row.viewer()
	var err error
	if row.FacesCount > 1 {
		viewer.Member.Faces, err = all[int64](s.reader(ctx).Raw(
			"SELECT id FROM personas WHERE member_id = ? ORDER BY id", viewer.Member.ID))
	}
	if err == nil && row.Moderates {
		viewer.Member.Moderated, err = all[int64](s.reader(ctx).Raw(
			"SELECT theme_id FROM theme_moderators WHERE member_id = ? ORDER BY theme_id", viewer.Member.ID))
	}
	return viewer, err
}

// ViewerBySession finds who is signed in with a session's token; ErrNotFound when it
// ended. The second result is the day the session was last seen.
func (s *Store) ViewerBySession(ctx context.Context, tokenHash []byte, now time.Time) (models.Viewer, time.Time, error) {
	row, err := one[viewerRow](s.reader(ctx).Raw(`SELECT `+viewerColumns+`, s.id AS session_id, s.seen_on
		FROM sessions s JOIN members m ON m.id = s.member_id`+viewerTables+
		`WHERE s.token_hash = ? AND s.expires_on > ? ORDER BY p.id LIMIT 1`, tokenHash, now))
	if err != nil {
		return models.Viewer{}, time.Time{}, err
	}
	viewer, err := s.complete(ctx, row)
	return viewer, row.SeenOn, err
}

// ViewersBySessions finds who is still signed in among sessions, by session id.
func (s *Store) ViewersBySessions(ctx context.Context, ids []int64, now time.Time) (map[int64]models.Viewer, error) {
	rows, err := all[viewerRow](s.reader(ctx).Raw(`SELECT `+viewerColumns+`, s.id AS session_id, s.seen_on
		FROM sessions s JOIN members m ON m.id = s.member_id`+viewerTables+
		`WHERE s.id IN ? AND s.expires_on > ?`, ids, now))
	if err != nil {
		return nil, err
	}
	found := make(map[int64]models.Viewer, len(rows))
	for _, row := range rows {
		if found[row.SessionID], err = s.complete(ctx, row); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// SuspendedSessions finds those of the given sessions, ended ones among them, whose
// member is suspended at the moment now.
func (s *Store) SuspendedSessions(ctx context.Context, ids []int64, now time.Time) ([]int64, error) {
	return all[int64](s.reader(ctx).Raw(`SELECT s.id FROM sessions s JOIN members m ON m.id = s.member_id
		WHERE s.id IN ? AND m.suspended_until > ? ORDER BY s.id`, ids, now))
}

// ViewerByToken finds the member of a personal access token.
func (s *Store) ViewerByToken(ctx context.Context, tokenHash []byte) (models.Viewer, error) {
	row, err := one[viewerRow](s.reader(ctx).Raw(`SELECT `+viewerColumns+`
		FROM tokens k JOIN members m ON m.id = k.member_id`+viewerTables+
		`WHERE k.token_hash = ? AND k.revoked_at IS NULL ORDER BY p.id LIMIT 1`, tokenHash))
	if err != nil {
		return models.Viewer{}, err
	}
	return s.complete(ctx, row)
}

// ViewerOfMember finds a member with their persona, without a session.
func (s *Store) ViewerOfMember(ctx context.Context, memberID int64) (models.Viewer, error) {
	row, err := one[viewerRow](s.reader(ctx).Raw(`SELECT `+viewerColumns+` FROM members m`+viewerTables+
		`WHERE m.id = ? ORDER BY p.id LIMIT 1`, memberID))
	if err != nil {
		return models.Viewer{}, err
	}
	return s.complete(ctx, row)
}

// CreateSession writes a session.
func (tx *Tx) CreateSession(session *models.Session) error {
	return translate(tx.db.Create(session).Error)
}

// SeeSession moves the day a session was last seen and when it ends, unless it ended
// meanwhile.
func (tx *Tx) SeeSession(id int64, day, expires time.Time) error {
	return tx.db.Exec("UPDATE sessions SET seen_on = ?, expires_on = ? WHERE id = ? AND expires_on > ?", day, expires, id, day).Error
}

// EndSession deletes a session; ending one that is gone is no error.
func (tx *Tx) EndSession(id int64) error {
	if err := tx.MoveRights(); err != nil {
		return err
	}
	return tx.db.Exec("DELETE FROM sessions WHERE id = ?", id).Error
}

// EndOwnSession is EndSession for a member's own; ErrNotFound when they have none of
// that id.
func (tx *Tx) EndOwnSession(memberID, id int64) error {
	if err := tx.MoveRights(); err != nil {
		return err
	}
	return changedOne(tx.db.Exec("DELETE FROM sessions WHERE id = ? AND member_id = ?", id, memberID))
}

// EndSessions deletes all sessions of a member but the one kept (0 for none), and
// returns which.
func (tx *Tx) EndSessions(memberID, keep int64) ([]int64, error) {
	if err := tx.MoveRights(); err != nil {
		return nil, err
	}
	return all[int64](tx.db.Raw("DELETE FROM sessions WHERE member_id = ? AND id <> ? RETURNING id", memberID, keep))
}

// RotateSession gives an open session another token; ErrNotFound when it ended meanwhile.
func (tx *Tx) RotateSession(id int64, tokenHash []byte, now time.Time) error {
	if err := tx.MoveRights(); err != nil {
		return err
	}
	return changedOne(tx.db.Exec("UPDATE sessions SET token_hash = ? WHERE id = ? AND expires_on > ?", tokenHash, id, now))
}

// Sessions lists a member's open sessions, those seen last first.
func (s *Store) Sessions(ctx context.Context, memberID int64, now time.Time) ([]models.Session, error) {
	return all[models.Session](s.reader(ctx).Raw(
		"SELECT * FROM sessions WHERE member_id = ? AND expires_on > ? ORDER BY seen_on DESC, id DESC", memberID, now))
}

// Sweep deletes what has expired: sessions, links, keys, old invitations.
func (tx *Tx) Sweep(now time.Time) error {
	for _, statement := range []struct {
		query  string
		before time.Time
	}{
		{"DELETE FROM sessions WHERE expires_on <= ?", now},
		{"DELETE FROM links WHERE expires_at <= ?", now.Add(-24 * time.Hour)},
		{"DELETE FROM ceremonies WHERE expires_at <= ?", now},
		{"DELETE FROM idempotency_keys WHERE created_on < ?", now.Add(-8 * 24 * time.Hour)},
	} {
		if err := tx.db.Exec(statement.query, statement.before).Error; err != nil {
			return err
		}
	}
	return nil
}
