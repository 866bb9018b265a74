package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/app/archive"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// backupOf is a backup of a store and its data directory.
func backupOf(t *testing.T, s *store.Store, dataDir string) []byte {
	t.Helper()
	var packed bytes.Buffer
	err := archive.Backup(context.Background(), s, dataDir, &packed, archive.BackupOptions{Version: "test", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func restoreInto(s *store.Store, dataDir string, packed []byte, force bool) (archive.Restored, error) {
	return archive.Restore(context.Background(), s, dataDir, bytes.NewReader(packed), int64(len(packed)),
		archive.RestoreOptions{Now: now.Add(time.Hour), Force: force})
}

// content is every row of every table as text, but for what a restore changes.
func content(t *testing.T, s *store.Store) map[string][]string {
	t.Helper()
	tables := map[string][]string{}
	err := s.Dump(context.Background(), func(d *store.Dump) error {
		for _, table := range d.Tables {
			if slices.Contains([]string{"sessions", "links", "tokens", "invitations", "community"}, table.Name) {
				continue
			}
			rows := []string{}
			err := d.Rows(table, func(values []any) error {
				rows = append(rows, fmt.Sprintf("%v", values))
				return nil
			})
			if err != nil {
				return err
			}
			tables[table.Name] = rows
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func sameContent(t *testing.T, got, want map[string][]string) {
	t.Helper()
	for name, rows := range want {
		if !slices.Equal(got[name], rows) {
			t.Errorf("table %s differs: %d rows, want %d", name, len(got[name]), len(rows))
		}
	}
	if len(want) < 15 || len(want["responses"]) < 100 {
		t.Errorf("only %d tables and %d responses were compared", len(want), len(want["responses"]))
	}
}

// withAccess lets somebody in by every way there is.
func withAccess(t *testing.T, s *store.Store) {
	t.Helper()
	member := int64(1)
	err := s.Write(context.Background(), func(tx *store.Tx) error {
		later := now.Add(48 * time.Hour)
		return errors.Join(
			tx.CreateSession(&models.Session{TokenHash: []byte{1, 0, 255}, MemberID: member, CreatedOn: now, SeenOn: now, ExpiresOn: later}),
			tx.CreateLink(&models.Link{TokenHash: []byte{2}, MemberID: member, ExpiresAt: later}),
			tx.CreateToken(&models.Token{TokenHash: []byte{3}, MemberID: member, Name: "script", CreatedOn: now}),
			tx.CreateInvitation(&models.Invitation{TokenHash: []byte{4}, Role: models.RoleConvener, CreatedOn: now, ExpiresAt: later}),
			tx.RememberKey(&models.IdempotencyKey{Mac: []byte{5}, RequestHash: []byte{6}, ThreadID: 1, Number: 1, CreatedOn: now}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestBackupAndRestore takes a backup of each database back into each.
func TestBackupAndRestore(t *testing.T) {
	databases := map[string]func(testing.TB) string{"sqlite": forumtest.SQLite, "postgres": forumtest.MigratedPostgres}
	for from, open := range databases {
		for to, openTarget := range databases {
			t.Run(from+" to "+to, func(t *testing.T) {
				source := forumtest.Open(t, open(t))
				target := forumtest.Open(t, openTarget(t))
				roundTrip(t, source, target)
			})
		}
	}
}

func roundTrip(t *testing.T, source, target *store.Store) {
	t.Helper()
	ctx := context.Background()
	demonstrated(t, source)
	withAccess(t, source)
	sourceDir, targetDir := t.TempDir(), t.TempDir()
	put(t, filepath.Join(sourceDir, "uploads", "a", "picture.jpg"), "a picture")
	put(t, filepath.Join(targetDir, "uploads", "old.jpg"), "an old picture")
	packed := backupOf(t, source, sourceDir)
	established(t, target) // what the first command writes is no hindrance
	done, err := restoreInto(target, targetDir, packed, false)
	if err != nil {
		t.Fatal(err)
	}
	if !done.MadeAt.Equal(now) || done.Files != 1 || done.Rows < 500 {
		t.Errorf("restored %+v", done)
	}
	sameContent(t, content(t, target), content(t, source))
	if got, err := os.ReadFile(filepath.Join(targetDir, "uploads", "a", "picture.jpg")); err != nil || string(got) != "a picture" {
		t.Errorf("the upload is %q: %v", got, err)
	}
	if left, err := os.ReadDir(targetDir); err != nil || len(left) != 1 {
		t.Errorf("the data directory holds %v: %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(targetDir, "uploads", "old.jpg")); !errors.Is(err, os.ErrNotExist) {
		t.Error("an old upload is still there")
	}
	checkClosed(t, source, target)
	want, err := source.Search(ctx, everyone, []string{"minutes"}, store.SearchFilter{Limit: 100})
	if err != nil || len(want) == 0 {
		t.Fatalf("nothing to find: %v", err)
	}
	if got, err := target.Search(ctx, everyone, []string{"minutes"}, store.SearchFilter{Limit: 100}); err != nil || len(got) != len(want) {
		t.Errorf("%d hits, want %d: %v", len(got), len(want), err)
	}
	if report := importText(t, target, oneLine(sample)); report.Unchanged != 1 {
		t.Errorf("an import after the restore: %+v", report)
	}
	if report := importText(t, target, strings.Replace(oneLine(sample), "A seat", "Another seat", 1)); report.Threads != 1 {
		t.Errorf("a new thread after the restore: %+v", report)
	}
}

// checkClosed looks whether anybody can still get in, and for the new epoch.
func checkClosed(t *testing.T, source, target *store.Store) {
	t.Helper()
	ctx := context.Background()
	if _, _, err := target.ViewerBySession(ctx, []byte{1, 0, 255}, now); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the session lives: %v", err)
	}
	if _, err := target.LinkByToken(ctx, []byte{2}, now); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the link works: %v", err)
	}
	if _, err := target.ViewerByToken(ctx, []byte{3}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the token works: %v", err)
	}
	err := target.Write(ctx, func(tx *store.Tx) error { return tx.AcceptInvitation(1, now) })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the operator's invitation works: %v", err)
	}
	before, err := source.Community(ctx)
	if err != nil {
		t.Fatal(err)
	}
	after, err := target.Community(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if after.Epoch == before.Epoch || after.Epoch == "" || after.RightsSeq <= before.RightsSeq || after.Faces <= before.Faces {
		t.Errorf("epoch %s, rights %d, faces %d", after.Epoch, after.RightsSeq, after.Faces)
	}
	if after.Name != before.Name || !bytes.Equal(after.Secret, before.Secret) || after.Demo != before.Demo ||
		!after.StartedAt.Equal(*before.StartedAt) {
		t.Errorf("community %+v", after)
	}
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRestoreOverACommunity(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		demonstrated(t, s)
		packed := backupOf(t, s, t.TempDir())
		want := content(t, s)
		importText(t, s, `{"source":"s","title":"Later","posts":[{"n":1,"body":"Later","format":"text"}]}`)
		if _, err := restoreInto(s, t.TempDir(), packed, false); !errors.Is(err, archive.ErrNotEmpty) {
			t.Fatalf("it is replaced unasked: %v", err)
		}
		if _, err := restoreInto(s, t.TempDir(), packed, true); err != nil {
			t.Fatal(err)
		}
		sameContent(t, content(t, s), want)
		hits, err := s.Search(context.Background(), everyone, []string{"later"}, store.SearchFilter{Limit: 100})
		for _, hit := range hits {
			if hit.ThreadTitle == "Later" {
				t.Error("the search finds what is gone")
			}
		}
		if err != nil {
			t.Error(err)
		}
	})
}

func TestRestoreNeedsTheServerStopped(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		established(t, s)
		packed := backupOf(t, s, t.TempDir())
		first, err := s.Presence(ctx)
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.Presence(ctx)
		if err != nil {
			t.Fatalf("a second server: %v", err)
		}
		if err := first(); err != nil {
			t.Fatal(err)
		}
		if _, err := restoreInto(s, t.TempDir(), packed, false); !errors.Is(err, store.ErrRunning) {
			t.Errorf("restored under a running server: %v", err)
		}
		if err := second(); err != nil {
			t.Fatal(err)
		}
		if _, err := restoreInto(s, t.TempDir(), packed, false); err != nil {
			t.Errorf("with the server stopped: %v", err)
		}
		release, err := s.Alone(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Presence(ctx); !errors.Is(err, store.ErrRestoring) {
			t.Errorf("a server starts during a restore: %v", err)
		}
		if err := release(); err != nil {
			t.Fatal(err)
		}
	})
}

// repacked is a backup in which one entry was changed; nil leaves it out.
func repacked(t *testing.T, packed []byte, name string, change func(string) []byte) []byte {
	t.Helper()
	var changed bytes.Buffer
	w := zip.NewWriter(&changed)
	for entry, content := range unpacked(t, packed) {
		text := []byte(content)
		if entry == name {
			if text = change(content); text == nil {
				continue
			}
		}
		into, err := w.Create(entry)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := into.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return changed.Bytes()
}

func TestRestoreRefusesDamage(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		demonstrated(t, s)
		dataDir := t.TempDir()
		put(t, filepath.Join(dataDir, "uploads", "kept.jpg"), "kept")
		packed := backupOf(t, s, dataDir)
		want := content(t, s)
		flipped := bytes.Clone(packed)
		flipped[len(flipped)/2] ^= 0x40
		replace := func(old, with string) func(string) []byte {
			return func(text string) []byte { return []byte(strings.Replace(text, old, with, 1)) }
		}
		for name, damaged := range map[string][]byte{
			"no ZIP":          []byte("colloquy"),
			"empty":           nil,
			"cut":             packed[:len(packed)-100],
			"a bit":           flipped,
			"no manifest":     repacked(t, packed, "manifest.json", func(string) []byte { return nil }),
			"no table":        repacked(t, packed, "tables/threads.jsonl", func(string) []byte { return nil }),
			"a changed row":   repacked(t, packed, "tables/members.jsonl", replace("moderator", "convener")),
			"a changed hash":  repacked(t, packed, "manifest.json", replace(`"sha256": "`, `"sha256": "0`)),
			"a changed count": repacked(t, packed, "manifest.json", replace(`"rows": `, `"rows": 1`)),
			"a way out":       repacked(t, packed, "manifest.json", replace(`uploads/kept.jpg`, `uploads/../out`)),
		} {
			if _, err := restoreInto(s, dataDir, damaged, true); !errors.Is(err, archive.ErrNotBackup) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, other := range map[string][]byte{
			"format":    repacked(t, packed, "manifest.json", replace(`"format": 1`, `"format": 2`)),
			"migration": repacked(t, packed, "manifest.json", replace(`"migration": "`, `"migration": "9`)),
		} {
			if _, err := restoreInto(s, dataDir, other, true); err == nil || !strings.Contains(err.Error(), "version test") {
				t.Errorf("%s: %v", name, err)
			}
		}
		sameContent(t, content(t, s), want)
		if left, err := os.ReadDir(dataDir); err != nil || len(left) != 1 {
			t.Errorf("the data directory holds %v: %v", left, err)
		}
		if row, err := s.Community(context.Background()); err != nil || row.Epoch != "e0" {
			t.Errorf("community %+v: %v", row, err)
		}
	})
}

func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.zip")
	put(t, path, "old")
	failure := errors.New("no")
	if err := archive.WriteFile(path, func(io.Writer) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("error %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "old" {
		t.Errorf("the file is %q: %v", got, err)
	}
	err := archive.WriteFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "new")
		return err
	})
	if got, readErr := os.ReadFile(path); err != nil || readErr != nil || string(got) != "new" {
		t.Errorf("the file is %q: %v, %v", got, err, readErr)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
