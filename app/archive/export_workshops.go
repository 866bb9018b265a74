package archive

import (
	"context"
	"strings"
)

// workshops writes the workshops with their sessions and resources.
func (e *exporting) workshops(ctx context.Context) error {
	rows, err := e.store.Workshops(ctx)
	if err != nil {
		return err
	}
	type session struct {
		ID      int64  `json:"id"`
		Slug    string `json:"slug"`
		Title   string `json:"title"`
		Summary string `json:"summary"`
	}
	type resource struct {
		Title string `json:"title"`
		Note  string `json:"note"`
		State string `json:"state"`
	}
	type workshop struct {
		Slug        string     `json:"slug"`
		Title       string     `json:"title"`
		Lang        string     `json:"lang"`
		Year        int        `json:"year,omitempty"`
		Month       int        `json:"month,omitempty"`
		FirstDay    int        `json:"first_day,omitempty"`
		LastDay     int        `json:"last_day,omitempty"`
		ConvenedBy  string     `json:"convened_by"`
		SupportedBy string     `json:"supported_by"`
		Summary     string     `json:"summary"`
		Unknown     string     `json:"unknown"`
		Sessions    []session  `json:"sessions"`
		Resources   []resource `json:"resources"`
	}
	list := make([]workshop, 0, len(rows))
	for _, row := range rows {
		w := workshop{
			Slug: row.Slug, Title: row.Title, Lang: row.Lang, Year: row.Year, Month: row.Month, FirstDay: row.FirstDay,
			LastDay: row.LastDay, ConvenedBy: row.ConvenedBy, SupportedBy: row.SupportedBy, Summary: row.Summary,
			Unknown: row.Unknown, Sessions: []session{}, Resources: []resource{},
		}
		sessions, err := e.store.WorkshopSessions(ctx, row.ID)
		if err != nil {
			return err
		}
		for _, s := range sessions {
			w.Sessions = append(w.Sessions, session{ID: s.ID, Slug: s.Slug, Title: s.Title, Summary: s.Summary})
		}
		resources, err := e.store.WorkshopResources(ctx, row.ID)
		if err != nil {
			return err
		}
		for _, r := range resources {
			w.Resources = append(w.Resources, resource{Title: r.Title, Note: r.Note, State: r.State})
		}
		list = append(list, w)
	}
	return e.json("workshops.json", list)
}

// agenda writes the questions of the learning agenda.
func (e *exporting) agenda(ctx context.Context) error {
	questions, err := e.store.Questions(ctx)
	if err != nil {
		return err
	}
	links, err := e.store.QuestionLinks(ctx, everything)
	if err != nil {
		return err
	}
	type question struct {
		Slug     string   `json:"slug"`
		Question string   `json:"question"`
		Lang     string   `json:"lang"`
		Status   string   `json:"status"`
		SoFar    string   `json:"so_far"`
		UnderWay []string `json:"under_way"`
		Threads  []int64  `json:"threads"`
	}
	list := make([]question, 0, len(questions))
	for _, row := range questions {
		q := question{
			Slug: row.Slug, Question: row.Question, Lang: row.Lang, Status: string(row.Status), SoFar: row.SoFar,
			UnderWay: []string{}, Threads: []int64{},
		}
		if row.UnderWay != "" {
			q.UnderWay = strings.Split(row.UnderWay, "\n")
		}
		for _, link := range links {
			if link.QuestionID == row.ID {
				q.Threads = append(q.Threads, link.ThreadID)
			}
		}
		list = append(list, q)
	}
	return e.json("learning-agenda.json", list)
}
