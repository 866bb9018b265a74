package store

import (
	"context"
	"strings"
	"time"

	"colloquy/models"
)

const hitColumns = `t.id AS thread_id, t.slug AS thread_slug, t.title AS thread_title, t.lang AS thread_lang, t.kind,
	th.slug AS theme_slug, th.title AS theme_title, r.number, ` + bylineColumns + `, r.excerpt, r.lang, r.created_at, r.dating`

const hitTables = ` FROM responses r` + hitJoins

const hitJoins = ` JOIN threads t ON t.id = r.thread_id JOIN themes th ON th.id = t.theme_id
	JOIN personas p ON p.id = r.persona_id LEFT JOIN stakeholder_groups g ON g.id = p.group_id`

// SearchFilter narrows a search; empty fields do not.
type SearchFilter struct {
	Theme    string
	Group    string
	Kind     models.Kind
	From, To *time.Time
	// Skip passes over so many of the best results.
	Skip  int
	Limit int
}

// Search finds the responses whose words hold all folded terms, the last one as a
// beginning of a word; the most relevant first.
func (s *Store) Search(ctx context.Context, scope models.Scope, terms []string, filter SearchFilter) ([]models.SearchHit, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	// The terms become one quoted query of the index's own language.
	safe := make([]string, 0, len(terms))
	for _, term := range terms {
		safe = append(safe, strings.NewReplacer(`"`, "", "'", "", `\`, "").Replace(term))
	}
	// Of words that stand in thousands of texts only the best are joined with what a
	// result shows; all are when too few of those may be read, or the filter narrows.
	best := allMatches
	if filter == (SearchFilter{Skip: filter.Skip, Limit: filter.Limit}) {
		best = bestMatches * (filter.Skip + filter.Limit)
	}
	hits, err := s.search(ctx, scope, s.dialect.query(safe), best, filter)
	if err == nil && len(hits) < filter.Limit && best < allMatches {
		hits, err = s.search(ctx, scope, s.dialect.query(safe), allMatches, filter)
	}
	return hits, err
}

const (
	// bestMatches is how many of the best matches are looked at for each that is shown.
	bestMatches = 8
	allMatches  = 1 << 30
)

func (s *Store) search(ctx context.Context, scope models.Scope, query string, best int, filter SearchFilter) ([]models.SearchHit, error) {
	condition, values := where(scope)
	values = append([]any{query, best}, values...)
	add := func(text string, value any) { condition, values = condition+text, append(values, value) }
	if filter.Theme != "" {
		add(" AND th.slug = ?", filter.Theme)
	}
	if filter.Group != "" {
		add(" AND g.name = ?", filter.Group)
	}
	if filter.Kind != "" {
		add(" AND t.kind = ?", filter.Kind)
	}
	if filter.From != nil {
		add(" AND r.created_at >= ?", *filter.From)
	}
	if filter.To != nil {
		add(" AND r.created_at < ?", *filter.To)
	}
	values = append(values, filter.Limit, filter.Skip)
	return all[models.SearchHit](s.reader(ctx).Raw(`SELECT `+hitColumns+` FROM `+s.dialect.find+hitJoins+condition+
		` AND r.removed_at IS NULL ORDER BY `+s.dialect.rank+`, r.id DESC LIMIT ? OFFSET ?`, values...))
}
