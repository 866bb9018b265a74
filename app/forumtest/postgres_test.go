package forumtest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestPostgresIsFreshForEveryTestAndDroppedAfterIt(t *testing.T) {
	var url string
	t.Run("one", func(t *testing.T) {
		url = Postgres(t)
		if _, err := connect(t, url).Exec(t.Context(), "CREATE TABLE left_behind (n int)"); err != nil {
			t.Fatal(err)
		}
	})
	if url == "" {
		Postgres(t) // leaves this test out as well
	}
	if conn, err := pgx.Connect(t.Context(), url); err == nil {
		_ = conn.Close(t.Context())
		t.Error("the database outlives its test")
	}
	t.Run("two", func(t *testing.T) {
		var tables int
		row := connect(t, Postgres(t)).QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
		if err := row.Scan(&tables); err != nil || tables != 0 {
			t.Errorf("a fresh database holds %d tables (%v)", tables, err)
		}
	})
}

func TestPostgresTemplateIsPreparedOnceAndCopied(t *testing.T) {
	Postgres(t)
	var prepared atomic.Int32
	fill := func(url string) error {
		prepared.Add(1)
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return err
		}
		_, err = conn.Exec(t.Context(), "CREATE TABLE filled AS SELECT 'é' AS letter")
		return errors.Join(err, conn.Close(t.Context()))
	}
	t.Run("copies", func(t *testing.T) {
		for _, name := range []string{"one", "two", "three"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				conn := connect(t, PostgresTemplate(t, "filled", fill))
				var letter string
				if err := conn.QueryRow(t.Context(), "DELETE FROM filled RETURNING upper(letter)").Scan(&letter); err != nil || letter != "É" {
					t.Errorf("read %q from the copy (%v), want É", letter, err)
				}
			})
		}
	})
	if n := prepared.Load(); n != 1 {
		t.Errorf("prepared %d times, want once", n)
	}
}

func TestPostgresTemplateFailureIsReported(t *testing.T) {
	Postgres(t)
	c, err := theCluster()
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken migration")
	for range 2 {
		if _, err := c.template("broken", func(string) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("got %v, want the failure of prepare", err)
		}
	}
}
