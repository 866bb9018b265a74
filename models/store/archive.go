package store

import (
	"context"
	"strings"
	"time"

	"colloquy/models"
)

// manyRows is how many rows one statement writes: few enough for the parameters that
// both databases allow, many enough that the statement itself costs little.
const manyRows = 200

// Words are what the search knows of a response: the folded title for an opening,
// else empty, and the folded text.
type Words struct {
	ResponseID int64
	Title      string
	Text       string
}

// ReserveIDs takes the next n ids of a table, ascending, so that rows can name each
// other before they are written. The table's name is never input.
func (tx *Tx) ReserveIDs(table string, n int) ([]int64, error) {
	if n == 0 {
		return nil, nil
	}
	return all[int64](tx.db.Raw(tx.dialect.reserve, table, n))
}

// CreatePersonas writes personas and sets their ids.
func (tx *Tx) CreatePersonas(personas []models.Persona) error {
	ids, err := tx.ReserveIDs("personas", len(personas))
	if err != nil {
		return err
	}
	for i := range personas {
		personas[i].ID = ids[i]
	}
	return createMany(tx, personas)
}

// CreateThreads writes threads whose ids were reserved.
func (tx *Tx) CreateThreads(threads []models.Thread) error { return createMany(tx, threads) }

// CreateMembers writes members and sets their ids; ErrTaken when an address is known.
func (tx *Tx) CreateMembers(members []models.Member) error {
	ids, err := tx.ReserveIDs("members", len(members))
	if err != nil {
		return err
	}
	for i := range members {
		members[i].ID = ids[i]
		named(&members[i])
	}
	if err := createMany(tx, members); err != nil {
		return err
	}
	return tx.MoveRights()
}

// CreateResponses writes responses whose ids were reserved, and the words of those
// that the search shall find. The thread's counts are the caller's.
func (tx *Tx) CreateResponses(responses []models.Response, words []Words) error {
	if err := createMany(tx, responses); err != nil {
		return err
	}
	return tx.IndexWords(words)
}

// Reply says which response another one answers.
type Reply struct {
	ID        int64
	ReplyToID int64
}

// LinkReplies says what responses answer that were written before the answered ones.
func (tx *Tx) LinkReplies(replies []Reply) error {
	for _, reply := range replies {
		if err := tx.db.Exec("UPDATE responses SET reply_to_id = ? WHERE id = ?", reply.ReplyToID, reply.ID).Error; err != nil {
			return translate(err)
		}
	}
	return nil
}

// CreateEditions writes former texts.
func (tx *Tx) CreateEditions(editions []models.Edition) error { return createMany(tx, editions) }

func createMany[T any](tx *Tx, rows []T) error {
	for len(rows) > 0 {
		some := rows[:min(len(rows), manyRows)]
		if err := tx.db.Create(&some).Error; err != nil {
			return translate(err)
		}
		rows = rows[len(some):]
	}
	return nil
}

// IndexWords puts responses that are not in it into the search index.
func (tx *Tx) IndexWords(words []Words) error {
	into, place, _ := strings.Cut(tx.dialect.index, " VALUES ")
	for len(words) > 0 {
		some := words[:min(len(words), manyRows)]
		values := make([]any, 0, 3*len(some))
		for _, w := range some {
			values = append(values, w.ResponseID, w.Title, w.Text)
		}
		query := into + " VALUES " + place + strings.Repeat(", "+place, len(some)-1)
		if err := tx.db.Exec(query, values...).Error; err != nil {
			return translate(err)
		}
		words = words[len(some):]
	}
	return nil
}

// CreateVoices writes how often groups have spoken in threads that had no voice yet.
func (tx *Tx) CreateVoices(voices []models.Voice) error {
	const place = "(?, ?, ?)"
	for len(voices) > 0 {
		some := voices[:min(len(voices), manyRows)]
		values := make([]any, 0, 3*len(some))
		for _, voice := range some {
			values = append(values, voice.ThreadID, voice.GroupID, voice.Responses)
		}
		query := "INSERT INTO thread_voices (thread_id, group_id, responses) VALUES " + place +
			strings.Repeat(", "+place, len(some)-1)
		if err := tx.db.Exec(query, values...).Error; err != nil {
			return translate(err)
		}
		voices = voices[len(some):]
	}
	return nil
}

// AdvanceMany takes the next k change numbers and response numbers of a thread and
// counts k responses, the last one written at the time at. It returns the place of
// the last one. Its row stays locked until the transaction ends: call it last.
func (tx *Tx) AdvanceMany(threadID int64, k int, at time.Time) (Place, error) {
	return one[Place](tx.db.Raw(`UPDATE threads SET seq = seq + ?, last_number = last_number + ?, responses = responses + ?,
		latest_number = last_number + ?, active_at = ? WHERE id = ? RETURNING seq, last_number`, k, k, k, k, at, threadID))
}

// PersonasBySource finds the ids of imported authors by their source keys.
func (tx *Tx) PersonasBySource(keys []string) (map[string]int64, error) {
	type known struct {
		ID        int64
		SourceKey string
	}
	found := make(map[string]int64, len(keys))
	for len(keys) > 0 {
		some := keys[:min(len(keys), manyRows)]
		keys = keys[len(some):]
		rows, err := all[known](tx.db.Raw("SELECT id, source_key FROM personas WHERE source_key IN ?", some))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[row.SourceKey] = row.ID
		}
	}
	return found, nil
}

// ImportedTexts finds the ids of a thread's imported texts by their import keys.
func (tx *Tx) ImportedTexts(threadID int64) (map[string]int64, error) {
	type known struct {
		ID        int64
		ImportKey string
	}
	rows, err := all[known](tx.db.Raw(
		"SELECT id, import_key FROM responses WHERE thread_id = ? AND import_key IS NOT NULL", threadID))
	found := make(map[string]int64, len(rows))
	for _, row := range rows {
		found[row.ImportKey] = row.ID
	}
	return found, err
}

// ImportedThreads tells which of the import keys belong to a thread.
func (tx *Tx) ImportedThreads(keys []string) (map[string]bool, error) {
	found := make(map[string]bool, len(keys))
	for len(keys) > 0 {
		some := keys[:min(len(keys), manyRows)]
		keys = keys[len(some):]
		rows, err := all[string](tx.db.Raw("SELECT import_key FROM threads WHERE import_key IN ?", some))
		if err != nil {
			return nil, err
		}
		for _, key := range rows {
			found[key] = true
		}
	}
	return found, nil
}

// PersonasByHandle finds named personas by handles, with their groups.
func (tx *Tx) PersonasByHandle(handles []string) (map[string]models.Persona, error) {
	found := make(map[string]models.Persona, len(handles))
	for len(handles) > 0 {
		some := handles[:min(len(handles), manyRows)]
		handles = handles[len(some):]
		rows, err := all[models.Persona](tx.db.Raw("SELECT * FROM personas WHERE handle IN ?", some))
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[*row.Handle] = row
		}
	}
	return found, nil
}

// ThreadsOfTheme lists the threads of a theme that the scope may read in the order of
// their ids, after one of them, for exports.
func (s *Store) ThreadsOfTheme(ctx context.Context, scope models.Scope, themeID, after int64, limit int) ([]models.Thread, error) {
	condition, values := where(scope, themeID, after, limit)
	return all[models.Thread](s.reader(ctx).Raw(`SELECT `+threadColumns+` FROM threads t JOIN themes th ON th.id = t.theme_id`+
		condition+` AND t.theme_id = ? AND t.id > ? ORDER BY t.id LIMIT ?`, values...))
}

// MemberRow is a member as the operator's export lists them.
type MemberRow struct {
	Name     string
	Handle   string
	Group    string `gorm:"column:group_name"`
	Role     models.Role
	JoinedOn time.Time
	Email    string
}

// Members lists the members with their own profiles in the order in which they
// joined, for the operator's export.
func (s *Store) Members(ctx context.Context) ([]MemberRow, error) {
	return all[MemberRow](s.reader(ctx).Raw(`SELECT p.name, COALESCE(p.handle, '') AS handle, g.name AS group_name, m.role,
		m.joined_on, m.email FROM members m JOIN stakeholder_groups g ON g.id = m.group_id
		JOIN personas p ON p.member_id = m.id AND p.kind = ? ORDER BY m.id, p.id`, models.PersonaNamed))
}

// Workshops lists all workshops.
func (s *Store) Workshops(ctx context.Context) ([]models.Workshop, error) {
	return all[models.Workshop](s.reader(ctx).Raw("SELECT * FROM workshops ORDER BY id"))
}

// QuestionLink says that a thread speaks to a question.
type QuestionLink struct {
	QuestionID int64
	ThreadID   int64
}

// QuestionLinks lists which threads that the scope may read speak to which questions.
func (s *Store) QuestionLinks(ctx context.Context, scope models.Scope) ([]QuestionLink, error) {
	condition, values := where(scope)
	return all[QuestionLink](s.reader(ctx).Raw(`SELECT qt.question_id, qt.thread_id FROM question_threads qt
		JOIN threads t ON t.id = qt.thread_id JOIN themes th ON th.id = t.theme_id`+condition+
		` ORDER BY qt.question_id, qt.thread_id`, values...))
}
