package forumtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Prepare brings the database at an address (sqlite:///path or postgres://…) to
// the newest schema and closes it again. This package sets it where it opens
// stores; it is a variable so that the databases here know no store.
var Prepare func(url string) error

// EachDatabase runs the same exercise on both databases, as the subtests
// "sqlite" and "postgres". Each gets the address of a migrated, otherwise empty
// database of its own. Where there is no PostgreSQL, that subtest is left out.
func EachDatabase(t *testing.T, run func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, MigratedPostgres(t)) })
}

// MigratedPostgres returns the address of a migrated, empty PostgreSQL database,
// dropped when the test ends.
func MigratedPostgres(tb testing.TB) string {
	tb.Helper()
	return PostgresTemplate(tb, migratedTemplate, prepare)
}

// SQLite returns the address of a migrated, empty database file, in a directory
// that is removed when the test ends.
func SQLite(tb testing.TB) string {
	tb.Helper()
	content, err := migratedSQLite()
	if err != nil {
		tb.Fatalf("prepare the SQLite template: %v", err)
	}
	path := filepath.Join(tb.TempDir(), "colloquy.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		tb.Fatalf("copy the SQLite template: %v", err)
	}
	return sqliteAddress(path)
}

// The migrated databases are made once per process: migrating takes longer than
// copying. SQLite's is a few hundred kilobytes and kept in memory.
var (
	migratedTemplate = "migrated"
	migratedSQLite   = sync.OnceValues(migrateSQLite)
)

func migrateSQLite() ([]byte, error) {
	directory, err := os.MkdirTemp("", "colloquy-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	path := filepath.Join(directory, "colloquy.db")
	if err := prepare(sqliteAddress(path)); err != nil {
		return nil, err
	}
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return nil, fmt.Errorf("%d bytes stand in the write-ahead log: Prepare left a connection open", info.Size())
	}
	return os.ReadFile(path)
}

func sqliteAddress(path string) string {
	return "sqlite://" + filepath.ToSlash(path)
}

func prepare(url string) error {
	if Prepare == nil {
		return errors.New("forumtest.Prepare is not set")
	}
	return Prepare(url)
}
