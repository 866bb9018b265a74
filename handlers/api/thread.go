package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"colloquy/app/forum"
	"colloquy/models"
)

// maxThreads is the largest page of threads.
const maxThreads = 200

// Thread is a thread in JSON.
type Thread struct {
	ID             int64      `json:"id"`
	Title          string     `json:"title"`
	Slug           string     `json:"slug" doc:"The readable part of its address"`
	Theme          string     `json:"theme" doc:"Slug of its theme"`
	Lang           string     `json:"lang" doc:"Language of the title (BCP 47)"`
	Kind           *string    `json:"kind" enum:"question,challenge,insight,proposal,resource" doc:"null for imported conversations that do not say"`
	Level          *string    `json:"level" enum:"big picture,in practice"`
	Outcome        *string    `json:"outcome" enum:"insight,proposal,open challenge" doc:"Where it arrived; null while it has not"`
	Locked         bool       `json:"locked"`
	Pinned         bool       `json:"pinned"`
	Seq            int64      `json:"seq" doc:"Number of its latest change"`
	Ep             string     `json:"ep" doc:"The epoch in which seq counts"`
	Responses      int        `json:"responses" doc:"Visible responses, the opening not among them"`
	CreatedAt      *time.Time `json:"created_at" doc:"null when an imported text has no date"`
	LastResponseAt *time.Time `json:"last_response_at" doc:"null without a response"`
	Persona        *Persona   `json:"persona" doc:"Who opened it"`
}

// TransformSchema describes what may be null.
func (Thread) TransformSchema(_ huma.Registry, schema *huma.Schema) *huma.Schema {
	orNull(schema, "kind", "level", "outcome")
	return schema
}

// ThreadList is one page of a theme's threads.
type ThreadList struct {
	Items []Thread `json:"items" nullable:"false"`
	Next  *string  `json:"next" doc:"What after takes for the next page; null at the end"`
}

func (a *api) threads(described huma.API) {
	add(described, huma.Operation{
		OperationID: "list-threads", Method: http.MethodGet, Path: "/themes/{slug}/threads", Tags: []string{"threads"},
		Summary: "A theme's threads: pinned ones first, then the latest active",
	}, []int{http.StatusNotFound, http.StatusUnprocessableEntity}, a.listThreads)
	add(described, huma.Operation{
		OperationID: "start-thread", Method: http.MethodPost, Path: "/threads", Tags: []string{"threads"},
		Summary: "Start a thread", DefaultStatus: http.StatusCreated, Responses: replayable[Thread](described),
	}, []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity}, a.startThread)
	add(described, huma.Operation{
		OperationID: "get-thread", Method: http.MethodGet, Path: "/threads/{id}", Tags: []string{"threads"},
		Summary: "One thread, without its texts",
	}, []int{http.StatusNotFound}, a.getThread)
	add(described, huma.Operation{
		OperationID: "edit-thread", Method: http.MethodPatch, Path: "/threads/{id}", Tags: []string{"threads"},
		Summary: "Edit a thread's head",
		Description: "Title, kind, level, outcome and lang are for its author and moderators, locked, pinned and theme for moderators. " +
			"A thread moves only to a theme that the same people or fewer can read. What is left out stays.",
	}, []int{
		http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity,
	}, a.editThread)
}

type threadsInput struct {
	Slug  string `path:"slug"`
	After string `query:"after" pattern:"^[01]\\.-?[0-9a-z]{1,11}\\.[0-9a-z]{1,12}$" doc:"The next of the page before"`
	Limit int    `query:"limit" minimum:"1" default:"50" doc:"At most 200; more counts as 200"`
}

func (a *api) listThreads(ctx context.Context, viewer models.Viewer, input *threadsInput) (*reply[ThreadList], error) {
	theme, err := a.theme(ctx, viewer, input.Slug)
	if err != nil {
		return nil, err
	}
	rows, next, err := a.Forum.Threads(ctx, viewer, theme.ID, "", input.After, min(input.Limit, maxThreads))
	if err != nil {
		return nil, err
	}
	ep, err := a.epoch(ctx)
	if err != nil {
		return nil, err
	}
	list := ThreadList{Items: make([]Thread, 0, len(rows)), Next: filled(next)}
	for i := range rows {
		list.Items = append(list.Items, threadJSON(&rows[i].Thread, &rows[i].Byline, rows[i].ThemeSlug, ep))
	}
	return &reply[ThreadList]{Body: list}, nil
}

// NewThread is what a POST to /threads sends. The rooms check what is missing, so that
// every problem names its field.
type NewThread struct {
	Theme   string  `json:"theme,omitempty" doc:"Slug of the theme"`
	Title   string  `json:"title,omitempty" doc:"At most 200 characters"`
	Kind    string  `json:"kind,omitempty" enum:"question,challenge,insight,proposal,resource"`
	Level   string  `json:"level,omitempty" enum:"big picture,in practice"`
	Body    string  `json:"body,omitempty" doc:"The opening, in Markdown, at most 100,000 characters"`
	Lang    *string `json:"lang,omitempty" nullable:"true" doc:"Language of the text (BCP 47); guessed when left out"`
	Persona *string `json:"persona,omitempty" nullable:"true" doc:"Your own handle, which is also the default, or the exact name of your pseudonym in the theme"`
}

type startInput struct {
	Key  string `header:"Idempotency-Key" maxLength:"255" doc:"The same key again gives the same answer and starts nothing new"`
	Body NewThread
}

func (a *api) startThread(ctx context.Context, viewer models.Viewer, input *startInput) (*created[Thread], error) {
	posted, err := a.Forum.StartThread(ctx, viewer, forum.NewThread{
		Theme: input.Body.Theme, Title: input.Body.Title, Kind: models.Kind(input.Body.Kind),
		Level: models.Level(input.Body.Level), Lang: value(input.Body.Lang), Body: input.Body.Body, Key: input.Key,
		As: faceOf(viewer, input.Body.Persona),
	})
	if err != nil {
		return nil, err
	}
	head, err := a.Forum.Thread(ctx, viewer, posted.ThreadID)
	if err != nil {
		return nil, err
	}
	body, err := a.headJSON(ctx, &head)
	return newCreated(body, prefix+"/threads/"+strconv.FormatInt(head.ID, 10), posted.Replayed), err
}

type threadInput struct {
	ID string `path:"id"`
}

func (a *api) getThread(ctx context.Context, viewer models.Viewer, input *threadInput) (*reply[Thread], error) {
	id, err := threadID(input.ID)
	if err != nil {
		return nil, err
	}
	head, err := a.Forum.Thread(ctx, viewer, id)
	if err != nil {
		return nil, err
	}
	body, err := a.headJSON(ctx, &head)
	return &reply[Thread]{Body: body}, err
}

// ThreadEdit is what a PATCH of a thread sends.
type ThreadEdit struct {
	Theme   *string   `json:"theme,omitempty" nullable:"true" doc:"Slug of the theme to move it to"`
	Title   *string   `json:"title,omitempty" nullable:"true" doc:"At most 200 characters"`
	Kind    clearable `json:"kind,omitempty" enum:"question,challenge,insight,proposal,resource" doc:"null takes it away"`
	Level   clearable `json:"level,omitempty" enum:"big picture,in practice" doc:"null takes it away"`
	Outcome clearable `json:"outcome,omitempty" enum:"insight,proposal,open challenge" doc:"null takes it away"`
	Lang    *string   `json:"lang,omitempty" nullable:"true" doc:"Language of the title (BCP 47)"`
	Locked  *bool     `json:"locked,omitempty" nullable:"true"`
	Pinned  *bool     `json:"pinned,omitempty" nullable:"true"`
}

// TransformSchema describes what may be null.
func (ThreadEdit) TransformSchema(_ huma.Registry, schema *huma.Schema) *huma.Schema {
	orNull(schema, "kind", "level", "outcome")
	return schema
}

// clearable is a word that may be left out, null or set: nil, a pointer to "" and a
// pointer to the word.
type clearable struct{ word *string }

// UnmarshalJSON is called for null too, but not for what was left out.
func (c *clearable) UnmarshalJSON(data []byte) error {
	c.word = new(string)
	return json.Unmarshal(data, c.word)
}

// Schema describes it as what it is in JSON.
func (clearable) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeString} }

type editThreadInput struct {
	ID   string `path:"id"`
	Body ThreadEdit
}

func (a *api) editThread(ctx context.Context, viewer models.Viewer, input *editThreadInput) (*reply[Thread], error) {
	id, err := threadID(input.ID)
	if err != nil {
		return nil, err
	}
	head, err := a.Forum.EditThread(ctx, viewer, id, forum.ThreadEdit{
		Theme: input.Body.Theme, Title: input.Body.Title, Kind: (*models.Kind)(input.Body.Kind.word), Level: (*models.Level)(input.Body.Level.word),
		Outcome: (*models.Outcome)(input.Body.Outcome.word), Lang: input.Body.Lang,
		Locked: input.Body.Locked, Pinned: input.Body.Pinned,
	})
	if err != nil {
		return nil, err
	}
	body, err := a.headJSON(ctx, &head)
	return &reply[Thread]{Body: body}, err
}

// threadID reads a thread's id from an address; what is no id is not found.
func threadID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != text {
		return 0, errNotFound
	}
	return id, nil
}

// epoch names the life of the database in which threads' numbers count.
func (a *api) epoch(ctx context.Context) (string, error) {
	counters, err := a.Forum.Counters(ctx)
	return counters.Epoch, err
}

func (a *api) headJSON(ctx context.Context, head *models.ThreadHead) (Thread, error) {
	ep, err := a.epoch(ctx)
	return threadJSON(&head.Thread, &head.Byline, head.ThemeSlug, ep), err
}

func threadJSON(thread *models.Thread, byline *models.Byline, theme, ep string) Thread {
	return Thread{
		ID: thread.ID, Title: thread.Title, Slug: thread.Slug, Theme: theme, Lang: thread.Lang,
		Kind: filled(thread.Kind), Level: filled(thread.Level), Outcome: filled(thread.Outcome),
		Locked: thread.Locked, Pinned: thread.Pinned, Seq: thread.Seq, Ep: ep, Responses: thread.Responses,
		CreatedAt: written(thread.CreatedAt, thread.Dating), LastResponseAt: utc(thread.LastResponseAt()),
		Persona: personaJSON(byline),
	}
}

// value is what a pointer points to, empty for none.
func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
