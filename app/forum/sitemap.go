package forum

import (
	"context"

	"colloquy/models"
)

// SitemapSize is how many addresses one sitemap file may hold, by the protocol of
// sitemaps.org.
const SitemapSize = 50_000

// SitemapThreads lists the public threads of one sitemap file, from file 1.
func (f *Forum) SitemapThreads(ctx context.Context, file int) ([]models.SitemapRow, error) {
	return f.store.PublicThreads(ctx, (file-1)*SitemapSize, SitemapSize)
}

// SitemapFiles is how many files the public threads fill.
func (f *Forum) SitemapFiles(ctx context.Context) (int, error) {
	count, err := f.store.PublicThreadCount(ctx)
	return (count + SitemapSize - 1) / SitemapSize, err
}
