package demo

import (
	"fmt"
	"strings"
	"time"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

const (
	// excerptRunes is how long the stored first words of a text are.
	excerptRunes = 180
	// How long after it was written a text of the demo was edited or removed.
	editedAfter  = 40 * time.Minute
	removedAfter = 2 * time.Hour
)

// batch is rows that are written together, a table at a time.
type batch struct {
	threads   []models.Thread
	responses []models.Response
	words     []store.Words
	editions  []models.Edition
	voices    []models.Voice
}

func (b *batch) write(tx *store.Tx) error {
	if err := tx.CreateThreads(b.threads); err != nil {
		return fmt.Errorf("write threads: %w", err)
	}
	if err := tx.CreateResponses(b.responses, b.words); err != nil {
		return fmt.Errorf("write responses: %w", err)
	}
	if err := tx.CreateEditions(b.editions); err != nil {
		return fmt.Errorf("write editions: %w", err)
	}
	if err := tx.CreateVoices(b.voices); err != nil {
		return fmt.Errorf("write voices: %w", err)
	}
	return nil
}

// threads writes conversations as if they had been held: every text took a number when
// it was written, then the edits and removals took theirs, and last what a moderator
// did to the thread.
func (f *founding) threads(tx *store.Tx, threads []Thread) error {
	count := 0
	for _, thread := range threads {
		count += len(thread.Posts)
	}
	threadIDs, err := tx.ReserveIDs("threads", len(threads))
	if err != nil {
		return err
	}
	ids, err := tx.ReserveIDs("responses", count)
	if err != nil {
		return err
	}
	var b batch
	for i, thread := range threads {
		if err := f.thread(&b, thread, threadIDs[i], ids[:len(thread.Posts)]); err != nil {
			return fmt.Errorf("thread %q: %w", thread.Title, err)
		}
		ids = ids[len(thread.Posts):]
	}
	return b.write(tx)
}

// thread adds one conversation to a batch; ids are those of its texts.
func (f *founding) thread(b *batch, thread Thread, id int64, ids []int64) error {
	row := models.Thread{
		ID: id, ThemeID: f.themes[thread.Theme], Slug: prose.Slug(thread.Title), Title: thread.Title, Lang: thread.Lang,
		Kind: thread.Kind, Level: thread.Level, Outcome: thread.Outcome, Locked: thread.Locked, Pinned: thread.Pinned,
		Seq: int64(len(ids)), LastNumber: len(ids), Dating: models.DatedExactly,
	}
	if row.ThemeID == 0 || len(ids) == 0 {
		return fmt.Errorf("there is no theme %q, or no text", thread.Theme)
	}
	if thread.Session != "" {
		sessionID, ok := f.sessions[thread.Session]
		if !ok {
			return fmt.Errorf("there is no session %q", thread.Session)
		}
		row.WorkshopSessionID = &sessionID
	}
	voices := map[int64]int{}
	for i, post := range thread.Posts {
		persona, ok := f.personas[post.By]
		if !ok {
			return fmt.Errorf("¶%d: there is no member %q", i+1, post.By)
		}
		if post.Lang == "" {
			post.Lang = thread.Lang
		}
		response, words := written(post.Body)
		response.ID, response.ThreadID, response.Number, response.ChangedSeq = ids[i], id, i+1, int64(i+1)
		response.PersonaID, response.Lang, response.CreatedAt = persona.ID, post.Lang, f.ago(post.DaysAgo)
		if post.ReplyTo > 0 && post.ReplyTo <= i {
			response.ReplyToID = &ids[post.ReplyTo-1]
		}
		if post.Edited {
			row.Seq++
			b.editions = append(b.editions, f.edit(&response, row.Seq))
		}
		if post.Removed {
			row.Seq++
			f.remove(&response, row.Seq)
		} else {
			b.words = append(b.words, store.Words{ResponseID: response.ID, Title: openingTitle(thread, i), Text: words})
			if persona.GroupID != nil {
				voices[*persona.GroupID]++
			}
		}
		count(&row, &response)
		b.responses = append(b.responses, response)
	}
	if thread.Outcome != "" || thread.Locked || thread.Pinned {
		row.Seq++
		row.ChangedSeq = row.Seq
	}
	for groupID, responses := range voices {
		b.voices = append(b.voices, models.Voice{ThreadID: id, GroupID: groupID, Responses: responses})
	}
	f.threadsOf[thread.Theme] = append(f.threadsOf[thread.Theme], id)
	b.threads = append(b.threads, row)
	return nil
}

// openingTitle is what the search knows a text by besides its words: the opening has
// the thread's title.
func openingTitle(thread Thread, i int) string {
	if i > 0 {
		return ""
	}
	return prose.Fold(thread.Title)
}

// count takes a text into what its thread's row says; texts come in their order.
func count(row *models.Thread, response *models.Response) {
	switch {
	case response.Number == 1:
		row.PersonaID, row.CreatedAt, row.ActiveAt = response.PersonaID, response.CreatedAt, response.CreatedAt
	case response.RemovedAt == nil:
		row.Responses++
		row.LatestNumber, row.ActiveAt = response.Number, response.CreatedAt
	}
}

// edit makes the text that stands the second edition and returns the first one, which
// lacked its last sentence.
func (f *founding) edit(response *models.Response, seq int64) models.Edition {
	first, _ := written(response.Body)
	if end := strings.LastIndex(response.Body, ". "); end > 0 {
		first, _ = written(response.Body[:end+1])
	}
	response.Rev, response.ChangedSeq, response.EditedAt = 2, seq, f.after(response.CreatedAt, editedAfter)
	return models.Edition{
		ResponseID: response.ID, Rev: 1, Body: first.Body, HTML: first.HTML, Lang: response.Lang,
		CreatedAt: response.CreatedAt,
	}
}

// remove makes a tombstone.
func (f *founding) remove(response *models.Response, seq int64) {
	response.ChangedSeq, response.RemovedAt = seq, f.after(response.CreatedAt, removedAfter)
}

// after is a while after a time, but not in the future.
func (f *founding) after(at time.Time, while time.Duration) *time.Time {
	if at = at.Add(while); at.After(f.now) {
		at = f.now
	}
	return &at
}

// written is the row of a Markdown text, and its words for the search.
func written(body string) (models.Response, string) {
	html := prose.Render(body)
	return models.Response{
		Body: body, HTML: string(html), Excerpt: prose.Excerpt(html, excerptRunes), Renderer: prose.Renderer, Rev: 1,
		Dating: models.DatedExactly,
	}, prose.Fold(prose.Text(html))
}
