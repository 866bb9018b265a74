package forum

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"colloquy/app/access"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// Limits of a search.
const (
	maxTerms   = 12
	maxQuery   = 300
	searchPage = 20
)

// Search is what somebody looks for; empty fields do not narrow it.
type Search struct {
	Query    string
	Theme    string
	Group    string
	Kind     models.Kind
	From, To *time.Time
	Skip     int
}

// Search finds readable responses and titles that hold all words of the query; the
// second result tells how far to skip for more, 0 when there is none.
func (f *Forum) Search(ctx context.Context, viewer models.Viewer, search Search) ([]models.SearchHit, int, error) {
	terms := Terms(search.Query)
	if len(terms) == 0 {
		return nil, 0, nil
	}
	hits, err := f.store.Search(ctx, access.Scope(viewer), terms, store.SearchFilter{
		Theme: search.Theme, Group: search.Group, Kind: search.Kind, From: search.From, To: search.To,
		Skip: search.Skip, Limit: searchPage + 1,
	})
	if err != nil {
		return nil, 0, fmt.Errorf("search: %w", err)
	}
	if len(hits) <= searchPage {
		return hits, 0, nil
	}
	return hits[:searchPage], search.Skip + searchPage, nil
}

// Terms are the folded words of a query, at most twelve.
func Terms(query string) []string {
	if len(query) > maxQuery {
		query = strings.ToValidUTF8(query[:maxQuery], "")
	}
	terms := strings.FieldsFunc(prose.Fold(query), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
	return terms[:min(len(terms), maxTerms)]
}

// ByPersona lists the latest readable texts of a profile.
func (f *Forum) ByPersona(ctx context.Context, viewer models.Viewer, handle string, limit int) ([]models.SearchHit, error) {
	hits, err := f.store.ByPersona(ctx, access.Scope(viewer), handle, limit)
	if err != nil {
		return nil, fmt.Errorf("texts of a persona: %w", err)
	}
	return hits, nil
}
