package forumtest

import (
	"errors"
	"fmt"
	"testing"
)

// TestWhatIsLeftOut prints what this machine lacks; the Makefile shows its
// lines before the tests. It fails only where nothing may be left out.
func TestWhatIsLeftOut(t *testing.T) {
	_, postgres := theCluster()
	var absent absentError
	if postgres != nil && !errors.As(postgres, &absent) {
		t.Fatalf("start the PostgreSQL of the tests: %v", postgres)
	}
	_, chromium := findChromium()
	for _, part := range []struct {
		what string
		why  error
	}{{"PostgreSQL", postgres}, {"Chromium", chromium}} {
		if part.why == nil {
			continue
		}
		fmt.Printf("Left out, %s is missing: %v\n", part.what, part.why)
		t.Run(part.what, func(t *testing.T) { LeftOut(t, part.what, part.why) })
	}
	if postgres == nil && chromium == nil {
		fmt.Println("Nothing is left out: PostgreSQL and browser tests run.")
	}
}
