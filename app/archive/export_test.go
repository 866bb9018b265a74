package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"colloquy/app/archive"
	"colloquy/app/demo"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// demonstrated fills a store with the demo community and one imported conversation.
func demonstrated(t *testing.T, s *store.Store) {
	t.Helper()
	texts, err := demo.Starter()
	if err != nil {
		t.Fatal(err)
	}
	err = s.Write(context.Background(), func(tx *store.Tx) error {
		err := tx.CreateCommunity(&models.Community{
			Name: "Demo", Purpose: "To show.", Epoch: "e0", Secret: []byte("secret-of-the-demo"), CreatedAt: now,
		})
		for i, group := range texts.Groups {
			if err == nil {
				err = tx.CreateGroup(&models.Group{Key: group.Key, Name: group.Name, Explains: group.Explains, Position: i + 1})
			}
		}
		for _, initiative := range texts.Initiatives {
			if err == nil {
				err = tx.CreateInitiative(&models.Initiative{Slug: initiative.Slug, Name: initiative.Name})
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.WriteDemo(context.Background(), s, now); err != nil {
		t.Fatal(err)
	}
	if report := importText(t, s, oneLine(sample)); report.Responses != 5 {
		t.Fatalf("report %+v", report)
	}
}

// unpacked reads every file of a ZIP.
func unpacked(t *testing.T, packed []byte) map[string]string {
	t.Helper()
	file, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string]string{}
	for _, entry := range file.File {
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		contents[entry.Name] = string(content)
	}
	return contents
}

func TestExport(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		demonstrated(t, s)
		err := s.Write(ctx, func(tx *store.Tx) error {
			return tx.CreateSession(&models.Session{
				TokenHash: []byte("hash-of-a-session"), MemberID: 1, CreatedOn: now, SeenOn: now, ExpiresOn: now,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		done, err := archive.Export(ctx, s, &packed, archive.ExportOptions{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		files := unpacked(t, packed.Bytes())
		texts, err := demo.Demo()
		if err != nil {
			t.Fatal(err)
		}
		checkNothingSecret(t, files, texts)
		if lines := strings.Count(files["members.csv"], "\n"); lines != len(texts.Members)+1 || done.Members != len(texts.Members) {
			t.Errorf("members.csv has %d lines for %d members", lines, len(texts.Members))
		}
		for name, content := range files {
			if strings.HasSuffix(name, ".json") && !json.Valid([]byte(content)) {
				t.Errorf("%s is not JSON", name)
			}
		}
		again := forumtest.Open(t, forumtest.SQLite(t))
		established(t, again)
		threads, responses := 0, 0
		for name, content := range files {
			if strings.HasPrefix(name, "threads/") {
				report := importText(t, again, content)
				if len(report.Errors) > 0 {
					t.Errorf("%s: %v", name, report.Errors)
				}
				threads, responses = threads+report.Threads, responses+report.Responses
			}
		}
		if threads != done.Threads || responses != done.Texts || threads < len(texts.Threads) {
			t.Errorf("%d threads and %d texts taken back of %+v", threads, responses, done)
		}
	})
}

// checkNothingSecret searches an export for what must not be in it.
func checkNothingSecret(t *testing.T, files map[string]string, texts demo.DemoTexts) {
	t.Helper()
	for name, content := range files {
		for _, secret := range []string{"secret-of-the-demo", "hash-of-a-session", "password", "e0\""} {
			if strings.Contains(content, secret) && name != "README.txt" {
				t.Errorf("%s holds %q", name, secret)
			}
		}
		if strings.Contains(content, "@example.org") && name != "members.csv" {
			t.Errorf("%s holds an address", name)
		}
	}
	removed := 0
	for _, thread := range texts.Threads {
		for _, post := range thread.Posts {
			encoded, err := json.Marshal(post.Body)
			if err != nil {
				t.Fatal(err)
			}
			if post.Removed {
				removed++
				if strings.Contains(files["threads/"+thread.Theme+".jsonl"], string(encoded)) {
					t.Errorf("a removed text of %q is exported", thread.Title)
				}
			}
		}
	}
	if removed == 0 {
		t.Error("the demo has no removed text to look for")
	}
}
