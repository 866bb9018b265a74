package views

import (
	"colloquy/models"
	"colloquy/views/words"
)

// Speaking is as whom one can write in a form, and what stands there as chosen.
type Speaking struct {
	// Offered tells that one may speak here under another name.
	Offered bool
	// Own are the writer's own pseudonyms that can speak here: the one of a thread's
	// theme, or for a new thread those of all themes that it may stand in.
	Own []models.Pseudonym
	// Themes are the titles of the themes that a new thread can be opened in under
	// another name; empty in the form for a response, whose theme is settled.
	Themes []string
	// Face is what stands in the form.
	Face models.Face
}

// fieldMe is what the form sends for the named profile.
const fieldMe = "me"

// settled tells that the theme is settled, so that a pseudonym can be called by its name.
func (s Speaking) settled() bool { return len(s.Themes) == 0 }

// makes tells whether a new pseudonym can be made: one in each theme.
func (s Speaking) makes() bool { return len(s.Own) < max(1, len(s.Themes)) }

// choice is what the form sends for the face that stands in it.
func (s Speaking) choice() string {
	if s.Face.Choice == models.FaceProfile {
		return fieldMe
	}
	return string(s.Face.Choice)
}

// newName is the name that was given to a new pseudonym in the form.
func newName(face models.Face) string {
	if face.Choice != models.FaceNew {
		return ""
	}
	return face.Name
}

// lists says in words which pseudonyms there are, each with its theme.
func (s Speaking) lists(w *words.Words) string {
	names := make([]string, 0, len(s.Own))
	for _, own := range s.Own {
		names = append(names, w.T("mask.name-in", "name", own.Name, "theme", own.ThemeTitle))
	}
	return w.List(names)
}

// fieldNone is no choice where one was asked for.
const fieldNone = "none"

// FaceOf reads the fields that a form sends about as whom one speaks. A choice that no
// form offers is kept: the room refuses it. So it does when the form asked and nothing was
// chosen: nobody speaks by name because they said nothing.
func FaceOf(value func(field string) string) models.Face {
	choice := value("as")
	if choice == "" && value("asked") != "" {
		choice = fieldNone
	}
	switch choice {
	case "", fieldMe:
		return models.Face{}
	case string(models.FaceNew):
		return models.Face{Choice: models.FaceNew, Name: value("pseudonym"), ShowGroup: value("show_group") != ""}
	default:
		return models.Face{Choice: models.FaceChoice(choice), Name: value("known_as")}
	}
}

// PseudonymsPage is a member's own list of their pseudonyms.
type PseudonymsPage struct {
	Own []models.Pseudonym
	// Themes are those in which one may speak under another name.
	Themes []models.Theme
}

// shownName is a name in a sentence of plain words: of a pseudonym it says that it is one.
func shownName(w *words.Words, kind models.PersonaKind, name string) string {
	if kind == models.PersonaPseudonym {
		return w.T("byline.pseudonym", "name", name)
	}
	return name
}
