package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"colloquy/app/forumtest"
	"colloquy/models/store"
)

// TestTheLogHoldsNoValues makes a query fail and looks for what was asked.
func TestTheLogHoldsNoValues(t *testing.T) {
	forumtest.EachDatabase(t, func(t *testing.T, url string) {
		var log bytes.Buffer
		s, err := store.Open(context.Background(), url, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.Write(context.Background(), func(tx *store.Tx) error { return tx.Break() }); err != nil {
			t.Fatal(err)
		}
		if _, err := s.MemberByEmail(context.Background(), "secret@example.org"); err == nil {
			t.Fatal("the query did not fail")
		}
		if text := log.String(); !strings.Contains(text, "query failed") || strings.Contains(text, "secret") {
			t.Errorf("the log: %s", text)
		}
	})
}
