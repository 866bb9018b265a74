package prose

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, c := range []struct {
		name, text string
		max        int
		want       string
		err        error
	}{
		{"as it is", "a\n\n\tb  c", 100, "a\n\n\tb  c", nil},
		{"line breaks", "a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h", 100, "a\nb\nc\nd\ne\nf\ng\nh", nil},
		{"controls", "a\x00\x07\x1b[0m\u0091b", 100, "a[0mb", nil},
		{"byte order mark", "\uFEFFa", 100, "a", nil},
		{"composed", "e\u0301", 1, "\u00E9", nil},
		{"blank end", "  a\n \n\t\n", 100, "  a", nil},
		{"joiners and marks stay", "می\u200Cخواهم 👩\u200D👧 \u202Bא\u202C", 100, "می\u200Cخواهم 👩\u200D👧 \u202Bא\u202C", nil},
		{"not UTF-8", "a\xffb", 100, "", ErrEncoding},
		{"as long as allowed", "日本語", 3, "日本語", nil},
		{"too long", "日本語", 2, "", ErrTooLong},
		{"nothing", "", 100, "", ErrEmpty},
		{"white space", " \t\r\n\u00A0\u3000", 100, "", ErrEmpty},
		{"invisible", "\u200B\u200C\u200D\u2060\uFEFF\u200E\u202E\u2066\u00AD", 100, "", ErrEmpty},
		{"fillers", "\u2800\u115F\u1160\u3164\uFFA0\u180E\uFE0F\U000E0041", 100, "", ErrEmpty},
		{"a sign over numbers", "\u0600", 100, "\u0600", nil},
		{"blank and too long", strings.Repeat(" \u200B", 100), 10, "", ErrEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Clean(c.text, c.max)
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("Clean(%q, %d) = %q, %v, want %q, %v", c.text, c.max, got, err, c.want, c.err)
			}
		})
	}
}

func TestCleanLine(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string
		err        error
	}{
		{"as it is", "Closing civic space?", "Closing civic space?", nil},
		{"spaces", " \ta\n\nb\u00A0\u3000 c ", "a b c", nil},
		{"space around a removed character", "a \u200B b", "a b", nil},
		{"controls", "a\x00b\x1b", "ab", nil},
		{"overrides and isolates", "\u202Aa\u202E\u2066b\u2069\u202C", "ab", nil},
		{"zero width", "a\u200Bb\u2060c\uFEFFd\u00ADe\u034Ff", "abcdef", nil},
		{"direction marks in Latin", "a\u200Eb\u200Fc", "abc", nil},
		{"direction marks in Arabic", "لغة C++\u200E\u200E", "لغة C++\u200E", nil},
		{"joiners in Latin", "a\u200Db\u200Cc", "abc", nil},
		{"Persian", "می\u200Cخواهم", "می\u200Cخواهم", nil},
		{"joiner at the edge", "\u200Cمی\u200C", "می", nil},
		{"joiners in a row", "می\u200C\u200C\u200Cخواهم", "می\u200Cخواهم", nil},
		{"Hindi", "क्\u200Dष", "क्\u200Dष", nil},
		{"Malayalam word end", "അവന്\u200D വന്നു", "അവന്\u200D വന്നു", nil},
		{"family", "👩\u200D👩\u200D👧\u200D👦", "👩\u200D👩\u200D👧\u200D👦", nil},
		{"heart and flag", "❤\uFE0F🏴\U000E0067\U000E0062\U000E007F", "❤\uFE0F🏴\U000E0067\U000E0062\U000E007F", nil},
		{"composed", "e\u0301", "é", nil},
		{"tower of marks", "a" + strings.Repeat("\u0336", 50) + "b", "a" + strings.Repeat("\u0336", 8) + "b", nil},
		{"fillers", "a\u3164b\u2800", "ab", nil},
		{"only invisible", "\u200B\u202E\u3164", "", ErrEmpty},
		{"only a selector", "\uFE0F", "", ErrEmpty},
		{"nothing", "", "", ErrEmpty},
		{"not UTF-8", "\xff", "", ErrEncoding},
		{"too long", strings.Repeat("é", 31), "", ErrTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := CleanLine(c.text, 30)
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("CleanLine(%q) = %q, %v, want %q, %v", c.text, got, err, c.want, c.err)
			}
		})
	}
}

func FuzzCleanLine(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, err := CleanLine(s, 1000)
		switch {
		case err != nil && line != "":
			t.Errorf("an error and a text: %q, %v", line, err)
		case err == nil && !utf8.ValidString(line):
			t.Errorf("not valid UTF-8: %q", line)
		case err == nil:
			if wrong := brokenLine(line); wrong != "" {
				t.Errorf("%q: %s", line, wrong)
			}
		}
		if slug := Slug(s); brokenSlug(slug) != "" {
			t.Errorf("Slug = %q: %s", slug, brokenSlug(slug))
		}
		if folded := Fold(s); Fold(folded) != folded {
			t.Errorf("Fold = %q, again %q", folded, Fold(folded))
		}
		if text, err := Clean(s, 1000); err == nil {
			if again, err := Clean(text, utf8.RuneCountInString(text)); again != text || err != nil {
				t.Errorf("Clean = %q, again %q, %v", text, again, err)
			}
		}
	})
}
