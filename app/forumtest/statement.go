package forumtest

import (
	"database/sql"
	"strings"
	"testing"
)

// Exec runs statements on the database at an address, past the store: for tests of states
// that nobody brings about on purpose, or that other parts of the program make.
func Exec(t testing.TB, url string, statements ...string) {
	t.Helper()
	driver, address := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite://"); ok {
		driver, address = "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, address)
	must(t, err)
	defer db.Close()
	for _, statement := range statements {
		_, err := db.ExecContext(t.Context(), statement)
		must(t, err)
	}
}
