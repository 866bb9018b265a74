package words

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMomentsInAZone(t *testing.T) {
	late := time.Date(2026, 11, 9, 22, 10, 0, 0, time.UTC)
	eve := time.Date(2025, 12, 31, 22, 10, 0, 0, time.UTC)
	newYear := time.Date(2025, 12, 31, 23, 30, 0, 0, time.UTC) // already 2026 in Nairobi
	for _, c := range []struct{ zone, got, want string }{
		{"Africa/Nairobi", For("en").In("Africa/Nairobi").DayTime(late, now), "10 Nov, 01:10"},
		{"Africa/Nairobi", For("en").In("Africa/Nairobi").DayOf(late, now), "10 November"},
		{"America/Lima", For("es").In("America/Lima").DayTime(late, now), "9 nov, 17:10"},
		{"Asia/Kathmandu", For("en").In("Asia/Kathmandu").DayTime(late, now), "10 Nov, 03:55"},
		{"none", For("en").DayOf(late, now), "9 November"},
		{"a mere date", For("en").In("Africa/Nairobi").Day(late, now), "9 November"},
		{"a mere date in the west", For("en").In("America/Lima").Day(late.Truncate(24*time.Hour), now), "9 November"},
		{"the year", For("en").In("Africa/Nairobi").DayOf(eve, newYear), "1 January"},
		{"the year in UTC", For("en").DayOf(eve, newYear), "31 December"},
		{"the year of now", For("en").In("Africa/Nairobi").DayTime(time.Date(2025, 12, 31, 20, 0, 0, 0, time.UTC), newYear), "31 Dec 2025, 23:00"},
		{"long ago", For("en").In("Africa/Nairobi").Ago(late, late.Add(8*24*time.Hour)), "10 November"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.zone, c.got, c.want)
		}
	}
}

func TestUnknownZonesAreUTC(t *testing.T) {
	for _, zone := range []string{"", "UTC", "Local", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Africa/Nairobi\x00", strings.Repeat("A", 10_000)} {
		w := For("fr").In(zone)
		if w != For("fr") || w.Zone() != "" || w.Variant() != "fr" || w.At(now).Location() != time.UTC {
			t.Errorf("%.40q gives %s", zone, w.Variant())
		}
	}
	if back := For("fr").In("Africa/Nairobi").In(""); back != For("fr") {
		t.Errorf("back in UTC is %s", back.Variant())
	}
	if other := For("fr").In("Africa/Nairobi").In("America/Lima"); other.Variant() != "fr@America/Lima" {
		t.Errorf("in another zone it is %s", other.Variant())
	}
}

func TestVariantsNameTheWords(t *testing.T) {
	for _, l := range Languages() {
		for _, zone := range []string{"", "Africa/Nairobi", "America/Argentina/Buenos_Aires"} {
			w := For(l.Tag).In(zone)
			if again := ForVariant(w.Variant()); again.Tag() != l.Tag || again.Zone() != zone {
				t.Errorf("%s leads to %s in %q", w.Variant(), again.Tag(), again.Zone())
			}
		}
	}
	if w := ForVariant("xx@Africa/Nairobi"); w.Tag() != "en" || w.Zone() != "Africa/Nairobi" {
		t.Errorf("an unknown language gives %s", w.Variant())
	}
}

// TestZonesAreBounded: however many names are tried, what is kept stays small.
func TestZonesAreBounded(t *testing.T) {
	for n := range 3 * maxZones {
		For("en").In(fmt.Sprintf("Nowhere/%d", n))
	}
	zoned.mu.RLock()
	defer zoned.mu.RUnlock()
	if len(zoned.kept) > maxZones {
		t.Errorf("%d are kept", len(zoned.kept))
	}
}
