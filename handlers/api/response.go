package api

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"colloquy/app/forum"
	"colloquy/models"
)

// maxResponses is the largest page of responses.
const maxResponses = 200

// Response is a response or opening in JSON. A removed one keeps its number and has
// neither texts nor persona.
type Response struct {
	Number    int        `json:"number" doc:"1 is the thread's opening; numbers stay for good"`
	Persona   *Persona   `json:"persona" doc:"Who speaks; null when removed"`
	Body      string     `json:"body" doc:"Markdown; empty when removed"`
	HTML      string     `json:"html" doc:"The text rendered, safe to show; empty when removed"`
	Lang      string     `json:"lang" doc:"Language of the text (BCP 47)"`
	ReplyTo   *int       `json:"reply_to" doc:"Number that it answers in this thread; null for none"`
	Seq       int64      `json:"seq" doc:"The thread's number of its latest change"`
	Rev       int        `json:"rev" doc:"Edition of the text, from 1"`
	CreatedAt *time.Time `json:"created_at" doc:"null when an imported text has no date"`
	EditedAt  *time.Time `json:"edited_at" doc:"null when it was never edited"`
	Removed   bool       `json:"removed"`
}

// TransformSchema describes what may be null.
func (Response) TransformSchema(_ huma.Registry, schema *huma.Schema) *huma.Schema {
	orNull(schema, "persona")
	return schema
}

// ResponseList is one page of a thread's responses.
type ResponseList struct {
	Items []Response `json:"items" nullable:"false"`
	Next  *int       `json:"next" doc:"What after takes for the next page; null at the end"`
}

func (a *api) responses(described huma.API) {
	add(described, huma.Operation{
		OperationID: "list-responses", Method: http.MethodGet, Path: "/threads/{id}/responses", Tags: []string{"responses"},
		Summary: "A thread's responses by number, from the opening, tombstones included",
	}, []int{http.StatusNotFound, http.StatusUnprocessableEntity}, a.listResponses)
	add(described, huma.Operation{
		OperationID: "respond", Method: http.MethodPost, Path: "/threads/{id}/responses", Tags: []string{"responses"},
		Summary: "Respond in a thread", DefaultStatus: http.StatusCreated, Responses: replayable[Response](described),
	}, []int{
		http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity,
	}, a.respond)
	add(described, huma.Operation{
		OperationID: "edit-response", Method: http.MethodPatch, Path: "/threads/{id}/responses/{number}", Tags: []string{"responses"},
		Summary:     "Edit a response, or with number 1 the opening",
		Description: "With rev, the edit is refused with 409 and both texts when the text was changed since. An edit that changes nothing takes no seq.",
	}, []int{
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity,
	}, a.editResponse)
	add(described, huma.Operation{
		OperationID: "remove-response", Method: http.MethodDelete, Path: "/threads/{id}/responses/{number}", Tags: []string{"responses"},
		Summary: "Remove a response, or with number 1 the opening's text: a tombstone stays", DefaultStatus: http.StatusNoContent,
	}, []int{http.StatusNotFound}, a.removeResponse)
}

type responsesInput struct {
	ID    string `path:"id"`
	After int64  `query:"after" minimum:"0" doc:"The next of the page before: a number"`
	Limit int    `query:"limit" minimum:"1" default:"200" doc:"At most 200; more counts as 200"`
}

func (a *api) listResponses(ctx context.Context, viewer models.Viewer, input *responsesInput) (*reply[ResponseList], error) {
	id, err := threadID(input.ID)
	if err != nil {
		return nil, err
	}
	if _, err := a.Forum.Thread(ctx, viewer, id); err != nil {
		return nil, err
	}
	limit := min(input.Limit, maxResponses)
	rows, err := a.Forum.Responses(ctx, viewer, id, int(min(input.After, math.MaxInt32)), limit+1)
	if err != nil {
		return nil, err
	}
	list := ResponseList{}
	if len(rows) > limit {
		rows = rows[:limit]
		list.Next = &rows[limit-1].Number
	}
	list.Items = responsesJSON(rows)
	return &reply[ResponseList]{Body: list}, nil
}

// NewResponse is what a POST of a response sends. The rooms check what is missing, so
// that every problem names its field.
type NewResponse struct {
	Body    string  `json:"body,omitempty" doc:"Markdown, at most 100,000 characters"`
	ReplyTo *int    `json:"reply_to,omitempty" nullable:"true" minimum:"1" maximum:"2147483647" doc:"Number that it answers in this thread"`
	Lang    *string `json:"lang,omitempty" nullable:"true" doc:"Language of the text (BCP 47); guessed when left out"`
	Persona *string `json:"persona,omitempty" nullable:"true" doc:"Your own handle, which is also the default, or the exact name of your pseudonym in the theme"`
}

type respondInput struct {
	ID   string `path:"id"`
	Key  string `header:"Idempotency-Key" required:"true" maxLength:"255" doc:"The same key again gives the same answer and writes nothing new"`
	Body NewResponse
}

func (a *api) respond(ctx context.Context, viewer models.Viewer, input *respondInput) (*created[Response], error) {
	id, err := threadID(input.ID)
	if err != nil {
		return nil, err
	}
	response := forum.NewResponse{
		Body: input.Body.Body, Lang: value(input.Body.Lang), As: faceOf(viewer, input.Body.Persona), Key: input.Key,
	}
	if input.Body.ReplyTo != nil {
		response.ReplyTo = *input.Body.ReplyTo
	}
	posted, err := a.Forum.Respond(ctx, viewer, id, response)
	if err != nil {
		return nil, err
	}
	row, err := a.Forum.Response(ctx, viewer, posted.ThreadID, posted.Number)
	if err != nil {
		return nil, err
	}
	return newCreated(responseJSON(&row), "", posted.Replayed), nil
}

// TextEdit is what a PATCH of a response sends.
type TextEdit struct {
	Body string  `json:"body,omitempty" doc:"Markdown, at most 100,000 characters"`
	Lang *string `json:"lang,omitempty" nullable:"true" doc:"Language of the text (BCP 47); stays when left out"`
	Rev  *int    `json:"rev,omitempty" nullable:"true" minimum:"1" maximum:"2147483647" doc:"The edition that you started from"`
}

type editResponseInput struct {
	ID     string `path:"id"`
	Number string `path:"number"`
	Body   TextEdit
}

func (a *api) editResponse(ctx context.Context, viewer models.Viewer, input *editResponseInput) (*reply[Response], error) {
	id, number, err := responsePlace(input.ID, input.Number)
	if err != nil {
		return nil, err
	}
	edit := forum.TextEdit{Body: input.Body.Body, Lang: value(input.Body.Lang)}
	if input.Body.Rev != nil {
		edit.Rev = *input.Body.Rev
	}
	if err := a.Forum.EditText(ctx, viewer, id, number, edit); err != nil {
		return nil, err
	}
	row, err := a.Forum.Response(ctx, viewer, id, number)
	if err != nil {
		return nil, err
	}
	return &reply[Response]{Body: responseJSON(&row)}, nil
}

type responseInput struct {
	ID     string `path:"id"`
	Number string `path:"number"`
}

func (a *api) removeResponse(ctx context.Context, viewer models.Viewer, input *responseInput) (*struct{}, error) {
	id, number, err := responsePlace(input.ID, input.Number)
	if err != nil {
		return nil, err
	}
	if err := a.Forum.RemoveText(ctx, viewer, id, number); err != nil {
		return nil, err
	}
	return &struct{}{}, nil
}

// responsePlace reads thread and number from an address; what is neither is not found.
func responsePlace(thread, text string) (id int64, number int, err error) {
	if id, err = threadID(thread); err != nil {
		return 0, 0, err
	}
	number, err = strconv.Atoi(text)
	if err != nil || number < 1 || number > math.MaxInt32 || strconv.Itoa(number) != text {
		return 0, 0, errNotFound
	}
	return id, number, nil
}

func responsesJSON(rows []models.ResponseRow) []Response {
	items := make([]Response, 0, len(rows))
	for i := range rows {
		items = append(items, responseJSON(&rows[i]))
	}
	return items
}

func responseJSON(row *models.ResponseRow) Response {
	response := Response{
		Number: row.Number, Lang: row.Lang, Seq: row.ChangedSeq, Rev: row.Rev, Removed: row.Removed(),
		CreatedAt: written(row.CreatedAt, row.Dating), EditedAt: utc(row.EditedAt),
	}
	if row.ReplyTo != 0 {
		response.ReplyTo = &row.ReplyTo
	}
	if !row.Removed() {
		response.Persona, response.Body, response.HTML = personaJSON(&row.Byline), row.Body, row.HTML
	}
	return response
}
