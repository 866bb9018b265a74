package store

import (
	"context"

	"colloquy/models"
)

// PublicThreads lists threads that everyone may read, in the order of their ids.
func (s *Store) PublicThreads(ctx context.Context, skip, limit int) ([]models.SitemapRow, error) {
	return all[models.SitemapRow](s.reader(ctx).Raw(`SELECT t.id, t.slug, t.active_at AS changed_at FROM threads t
		JOIN themes th ON th.id = t.theme_id WHERE th.audience = ? ORDER BY t.id LIMIT ? OFFSET ?`,
		models.AudienceEveryone, limit, skip))
}

// PublicThreadCount counts the threads that everyone may read.
func (s *Store) PublicThreadCount(ctx context.Context) (int, error) {
	return one[int](s.reader(ctx).Raw(`SELECT COUNT(*) FROM threads t JOIN themes th ON th.id = t.theme_id
		WHERE th.audience = ?`, models.AudienceEveryone))
}
