package store_test

import (
	"slices"
	"testing"

	"colloquy/app/forumtest"
	"colloquy/models/store"
)

// TestEveryTableThatKnowsMembersIsEmptiedOfWhoLeaves: a new table with a member's id must
// be decided about here.
func TestEveryTableThatKnowsMembersIsEmptiedOfWhoLeaves(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		known := append([]string{"personas"}, store.OfMembers...)
		knowing, err := s.TablesKnowingMembers(t.Context())
		if err != nil || len(knowing) < len(known) {
			t.Fatalf("%v, %v", knowing, err)
		}
		for _, table := range knowing {
			if !slices.Contains(known, table) {
				t.Errorf("%s knows members and keeps those who leave", table)
			}
		}
	})
}
