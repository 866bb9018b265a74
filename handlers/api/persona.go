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
}

func personaJSON(byline *models.Byline) *Persona {
	return &Persona{
		Name: filled(byline.PersonaName), Group: filled(byline.GroupName), Handle: byline.PersonaHandle,
	}
}

// maySpeak refuses a persona that is not the viewer's own.
func maySpeak(viewer models.Viewer, handle *string) error {
	if handle != nil && *handle != "" && *handle != viewer.Persona.PersonaHandle {
		return unacceptable("body.persona", sentences["body.persona"])
	}
	return nil
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
