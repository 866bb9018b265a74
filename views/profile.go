package views

import (
	"strconv"
	"time"

	"colloquy/models"
)

// ownSection marks the account in the navigation on the viewer's own page.
func ownSection(own bool) string {
	if own {
		return SectionAccount
	}
	return ""
}

// hereSince is the month in which somebody joined.
func hereSince(p Page, joined time.Time) string {
	joined = joined.UTC()
	return p.T("profile.here-since", "month", p.Words.Month(int(joined.Month())), "year", strconv.Itoa(joined.Year()))
}

// profileCounts is how much a persona has written that the viewer may read.
func profileCounts(p Page, f *models.Profile) string {
	return saidLine(p, models.Said{Responses: f.Responses, Threads: f.Threads})
}
