package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"colloquy/models"
)

// responseTables joins a response with its thread, theme and, unless it was removed,
// its persona: a tombstone has no byline.
const responseTables = ` FROM responses r JOIN threads t ON t.id = r.thread_id JOIN themes th ON th.id = t.theme_id
	LEFT JOIN personas p ON p.id = r.persona_id AND r.removed_at IS NULL
	LEFT JOIN stakeholder_groups g ON g.id = p.group_id
	LEFT JOIN responses a ON a.id = r.reply_to_id AND a.thread_id = r.thread_id`

// responseColumns never give a removed text. Its Markdown is in sourceColumn.
const responseColumns = `r.id, r.thread_id, r.number, r.persona_id, ` + bylineColumns + `,
	CASE WHEN r.removed_at IS NULL THEN r.html ELSE '' END AS html, r.lang, COALESCE(a.number, 0) AS reply_to, r.rev,
	r.changed_seq, r.created_at, r.dating, r.edited_at, r.removed_at`

const sourceColumn = `, CASE WHEN r.removed_at IS NULL THEN r.body ELSE '' END AS body`

// Responses lists the responses of a thread with numbers from first to last,
// tombstones included.
func (s *Store) Responses(ctx context.Context, scope models.Scope, threadID int64, first, last int) ([]models.ResponseRow, error) {
	condition, values := where(scope, threadID, first, last)
	return all[models.ResponseRow](s.reader(ctx).Raw(`SELECT `+responseColumns+responseTables+condition+
		` AND r.thread_id = ? AND r.number BETWEEN ? AND ? ORDER BY r.number, r.id`, values...))
}

// Sources lists responses with their Markdown, after a number, for the API.
func (s *Store) Sources(ctx context.Context, scope models.Scope, threadID int64, after, limit int) ([]models.ResponseRow, error) {
	condition, values := where(scope, threadID, after, limit)
	return all[models.ResponseRow](s.reader(ctx).Raw(`SELECT `+responseColumns+sourceColumn+responseTables+condition+
		` AND r.thread_id = ? AND r.number > ? ORDER BY r.number, r.id LIMIT ?`, values...))
}

// Response finds one response with its Markdown.
func (s *Store) Response(ctx context.Context, scope models.Scope, threadID int64, number int) (models.ResponseRow, error) {
	return response(s.reader(ctx), scope, threadID, number)
}

// Response finds one response within a transaction.
func (tx *Tx) Response(scope models.Scope, threadID int64, number int) (models.ResponseRow, error) {
	return response(tx.db, scope, threadID, number)
}

func response(db *gorm.DB, scope models.Scope, threadID int64, number int) (models.ResponseRow, error) {
	condition, values := where(scope, threadID, number)
	return one[models.ResponseRow](db.Raw(`SELECT `+responseColumns+sourceColumn+responseTables+condition+
		` AND r.thread_id = ? AND r.number = ?`, values...))
}

// OwnNumbers lists the numbers in a thread whose persona is one of the member's, not
// removed ones among them.
func (s *Store) OwnNumbers(ctx context.Context, threadID, memberID int64) ([]int, error) {
	return all[int](s.reader(ctx).Raw(`SELECT r.number FROM responses r JOIN personas p ON p.id = r.persona_id
		WHERE r.thread_id = ? AND p.member_id = ? AND r.removed_at IS NULL ORDER BY r.number`, threadID, memberID))
}

// OwnerOf is the member behind a persona, 0 when there is none. It is for the access
// rule only.
func (tx *Tx) OwnerOf(personaID int64) (int64, error) {
	return ownerOf(tx.db, personaID)
}

// OwnerOf is the member behind a persona, 0 when there is none. It is for the access
// rule only.
func (s *Store) OwnerOf(ctx context.Context, personaID int64) (int64, error) {
	return ownerOf(s.reader(ctx), personaID)
}

func ownerOf(db *gorm.DB, personaID int64) (int64, error) {
	return one[int64](db.Raw("SELECT COALESCE(member_id, 0) FROM personas WHERE id = ?", personaID))
}

// Changes reads, in one snapshot, the latest state of every row of a thread that
// changed after since: at most limit responses, in the order of their change.
func (s *Store) Changes(ctx context.Context, scope models.Scope, threadID, since int64, limit int) (models.Changes, error) {
	var changes models.Changes
	err := s.snapshot(ctx, func(db *gorm.DB) error {
		counters, err := one[Counters](db.Raw("SELECT epoch, rights_seq, faces FROM community WHERE id = 1"))
		if err != nil {
			return err
		}
		changes.Epoch, changes.Rights = counters.Epoch, counters.RightsSeq
		if changes.Head, err = threadHead(db, scope, threadID); err != nil {
			return err
		}
		if since >= changes.Head.Seq {
			return nil
		}
		condition, values := where(scope, threadID, since, limit+1)
		changes.Rows, err = all[models.ResponseRow](db.Raw(`SELECT `+responseColumns+sourceColumn+responseTables+condition+
			` AND r.thread_id = ? AND r.changed_seq > ? ORDER BY r.changed_seq, r.id LIMIT ?`, values...))
		return err
	})
	if err != nil {
		return models.Changes{}, fmt.Errorf("changes of thread: %w", err)
	}
	if len(changes.Rows) > limit {
		changes.Rows, changes.Truncated = changes.Rows[:limit], true
	}
	changes.ThreadChanged = changes.Head.ChangedSeq > since
	return changes, nil
}

// CreateResponse writes a response and its words for the search: title is the
// thread's for the opening, else empty; words is the folded text.
func (tx *Tx) CreateResponse(response *models.Response, title, words string) error {
	if err := tx.db.Create(response).Error; err != nil {
		return translate(err)
	}
	return tx.db.Exec(tx.dialect.index, response.ID, title, words).Error
}

// UpdateText writes a new edition of a response: Body, HTML, Excerpt, Renderer, Lang,
// Rev, ChangedSeq and EditedAt of the given response, keeping the former text.
func (tx *Tx) UpdateText(response *models.Response, title, words string) error {
	err := tx.db.Exec(`INSERT INTO editions (response_id, rev, body, html, lang, created_at)
		SELECT id, rev, body, html, lang, COALESCE(edited_at, created_at) FROM responses WHERE id = ?`, response.ID).Error
	if err != nil {
		return translate(err)
	}
	err = tx.db.Model(response).Select("Body", "HTML", "Excerpt", "Renderer", "Lang", "Rev", "ChangedSeq", "EditedAt").
		Updates(response).Error
	if err != nil {
		return translate(err)
	}
	return tx.reindex(response.ID, title, words)
}

func (tx *Tx) reindex(id int64, title, words string) error {
	if err := tx.db.Exec(tx.dialect.drop, id).Error; err != nil {
		return err
	}
	return tx.db.Exec(tx.dialect.index, id, title, words).Error
}

// Reindex replaces the words of a response in the search.
func (tx *Tx) Reindex(id int64, title, words string) error { return tx.reindex(id, title, words) }

// RemoveResponse makes a tombstone of a response: RemovedAt and ChangedSeq of the
// given one are written and its words leave the search.
func (tx *Tx) RemoveResponse(response *models.Response) error {
	err := tx.db.Model(response).Select("RemovedAt", "ChangedSeq").Updates(response).Error
	if err != nil {
		return translate(err)
	}
	return tx.db.Exec(tx.dialect.drop, response.ID).Error
}

// EraseText empties a removed response for good, former editions too.
func (tx *Tx) EraseText(responseID int64) error {
	if err := tx.db.Exec("DELETE FROM editions WHERE response_id = ?", responseID).Error; err != nil {
		return err
	}
	return tx.db.Exec("UPDATE responses SET body = '', html = '', excerpt = '' WHERE id = ?", responseID).Error
}

// ResponseID is the id of a number in a thread.
func (tx *Tx) ResponseID(threadID int64, number int) (int64, error) {
	return one[int64](tx.db.Raw("SELECT id FROM responses WHERE thread_id = ? AND number = ?", threadID, number))
}
