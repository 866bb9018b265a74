package models

import (
	_ "embed" // for the list of zones
	"slices"
	"strings"
)

// zoneNames are the zones that people choose from, one for each country and more where a
// country has several: the names of zone.tab in the IANA time zone database, sorted.
//
//go:embed zones.txt
var zoneNames string

var timeZones = strings.Fields(zoneNames)

// TimeZones lists the names of the time zones to choose from, such as Africa/Nairobi.
func TimeZones() []string { return slices.Clone(timeZones) }

// IsTimeZone tells whether a name is one of TimeZones.
func IsTimeZone(name string) bool {
	_, found := slices.BinarySearch(timeZones, name)
	return found
}
