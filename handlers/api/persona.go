package api

import (
	"time"

	"colloquy/models"
)

// Persona is who speaks, in JSON: never the member behind.
type Persona struct {
	Name   *string `json:"name" doc:"null when the author of an imported text is not known"`
	Group  *string `json:"group" doc:"Name of the stakeholder group; null without one"`
	Handle string  `json:"handle,omitempty" doc:"The profile's name in addresses; left out without a profile"`
	// Pseudonym is left out where it is false, as it is nearly everywhere.
	Pseudonym bool `json:"pseudonym,omitempty" doc:"true for a name that a member goes by in one theme; left out otherwise"`
}

func personaJSON(byline *models.Byline) *Persona {
	return &Persona{
		Name: filled(byline.PersonaName), Group: filled(byline.GroupName), Handle: byline.PersonaHandle,
		Pseudonym: byline.PersonaKind == models.PersonaPseudonym,
	}
}

// faceOf is as whom a request wants to speak: by the handle of the profile, else by the
// name of a pseudonym, which the forum looks for among the viewer's own.
func faceOf(viewer models.Viewer, persona *string) models.Face {
	if persona == nil || *persona == "" || viewer.Persona != nil && *persona == viewer.Persona.PersonaHandle {
		return models.Face{}
	}
	return models.Face{Choice: models.FacePseudonym, Name: *persona}
}

// filled is nil for what is empty: null in JSON.
func filled[T ~string](value T) *string {
	if value == "" {
		return nil
	}
	text := string(value)
	return &text
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	moment := t.UTC()
	return &moment
}

// written is when a text was written as far as it is known: nil for an imported text
// without a date, the day's beginning for one with a mere date.
func written(at time.Time, dating models.Dating) *time.Time {
	switch dating {
	case models.Undated:
		return nil
	case models.DatedByDay:
		at = at.UTC().Truncate(24 * time.Hour)
	}
	return utc(&at)
}
