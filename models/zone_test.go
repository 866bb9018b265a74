package models

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // so that the test does not depend on the machine
)

func TestEveryTimeZoneIsOne(t *testing.T) {
	zones := TimeZones()
	if len(zones) < 400 || !slices.IsSorted(zones) {
		t.Fatalf("%d zones, sorted: %v", len(zones), slices.IsSorted(zones))
	}
	for _, name := range zones {
		if _, err := time.LoadLocation(name); err != nil || !IsTimeZone(name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "UTC", "Local", "Africa", "africa/nairobi", "Africa/Nairobi ", "Mars/Olympus"} {
		if IsTimeZone(name) {
			t.Errorf("%q is one of them", name)
		}
	}
}

func TestErasuresAreReadAsTheyAreWritten(t *testing.T) {
	for _, e := range []Erasure{
		{Kind: ErasedMember, Opaque: "ABC", Leaving: LeavingKeeps},
		{Kind: ErasedMember, Opaque: "ABC", Leaving: LeavingRemoves},
		{Kind: ErasedAuthorship, ThreadID: 12, Number: 3, WrittenAt: time.Date(2026, 3, 1, 10, 0, 0, 120_000, time.UTC)},
		{Kind: ErasedText, ThreadID: 1, Number: 1, WrittenAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)},
	} {
		if read, ok := ParseErasure(e.String()); !ok || read != e {
			t.Errorf("%q is read as %+v", e, read)
		}
	}
	for _, line := range []string{
		"", "member", "member ABC", "member  keeps", "member ABC maybe", "member ABC keeps now", "cut 12 2026-03-01T10:00:00Z",
		"cut 12:x 2026-03-01T10:00:00Z", "cut 12:3 yesterday", "burnt 12:3 2026-03-01T10:00:00Z", "cut 12:3",
	} {
		if e, ok := ParseErasure(line); ok {
			t.Errorf("%q is read as %+v", line, e)
		}
	}
}
