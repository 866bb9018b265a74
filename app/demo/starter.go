package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"colloquy/models"
	"colloquy/models/store"
)

// WriteStarter writes the starter community when the database was never founded and
// holds no thread, and tells whether it did. The community's own row, groups and
// initiatives must be there.
func WriteStarter(ctx context.Context, s *store.Store, now time.Time) (bool, error) {
	community, err := s.Community(ctx)
	if err != nil {
		return false, fmt.Errorf("starter community: %w", err)
	}
	if community.StartedAt != nil {
		return false, nil
	}
	sizes, err := s.Sizes(ctx)
	if err != nil {
		return false, fmt.Errorf("starter community: %w", err)
	}
	if sizes.Threads > 0 {
		return false, nil
	}
	texts, err := Starter()
	if err != nil {
		return false, err
	}
	f, err := newFounding(ctx, s, texts, now)
	if err != nil {
		return false, err
	}
	if err := s.Write(ctx, f.starter); err != nil {
		// Another instance that started at the same time may have been first.
		if community, readErr := s.Community(ctx); errors.Is(err, store.ErrTaken) && readErr == nil && community.StartedAt != nil {
			return false, nil
		}
		return false, fmt.Errorf("starter community: %w", err)
	}
	return true, nil
}

// starter writes the starter community: each theme with the thread that opens it.
func (f *founding) starter(tx *store.Tx) error {
	if err := f.places(tx); err != nil {
		return err
	}
	threads := f.openings(0)
	if err := f.threads(tx, threads); err != nil {
		return err
	}
	if err := f.agenda(tx, 1); err != nil {
		return err
	}
	return tx.Started(f.now, false)
}

// founding puts a community's texts into the database.
type founding struct {
	now    time.Time
	texts  StarterTexts
	groups map[string]int64 // by key
	// By slugs: initiatives, and what the founding itself makes.
	initiatives, themes, sessions map[string]int64
	// personas are the speakers by handle; the convener of the starter community is "".
	personas map[string]models.Persona
	// threadsOf lists the threads of each theme in the order in which they were written.
	threadsOf map[string][]int64
}

func newFounding(ctx context.Context, s *store.Store, texts StarterTexts, now time.Time) (*founding, error) {
	f := &founding{
		now: now.UTC().Truncate(time.Microsecond), texts: texts, groups: map[string]int64{},
		initiatives: map[string]int64{}, themes: map[string]int64{}, sessions: map[string]int64{},
		personas: map[string]models.Persona{}, threadsOf: map[string][]int64{},
	}
	groups, err := s.Groups(ctx)
	if err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	for _, group := range groups {
		f.groups[group.Key] = group.ID
	}
	initiatives, err := s.Initiatives(ctx)
	if err != nil {
		return nil, fmt.Errorf("initiatives: %w", err)
	}
	for _, initiative := range initiatives {
		f.initiatives[initiative.Slug] = initiative.ID
	}
	return f, nil
}

// places writes the themes, the workshop and the convener's persona.
func (f *founding) places(tx *store.Tx) error {
	for i, theme := range f.texts.Themes {
		row := models.Theme{
			Slug: theme.Slug, Title: theme.Title, Line: theme.Line, Purpose: theme.Purpose, Lang: "en", Position: i + 1,
			Audience: models.AudienceEveryone, CreatedAt: f.now, Pseudonyms: theme.Pseudonyms,
		}
		if err := tx.CreateTheme(&row, nil); err != nil {
			return fmt.Errorf("theme %s: %w", theme.Slug, err)
		}
		f.themes[theme.Slug] = row.ID
	}
	convener := models.Persona{Kind: models.PersonaConvener, Name: "The convener", CreatedAt: f.now}
	if err := tx.CreatePersona(&convener); err != nil {
		return fmt.Errorf("the convener: %w", err)
	}
	f.personas[""] = convener
	return f.workshop(tx)
}

func (f *founding) workshop(tx *store.Tx) error {
	w := f.texts.Workshop
	row := models.Workshop{
		Slug: w.Slug, Title: w.Title, Lang: "en", Month: w.Month, FirstDay: w.FirstDay, LastDay: w.LastDay,
		ConvenedBy: w.ConvenedBy, SupportedBy: w.SupportedBy, Summary: w.Summary, Unknown: w.Unknown,
	}
	sessions := make([]models.WorkshopSession, 0, len(w.Sessions))
	for _, session := range w.Sessions {
		sessions = append(sessions, models.WorkshopSession{Slug: session.Slug, Title: session.Title, Summary: session.Summary})
	}
	resources := make([]models.WorkshopResource, 0, len(w.Resources))
	for _, resource := range w.Resources {
		resources = append(resources, models.WorkshopResource{Title: resource.Title, Note: resource.Note, State: resource.State})
	}
	if err := tx.CreateWorkshop(&row, sessions, resources); err != nil {
		return fmt.Errorf("workshop %s: %w", w.Slug, err)
	}
	for _, session := range sessions {
		f.sessions[session.Slug] = session.ID
	}
	return nil
}

// openings are the threads that open the themes, so many days old.
func (f *founding) openings(daysAgo float64) []Thread {
	threads := make([]Thread, 0, len(f.texts.Themes))
	for _, theme := range f.texts.Themes {
		threads = append(threads, Thread{
			Theme: theme.Slug, Title: theme.Opening.Title, Lang: "en", Kind: theme.Opening.Kind, Level: theme.Opening.Level,
			Session: theme.Session, Posts: []Post{{Body: theme.Opening.Body, DaysAgo: daysAgo}},
		})
	}
	return threads
}

// agenda writes the questions, each linked to at most so many threads of its themes.
func (f *founding) agenda(tx *store.Tx, most int) error {
	for i, question := range f.texts.Questions {
		row := models.Question{
			Slug: question.Slug, Question: question.Question, Lang: "en", Status: question.Status, SoFar: question.SoFar,
			UnderWay: strings.Join(question.UnderWay, "\n"), Position: i + 1,
		}
		if err := tx.CreateQuestion(&row); err != nil {
			return fmt.Errorf("question %s: %w", question.Slug, err)
		}
		for _, theme := range question.Themes {
			ids := f.threadsOf[theme]
			for _, id := range ids[:min(len(ids), most)] {
				if err := tx.LinkQuestion(row.ID, id); err != nil {
					return fmt.Errorf("question %s: %w", question.Slug, err)
				}
			}
		}
	}
	return nil
}
