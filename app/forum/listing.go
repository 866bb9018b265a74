package forum

import (
	"context"

	"colloquy/models"
)

// Listing reads the list of a theme, or without a slug of all threads, for those who
// watch it live: its first threads and those of ids that belong to it. It is not
// limited to a viewer: whoever hands it on asks access.May for each thread.
func (f *Forum) Listing(ctx context.Context, slug string, ids []int64, limit int) (models.Listing, error) {
	return f.store.Listing(ctx, models.Scope{All: true}, slug, ids, limit)
}
