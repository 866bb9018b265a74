package prose

import (
	"slices"
	"strings"
	"testing"
)

func TestChangedNamesWhatWasTakenOutAndAdded(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          []Change
	}{
		"nothing":      {"One.\n\nTwo.", "One.\n\n\n  Two.  ", nil},
		"both empty":   {"", "\n\n", nil},
		"from nothing": {"", "One.\nTwo.", []Change{{"One.", true}, {"Two.", true}}},
		"to nothing":   {"One.", "", []Change{{"One.", false}}},
		"a line":       {"# A\nOne.\nTwo.", "# A\nOne *and a half*.\nTwo.", []Change{{"One.", false}, {"One and a half.", true}}},
		"in between":   {"a\nb\nc", "a\nx\nb\nc\ny", []Change{{"x", true}, {"y", true}}},
		"hostile":      {"", "<script>alert(1)</script>", []Change{{"<script>alert(1)</script>", true}}},
		"mere markup":  {"a\n---", "a", []Change{{"---", false}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Changed(c.before, c.after); !slices.Equal(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// TestChangedRebuildsEitherText: what is common with what was taken out is the earlier
// text, with what was added the later one.
func TestChangedRebuildsEitherText(t *testing.T) {
	words := strings.Fields("a b c d")
	state := uint32(7)
	text := func() string {
		var b strings.Builder
		for range 12 {
			state = state*1664525 + 1013904223
			b.WriteString(words[state>>24&3] + "\n")
		}
		return b.String()
	}
	for range 300 {
		before, after := text(), text()
		removed, added := 0, 0
		for _, change := range Changed(before, after) {
			if change.Added {
				added++
			} else {
				removed++
			}
		}
		if 12-removed != 12-added {
			t.Fatalf("%d lines of the earlier text stay, %d of the later one\n%s\n%s", 12-removed, 12-added, before, after)
		}
	}
}

func TestChangedOfHugeTextsEnds(t *testing.T) {
	before, after := strings.Repeat("a\nb\n", 5000), strings.Repeat("b\nc\n", 5000)
	if got := Changed(before, after); len(got) != 20_000 {
		t.Errorf("%d lines have changed", len(got))
	}
}

func TestRaisedHeadingsFollowEachOther(t *testing.T) {
	for _, c := range []struct {
		markdown string
		level    int
		want     string
	}{
		{"# A\n\n## B\n\n### C", 2, "<h2>A</h2>\n<h3>B</h3>\n<h4>C</h4>\n"},
		{"## A\n\n### B", 3, "<h3>A</h3>\n<h4>B</h4>\n"},
		{"### A", 2, "<h2>A</h2>\n"},
		{"# A", 4, "<h4>A</h4>\n"},
		{"Plain <h4> text", 2, "<p>Plain &lt;h4&gt; text</p>\n"},
	} {
		if got := Raised(Render(c.markdown), c.level); string(got) != c.want {
			t.Errorf("%q at %d: %q, want %q", c.markdown, c.level, got, c.want)
		}
	}
}
