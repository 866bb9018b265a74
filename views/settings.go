package views

import (
	"strings"

	"colloquy/models"
	"colloquy/views/words"
)

// SettingsPage is the viewer's own profile and preferences, as they stand in the form.
type SettingsPage struct {
	Name         string
	Organisation string
	About        string
	// Language and Appearance are the chosen ones of the pages; empty for the browser's.
	Language   string
	Appearance string
	// TimeZone is one of models.TimeZones; empty for UTC.
	TimeZone string
	// Directory tells that other members find the viewer in the directory.
	Directory bool
	// Languages are the tags of those that the viewer reads and writes.
	Languages map[string]bool
	// Initiatives are all that there are, Chosen the slugs of the viewer's own.
	Initiatives []models.Initiative
	Chosen      map[string]bool
	Group       models.Group
	// Saved tells that the form has just been saved.
	Saved  bool
	Errors FieldErrors
}

// appearanceOptions are the appearances as choices, the device's first.
func appearanceOptions(w *words.Words) []Option {
	return []Option{{Label: w.T("look.auto")}, {Value: "light", Label: w.T("look.light")}, {Value: "dark", Label: w.T("look.dark")}}
}

// zoneRegion is a part of the world with its time zones.
type zoneRegion struct {
	Label string
	Zones []Option
}

// zoneRegions are all time zones by part of the world. The names of places are those of
// the time zone database: in English, the underscores taken out.
func zoneRegions(w *words.Words) []zoneRegion {
	var regions []zoneRegion
	last := ""
	for _, zone := range models.TimeZones() {
		region, place, _ := strings.Cut(zone, "/")
		if region != last {
			last = region
			regions = append(regions, zoneRegion{Label: w.T("zone." + strings.ToLower(region))})
		}
		place = strings.ReplaceAll(strings.ReplaceAll(place, "_", " "), "/", ", ")
		in := &regions[len(regions)-1]
		in.Zones = append(in.Zones, Option{Value: zone, Label: place})
	}
	return regions
}
