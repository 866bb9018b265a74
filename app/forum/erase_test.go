package forum_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"colloquy/app/forum"
	"colloquy/app/forumtest"
)

// TestAnErasedTextLeavesNoTraceInTheFiles reads every byte that the embedded database
// keeps.
func TestAnErasedTextLeavesNoTraceInTheFiles(t *testing.T) {
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
