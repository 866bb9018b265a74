package archive_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"colloquy/app/archive"
	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

func cutOf(thread int64, number int) models.Erasure {
	return models.Erasure{Kind: models.ErasedAuthorship, ThreadID: thread, Number: number, WrittenAt: now.Add(time.Duration(number) * time.Microsecond)}
}

func TestErasuresAreWrittenDownSorted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	log := archive.ErasuresIn(dir)
	if list, err := log.Read(); err != nil || len(list) != 0 {
		t.Errorf("before anything it holds %v, %v", list, err)
	}
	member := models.Erasure{Kind: models.ErasedMember, Opaque: "QUOKKA", Leaving: models.LeavingKeeps}
	var wait sync.WaitGroup
	for _, erasure := range []models.Erasure{member, cutOf(9, 2), cutOf(3, 1), cutOf(3, 1), {Kind: models.ErasedText, ThreadID: 1, Number: 4, WrittenAt: now}} {
		wait.Go(func() {
			if _, err := log.Add(erasure); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	text, err := os.ReadFile(filepath.Join(dir, "erasures.log"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != 4 || !slices.IsSorted(lines) {
		t.Errorf("the file holds %q", lines)
	}
	if info, err := os.Stat(filepath.Join(dir, "erasures.log")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	list, err := log.Read()
	if err != nil || !slices.Contains(list, member) || !slices.ContainsFunc(list, func(e models.Erasure) bool { return e.String() == cutOf(9, 2).String() }) {
		t.Errorf("it reads %v, %v", list, err)
	}
	// What a failed transaction takes back is its own alone.
	undo, err := log.Add(cutOf(3, 1), cutOf(5, 5))
	if err != nil {
		t.Fatal(err)
	}
	if err := undo(); err != nil {
		t.Fatal(err)
	}
	if again, err := log.Read(); err != nil || len(again) != 4 {
		t.Errorf("afterwards it holds %v, %v", again, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "erasures.log"), []byte("cut 1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := log.Read(); err == nil || !strings.Contains(err.Error(), "cut 1:1") {
		t.Errorf("a line that is none: %v", err)
	}
}

func TestErasuresTravelBesideBackups(t *testing.T) {
	dir, folder := t.TempDir(), t.TempDir()
	log := archive.ErasuresIn(dir)
	if err := log.CopyBeside(filepath.Join(folder, "monday.zip")); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("without erasures there is %v, %v", left, err)
	}
	for i, name := range []string{"tuesday.zip", "friday.zip"} {
		if _, err := log.Add(cutOf(int64(i+1), 1)); err != nil {
			t.Fatal(err)
		}
		if err := log.CopyBeside(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := archive.ErasuresBeside(filepath.Join(folder, "monday.zip"))
	if err != nil || len(list) != 3 { // one of tuesday, two of friday
		t.Errorf("beside the oldest backup there are %v, %v", list, err)
	}
}

// erasedWorld is the cast with the rooms writing down what they erase.
func erasedWorld(t *testing.T, s *store.Store, dir string) *forumtest.Cast {
	t.Helper()
	c := forumtest.NewCast(t, s)
	add := archive.ErasuresIn(dir).Add
	c.Forum = forum.New(s, c.Row.Secret, c.Clock.Now, forum.Hooks{Erasing: add})
	c.Community = community.New(s, c.Clock.Now, community.Hooks{Erasing: add, Failed: func(_ context.Context, err error) { t.Error(err) }})
	return c
}

// TestNoBackupBringsBackWhatWasErased: who left since leaves again, both ways; texts that
// were cut or erased since are again; what was written under a number that came again
// stays; a second restore changes nothing.
func TestNoBackupBringsBackWhatWasErased(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		ctx, dir := t.Context(), t.TempDir()
		c := erasedWorld(t, s, dir)
		id := c.Start(t, c.Paul, forumtest.Public, "Opened by Paul")
		rosa, amina := c.Respond(t, c.Rosa, id, "Rosa's words."), c.Respond(t, c.Amina, id, "Amina's words.")
		cut, erased, kept := c.Respond(t, c.Lena, id, "To be cut."), c.Respond(t, c.Lena, id, "To be erased."), c.Respond(t, c.Lena, id, "To be kept.")
		packed := backupOf(t, s, dir)
		later := c.Respond(t, c.Teo, id, "Not in the backup.")
		for _, err := range []error{
			c.Community.Leave(ctx, c.Rosa, models.LeavingKeeps), c.Community.Leave(ctx, c.Amina, models.LeavingRemoves),
			c.Community.CutAuthorship(ctx, c.Paul, 0), c.Forum.CutText(ctx, c.Lena, id, cut), c.Forum.RemoveText(ctx, c.Lena, id, erased),
			c.Forum.CutText(ctx, c.Teo, id, later),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		c.Community.Wait()
		for range 2 {
			if _, err := restoreInto(s, dir, packed, true); err != nil {
				t.Fatal(err)
			}
			checkErased(t, s, id, map[int]string{1: "", rosa: "", amina: "gone", cut: "", erased: "gone", kept: "Lena Fischer"})
		}
		// Somebody else writes what has the number of a text that was cut.
		again := forum.New(s, c.Row.Secret, c.Clock.Now, forum.Hooks{})
		posted, err := again.Respond(ctx, c.Lena, id, forum.NewResponse{Body: "Another text."})
		if err != nil || posted.Number != later {
			t.Fatalf("¶%d, %v", posted.Number, err)
		}
		if _, err := restoreInto(s, dir, backupOf(t, s, dir), true); err != nil {
			t.Fatal(err)
		}
		checkErased(t, s, id, map[int]string{later: "Lena Fischer", kept: "Lena Fischer"})
	})
}

// checkErased looks who is left and by whom texts are; "gone" is a text without words.
func checkErased(t *testing.T, s *store.Store, id int64, names map[int]string) {
	t.Helper()
	ctx := t.Context()
	for address, want := range map[string]error{"rosa@example.org": store.ErrNotFound, "amina@example.org": store.ErrNotFound, "paul@example.org": nil} {
		if _, err := s.MemberByEmail(ctx, address); !errors.Is(err, want) {
			t.Errorf("%s: %v", address, err)
		}
	}
	rows, err := s.Sources(ctx, everyone, id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	visible := 0
	for _, row := range rows {
		if !row.Removed() && row.Number > 1 {
			visible++
		}
		want, asked := names[row.Number]
		switch {
		case !asked:
		case want == "gone" && (!row.Removed() || row.Body != ""):
			t.Errorf("¶%d is there: %+v", row.Number, row)
		case want != "gone" && (row.Removed() || row.PersonaName != want || (want == "") != (row.PersonaKind == models.PersonaFormer)):
			t.Errorf("¶%d is by %q (%s)", row.Number, row.PersonaName, row.PersonaKind)
		}
	}
	if head, err := s.ThreadHead(ctx, everyone, id); err != nil || head.Responses != visible || head.PersonaKind != models.PersonaFormer {
		t.Errorf("the thread counts %d responses of %d, opened by a %s, %v", head.Responses, visible, head.PersonaKind, err)
	}
	if hits, err := s.Search(ctx, everyone, []string{"amina"}, store.SearchFilter{Limit: 10}); err != nil || len(hits) != 0 {
		t.Errorf("the search finds %d erased texts, %v", len(hits), err)
	}
}

// TestARestoreElsewhereKnowsTheErasuresBesideTheBackup: another machine, whose data
// directory is empty, and which knows them from then on.
func TestARestoreElsewhereKnowsTheErasuresBesideTheBackup(t *testing.T) {
	s := forumtest.Open(t, forumtest.SQLite(t))
	ctx, dir, folder, elsewhere := t.Context(), t.TempDir(), t.TempDir(), t.TempDir()
	c := erasedWorld(t, s, dir)
	packed := backupOf(t, s, dir)
	if err := c.Community.Leave(ctx, c.Rosa, models.LeavingKeeps); err != nil {
		t.Fatal(err)
	}
	c.Community.Wait()
	file := filepath.Join(folder, "backup")
	if err := archive.ErasuresIn(dir).CopyBeside(file); err != nil {
		t.Fatal(err)
	}
	list, err := archive.ErasuresBeside(file)
	if err != nil {
		t.Fatal(err)
	}
	target := forumtest.Open(t, forumtest.SQLite(t))
	for range 2 {
		done, err := archive.Restore(ctx, target, elsewhere, bytes.NewReader(packed), int64(len(packed)), archive.RestoreOptions{Force: true, Now: now, Erasures: list})
		if err != nil || done.Erasures != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := target.MemberByEmail(ctx, "rosa@example.org"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("she is back: %v", err)
		}
		list = nil // the data directory knows it now
	}
}
