package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrRunning is returned when the database cannot be had alone, because a server
	// runs on it.
	ErrRunning = errors.New("a server is running on this database: stop it and try again")
	// ErrRestoring is returned when a server cannot start, because somebody has the
	// database alone.
	ErrRestoring = errors.New("this database is being restored: wait until that has finished and try again")
)

// presenceKey names the advisory lock of PostgreSQL; such locks are counted for each
// database apart. The number is "colloquy" in ASCII.
const presenceKey = 0x636f6c6c6f717579

// Presence says that a server runs on the database, until release is called or the
// process ends. Any number may run at once. ErrRestoring is returned while somebody
// has the database alone.
func (s *Store) Presence(ctx context.Context) (release func() error, err error) {
	return s.dialect.presence(ctx, s, false)
}

// Alone keeps servers from the database until release is called or the process ends.
// ErrRunning is returned when one is there. Other commands are not kept away.
func (s *Store) Alone(ctx context.Context) (release func() error, err error) {
	return s.dialect.presence(ctx, s, true)
}

// refused is the error of a presence that another one keeps out.
func refused(alone bool) error {
	if alone {
		return ErrRunning
	}
	return ErrRestoring
}

// sqlitePresence locks a file of its own beside the database: SQLite knows how to
// lock one on every system, and the lock goes with the process. An open read of the
// (empty) lock database is shared, an exclusive transaction is alone.
func sqlitePresence(ctx context.Context, s *Store, alone bool) (func() error, error) {
	pool, err := sql.Open("sqlite", "file:"+s.path+".presence?_pragma=busy_timeout(0)")
	if err != nil {
		return nil, fmt.Errorf("presence: %w", err)
	}
	pool.SetMaxOpenConns(1)
	begin := []string{"BEGIN", "SELECT COUNT(*) FROM sqlite_master"}
	if alone {
		begin = []string{"BEGIN EXCLUSIVE"}
	}
	conn, err := pool.Conn(ctx)
	for _, statement := range begin {
		if err == nil {
			_, err = conn.ExecContext(ctx, statement)
		}
	}
	if err == nil {
		return func() error { return errors.Join(conn.Close(), pool.Close()) }, nil
	}
	if conn != nil {
		_ = conn.Close()
	}
	_ = pool.Close()
	var failure *sqlite.Error
	if errors.As(err, &failure) && failure.Code()&0xff == sqlite3.SQLITE_BUSY {
		return nil, refused(alone)
	}
	return nil, fmt.Errorf("lock file %s.presence: %w", s.path, err)
}

// postgresPresence holds an advisory lock on a connection of its own, outside the
// pool, because the lock lives as long as its connection.
func postgresPresence(ctx context.Context, s *Store, alone bool) (func() error, error) {
	config, err := postgresConfig(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("presence: %w", err)
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("presence: %w", err)
	}
	release := func() error {
		// Unlocked by word: a closed connection lets go only when the server notices.
		ctx := context.WithoutCancel(ctx)
		_, err := conn.Exec(ctx, "SELECT pg_advisory_unlock_all()")
		return errors.Join(err, conn.Close(ctx))
	}
	query := "SELECT pg_try_advisory_lock_shared($1)"
	if alone {
		query = "SELECT pg_try_advisory_lock($1)"
	}
	var locked bool
	if err := conn.QueryRow(ctx, query, int64(presenceKey)).Scan(&locked); err != nil {
		return nil, errors.Join(fmt.Errorf("presence: %w", err), release())
	}
	if !locked {
		return nil, errors.Join(refused(alone), release())
	}
	return release, nil
}

// postgresConfig is how the store's own connections are made.
func postgresConfig(ctx context.Context, s *Store) (*pgx.ConnConfig, error) {
	pool, err := s.write.DB()
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	var config *pgx.ConnConfig
	err = conn.Raw(func(driver any) error {
		own, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver %T", driver)
		}
		config = own.Conn().Config()
		return nil
	})
	return config, err
}
