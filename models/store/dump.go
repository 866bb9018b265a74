package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"colloquy/models"
)

// ColumnKind is what a column holds, by the same word on both databases.
type ColumnKind string

// The kinds of column and the Go values they are given and taken as; nil is NULL.
const (
	Integer ColumnKind = "integer" // int64
	Number  ColumnKind = "number"  // float64
	Boolean ColumnKind = "boolean" // bool
	Text    ColumnKind = "text"    // string
	Bytes   ColumnKind = "bytes"   // []byte
	Moment  ColumnKind = "time"    // time.Time, UTC
)

// Column is a column of a table.
type Column struct {
	Name string
	Kind ColumnKind
	// later marks a reference to the table itself, which may name a row that is not
	// there yet.
	later bool
}

// Table is a table of ours with its columns. The search index is none: it is made
// from the texts.
type Table struct {
	Name    string
	Columns []Column
}

// column is the place of a column, -1 when there is none of that name.
func (t Table) column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}

// Dump is an unchanging view of the whole database.
type Dump struct {
	// Tables stand so that a table comes after all that it refers to.
	Tables []Table
	db     *gorm.DB
}

// Dump runs do on one unchanging state of the whole database. It is for backups: no
// scope narrows it.
func (s *Store) Dump(ctx context.Context, do func(d *Dump) error) error {
	return s.snapshot(ctx, func(db *gorm.DB) error {
		list, err := tables(db, s.dialect)
		if err != nil {
			return err
		}
		return do(&Dump{Tables: list, db: db})
	})
}

// Rows gives every row of a table, ordered by its first columns. The slice given to
// each is used again for the next row.
func (d *Dump) Rows(table Table, each func(values []any) error) error {
	rows, err := d.db.Raw("SELECT " + quoted(table) + " FROM " + table.Name + " ORDER BY 1, 2").Rows()
	if err != nil {
		return fmt.Errorf("read table %s: %w", table.Name, err)
	}
	defer rows.Close()
	values := make([]any, len(table.Columns))
	places := make([]any, len(values))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return fmt.Errorf("read table %s: %w", table.Name, err)
		}
		for i, column := range table.Columns {
			if values[i], err = column.Kind.value(values[i]); err != nil {
				return fmt.Errorf("read table %s, column %s: %w", table.Name, column.Name, err)
			}
		}
		if err := each(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// value brings what a driver gave into the one form of its kind.
func (k ColumnKind) value(given any) (any, error) {
	switch v := given.(type) {
	case nil:
		return nil, nil
	case time.Time:
		if k == Moment {
			return v.UTC(), nil
		}
	case int64:
		if k == Boolean {
			return v != 0, nil
		}
		if k == Integer {
			return v, nil
		}
	case bool:
		if k == Boolean {
			return v, nil
		}
	case float64:
		if k == Number {
			return v, nil
		}
	case string:
		if k == Text {
			return v, nil
		}
	case []byte:
		if k == Bytes {
			return v, nil
		}
		if k == Text {
			return string(v), nil
		}
	}
	return nil, fmt.Errorf("a %s is a %T", k, given)
}

// kindOf names what a column holds by the database's own word.
func kindOf(word string) (ColumnKind, error) {
	switch strings.ToUpper(word) {
	case "BIGINT", "INTEGER", "INT8", "INT4":
		return Integer, nil
	case "REAL", "DOUBLE PRECISION", "FLOAT8":
		return Number, nil
	case "BOOLEAN", "BOOL":
		return Boolean, nil
	case "TEXT":
		return Text, nil
	case "BLOB", "BYTEA":
		return Bytes, nil
	case "DATETIME", "TIMESTAMPTZ":
		return Moment, nil
	}
	return "", fmt.Errorf("a column of type %q has no form in a backup", word)
}

// tables lists our tables so that each comes after all that it refers to.
func tables(db *gorm.DB, d dialect) ([]Table, error) {
	names, err := all[string](db.Raw(d.tables))
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	type reference struct{ Table, Column, Target string }
	references, err := all[reference](db.Raw(d.references))
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	var list []Table
	placed := map[string]bool{}
	for len(list) < len(names) {
		before := len(list)
		for _, name := range names {
			waits := slices.ContainsFunc(references, func(r reference) bool {
				return r.Table == name && r.Target != name && !placed[r.Target]
			})
			if placed[name] || waits {
				continue
			}
			table, err := columns(db, name)
			if err != nil {
				return nil, err
			}
			for _, r := range references {
				if r.Table == name && r.Target == name {
					table.Columns[table.column(r.Column)].later = true
				}
			}
			placed[name], list = true, append(list, table)
		}
		if len(list) == before {
			return nil, errors.New("tables refer to each other in a circle")
		}
	}
	return list, nil
}

func columns(db *gorm.DB, name string) (Table, error) {
	table := Table{Name: name}
	rows, err := db.Raw("SELECT * FROM " + name + " LIMIT 0").Rows()
	if err != nil {
		return table, fmt.Errorf("columns of %s: %w", name, err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return table, fmt.Errorf("columns of %s: %w", name, err)
	}
	for _, column := range types {
		kind, err := kindOf(column.DatabaseTypeName())
		if err != nil {
			return table, fmt.Errorf("table %s, column %s: %w", name, column.Name(), err)
		}
		table.Columns = append(table.Columns, Column{Name: column.Name(), Kind: kind})
	}
	return table, rows.Err()
}

// quoted lists a table's columns for a statement.
func quoted(table Table) string {
	names := make([]string, 0, len(table.Columns))
	for _, column := range table.Columns {
		names = append(names, `"`+column.Name+`"`)
	}
	return strings.Join(names, ", ")
}

// Tables lists our tables so that each comes after all that it refers to.
func (tx *Tx) Tables() ([]Table, error) { return tables(tx.db, tx.dialect) }

// Sizes counts members and all threads within the transaction.
func (tx *Tx) Sizes() (Sizes, error) {
	return one[Sizes](tx.db.Raw(
		"SELECT (SELECT COUNT(*) FROM members) AS members, (SELECT COUNT(*) FROM threads) AS threads"))
}

// Clear deletes every row of the given tables, the last table first, and empties the
// search index.
func (tx *Tx) Clear(list []Table) error {
	if err := tx.db.Exec(tx.dialect.emptyIndex).Error; err != nil {
		return fmt.Errorf("empty the search index: %w", err)
	}
	for _, table := range slices.Backward(list) {
		if err := tx.db.Exec("DELETE FROM " + table.Name).Error; err != nil {
			return fmt.Errorf("empty table %s: %w", table.Name, err)
		}
	}
	return nil
}

// Fill writes every row that next gives into an empty table, sets its next id and
// returns how many there were. Next returns nil after the last row; rows come in the
// order of their ids and values in the order of the columns.
func (tx *Tx) Fill(table Table, next func() ([]any, error)) (int, error) {
	fill := filling{tx: tx, table: table, id: table.column("id")}
	count := 0
	for {
		values, err := next()
		if err != nil {
			return count, err
		}
		if values == nil {
			break
		}
		count++
		if err := fill.add(values); err != nil {
			return count, fmt.Errorf("fill table %s: %w", table.Name, translate(err))
		}
	}
	if err := fill.finish(); err != nil {
		return count, fmt.Errorf("fill table %s: %w", table.Name, translate(err))
	}
	return count, nil
}

// filling gathers rows for statements of many rows.
type filling struct {
	tx     *Tx
	table  Table
	id     int // the place of the column id, -1 when there is none
	values []any
	rows   int
	links  []link
}

// link is a reference to a row of the same table that comes later.
type link struct {
	column     string
	id, target any
}

func (f *filling) add(values []any) error {
	first := len(f.values)
	f.values = append(f.values, values...)
	for i, column := range f.table.Columns {
		if !column.later || values[i] == nil {
			continue
		}
		id, isID := values[f.id].(int64)
		target, isTarget := values[i].(int64)
		if isID && isTarget && target > id {
			f.links = append(f.links, link{column: column.Name, id: id, target: target})
			f.values[first+i] = nil
		}
	}
	f.rows++
	if f.rows < manyRows {
		return nil
	}
	return f.flush()
}

func (f *filling) flush() error {
	if f.rows == 0 {
		return nil
	}
	place := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(f.table.Columns)), ", ") + ")"
	query := "INSERT INTO " + f.table.Name + " (" + quoted(f.table) + ") VALUES " +
		place + strings.Repeat(", "+place, f.rows-1)
	err := f.tx.db.Exec(query, f.values...).Error
	f.values, f.rows = f.values[:0], 0
	return err
}

func (f *filling) finish() error {
	if err := f.flush(); err != nil {
		return err
	}
	for _, l := range f.links {
		query := `UPDATE ` + f.table.Name + ` SET "` + l.column + `" = ? WHERE id = ?`
		if err := f.tx.db.Exec(query, l.target, l.id).Error; err != nil {
			return err
		}
	}
	if f.id < 0 {
		return nil
	}
	return f.tx.db.Exec(strings.ReplaceAll(f.tx.dialect.sequence, "{table}", f.table.Name)).Error
}

// ShownText is a text that the search shall find: Title is the thread's for its
// opening, else empty.
type ShownText struct {
	ID    int64
	Title string
	HTML  string `gorm:"column:html"`
}

// ShownTexts lists all texts that are not removed in the order of their ids, after one
// of them, for making the search index anew.
func (tx *Tx) ShownTexts(scope models.Scope, after int64, limit int) ([]ShownText, error) {
	condition, values := where(scope, after, limit)
	return all[ShownText](tx.db.Raw(`SELECT r.id, CASE WHEN r.number = 1 THEN t.title ELSE '' END AS title, r.html
		FROM responses r JOIN threads t ON t.id = r.thread_id JOIN themes th ON th.id = t.theme_id`+condition+
		` AND r.id > ? AND r.removed_at IS NULL ORDER BY r.id LIMIT ?`, values...))
}

// EndAccess ends what lets anybody in: sessions, sign-in links, open invitations, recovery
// codes and all access tokens.
func (tx *Tx) EndAccess(now time.Time) error {
	for _, statement := range []string{
		"DELETE FROM sessions", "DELETE FROM links", "DELETE FROM ceremonies",
		// A backup does not know which of these were used since.
		"DELETE FROM recovery_codes",
	} {
		if err := tx.db.Exec(statement).Error; err != nil {
			return err
		}
	}
	if err := tx.db.Exec("UPDATE tokens SET revoked_at = ? WHERE revoked_at IS NULL", now).Error; err != nil {
		return err
	}
	if err := tx.db.Exec("UPDATE invitations SET revoked_at = ? WHERE accepted_at IS NULL AND revoked_at IS NULL", now).Error; err != nil {
		return err
	}
	return tx.MoveRights()
}
