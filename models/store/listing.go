package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"colloquy/models"
)

// Listing reads, in one snapshot, the first threads of a theme's list, or without a
// slug of the list of all threads, and those of ids that belong to it. Of the list of
// all it gives the first threads of every theme, so that whoever may read only some
// themes still has their first ones. The threads of a theme come with their voices.
// ErrNotFound when there is no such theme in the scope.
func (s *Store) Listing(ctx context.Context, scope models.Scope, slug string, ids []int64, limit int) (models.Listing, error) {
	listing := models.Listing{Audience: models.AudienceEveryone}
	err := s.snapshot(ctx, func(db *gorm.DB) error {
		counters, err := one[Counters](db.Raw("SELECT epoch, rights_seq, faces FROM community WHERE id = 1"))
		if err != nil {
			return err
		}
		listing.Epoch, listing.Rights = counters.Epoch, counters.RightsSeq
		condition, values := where(scope)
		if slug == "" {
			first, err := firstOfThemes(db, limit)
			if err != nil || len(first) == 0 {
				return err
			}
			return fillListing(db, &listing, lead{
				condition: condition, values: values, last: first, order: " AND t.id IN ? ORDER BY t.active_at DESC, t.id DESC",
			}, ids)
		}
		theme, err := one[models.Theme](db.Raw(`SELECT th.* FROM themes th`+condition+` AND th.slug = ?`, append(values, slug)...))
		if err != nil {
			return err
		}
		groups, err := audienceGroups(db, []int64{theme.ID})
		if err != nil {
			return err
		}
		listing.ThemeID, listing.Audience, listing.GroupIDs = theme.ID, theme.Audience, groups[theme.ID]
		return fillListing(db, &listing, lead{
			condition: condition + " AND t.theme_id = ?", values: append(values, theme.ID), last: limit, voices: true,
			order: " ORDER BY t.pinned DESC, t.active_at DESC, t.id DESC LIMIT ?",
		}, ids)
	})
	if err != nil {
		return models.Listing{}, fmt.Errorf("listing: %w", err)
	}
	return listing, nil
}

// firstOfThemes are the ids of each theme's latest active threads.
func firstOfThemes(db *gorm.DB, limit int) ([]int64, error) {
	themes, err := all[int64](db.Raw("SELECT id FROM themes ORDER BY id"))
	if err != nil {
		return nil, err
	}
	var first []int64
	for len(themes) > 0 {
		some := themes[:min(len(themes), themesAtOnce)]
		themes = themes[len(some):]
		var query []string
		var values []any
		for _, id := range some {
			query = append(query, "SELECT id FROM (SELECT id FROM threads WHERE theme_id = ? ORDER BY active_at DESC, id DESC LIMIT ?) AS f")
			values = append(values, id, limit)
		}
		ids, err := all[int64](db.Raw(strings.Join(query, " UNION ALL "), values...))
		if err != nil {
			return nil, err
		}
		first = append(first, ids...)
	}
	return first, nil
}

// Databases limit the parts of a compound query and the values of a condition.
const (
	themesAtOnce = 100
	rowsAtOnce   = 500
)

// lead says which threads lead a list.
type lead struct {
	condition string
	values    []any
	order     string
	last      any // the value in order
	voices    bool
}

func (l lead) with(value any) []any { return append(l.values[:len(l.values):len(l.values)], value) }

func fillListing(db *gorm.DB, listing *models.Listing, l lead, ids []int64) error {
	query := "SELECT th.audience AS theme_audience, " + threadRowColumns + l.condition
	rows, err := all[models.ListedThread](db.Raw(query+l.order, l.with(l.last)...))
	if err != nil {
		return err
	}
	led := make(map[int64]bool, len(rows))
	for i := range rows {
		rows[i].Leading = true
		led[rows[i].ID] = true
	}
	for len(ids) > 0 {
		some := ids[:min(len(ids), rowsAtOnce)]
		ids = ids[len(some):]
		asked, err := all[models.ListedThread](db.Raw(query+" AND t.id IN ? ORDER BY t.id", l.with(some)...))
		if err != nil {
			return err
		}
		for _, row := range asked {
			if !led[row.ID] {
				rows = append(rows, row)
			}
		}
	}
	if listing.Threads = rows; len(rows) == 0 {
		return nil
	}
	return audiencesOf(db, rows, l.voices)
}

// audiencesOf adds who may read each thread and, when asked, who has spoken in it.
func audiencesOf(db *gorm.DB, rows []models.ListedThread, voices bool) error {
	var themes []int64
	plain := make([]models.ThreadRow, len(rows))
	for i := range rows {
		plain[i] = rows[i].ThreadRow
		if rows[i].ThemeAudience == models.AudienceGroups {
			themes = append(themes, rows[i].ThemeID)
		}
	}
	if len(themes) > 0 {
		groups, err := audienceGroups(db, themes)
		if err != nil {
			return err
		}
		for i := range rows {
			rows[i].AudienceGroupIDs = groups[rows[i].ThemeID]
		}
	}
	if !voices {
		return nil
	}
	err := fillVoices(db, plain)
	for i := range rows {
		rows[i].Voices = plain[i].Voices
	}
	return err
}
