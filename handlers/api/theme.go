package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"colloquy/models"
)

// Theme is a theme in JSON.
type Theme struct {
	Slug      string     `json:"slug"`
	Title     string     `json:"title"`
	Line      string     `json:"line" doc:"The one sentence under the title"`
	Purpose   string     `json:"purpose" doc:"What the theme is for"`
	Audience  string     `json:"audience" enum:"everyone,members,groups" doc:"Who may read it"`
	Threads   int        `json:"threads" doc:"How many threads it holds"`
	Responses int        `json:"responses" doc:"Visible responses of all its threads, openings not among them"`
	LatestAt  *time.Time `json:"latest_at" doc:"Time of the latest thread or response; null for an empty theme"`
}

// ThemeList is all readable themes.
type ThemeList struct {
	Items []Theme `json:"items" nullable:"false"`
	Next  *string `json:"next" doc:"Always null: the list is complete"`
}

func (a *api) themes(described huma.API) {
	add(described, huma.Operation{
		OperationID: "list-themes", Method: http.MethodGet, Path: "/themes", Tags: []string{"themes"},
		Summary: "The themes that you may read, in the moderators' order",
	}, nil, a.listThemes)
	add(described, huma.Operation{
		OperationID: "get-theme", Method: http.MethodGet, Path: "/themes/{slug}", Tags: []string{"themes"},
		Summary: "One theme",
	}, []int{http.StatusNotFound}, a.getTheme)
}

func (a *api) listThemes(ctx context.Context, viewer models.Viewer, _ *struct{}) (*reply[ThemeList], error) {
	rows, err := a.Forum.Themes(ctx, viewer)
	if err != nil {
		return nil, err
	}
	list := ThemeList{Items: make([]Theme, 0, len(rows))}
	for i := range rows {
		list.Items = append(list.Items, themeJSON(&rows[i]))
	}
	return &reply[ThemeList]{Body: list}, nil
}

type themeInput struct {
	Slug string `path:"slug"`
}

func (a *api) getTheme(ctx context.Context, viewer models.Viewer, input *themeInput) (*reply[Theme], error) {
	row, err := a.theme(ctx, viewer, input.Slug)
	if err != nil {
		return nil, err
	}
	return &reply[Theme]{Body: themeJSON(&row)}, nil
}

// theme finds a theme by the slug as it stands in the address, percent-encoded where
// its script is not ASCII.
func (a *api) theme(ctx context.Context, viewer models.Viewer, encoded string) (models.ThemeRow, error) {
	slug, err := url.PathUnescape(encoded)
	if err != nil {
		return models.ThemeRow{}, errNotFound
	}
	return a.Forum.Theme(ctx, viewer, slug)
}

func themeJSON(row *models.ThemeRow) Theme {
	return Theme{
		Slug: row.Slug, Title: row.Title, Line: row.Line, Purpose: row.Purpose, Audience: string(row.Audience),
		Threads: row.Threads, Responses: row.Responses, LatestAt: utc(row.LatestAt),
	}
}
