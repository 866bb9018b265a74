package forum

import (
	"context"
	"fmt"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// LatestOnHome is how many lines of activity the home page shows.
const LatestOnHome = 8

// Home gathers what the home page shows the viewer.
func (f *Forum) Home(ctx context.Context, viewer models.Viewer) (models.Home, error) {
	var home models.Home
	var err error
	if home.Themes, err = f.Themes(ctx, viewer); err != nil {
		return home, err
	}
	rows, err := f.store.Threads(ctx, access.Scope(viewer), store.ThreadList{Limit: LatestOnHome})
	if err != nil {
		return home, fmt.Errorf("home: %w", err)
	}
	for _, row := range rows {
		home.Latest = append(home.Latest, models.Activity{ThreadRow: row, Opened: row.Responses == 0, At: row.ActiveAt})
	}
	for _, theme := range home.Themes {
		home.Threads += theme.Threads
	}
	if home.Questions, err = f.questions(ctx, viewer); err != nil {
		return home, err
	}
	groups, err := f.store.MembersByGroup(ctx, f.now().UTC())
	if err != nil {
		return home, fmt.Errorf("home: %w", err)
	}
	for _, group := range groups {
		home.Members += group.Responses
		home.Groups++
	}
	workshop, err := f.store.Workshop(ctx, "")
	if err == nil {
		home.Workshop = &workshop
	} else if !notFound(err) {
		return home, fmt.Errorf("home: %w", err)
	}
	return home, nil
}
