package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"colloquy/models"
)

// exportedThread is a line of the thread archive with what else is known of a thread.
type exportedThread struct {
	archived
	ID      int64  `json:"id"`
	Level   string `json:"level,omitempty"`
	Outcome string `json:"outcome,omitempty"`
	// Posts hide those of archived.
	Posts []exportedPost `json:"posts"`
}

// exportedPost is a post with what else is known of a text.
type exportedPost struct {
	post
	Group    string     `json:"group,omitempty"`
	Lang     string     `json:"lang"`
	EditedAt *time.Time `json:"edited_at,omitempty"`
}

// threads writes the file of a theme's threads.
func (e *exporting) threads(ctx context.Context, theme models.Theme) error {
	w, err := e.file(threadFile(theme.Slug))
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		threads, err := e.store.ThreadsOfTheme(ctx, everything, theme.ID, after, exportPage)
		if err != nil {
			return err
		}
		for _, thread := range threads {
			if err := e.thread(ctx, w, theme, thread); err != nil {
				return fmt.Errorf("thread %d: %w", thread.ID, err)
			}
			after = thread.ID
		}
		if len(threads) < exportPage {
			return nil
		}
	}
}

// thread writes the line of a thread; one without any text left has none.
func (e *exporting) thread(ctx context.Context, w io.Writer, theme models.Theme, thread models.Thread) error {
	line := exportedThread{
		archived: archived{
			Source: e.options.Source, Title: thread.Title, Theme: theme.Title, Kind: string(thread.Kind), Lang: thread.Lang,
		},
		ID: thread.ID, Level: string(thread.Level), Outcome: string(thread.Outcome),
	}
	for after := 0; ; {
		rows, err := e.store.Sources(ctx, everything, thread.ID, after, exportPage)
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.Number
			if !row.Removed() {
				line.Posts = append(line.Posts, exportedText(row))
			}
		}
		if len(rows) < exportPage {
			break
		}
	}
	if len(line.Posts) == 0 {
		return nil
	}
	e.done.Threads++
	e.done.Texts += len(line.Posts)
	if e.options.Progress != nil {
		e.options.Progress(e.done.Threads)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(line)
}

func exportedText(row models.ResponseRow) exportedPost {
	number := int64(row.Number)
	p := exportedPost{
		post:  post{N: &number, Author: row.PersonaName, Body: &row.Body, Format: "markdown"},
		Group: row.GroupName, Lang: row.Lang,
	}
	switch row.Dating {
	case models.DatedExactly:
		p.Date = row.CreatedAt.UTC().Format(time.RFC3339Nano)
	case models.DatedByDay:
		p.Date = row.CreatedAt.UTC().Format(time.DateOnly)
	}
	if row.ReplyTo != 0 {
		parent := int64(row.ReplyTo)
		p.Parent = &parent
	}
	if row.EditedAt != nil {
		edited := row.EditedAt.UTC()
		p.EditedAt = &edited
	}
	return p
}
