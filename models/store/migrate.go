package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// MigrationStatus says where one migration stands.
type MigrationStatus struct {
	Name    string
	Applied bool
}

// Migrate brings the database up to date and returns how many migrations it applied.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	provider, err := s.provider()
	if err != nil {
		return 0, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("bring the database up to date: %w", err)
	}
	return len(results), nil
}

// Migrations says where every migration stands, without applying any.
func (s *Store) Migrations(ctx context.Context) ([]MigrationStatus, error) {
	names, err := migrationFiles(s.dialect)
	if err != nil {
		return nil, err
	}
	done := map[int64]bool{}
	var versions []int64
	// Before the first migration there is no table of versions.
	there, err := s.hasVersions(ctx)
	if err != nil {
		return nil, err
	}
	if there {
		if err := s.reader(ctx).Raw("SELECT version_id FROM goose_db_version WHERE is_applied").
			Scan(&versions).Error; err != nil {
			return nil, fmt.Errorf("read the migrations' status: %w", err)
		}
	}
	for _, version := range versions {
		done[version] = true
	}
	list := make([]MigrationStatus, 0, len(names))
	for _, name := range names {
		version, err := migrationVersion(name)
		if err != nil {
			return nil, err
		}
		list = append(list, MigrationStatus{Name: path.Base(name), Applied: done[version]})
	}
	return list, nil
}

func (s *Store) hasVersions(ctx context.Context) (bool, error) {
	count, err := one[int](s.reader(ctx).Raw(s.dialect.hasTable, "goose_db_version"))
	return count == 1, err
}

func (s *Store) provider() (*goose.Provider, error) {
	names, err := migrationFiles(s.dialect)
	if err != nil {
		return nil, err
	}
	var list []*goose.Migration
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		version, err := migrationVersion(name)
		if err != nil {
			return nil, err
		}
		statements := s.dialect.words.Replace(string(text))
		run := func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statements)
			return err
		}
		list = append(list, goose.NewGoMigration(version, &goose.GoFunc{RunTx: run}, nil))
	}
	options := []goose.ProviderOption{goose.WithGoMigrations(list...), goose.WithDisableGlobalRegistry(true)}
	if s.dialect.goose == "postgres" {
		// Several instances may start at once: one migrates, the others wait.
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	conn, err := s.write.DB()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.Dialect(s.dialect.goose), conn, nil, options...)
}

func migrationFiles(d dialect) ([]string, error) {
	var names []string
	for _, folder := range []string{"migrations", d.searchMigrations} {
		found, err := fs.Glob(migrations, folder+"/*.sql")
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	sort.Slice(names, func(i, j int) bool { return path.Base(names[i]) < path.Base(names[j]) })
	return names, nil
}

func migrationVersion(name string) (int64, error) {
	number, _, _ := strings.Cut(path.Base(name), "_")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("migration %s has no number: %w", name, err)
	}
	return version, nil
}

// Holds tells whether any row of a table holds words in a column, for tests that
// prove what was erased.
func (s *Store) Holds(ctx context.Context, table, column, words string) (bool, error) {
	count, err := one[int](s.reader(ctx).Raw("SELECT COUNT(*) FROM "+table+" WHERE "+column+" LIKE ?", "%"+words+"%"))
	return count > 0, err
}
