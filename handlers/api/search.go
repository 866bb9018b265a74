package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"colloquy/app/forum"
	"colloquy/models"
)

// Hit is a found response or opening in JSON.
type Hit struct {
	Thread    HitThread  `json:"thread"`
	Number    int        `json:"number" doc:"Its number in the thread"`
	Persona   *Persona   `json:"persona"`
	Excerpt   string     `json:"excerpt" doc:"The beginning of the text, without markup"`
	Lang      string     `json:"lang" doc:"Language of the text (BCP 47)"`
	CreatedAt *time.Time `json:"created_at" doc:"null when an imported text has no date"`
}

// HitThread is the thread in which something was found.
type HitThread struct {
	ID    int64   `json:"id"`
	Title string  `json:"title"`
	Slug  string  `json:"slug"`
	Theme string  `json:"theme" doc:"Slug of its theme"`
	Lang  string  `json:"lang" doc:"Language of the title (BCP 47)"`
	Kind  *string `json:"kind" enum:"question,challenge,insight,proposal,resource"`
}

// TransformSchema describes what may be null.
func (HitThread) TransformSchema(_ huma.Registry, schema *huma.Schema) *huma.Schema {
	orNull(schema, "kind")
	return schema
}

// HitList is one page of what was found.
type HitList struct {
	Items []Hit `json:"items" nullable:"false"`
	Next  *int  `json:"next" doc:"What after takes for the next page; null at the end"`
}

func (a *api) search(described huma.API) {
	add(described, huma.Operation{
		OperationID: "search", Method: http.MethodGet, Path: "/search", Tags: []string{"search"},
		Summary: "Find texts and titles that hold all words, the most relevant first",
	}, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}, a.find)
}

type searchInput struct {
	Query string `query:"q" doc:"The words; the last one may be a beginning. Without any, nothing is found"`
	Theme string `query:"theme" doc:"Slug of a theme"`
	Group string `query:"group" doc:"Exact name of a stakeholder group"`
	Kind  string `query:"kind" enum:"question,challenge,insight,proposal,resource"`
	From  string `query:"from" doc:"Written at this time or later: RFC 3339 or a date"`
	To    string `query:"to" doc:"Written before this time (RFC 3339), or on this date or before"`
	After int    `query:"after" minimum:"0" maximum:"10000" doc:"The next of the page before"`
}

func (a *api) find(ctx context.Context, viewer models.Viewer, input *searchInput) (*reply[HitList], error) {
	from, err := moment("query.from", input.From, 0)
	if err != nil {
		return nil, err
	}
	to, err := moment("query.to", input.To, 24*time.Hour)
	if err != nil {
		return nil, err
	}
	hits, next, err := a.Forum.Search(ctx, viewer, forum.Search{
		Query: input.Query, Theme: input.Theme, Group: input.Group, Kind: models.Kind(input.Kind), From: from, To: to,
		Skip: input.After,
	})
	if err != nil {
		return nil, err
	}
	list := HitList{Items: make([]Hit, 0, len(hits))}
	for i := range hits {
		list.Items = append(list.Items, hitJSON(&hits[i]))
	}
	if next > 0 {
		list.Next = &next
	}
	return &reply[HitList]{Body: list}, nil
}

// moment reads a time or a date, to which it adds day; nil for none.
func moment(location, text string, day time.Duration) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no bound is no error
	}
	if date, err := time.Parse(time.DateOnly, text); err == nil {
		date = date.Add(day)
		return &date, nil
	}
	// An unescaped + of the zone arrives as a blank.
	at, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "+", 1))
	if err != nil {
		return nil, unacceptable(location, "Give a time such as 2024-02-07T09:30:00Z, or a date such as 2024-02-07.")
	}
	at = at.UTC().Truncate(time.Microsecond)
	return &at, nil
}

func hitJSON(hit *models.SearchHit) Hit {
	return Hit{
		Thread: HitThread{
			ID: hit.ThreadID, Title: hit.ThreadTitle, Slug: hit.ThreadSlug, Theme: hit.ThemeSlug, Lang: hit.ThreadLang,
			Kind: filled(hit.Kind),
		},
		Number: hit.Number, Persona: personaJSON(&hit.Byline), Excerpt: hit.Excerpt, Lang: hit.Lang,
		CreatedAt: written(hit.CreatedAt, hit.Dating),
	}
}
