package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models/store"
)

// TestAnErasedTextLeavesNoTraceInTheFiles reads every byte that the embedded database
// keeps.
func TestAnErasedTextLeavesNoTraceInTheFiles(t *testing.T) {
	ctx := context.Background()
	url := forumtest.SQLite(t)
	s := forumtest.Open(t, url)
	c := forumtest.NewCast(t, s)
	id := c.Start(t, c.Amina, forumtest.Public, "Traces")
	n := c.Respond(t, c.Rosa, id, "an unmistakableword to be erased")
	if err := c.Forum.EditText(ctx, c.Rosa, id, n, forum.TextEdit{Body: "the unmistakableword, edited"}); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(strings.TrimPrefix(url, "sqlite://"))
	if !holds(t, folder, "unmistakableword") {
		t.Fatal("the files do not hold a text that is there")
	}
	if err := c.Forum.RemoveText(ctx, c.Rosa, id, n); err != nil {
		t.Fatal(err)
	}
	if err := c.Forum.Erase(ctx); err != nil {
		t.Fatal(err)
	}
	if holds(t, folder, "unmistakableword") {
		t.Error("the files still hold the erased text")
	}
}

func holds(t *testing.T, folder, word string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if at := bytes.Index(bytes.ToLower(content), []byte(word)); at >= 0 {
			t.Logf("%s holds it at %d: %q", filepath.Base(file), at, content[max(0, at-60):min(len(content), at+60)])
			return true
		}
	}
	return false
}

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
