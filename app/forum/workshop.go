package forum

import (
	"context"
	"errors"
	"fmt"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

func notFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// Workshop finds a workshop with its sessions, resources, the readable threads that
// continue each session, and the members of each group today.
func (f *Forum) Workshop(ctx context.Context, viewer models.Viewer, slug string) (models.WorkshopPage, error) {
	var page models.WorkshopPage
	var err error
	if page.Workshop, err = f.store.Workshop(ctx, slug); err != nil {
		return page, err
	}
	sessions, err := f.store.WorkshopSessions(ctx, page.ID)
	if err != nil {
		return page, fmt.Errorf("workshop: %w", err)
	}
	threads, err := f.store.ThreadsOfSessions(ctx, access.Scope(viewer))
	if err != nil {
		return page, fmt.Errorf("workshop: %w", err)
	}
	for _, session := range sessions {
		page.Sessions = append(page.Sessions, models.WorkshopSessionRow{WorkshopSession: session, Threads: threads[session.ID]})
	}
	if page.Resources, err = f.store.WorkshopResources(ctx, page.ID); err != nil {
		return page, fmt.Errorf("workshop: %w", err)
	}
	page.Members, err = f.store.MembersByGroup(ctx, f.now().UTC())
	return page, err
}

// FirstWorkshop is the slug of the workshop that the community continues, empty when
// there is none.
func (f *Forum) FirstWorkshop(ctx context.Context) (string, error) {
	workshop, err := f.store.Workshop(ctx, "")
	if notFound(err) {
		return "", nil
	}
	return workshop.Slug, err
}

// Agenda lists the questions of the learning agenda with the readable threads that
// speak to each.
func (f *Forum) Agenda(ctx context.Context, viewer models.Viewer) ([]models.QuestionRow, error) {
	return f.questions(ctx, viewer)
}

func (f *Forum) questions(ctx context.Context, viewer models.Viewer) ([]models.QuestionRow, error) {
	questions, err := f.store.Questions(ctx)
	if err != nil {
		return nil, fmt.Errorf("agenda: %w", err)
	}
	threads, err := f.store.ThreadsOfQuestions(ctx, access.Scope(viewer))
	if err != nil {
		return nil, fmt.Errorf("agenda: %w", err)
	}
	rows := make([]models.QuestionRow, 0, len(questions))
	for _, question := range questions {
		rows = append(rows, models.QuestionRow{Question: question, Threads: threads[question.ID]})
	}
	return rows, nil
}
