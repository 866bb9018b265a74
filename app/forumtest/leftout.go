package forumtest

import (
	"errors"
	"os"
	"os/exec"
	"testing"
)

// LeftOut ends a test that needs something this machine does not have: the
// test is skipped with the reason, or failed when CI=true, because there
// nothing may be left out. What names the missing part ("PostgreSQL"), why says
// what was looked for and how to get it.
func LeftOut(tb testing.TB, what string, why error) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatalf("%s is missing, and with CI=true nothing may be left out: %v", what, why)
	}
	tb.Skipf("left out, %s is missing: %v", what, why)
}

// Chromium returns the path of the browser for the browser tests, or leaves the
// test out. CHROMIUM names a browser that is not in PATH.
func Chromium(tb testing.TB) string {
	tb.Helper()
	path, err := findChromium()
	if err != nil {
		LeftOut(tb, "Chromium", err)
	}
	return path
}

func findChromium() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return exec.LookPath(path)
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no chromium in PATH (install Debian's chromium, or set CHROMIUM to a browser's path)")
}
