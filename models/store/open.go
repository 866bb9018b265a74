package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	write   *gorm.DB
	read    *gorm.DB
	dialect dialect
	path    string
	asked   *atomic.Int64
	closers []func() error
}

// Tx is a write transaction: all of it happens or nothing does.
type Tx struct {
	db      *gorm.DB
	dialect dialect
}

// Open opens the database at url, "sqlite:///absolute/path" or "postgres://…", and
// checks that it answers. It does not migrate.
func Open(ctx context.Context, url string, log *slog.Logger) (*Store, error) {
	switch {
	case strings.HasPrefix(url, "sqlite://"):
		return openSQLite(ctx, strings.TrimPrefix(url, "sqlite://"), log)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url, log)
	}
	return nil, errors.New("the database address must start with sqlite:// or postgres://")
}

// poolSize is how many connections a process may hold, unless the address says so with
// pool_max_conns: enough for writers that wait for the disk.
const poolSize = 16

func openPostgres(ctx context.Context, url string, log *slog.Logger) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The parse error repeats the address, password and all.
		return nil, errors.New("the PostgreSQL address cannot be read")
	}
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	// The planner's default is that of a spinning disk, and makes it read the whole
	// search index rather than its tree.
	config.ConnConfig.RuntimeParams["random_page_cost"] = "1.1"
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = max(config.MaxConns, poolSize)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	conn := stdlib.OpenDBFromPool(pool)
	asked := new(atomic.Int64)
	db, err := gorm.Open(discreetPostgres{postgres.Dialector{Config: &postgres.Config{Conn: conn}}}, gormConfig(log, asked))
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	s := &Store{write: db, read: db, dialect: postgresDialect, asked: asked}
	s.closers = append(s.closers, conn.Close, func() error { pool.Close(); return nil })
	return s, nil
}

// discreetPostgres keeps the values of a statement out of the log: GORM's own way to
// do so is not taken where it scans raw queries.
type discreetPostgres struct{ postgres.Dialector }

// Explain is what GORM says of a statement to the log: never its values.
func (discreetPostgres) Explain(query string, _ ...any) string { return query }

func openSQLite(ctx context.Context, path string, log *slog.Logger) (*Store, error) {
	s := &Store{dialect: sqliteDialect, path: path, asked: new(atomic.Int64)}
	open := func(options string, connections int) (*gorm.DB, error) {
		conn, err := sql.Open("sqlite", "file:"+path+"?"+sqlitePragmas+options)
		if err != nil {
			return nil, err
		}
		conn.SetMaxOpenConns(connections)
		conn.SetMaxIdleConns(connections)
		s.closers = append(s.closers, conn.Close)
		if err := conn.PingContext(ctx); err != nil {
			return nil, err
		}
		return gorm.Open(&sqliteDialector{conn: conn}, gormConfig(log, s.asked))
	}
	var err error
	// One writer, because SQLite has one; it takes the lock when it begins, so that
	// no transaction fails half way for having to wait.
	if s.write, err = open("&_txlock=immediate", 1); err == nil {
		s.read, err = open("&_pragma=query_only(1)", 4)
	}
	if err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open SQLite database %s: %w", path, err)
	}
	return s, nil
}

func gormConfig(log *slog.Logger, asked *atomic.Int64) *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		Logger:                 queryLog{log: log, asked: asked},
		DisableAutomaticPing:   true,
	}
}

// Close closes every connection.
func (s *Store) Close() error {
	var errs []error
	for _, closer := range s.closers {
		errs = append(errs, closer())
	}
	return errors.Join(errs...)
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	conn, err := s.read.DB()
	if err != nil {
		return err
	}
	if err := conn.PingContext(ctx); err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	return nil
}

// Kind names the database: "SQLite" or "PostgreSQL".
func (s *Store) Kind() string { return s.dialect.name }

// Path is the database file of SQLite, empty for PostgreSQL.
func (s *Store) Path() string { return s.path }

// Write runs do in one transaction and commits when it returns nil.
func (s *Store) Write(ctx context.Context, do func(tx *Tx) error) error {
	return translate(s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		return do(&Tx{db: db, dialect: s.dialect})
	}))
}

// snapshot runs do on one unchanging state of the database.
func (s *Store) snapshot(ctx context.Context, do func(db *gorm.DB) error) error {
	return translate(s.read.WithContext(ctx).Transaction(do, s.dialect.snapshot))
}

func (s *Store) reader(ctx context.Context) *gorm.DB { return s.read.WithContext(ctx) }

// translate turns the database's own words into the store's errors.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		return ErrNotFound
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return fmt.Errorf("%w: %w", ErrTaken, err)
	}
	return err
}

// one scans the single row of a query, ErrNotFound when there is none.
func one[T any](query *gorm.DB) (T, error) {
	var rows []T
	err := query.Scan(&rows).Error
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		var none T
		return none, translate(err)
	}
	return rows[0], nil
}

// all scans every row of a query.
func all[T any](query *gorm.DB) ([]T, error) {
	var rows []T
	err := query.Scan(&rows).Error
	return rows, translate(err)
}

// Check asks the database whether it is whole.
func (s *Store) Check(ctx context.Context) error {
	if s.dialect.check == "" {
		return nil
	}
	answer, err := one[string](s.reader(ctx).Raw(s.dialect.check))
	if err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	if answer != "ok" {
		return fmt.Errorf("the database is damaged (%s): stop the site and restore a backup", answer)
	}
	return nil
}
