package store

import (
	"context"

	"colloquy/models"
)

// Workshop finds a workshop by its slug, empty for the first one.
func (s *Store) Workshop(ctx context.Context, slug string) (models.Workshop, error) {
	return one[models.Workshop](s.reader(ctx).Raw(
		"SELECT * FROM workshops WHERE slug = ? OR ? = '' ORDER BY id LIMIT 1", slug, slug))
}

// WorkshopSessions lists a workshop's sessions in order.
func (s *Store) WorkshopSessions(ctx context.Context, workshopID int64) ([]models.WorkshopSession, error) {
	return all[models.WorkshopSession](s.reader(ctx).Raw(
		"SELECT * FROM workshop_sessions WHERE workshop_id = ? ORDER BY position, id", workshopID))
}

// WorkshopResources lists a workshop's resources in order.
func (s *Store) WorkshopResources(ctx context.Context, workshopID int64) ([]models.WorkshopResource, error) {
	return all[models.WorkshopResource](s.reader(ctx).Raw(
		"SELECT * FROM workshop_resources WHERE workshop_id = ? ORDER BY position, id", workshopID))
}

// CreateWorkshop writes a workshop with its sessions and resources, whose ids it sets.
func (tx *Tx) CreateWorkshop(workshop *models.Workshop, sessions []models.WorkshopSession, resources []models.WorkshopResource) error {
	if err := tx.db.Create(workshop).Error; err != nil {
		return translate(err)
	}
	for i := range sessions {
		sessions[i].WorkshopID, sessions[i].Position = workshop.ID, i+1
		if err := tx.db.Create(&sessions[i]).Error; err != nil {
			return translate(err)
		}
	}
	for i := range resources {
		resources[i].WorkshopID, resources[i].Position = workshop.ID, i+1
		if err := tx.db.Create(&resources[i]).Error; err != nil {
			return translate(err)
		}
	}
	return nil
}

// Questions lists the learning agenda in order.
func (s *Store) Questions(ctx context.Context) ([]models.Question, error) {
	return all[models.Question](s.reader(ctx).Raw("SELECT * FROM questions ORDER BY position, id"))
}

// ThreadsOfQuestions lists the threads that speak to each question and that the scope may read.
func (s *Store) ThreadsOfQuestions(ctx context.Context, scope models.Scope) (map[int64][]models.ThreadRow, error) {
	return s.threadsBy(ctx, scope, "JOIN question_threads link ON link.thread_id = t.id", "link.question_id", false)
}

// ThreadsOfSessions lists the threads that continue each session and that the scope may read.
func (s *Store) ThreadsOfSessions(ctx context.Context, scope models.Scope) (map[int64][]models.ThreadRow, error) {
	return s.threadsBy(ctx, scope, "", "t.workshop_session_id", true)
}

// threadsBy lists readable threads by a column that says where each belongs.
func (s *Store) threadsBy(ctx context.Context, scope models.Scope, join, column string, voices bool) (map[int64][]models.ThreadRow, error) {
	type placed struct {
		models.ThreadRow
		BelongsTo int64
	}
	condition, values := where(scope)
	rows, err := all[placed](s.reader(ctx).Raw(`SELECT `+column+` AS belongs_to, `+threadRowColumns+` `+join+condition+
		` AND `+column+` IS NOT NULL ORDER BY t.active_at DESC, t.id DESC LIMIT 300`, values...))
	if err != nil {
		return nil, err
	}
	threads := make([]models.ThreadRow, 0, len(rows))
	for _, row := range rows {
		threads = append(threads, row.ThreadRow)
	}
	if voices {
		if err := fillVoices(s.reader(ctx), threads); err != nil {
			return nil, err
		}
	}
	found := map[int64][]models.ThreadRow{}
	for i, row := range rows {
		found[row.BelongsTo] = append(found[row.BelongsTo], threads[i])
	}
	return found, nil
}

// CreateQuestion writes a question of the learning agenda.
func (tx *Tx) CreateQuestion(question *models.Question) error {
	return translate(tx.db.Create(question).Error)
}

// LinkQuestion says that a thread speaks to a question.
func (tx *Tx) LinkQuestion(questionID, threadID int64) error {
	return translate(tx.db.Exec("INSERT INTO question_threads (question_id, thread_id) VALUES (?, ?)",
		questionID, threadID).Error)
}
