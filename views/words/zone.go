package words

import (
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the zones, wherever the program runs
)

// maxZones bounds how many pairs of a language and a zone are kept. There are about 600
// names of zones; whoever uses more than this at once pays for looking them up again.
const maxZones = 1024

// maxZoneName is longer than every name of a zone.
const maxZoneName = 64

// zoned keeps the words of a language in a zone, by their Variant, and the names that are
// none.
var zoned = struct {
	mu   sync.RWMutex
	kept map[string]*Words
}{kept: map[string]*Words{}}

// In gives the same words with moments in a zone by its IANA name, such as
// Africa/Nairobi. An empty name, and one that is not known, is UTC.
func (w *Words) In(zone string) *Words {
	if zone == w.zoneName {
		return w
	}
	base := For(w.tag)
	if zone == "" || zone == "UTC" || len(zone) > maxZoneName {
		return base
	}
	key := w.tag + "@" + zone
	zoned.mu.RLock()
	found, ok := zoned.kept[key]
	zoned.mu.RUnlock()
	if ok {
		return found
	}
	found = base
	if location, err := time.LoadLocation(zone); err == nil && zone != "Local" {
		there := *base
		there.zone, there.zoneName = location, zone
		found = &there
	}
	zoned.mu.Lock()
	defer zoned.mu.Unlock()
	if len(zoned.kept) >= maxZones {
		clear(zoned.kept)
	}
	zoned.kept[key] = found
	return found
}

// Zone is the IANA name of the zone in which moments are shown, empty for UTC.
func (w *Words) Zone() string { return w.zoneName }

// At is a moment in the zone.
func (w *Words) At(t time.Time) time.Time {
	if w.zone == nil {
		return t.UTC()
	}
	return t.In(w.zone)
}

// Variant names language and zone in one word, "en" or "en@Africa/Nairobi": what is
// rendered for it serves everybody who reads in it.
func (w *Words) Variant() string {
	if w.zoneName == "" {
		return w.tag
	}
	return w.tag + "@" + w.zoneName
}

// ForVariant gives the words that a Variant names.
func ForVariant(variant string) *Words {
	tag, zone, _ := strings.Cut(variant, "@")
	return For(tag).In(zone)
}
