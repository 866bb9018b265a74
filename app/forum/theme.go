package forum

import (
	"context"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// Themes lists the themes that the viewer may read, in the moderators' order. The
// rows are shared: do not change them.
func (f *Forum) Themes(ctx context.Context, viewer models.Viewer) ([]models.ThemeRow, error) {
	return f.themes.get(ctx, f.store, access.Scope(viewer), f.now())
}

// Theme finds a theme by its slug; store.ErrNotFound when the viewer may not read it.
func (f *Forum) Theme(ctx context.Context, viewer models.Viewer, slug string) (models.ThemeRow, error) {
	rows, err := f.Themes(ctx, viewer)
	if err != nil {
		return models.ThemeRow{}, err
	}
	for _, row := range rows {
		if row.Slug == slug {
			return row, nil
		}
	}
	return models.ThemeRow{}, store.ErrNotFound
}

// ListsVersion moves whenever what lists of threads and themes show changed in this
// process: with the time it makes the key of cached lists.
func (f *Forum) ListsVersion() int64 { return f.themes.version() }
