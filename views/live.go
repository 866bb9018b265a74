package views

import (
	"maps"

	"github.com/a-h/templ"

	"colloquy/models"
	"colloquy/views/words"
)

// Class is a class of audience: all readers of one class and one language are shown
// the same neutral part of a thread, on the page and in frames.
type Class string

// The classes of audience.
const (
	// ClassReader is everybody who may read.
	ClassReader Class = "reader"
	// ClassModerator may remove any text, and is offered it.
	ClassModerator Class = "moderator"
)

// ClassOf is the class that a viewer reads a theme in.
func ClassOf(viewer models.Viewer, themeID int64) Class {
	if viewer.ModeratesTheme(themeID) {
		return ClassModerator
	}
	return ClassReader
}

// liveList is where a list of threads stands, for the script that keeps it live.
type liveList struct {
	// Channel is the list's live channel, Path the address of its first page.
	Channel string
	Path    string
	// Kind is the kind that the list is narrowed to; empty for all.
	Kind models.Kind
	// First tells that this is the list's first page, where new threads enter.
	First bool
	// New are the plural forms that say how much is new, with {n} for the number.
	New map[string]string
}

// stateWords are the sentences on the state of the live line, as data attributes.
func stateWords(w *words.Words) templ.Attributes {
	return templ.Attributes{
		"data-w-live":         w.T("live.live"),
		"data-w-reconnecting": w.T("live.reconnecting"),
		"data-w-offline":      w.T("live.offline"),
		"data-w-back":         w.T("live.back"),
		"data-w-denied":       w.T("live.denied"),
		"data-w-signed-out":   w.T("live.signed-out"),
		"data-w-suspended":    w.T("live.suspended"),
	}
}

// threadWords are the sentences that the script of a thread's page says, as data
// attributes. A number stands in them as {n}. Where somebody may be writing, the end of
// a session says that the text is kept.
func threadWords(w *words.Words) templ.Attributes {
	attributes := stateWords(w)
	maps.Copy(attributes, templ.Attributes{
		"data-w-signed-out": w.T("live.signed-out") + " " + w.T("live.kept"),
		"data-w-suspended":  w.T("live.suspended") + " " + w.T("live.kept"),
		"data-w-pages":      w.T("jump.other-pages"),
		"data-w-pager":      w.T("pager.label"),
		"data-w-previous":   w.T("pager.previous"),
		"data-w-next":       w.T("pager.next"),
		"data-w-range":      w.T("jump.range", "first", "{first}", "last", "{last}"),
		"data-w-silent":     w.T("voices.silent"),
		"data-w-missing":    w.T("voices.missing", "groups", "{groups}"),
		"data-w-all-heard":  w.T("voices.all-heard"),
	})
	addForms(attributes, "data-w-news-", w.Forms("live.news"))
	addForms(attributes, "data-w-reading-", w.Forms("live.reading"))
	addForms(attributes, "data-w-responses-", w.Forms("thread.responses"))
	return attributes
}

// listWords are the sentences that the script of a list says.
func listWords(w *words.Words, l liveList) templ.Attributes {
	attributes := stateWords(w)
	addForms(attributes, "data-w-new-", l.New)
	return attributes
}

// addForms writes the plural forms of a sentence, each into an attribute of its own.
func addForms(attributes templ.Attributes, prefix string, forms map[string]string) {
	for form, text := range forms {
		attributes[prefix+form] = text
	}
}
