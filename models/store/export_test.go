package store

import (
	"context"
	"fmt"
	"slices"
)

// Break takes a table away, for tests of what happens when a query fails.
func (tx *Tx) Break() error { return tx.db.Exec("ALTER TABLE members RENAME TO gone").Error }

// Columns lists the columns of a table, for the test that holds models and schema together.
func (s *Store) Columns(ctx context.Context, table string) ([]string, error) {
	conn, err := s.read.DB()
	if err != nil {
		return nil, err
	}
	rows, err := conn.QueryContext(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, fmt.Errorf("columns of %s: %w", table, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	return columns, rows.Err()
}

// Moderate makes a member moderate a theme.
func (tx *Tx) Moderate(themeID, memberID int64) error {
	return tx.db.Exec("INSERT INTO theme_moderators (theme_id, member_id) VALUES (?, ?)", themeID, memberID).Error
}

// OfMembers are the tables that are emptied of whoever leaves.
var OfMembers = ofMembers

// TablesKnowingMembers lists the tables that refer to members or have a column member_id.
func (s *Store) TablesKnowingMembers(ctx context.Context) ([]string, error) {
	var known []string
	err := s.Dump(ctx, func(d *Dump) error {
		type reference struct{ Table, Column, Target string }
		references, err := all[reference](d.db.Raw(s.dialect.references))
		for _, table := range d.Tables {
			refers := slices.ContainsFunc(references, func(r reference) bool { return r.Table == table.Name && r.Target == "members" })
			if refers || table.column("member_id") >= 0 {
				known = append(known, table.Name)
			}
		}
		return err
	})
	return known, err
}
