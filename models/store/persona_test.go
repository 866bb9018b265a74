package store_test

import (
	"errors"
	"fmt"
	"testing"

	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// TestOfficersAreWhoeverModerates: of one theme or of all, and conveners; not their
// pseudonyms, which nobody knows to be theirs.
func TestOfficersAreWhoeverModerates(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		c := forumtest.NewCast(t, s)
		theme, err := s.Theme(t.Context(), models.Scope{All: true}, forumtest.Inside)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.Moderate(theme.ID, c.Rosa.Member.ID); err != nil {
				return err
			}
			if err := tx.CreatePersona(&models.Persona{
				Kind: models.PersonaPseudonym, MemberID: &c.Lena.Member.ID, ThemeID: &theme.ID, Name: "Heron", CreatedAt: theme.CreatedAt,
			}); err != nil {
				return err
			}
			officers, err := tx.Officers()
			for _, officer := range officers {
				names = append(names, officer.Name)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(names) != "[Rosa Quispe Lena Fischer Teodora Ilić]" {
			t.Errorf("officers are %v", names)
		}
	})
}

// TestOnePseudonymForEachTheme: the database itself keeps a member from a second one.
func TestOnePseudonymForEachTheme(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		c := forumtest.NewCast(t, s)
		theme, err := s.Theme(t.Context(), models.Scope{All: true}, forumtest.Inside)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []error{nil, store.ErrTaken} {
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				return tx.CreatePersona(&models.Persona{
					Kind: models.PersonaPseudonym, MemberID: &c.Rosa.Member.ID, ThemeID: &theme.ID, Name: fmt.Sprint("Heron ", i), CreatedAt: theme.CreatedAt,
				})
			})
			if !errors.Is(err, want) {
				t.Errorf("pseudonym %d: %v", i+1, err)
			}
		}
	})
}
