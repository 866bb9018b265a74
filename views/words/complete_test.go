package words

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sources are the folders whose files may use messages.
var sources = []string{"..", "../../handlers"}

// used finds the ids in source files. An id that ends with a dot is the beginning
// of ids whose end is known only when the program runs.
var used = regexp.MustCompile(`\b(?:T|N|Pieces|PiecesN|Forms|term)\("([a-z0-9.-]+)"`)

func TestEveryLanguageHasEveryMessage(t *testing.T) {
	english := spoken[fallback].messages
	for _, l := range Languages() {
		messages := spoken[l.Tag].messages
		for id, m := range english {
			translated, ok := messages[id]
			if !ok {
				t.Errorf("%s lacks %s", l.Tag, id)
				continue
			}
			if m.plural() != translated.plural() {
				t.Errorf("%s: %s has plural forms in one language only", l.Tag, id)
			}
			if want, got := m.placeholders(), translated.placeholders(); !slices.Equal(want, got) {
				t.Errorf("%s: %s takes %v, in English %v", l.Tag, id, got, want)
			}
		}
		for id := range messages {
			if english[id] == nil {
				t.Errorf("%s has %s, which English has not", l.Tag, id)
			}
		}
	}
}

func TestPluralFormsAreComplete(t *testing.T) {
	for _, l := range Languages() {
		w := For(l.Tag)
		var needed [formCount]bool
		needed[other] = true
		for n := range 1000 {
			needed[w.form(n)] = true
		}
		needed[w.form(1_000_000)] = true
		for id, m := range w.messages {
			if m.plural() && m.written != needed {
				t.Errorf("%s: %s is written for %v, needed are %v", l.Tag, id, m.written, needed)
			}
		}
	}
}

func TestEveryMessageIsUsedAndEveryUsedMessageExists(t *testing.T) {
	english := spoken[fallback].messages
	ids := usedIDs(t)
	for _, id := range ids {
		if english[id] == nil && !isPrefix(id) {
			t.Errorf("no message %s", id)
		}
	}
	for id := range english {
		if !slices.ContainsFunc(ids, func(u string) bool { return u == id || isPrefix(u) && strings.HasPrefix(id, u) }) {
			t.Errorf("message %s is used nowhere", id)
		}
	}
}

func TestEveryPrefixLeadsSomewhere(t *testing.T) {
	for _, prefix := range usedIDs(t) {
		if !isPrefix(prefix) {
			continue
		}
		found := false
		for id := range spoken[fallback].messages {
			found = found || strings.HasPrefix(id, prefix)
		}
		if !found {
			t.Errorf("no message begins with %s", prefix)
		}
	}
}

// French sets spaces that do not break before the high signs and within guillemets,
// and apostrophes that curve.
func TestFrenchTypography(t *testing.T) {
	for id, m := range spoken["fr"].messages {
		for f := range formCount {
			for _, wrong := range []string{" :", " ;", " ?", " !", "« ", " »", "'"} {
				if strings.Contains(source(m.forms[f]), wrong) {
					t.Errorf("%s: %q in %q", id, wrong, source(m.forms[f]))
				}
			}
		}
	}
}

// The design asks for no exclamation marks in any language.
func TestNobodyShouts(t *testing.T) {
	for _, l := range Languages() {
		for id, m := range spoken[l.Tag].messages {
			for f := range formCount {
				if strings.ContainsAny(source(m.forms[f]), "!¡") {
					t.Errorf("%s: %s shouts", l.Tag, id)
				}
			}
		}
	}
}

func isPrefix(id string) bool { return strings.HasSuffix(id, ".") }

func usedIDs(t *testing.T) []string {
	t.Helper()
	var ids []string
	for _, folder := range sources {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !mayUse(path) {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, match := range used.FindAllStringSubmatch(string(text), -1) {
				ids = append(ids, match[1])
			}
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func mayUse(path string) bool {
	if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
		return false
	}
	return strings.HasSuffix(path, ".templ") || strings.HasSuffix(path, ".go")
}

func (m *message) plural() bool {
	for f := range other {
		if m.written[f] {
			return true
		}
	}
	return false
}

// placeholders are the names that any form takes, without the number, which some
// forms say in words.
func (m *message) placeholders() []string {
	var names []string
	for _, pieces := range m.forms {
		for _, p := range pieces {
			if p.Name != "" && (p.Name != "n" || !m.plural()) {
				names = append(names, p.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
