package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"colloquy/models"
)

// Listing reads, in one snapshot, the first threads of a theme's list, or without a
// slug of the list of all threads, and those of ids that belong to it. The threads of a
// theme come with their voices. ErrNotFound when there is no such theme in the scope.
func (s *Store) Listing(ctx context.Context, scope models.Scope, slug string, ids []int64, limit int) (models.Listing, error) {
	listing := models.Listing{Audience: models.AudienceEveryone}
	err := s.snapshot(ctx, func(db *gorm.DB) error {
		counters, err := one[Counters](db.Raw("SELECT epoch, rights_seq, faces FROM community WHERE id = 1"))
		if err != nil {
			return err
		}
		listing.Epoch, listing.Rights = counters.Epoch, counters.RightsSeq
		condition, values := where(scope)
		order := " ORDER BY t.active_at DESC, t.id DESC LIMIT ?"
		if slug != "" {
			theme, err := one[models.Theme](db.Raw(`SELECT th.* FROM themes th`+condition+` AND th.slug = ?`, append(values, slug)...))
			if err != nil {
				return err
			}
			listing.Audience = theme.Audience
			groups, err := audienceGroups(db, []int64{theme.ID})
			if err != nil {
				return err
			}
			listing.GroupIDs = groups[theme.ID]
			condition, values = condition+" AND t.theme_id = ?", append(values, theme.ID)
			order = " ORDER BY t.pinned DESC, t.active_at DESC, t.id DESC LIMIT ?"
		}
		return fillListing(db, &listing, condition, order, values, ids, limit, slug != "")
	})
	if err != nil {
		return models.Listing{}, fmt.Errorf("listing: %w", err)
	}
	return listing, nil
}

func fillListing(db *gorm.DB, listing *models.Listing, condition, order string, values []any, ids []int64, limit int, voices bool) error {
	query := "SELECT th.audience AS theme_audience, " + threadRowColumns + condition
	rows, err := all[models.ListedThread](db.Raw(query+order, append(values[:len(values):len(values)], limit)...))
	if err != nil {
		return err
	}
	led := make(map[int64]bool, len(rows))
	for i := range rows {
		rows[i].Leading = true
		led[rows[i].ID] = true
	}
	if len(ids) > 0 {
		asked, err := all[models.ListedThread](db.Raw(query+" AND t.id IN ? ORDER BY t.id", append(values[:len(values):len(values)], ids)...))
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
	return audiencesOf(db, rows, voices)
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
