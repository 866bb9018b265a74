package store

import (
	"context"
	"time"

	"colloquy/models"
)

// CreateLink writes a one-time sign-in link.
func (tx *Tx) CreateLink(link *models.Link) error { return translate(tx.db.Create(link).Error) }

const openLink = "used_at IS NULL AND expires_at > ?"

// LinkByToken finds an unused, unexpired sign-in link.
func (s *Store) LinkByToken(ctx context.Context, tokenHash []byte, now time.Time) (models.Link, error) {
	return one[models.Link](s.reader(ctx).Raw("SELECT * FROM links WHERE token_hash = ? AND "+openLink, tokenHash, now))
}

// TryLink counts a code given in a browser against the latest open link with a code that
// was asked for there, and returns the link; ErrNotFound when there is none, or it was
// tried as often as most says.
func (tx *Tx) TryLink(browserHash []byte, most int, now time.Time) (models.Link, error) {
	return one[models.Link](tx.db.Raw(`UPDATE links SET tries = tries + 1 WHERE id = (
		SELECT id FROM links WHERE browser_hash = ? AND code_mac IS NOT NULL AND `+openLink+` ORDER BY id DESC LIMIT 1)
		AND tries < ? RETURNING *`, browserHash, now, most))
}

// UseLink consumes a sign-in link; ErrNotFound when it was used or expired meanwhile.
func (tx *Tx) UseLink(id int64, now time.Time) error {
	result := tx.db.Exec("UPDATE links SET used_at = ? WHERE id = ? AND "+openLink, now, id, now)
	return changedOne(result)
}

// EndLinks ends a member's open links. With known unset those stay that were asked for
// where the member is known.
func (tx *Tx) EndLinks(memberID int64, known bool) error {
	return tx.db.Exec("DELETE FROM links WHERE member_id = ? AND used_at IS NULL AND (known = FALSE OR ?)", memberID, known).Error
}
