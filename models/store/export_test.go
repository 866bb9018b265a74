package store

import (
	"context"
	"fmt"
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
