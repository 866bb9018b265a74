package views

import (
	"strconv"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/views/words"
)

// pullLength is how many characters of a featured response stand on the front page.
const pullLength = 180

// HomePage is what the front page shows, to visitors and members alike.
type HomePage struct {
	models.Home
	// AllGroups are the community's groups in their order.
	AllGroups []models.Group
	// Purpose is the community's own account of itself and PurposeLang its language,
	// for a community that continues no workshop.
	Purpose     string
	PurposeLang string
	// FeaturedIn is the thread of the featured response, FeaturedTheme the title of
	// its theme; they are read only when there is one.
	FeaturedIn    models.Thread
	FeaturedTheme string
}

// front sets the nameplate: the day, and how large the community is.
func (h *HomePage) front(p Page) Page {
	p.Front = true
	p.FrontLines = []string{p.Words.Day(p.Now, p.Now)}
	if n := len(h.Themes); n > 0 {
		p.FrontLines = append(p.FrontLines, p.N("home.front-themes", n,
			"number", capital(spelled(p.Words, n)), "threads", p.N("theme.threads", h.Threads)))
	}
	if h.Members > 0 && h.Groups > 0 {
		groups := p.N("home.front-groups", h.Groups, "number", spelled(p.Words, h.Groups))
		p.FrontLines = append(p.FrontLines, p.N("home.front-members", h.Members, "groups", groups))
	}
	return p
}

// headline is the one heading of the visitor's page: what the community continues,
// or its name when that is nothing that is known here.
func (h *HomePage) headline(p Page) string {
	switch {
	case h.Workshop == nil:
		return p.SiteName()
	case h.Workshop.Month == 0:
		return p.T("home.headline-plain")
	}
	return p.T("home.headline", "month", p.Words.Month(h.Workshop.Month))
}

// stand is the sentence under the headline; empty when the community speaks for itself.
func (h *HomePage) stand(p Page) string {
	switch {
	case h.Workshop == nil:
		return ""
	case h.Workshop.Month == 0 || h.Workshop.FirstDay == h.Workshop.LastDay:
		return p.T("home.stand-plain")
	}
	return p.T("home.stand", "days", workshopDays(p.Words, h.Workshop))
}

// pull is the beginning of the featured response as plain text.
func (h *HomePage) pull() string {
	return prose.Excerpt(prose.HTML(h.Featured.HTML), pullLength)
}

// activitySentence is the message for one line of what happened lately.
func activitySentence(w *words.Words, a *models.Activity) []words.Piece {
	switch {
	case !a.Opened:
		return w.Pieces("home.responded")
	case a.Kind == "":
		return w.Pieces("home.opened.thread")
	}
	return w.Pieces("home.opened." + string(a.Kind))
}

// activityName is who did what a line of activity tells.
func activityName(w *words.Words, a *models.Activity) string {
	if a.Opened {
		return speaker(w, a.PersonaKind, a.PersonaName)
	}
	return speaker(w, a.LatestKind, a.LatestName)
}

// activityPath leads to what a line of activity tells.
func activityPath(a *models.Activity) string {
	if a.Opened {
		return ThreadPath(&a.Thread, 1)
	}
	return ResponsePath(&a.Thread, a.LatestNumber)
}

// threadsOf are the threads of the latest activity, each once.
func (h *HomePage) threadsOf() []models.ThreadRow {
	seen := make(map[int64]bool, len(h.Latest))
	rows := make([]models.ThreadRow, 0, len(h.Latest))
	for i := range h.Latest {
		if !seen[h.Latest[i].ID] {
			seen[h.Latest[i].ID] = true
			rows = append(rows, h.Latest[i].ThreadRow)
		}
	}
	return rows
}

// live is the place of the latest threads on the live line. There a response in a
// known thread is as new as a thread.
func (h *HomePage) live(p Page) liveList {
	return liveList{Channel: "front", Path: "/", First: true, New: p.Words.Forms("live.new")}
}

// workshopDays are the days of a workshop with the month, "11 and 12 February";
// empty when they are not known.
func workshopDays(w *words.Words, workshop *models.Workshop) string {
	if workshop.FirstDay == 0 || workshop.Month == 0 {
		return w.Month(workshop.Month)
	}
	first, last := dayNumber(w, workshop.FirstDay), strconv.Itoa(workshop.LastDay)
	days := first
	switch {
	case workshop.LastDay == workshop.FirstDay+1:
		days = w.T("workshop.two-days", "first", first, "last", last)
	case workshop.LastDay > workshop.FirstDay:
		days = w.T("workshop.some-days", "first", first, "last", last)
	}
	return w.T("workshop.days", "days", days, "month", w.Month(workshop.Month))
}
