package views

import (
	"strconv"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/views/words"
)

// ThreadForm is what stands in the form for a new thread or for the head of an
// existing one.
type ThreadForm struct {
	// Theme is the slug of the chosen theme.
	Theme   string
	Title   string
	Kind    models.Kind
	Level   models.Level
	Outcome models.Outcome
	// Lang is the language of the text; empty for the reader's own.
	Lang   string
	Body   string
	Locked bool
	Pinned bool
	// As is as whom a new thread is opened.
	As Speaking
	// Key makes a second submit of the same form harmless.
	Key     string
	Preview prose.HTML
	State   WritingState
	// Pause is how many seconds are left in the state WritingPaused.
	Pause  int
	Errors FieldErrors
}

// ThreadNewPage is the page on which a thread is opened.
type ThreadNewPage struct {
	// Themes are those in which the viewer may open a thread.
	Themes []models.Theme
	Form   ThreadForm
}

// ThreadEditPage is the page on which the head of a thread is changed.
type ThreadEditPage struct {
	Head models.ThreadHead
	// Themes are those to which a moderator may try to move the thread.
	Themes []models.Theme
	Form   ThreadForm
}

// theme is the theme that stands in the form, at first the thread's own.
func (e ThreadEditPage) theme() string {
	if e.Form.Theme == "" {
		return e.Head.ThemeSlug
	}
	return e.Form.Theme
}

// ResponseEditPage is the page on which a text is changed.
type ResponseEditPage struct {
	Head models.ThreadHead
	// Row is the response as it stands, with its Markdown.
	Row models.ResponseRow
	// Body and Lang are what stands in the form, Rev the edition that it began from.
	Body string
	Lang string
	Rev  int
	// Key makes a second submit of the same form harmless.
	Key     string
	Preview prose.HTML
	// Conflict tells that the text was changed by somebody else meanwhile: both are
	// shown, and Rev is the edition that saving takes the place of.
	Conflict bool
	State    WritingState
	// Pause is how many seconds are left in the state WritingPaused.
	Pause  int
	Errors FieldErrors
	// Groups are all groups of the community, for the line on who may read.
	Groups []models.Group
	// Given tells that a text was sent that is given back in the form.
	Given bool
}

// ResponseDeletePage asks whether a text is really to be removed.
type ResponseDeletePage struct {
	Head models.ThreadHead
	Row  models.ResponseRow
	// Own tells that the viewer wrote the text: it is erased. Otherwise a moderator
	// removes it, and it is kept out of sight.
	Own bool
	Key string
}

func themeOptions(w *words.Words, themes []models.Theme) []Option {
	options := make([]Option, 0, len(themes))
	for _, t := range themes {
		label := t.Title
		switch t.Audience {
		case models.AudienceMembers:
			label += " · " + w.T("audience.members-short")
		case models.AudienceGroups:
			label += " · " + w.T("audience.groups-short")
		}
		options = append(options, Option{Value: t.Slug, Label: label, Lang: textLang(w, t.Lang)})
	}
	return options
}

func kindOptions(w *words.Words) []Option {
	options := make([]Option, 0, len(models.Kinds))
	for _, k := range models.Kinds {
		options = append(options, Option{Value: string(k), Label: w.Kind(string(k)), Hint: w.T("kind-hint." + string(k))})
	}
	return options
}

func levelOptions(w *words.Words) []Option {
	options := []Option{{Label: w.T("form.not-said")}}
	for _, l := range models.Levels {
		options = append(options, Option{Value: string(l), Label: w.Level(string(l))})
	}
	return options
}

func outcomeOptions(w *words.Words) []Option {
	options := []Option{{Label: w.T("head.outcome-none")}}
	for _, o := range models.Outcomes {
		options = append(options, Option{Value: string(o), Label: w.Outcome(string(o))})
	}
	return options
}

// kindOptionsWith adds the choice of no kind, for imported threads that have none.
func kindOptionsWith(w *words.Words, current models.Kind) []Option {
	options := kindOptions(w)
	if current == "" {
		options = append([]Option{{Label: w.T("form.not-said")}}, options...)
	}
	return options
}

func newThreadDraft(theme string) string { return "thread:new:" + theme }

// draftKey names the draft of the change in the browser.
func (e ResponseEditPage) draftKey() string {
	return "response:" + strconv.FormatInt(e.Head.ID, 10) + ":" + strconv.Itoa(e.Row.Number)
}

func (e ResponseEditPage) number() string { return strconv.Itoa(e.Row.Number) }

func (d ResponseDeletePage) number() string { return strconv.Itoa(d.Row.Number) }

// stand is the sentence on what a removal means.
func (d ResponseDeletePage) stand(w *words.Words) string {
	if !d.Own {
		return w.T("remove.stand-moderator")
	}
	if d.Row.Number == 1 {
		return w.T("remove.stand-opening")
	}
	return w.T("remove.stand")
}
