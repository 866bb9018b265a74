package views

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"colloquy/models"
	"colloquy/views/words"
)

// placed gives a page its title and its part of the site, unless it has them already.
func placed(p Page, title, section string) Page {
	if p.Title == "" {
		p.Title = title
	}
	if p.Section == "" {
		p.Section = section
	}
	return p
}

// parts are the components that take the place of the placeholders of a message.
type parts map[string]templ.Component

// spelled writes a number up to twelve in words and any greater one in digits, for
// the beginning of a sentence. One is left to the plural forms of the messages.
func spelled(w *words.Words, n int) string {
	if n < 2 || n > 12 {
		return w.Number(n)
	}
	return w.T("number." + strconv.Itoa(n))
}

// capital begins a sentence: it makes the first letter large.
func capital(sentence string) string {
	first, size := utf8.DecodeRuneInString(sentence)
	if first == utf8.RuneError {
		return sentence
	}
	return string(unicode.ToUpper(first)) + sentence[size:]
}

// shortAgo is how long ago something happened, short enough for the narrow column of
// an activity list: "12 min", "2 h", "3 days", then the date.
func shortAgo(w *words.Words, t, now time.Time) string {
	const day = 24 * time.Hour
	t, now = w.At(t), w.At(now)
	switch past := now.Sub(t); {
	case past < time.Minute:
		return w.T("home.short.now")
	case past < time.Hour:
		return w.N("home.short.minutes", int(past/time.Minute))
	case past < day:
		return w.N("home.short.hours", int(past/time.Hour))
	case past < 7*day:
		return w.N("home.short.days", int(past/day))
	}
	month := w.T("month-short." + strconv.Itoa(int(t.Month())))
	if t.Year() != now.Year() {
		return w.T("home.short.month", "month", month, "year", strconv.Itoa(t.Year()))
	}
	return w.T("home.short.date", "day", dayNumber(w, t.Day()), "month", month)
}

// dayNumber is a day of the month; some languages give the first a form of its own.
func dayNumber(w *words.Words, day int) string {
	if day == 1 {
		return w.T("date.first")
	}
	return strconv.Itoa(day)
}

// themeSize is "9 threads, 31 responses", or that there is nothing yet.
func themeSize(w *words.Words, t *models.ThemeRow) string {
	if t.Threads == 0 {
		return w.T("theme.no-threads")
	}
	return w.T("theme.size", "threads", w.N("theme.threads", t.Threads), "responses", w.N("theme.responses", t.Responses))
}

// audienceShort is the mark of a theme that not everyone may read; empty for the others.
func audienceShort(w *words.Words, audience models.Audience) string {
	switch audience {
	case models.AudienceMembers:
		return w.T("audience.members-short")
	case models.AudienceGroups:
		return w.T("audience.groups-short")
	case models.AudienceEveryone:
	}
	return ""
}

// lastWords is what a list quotes from a thread: its latest response, else its
// opening. Quote is empty when neither has words.
type lastWords struct {
	Sentence []words.Piece
	Name     string
	Quote    string
	Lang     string
}

func lastWordsOf(w *words.Words, row *models.ThreadRow) lastWords {
	undated := row.Dating == models.Undated
	if row.LatestExcerpt == "" {
		last := lastWords{Sentence: w.Pieces("theme.opened-by"), Name: nameOr(w, row.PersonaKind, row.PersonaName), Quote: row.Excerpt, Lang: row.Lang}
		if undated {
			last.Sentence = w.Pieces("theme.opened-by-undated")
		}
		return last
	}
	last := lastWords{Sentence: w.Pieces("theme.said"), Name: speaker(w, row.LatestKind, row.LatestName), Quote: row.LatestExcerpt, Lang: row.LatestLang}
	if undated {
		last.Sentence = w.Pieces("theme.said-undated")
	}
	return last
}

// nameOr is a name, or the words for a former member or an author nobody knows.
func nameOr(w *words.Words, kind models.PersonaKind, name string) string {
	switch {
	case name != "":
		return shownName(w, kind, name)
	case kind == models.PersonaFormer:
		return w.T("byline.former")
	}
	return w.T("byline.unknown")
}

// speaker is nameOr at the beginning of a sentence. A name stays as it is written.
func speaker(w *words.Words, kind models.PersonaKind, name string) string {
	if name == "" {
		return capital(nameOr(w, kind, name))
	}
	return shownName(w, kind, name)
}

// groupOf finds a group by its id; the zero Group when there is none.
func groupOf(groups []models.Group, id int64) models.Group {
	for _, g := range groups {
		if g.ID == id {
			return g
		}
	}
	return models.Group{}
}

// hitPath leads to the found response, on whichever page of its thread it is.
func hitPath(h *models.SearchHit) string {
	return ResponsePath(&models.Thread{ID: h.ThreadID, Slug: h.ThreadSlug}, h.Number)
}

// questionID is the id of a question on the page of the learning agenda.
func questionID(q *models.Question) string { return "q-" + q.Slug }

// statusClass draws how far a question has come.
func statusClass(s models.QuestionStatus) string {
	switch s {
	case models.QuestionGathering:
		return "half"
	case models.QuestionAnswered:
		return "full"
	case models.QuestionAside:
		return "aside"
	case models.QuestionOpen:
	}
	return ""
}

func statusWord(w *words.Words, s models.QuestionStatus) string {
	return w.T("agenda.status." + strings.ReplaceAll(string(s), " ", "-"))
}

// lines cuts a text at its line ends and leaves out the empty ones.
func lines(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// idValue is an id as the value of a form; empty for none.
func idValue(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// roleValue is the chosen role, member at first.
func roleValue(role models.Role) string {
	if role == "" {
		role = models.RoleMember
	}
	return string(role)
}
