package forumtest

import (
	"context"
	"log/slog"
	"testing"

	"colloquy/models/store"
)

func init() { Prepare = migrate }

// migrate brings a template database up to date.
func migrate(url string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, url, Quiet())
	if err != nil {
		return err
	}
	_, err = s.Migrate(ctx)
	if closed := s.Close(); err == nil {
		err = closed
	}
	return err
}

// Quiet is a log that nobody reads.
func Quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Stores runs a test on a fresh, migrated store of each database.
func Stores(t *testing.T, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachDatabase(t, func(t *testing.T, url string) {
		run(t, Open(t, url))
	})
}

// Open opens a migrated database for a test and closes it at its end.
func Open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), url, Quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Loud is a log that ends up beside the test that failed.
func Loud(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelError}))
}

type testWriter struct{ t testing.TB }

// Write hands a line to the test.
func (w testWriter) Write(line []byte) (int, error) {
	w.t.Log(string(line))
	return len(line), nil
}
