package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"colloquy/models"
)

const headTables = ` FROM threads t JOIN themes th ON th.id = t.theme_id JOIN personas p ON p.id = t.persona_id
	LEFT JOIN stakeholder_groups g ON g.id = p.group_id
	LEFT JOIN workshop_sessions ws ON ws.id = t.workshop_session_id LEFT JOIN workshops w ON w.id = ws.workshop_id`

const headColumns = threadColumns + `, ` + bylineColumns + `, th.slug AS theme_slug, th.title AS theme_title,
	th.lang AS theme_lang, th.audience AS theme_audience, th.pseudonyms AS theme_pseudonyms, COALESCE(ws.title, '') AS session_title,
	COALESCE(ws.slug, '') AS session_slug, COALESCE(w.slug, '') AS workshop_slug`

// ThreadHead finds what stands above a thread's responses, voices included.
func (s *Store) ThreadHead(ctx context.Context, scope models.Scope, id int64) (models.ThreadHead, error) {
	return threadHead(s.reader(ctx), scope, id)
}

// ThreadHead finds a thread within a transaction.
func (tx *Tx) ThreadHead(scope models.Scope, id int64) (models.ThreadHead, error) {
	return threadHead(tx.db, scope, id)
}

func threadHead(db *gorm.DB, scope models.Scope, id int64) (models.ThreadHead, error) {
	condition, values := where(scope, id)
	head, err := one[models.ThreadHead](db.Raw(`SELECT `+headColumns+headTables+condition+` AND t.id = ?`, values...))
	if err != nil {
		return head, err
	}
	if head.ThemeAudience == models.AudienceGroups {
		groups, err := audienceGroups(db, []int64{head.ThemeID})
		if err != nil {
			return head, err
		}
		head.AudienceGroupIDs = groups[head.ThemeID]
	}
	head.Voices, err = all[models.Voice](db.Raw(
		"SELECT group_id, responses FROM thread_voices WHERE thread_id = ? AND responses > 0 ORDER BY group_id", id))
	return head, err
}

// ThreadState is what a cached page is checked against.
type ThreadState struct {
	ID       int64
	Seq      int64
	ThemeID  int64
	Audience models.Audience
}

// ThreadStates reads where threads stand, whoever may read them.
func (s *Store) ThreadStates(ctx context.Context, ids []int64) ([]ThreadState, error) {
	return all[ThreadState](s.reader(ctx).Raw(`SELECT t.id, t.seq, t.theme_id, th.audience FROM threads t
		JOIN themes th ON th.id = t.theme_id WHERE t.id IN ?`, ids))
}

// ThreadList chooses the threads of a list.
type ThreadList struct {
	// ThemeID and WorkshopSessionID choose a theme or session; 0 for all.
	ThemeID           int64
	WorkshopSessionID int64
	QuestionID        int64
	// Kind chooses a kind; empty for all.
	Kind models.Kind
	// PinnedFirst puts pinned threads at the top.
	PinnedFirst bool
	// Voices adds who has spoken in each.
	Voices bool
	// After continues behind a place; nil starts at the top.
	After *ThreadPlace
	Limit int
}

// ThreadPlace is a thread's place in a list by activity.
type ThreadPlace struct {
	Pinned   bool
	ActiveAt time.Time
	ID       int64
}

const threadRowColumns = threadColumns + `, ` + bylineColumns + `, th.slug AS theme_slug, th.title AS theme_title,
	COALESCE(lp.name, '') AS latest_name, COALESCE(lp.kind, '') AS latest_kind, COALESCE(l.excerpt, '') AS latest_excerpt, COALESCE(l.lang, '') AS latest_lang,
	COALESCE(o.excerpt, '') AS excerpt
	FROM threads t JOIN themes th ON th.id = t.theme_id JOIN personas p ON p.id = t.persona_id
	LEFT JOIN stakeholder_groups g ON g.id = p.group_id
	LEFT JOIN responses l ON l.thread_id = t.id AND l.number = t.latest_number AND l.removed_at IS NULL
	LEFT JOIN personas lp ON lp.id = l.persona_id
	LEFT JOIN responses o ON o.thread_id = t.id AND o.number = 1 AND o.removed_at IS NULL`

// Threads lists the threads that a scope may read, the latest active first.
func (s *Store) Threads(ctx context.Context, scope models.Scope, list ThreadList) ([]models.ThreadRow, error) {
	condition, values := where(scope)
	if list.ThemeID != 0 {
		condition, values = condition+" AND t.theme_id = ?", append(values, list.ThemeID)
	}
	if list.WorkshopSessionID != 0 {
		condition, values = condition+" AND t.workshop_session_id = ?", append(values, list.WorkshopSessionID)
	}
	if list.QuestionID != 0 {
		condition += " AND EXISTS (SELECT 1 FROM question_threads qt WHERE qt.thread_id = t.id AND qt.question_id = ?)"
		values = append(values, list.QuestionID)
	}
	if list.Kind != "" {
		condition, values = condition+" AND t.kind = ?", append(values, list.Kind)
	}
	order := " ORDER BY t.active_at DESC, t.id DESC LIMIT ?"
	behind := "(t.active_at < ? OR (t.active_at = ? AND t.id < ?))"
	if list.PinnedFirst {
		order = " ORDER BY t.pinned DESC, t.active_at DESC, t.id DESC LIMIT ?"
	}
	if after := list.After; after != nil {
		place := []any{after.ActiveAt, after.ActiveAt, after.ID}
		switch {
		case list.PinnedFirst && after.Pinned:
			condition += " AND (NOT t.pinned OR " + behind + ")"
		case list.PinnedFirst:
			condition += " AND (NOT t.pinned AND " + behind + ")"
		default:
			condition += " AND " + behind
		}
		values = append(values, place...)
	}
	rows, err := all[models.ThreadRow](s.reader(ctx).Raw(`SELECT `+threadRowColumns+condition+order,
		append(values, list.Limit)...))
	if err != nil || !list.Voices {
		return rows, err
	}
	return rows, fillVoices(s.reader(ctx), rows)
}

func fillVoices(db *gorm.DB, rows []models.ThreadRow) error {
	if len(rows) == 0 {
		return nil
	}
	at := make(map[int64]*models.ThreadRow, len(rows))
	ids := make([]int64, 0, len(rows))
	for i := range rows {
		at[rows[i].ID] = &rows[i]
		ids = append(ids, rows[i].ID)
	}
	voices, err := all[models.Voice](db.Raw(`SELECT thread_id, group_id, responses FROM thread_voices
		WHERE thread_id IN ? AND responses > 0 ORDER BY thread_id, group_id`, ids))
	for _, voice := range voices {
		at[voice.ThreadID].Voices = append(at[voice.ThreadID].Voices, voice)
	}
	return err
}

// KindCount says how many threads of a kind a theme holds.
type KindCount struct {
	Kind    models.Kind
	Threads int
}

// KindCounts counts a theme's threads by kind. The caller has read the theme in its scope.
func (s *Store) KindCounts(ctx context.Context, themeID int64) ([]KindCount, error) {
	return all[KindCount](s.reader(ctx).Raw(
		"SELECT kind, COUNT(*) AS threads FROM threads WHERE theme_id = ? GROUP BY kind ORDER BY kind", themeID))
}

// CreateThread writes a thread's row; its opening follows with CreateResponse.
func (tx *Tx) CreateThread(thread *models.Thread) error { return translate(tx.db.Create(thread).Error) }

// UpdateThread writes a thread's theme and its own head: title, slug, language, kind,
// level, outcome, lock and pin, stamped with its ChangedSeq. The caller has read the
// thread after Advance, so that nothing is written over what somebody else changed.
func (tx *Tx) UpdateThread(thread *models.Thread) error {
	return translate(tx.db.Model(thread).Select("ThemeID", "Title", "Slug", "Lang", "Kind", "Level", "Outcome", "Locked",
		"Pinned", "ChangedSeq").Updates(thread).Error)
}

// Place is where a transaction's change stands in a thread.
type Place struct {
	Seq        int64
	LastNumber int
}

// Advance takes the next change number of a thread. Its row stays locked until the
// transaction ends, which makes numbers gapless and in commit order: call it late, and
// after MoveRights and MoveFaces, so that no two transactions wait for each other.
func (tx *Tx) Advance(threadID int64) (int64, error) { return tx.advance(threadID, 1) }

// advance takes several numbers and returns the last of them.
func (tx *Tx) advance(threadID int64, numbers int) (int64, error) {
	place, err := one[Place](tx.db.Raw("UPDATE threads SET seq = seq + ? WHERE id = ? RETURNING seq, last_number", numbers, threadID))
	return place.Seq, err
}

// AdvanceResponse takes the next change number and the next response number of a
// thread, and counts the response written at the time at.
func (tx *Tx) AdvanceResponse(threadID int64, at time.Time) (Place, error) {
	return one[Place](tx.db.Raw(`UPDATE threads SET seq = seq + 1, last_number = last_number + 1, responses = responses + 1,
		latest_number = last_number + 1, active_at = ? WHERE id = ? RETURNING seq, last_number`, at, threadID))
}

// AdvanceRemoval takes the next change number for the removal of a response and
// takes it out of the thread's counts.
func (tx *Tx) AdvanceRemoval(threadID int64, number int) (int64, error) {
	place, err := one[Place](tx.db.Raw("UPDATE threads SET seq = seq + 1 WHERE id = ? RETURNING seq, last_number", threadID))
	if err != nil || number == 1 {
		return place.Seq, err
	}
	err = tx.db.Exec(`UPDATE threads SET responses = responses - 1,
		latest_number = COALESCE((SELECT MAX(r.number) FROM responses r WHERE r.thread_id = threads.id AND r.number > 1
			AND r.number <> ? AND r.removed_at IS NULL), 0),
		active_at = (SELECT r.created_at FROM responses r WHERE r.thread_id = threads.id
			AND r.number <> ? AND (r.number = 1 OR r.removed_at IS NULL) ORDER BY r.number DESC LIMIT 1)
		WHERE id = ?`, number, number, threadID).Error
	return place.Seq, err
}

// ThreadByImport finds an imported conversation.
func (tx *Tx) ThreadByImport(key string) (models.Thread, error) {
	return one[models.Thread](tx.db.Raw(`SELECT `+threadColumns+` FROM threads t WHERE t.import_key = ?`, key))
}

// CountVoice adds delta to how often a group has spoken in a thread.
func (tx *Tx) CountVoice(threadID, groupID int64, delta int) error {
	if groupID == 0 {
		return nil
	}
	return tx.db.Exec(`INSERT INTO thread_voices (thread_id, group_id, responses) VALUES (?, ?, ?)
		ON CONFLICT (thread_id, group_id) DO UPDATE SET responses = thread_voices.responses + excluded.responses`,
		threadID, groupID, delta).Error
}

// Heads reads the community's counters and where threads stand, whoever may read
// them; a thread that does not exist is left out.
func (s *Store) Heads(ctx context.Context, ids []int64) (Counters, map[int64]int64, error) {
	counters, err := s.Counters(ctx)
	if err != nil || len(ids) == 0 {
		return counters, nil, err
	}
	states, err := s.ThreadStates(ctx, ids)
	heads := make(map[int64]int64, len(states))
	for _, state := range states {
		heads[state.ID] = state.Seq
	}
	return counters, heads, err
}
