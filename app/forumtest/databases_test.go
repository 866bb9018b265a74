package forumtest

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestEachDatabaseGivesEachItsOwn(t *testing.T) {
	oldPrepare, oldTemplate, oldSQLite := Prepare, migratedTemplate, migratedSQLite
	t.Cleanup(func() { Prepare, migratedTemplate, migratedSQLite = oldPrepare, oldTemplate, oldSQLite })
	migratedTemplate, migratedSQLite = "migrated by this test", sync.OnceValues(migrateSQLite)
	Prepare = func(url string) error {
		if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
			return os.WriteFile(path, []byte("migrated"), 0o600)
		}
		return nil
	}
	seen := map[string]bool{}
	for range 2 {
		EachDatabase(t, func(t *testing.T, url string) {
			if seen[url] {
				t.Errorf("%s was given twice", url)
			}
			seen[url] = true
			if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
				if content, err := os.ReadFile(filepath.Clean(path)); err != nil || string(content) != "migrated" {
					t.Errorf("the file holds %q (%v)", content, err)
				}
			}
		})
	}
}
