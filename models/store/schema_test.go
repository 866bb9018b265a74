package store_test

import (
	"context"
	"sync"
	"testing"

	"gorm.io/gorm/schema"

	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// TestSchemaHoldsEveryField compares every field of every model with the columns of
// both migrated databases, both ways.
func TestSchemaHoldsEveryField(t *testing.T) {
	nouns := []any{
		models.Community{},
		models.Group{},
		models.Initiative{},
		models.Member{},
		models.Persona{},
		models.Theme{},
		models.Thread{},
		models.Response{},
		models.Edition{},
		models.Question{},
		models.Workshop{},
		models.WorkshopSession{},
		models.WorkshopResource{},
		models.Session{},
		models.Link{},
		models.Invitation{},
		models.Token{},
		models.IdempotencyKey{},
		models.CommunityText{},
		models.ThemeModerator{},
		models.JoinRequest{},
		models.Passkey{},
		models.Authenticator{},
		models.RecoveryCode{},
		models.Identity{},
		models.Ceremony{},
		models.Cut{},
	}
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		for _, noun := range nouns {
			parsed, err := schema.Parse(noun, &sync.Map{}, schema.NamingStrategy{})
			if err != nil {
				t.Fatal(err)
			}
			columns, err := s.Columns(context.Background(), parsed.Table)
			if err != nil {
				t.Fatal(err)
			}
			have := map[string]bool{}
			for _, column := range columns {
				have[column] = true
			}
			for _, field := range parsed.DBNames {
				if !have[field] {
					t.Errorf("%s has no column for the field %s", parsed.Table, field)
				}
				delete(have, field)
			}
			for column := range have {
				t.Errorf("%s.%s has no field", parsed.Table, column)
			}
		}
	})
}

func TestMigrateTwiceAppliesOnce(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		again, err := s.Migrate(context.Background())
		if err != nil || again != 0 {
			t.Fatalf("the second time applied %d migrations, error %v", again, err)
		}
		list, err := s.Migrations(context.Background())
		if err != nil || len(list) < 2 {
			t.Fatalf("migrations: %v, %v", list, err)
		}
		for _, migration := range list {
			if !migration.Applied {
				t.Errorf("%s is said not to be applied", migration.Name)
			}
		}
	})
}
