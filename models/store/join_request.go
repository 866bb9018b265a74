package store

import (
	"context"
	"time"

	"colloquy/models"
)

// JoinRequests lists the requests to join, oldest first, after the one with the given id.
func (s *Store) JoinRequests(ctx context.Context, after int64, limit int) ([]models.JoinRequest, error) {
	return all[models.JoinRequest](s.reader(ctx).Raw(
		"SELECT * FROM join_requests WHERE id > ? ORDER BY id LIMIT ?", after, limit))
}

// CountJoinRequests counts the requests to join that wait.
func (s *Store) CountJoinRequests(ctx context.Context) (int, error) {
	return one[int](s.reader(ctx).Raw("SELECT COUNT(*) FROM join_requests"))
}

// PutJoinRequest writes a request to join; one of the same address takes the new answer
// and keeps its age.
func (tx *Tx) PutJoinRequest(r *models.JoinRequest) error {
	return translate(tx.db.Exec(`INSERT INTO join_requests (email, email_key, name, group_id, answer, language, created_on)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email_key) DO UPDATE SET email = excluded.email, name = excluded.name,
		group_id = excluded.group_id, answer = excluded.answer, language = excluded.language`,
		r.Email, r.EmailKey, r.Name, r.GroupID, r.Answer, r.Language, r.CreatedOn).Error)
}

// TakeJoinRequest deletes a request to join and returns it; ErrNotFound when it is
// decided.
func (tx *Tx) TakeJoinRequest(id int64) (models.JoinRequest, error) {
	request, err := one[models.JoinRequest](tx.db.Raw("SELECT * FROM join_requests WHERE id = ?", id))
	if err != nil {
		return request, err
	}
	return request, changedOne(tx.db.Exec("DELETE FROM join_requests WHERE id = ?", id))
}

// EndJoinRequest deletes the request of an address, if there is one.
func (tx *Tx) EndJoinRequest(emailKey string) error {
	return tx.db.Exec("DELETE FROM join_requests WHERE email_key = ?", emailKey).Error
}

// TellRequests tells whether the conveners are to hear of requests to join today: once a
// day at most, when one came since the day they last heard. It marks that they did.
func (tx *Tx) TellRequests(today time.Time) (bool, error) {
	result := tx.db.Exec(`UPDATE community SET requests_told_on = ? WHERE id = 1
		AND (requests_told_on IS NULL OR requests_told_on < ?) AND EXISTS (
			SELECT 1 FROM join_requests r WHERE requests_told_on IS NULL OR r.created_on >= requests_told_on)`, today, today)
	return result.RowsAffected > 0, result.Error
}

// RequestReaders lists the conveners who are not suspended at the moment now:
// they hear of requests to join.
func (s *Store) RequestReaders(ctx context.Context, now time.Time) ([]models.Member, error) {
	return all[models.Member](s.reader(ctx).Raw(`SELECT * FROM members WHERE role = ?
		AND (suspended_until IS NULL OR suspended_until <= ?) ORDER BY id`, models.RoleConvener, now))
}
