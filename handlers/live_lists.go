package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/app/live"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// The live channels that hold lists of threads: that of a theme, and the front page's.
const (
	frontChannel = "front"
	themePrefix  = "theme:"
)

// listOf is the slug of the theme whose list a channel holds; empty for all threads.
func listOf(channel string) (slug string, ok bool) {
	if channel == frontChannel {
		return "", true
	}
	slug, ok = strings.CutPrefix(channel, themePrefix)
	return slug, ok && slug != ""
}

func (l *LiveSource) rows(ctx context.Context, channel string, ids []int64) (live.Rows, error) {
	slug, ok := listOf(channel)
	if !ok {
		return live.Rows{}, live.ErrNoChannel
	}
	limit := themeThreads
	if slug == "" {
		limit = forum.LatestOnHome
	}
	listing, err := l.Forum.Listing(ctx, slug, ids, limit)
	if errors.Is(err, models.ErrNotFound) {
		return live.Rows{}, live.ErrNoChannel
	} else if err != nil {
		return live.Rows{}, err
	}
	rows := live.Rows{Epoch: listing.Epoch, Rights: listing.Rights, Audience: audience{access.Thing{
		ThemeID: listing.ThemeID, Audience: listing.Audience, Groups: listing.GroupIDs,
	}}, Most: limit}
	for i := range listing.Threads {
		row := &listing.Threads[i]
		rows.Rows = append(rows.Rows, live.Row{
			ID: row.ID, Seq: row.Seq, Leading: row.Leading,
			Audience: audience{access.Thing{
				ThemeID: row.ThemeID, Audience: row.ThemeAudience, Groups: row.AudienceGroupIDs,
			}}, Item: &row.ThreadRow,
		})
	}
	return rows, nil
}

// renderRow is the row as the pages that list it show it.
func (l *LiveSource) renderRow(ctx context.Context, _ string, variant live.Variant, row live.Row) (string, error) {
	thread, ok := row.Item.(*models.ThreadRow)
	if !ok {
		return "", fmt.Errorf("render a row of unknown kind %T", row.Item)
	}
	groups, err := l.groups(ctx)
	if err != nil {
		return "", err
	}
	var html bytes.Buffer
	err = views.ThreadRowItem(words.ForVariant(variant.Language), groups, thread, false, l.Now()).Render(ctx, &html)
	return html.String(), err
}

// groups are the community's groups as they stand.
func (l *LiveSource) groups(ctx context.Context) ([]models.Group, error) {
	counters, err := l.Forum.Counters(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := l.Community.Settings(ctx, counters.Faces)
	if err != nil {
		return nil, err
	}
	return settings.Groups, nil
}

// allowsList asks for the theme of a list: an absent theme and a private one cost the
// same, one question to the list of themes that the viewer may read.
func (l *LiveSource) allowsList(ctx context.Context, viewer models.Viewer, slug string) (bool, error) {
	if slug == "" {
		return true, nil
	}
	_, err := l.Forum.Theme(ctx, viewer, slug)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// rightsOf is what a viewer may see, in short.
func rightsOf(viewer models.Viewer) any { return access.Scope(viewer) }
