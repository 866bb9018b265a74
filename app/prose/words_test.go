package prose

import (
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ markdown, want string }{
		{"", ""},
		{"a *b*c\nd", "a bc\nd"},
		{"# a\n\nb\n\n- c\n- d\n\n> e", "a\nb\nc\nd\ne"},
		{"a\n\n```\nb\n  c\n```\n\nd", "a\nb\n  c\n\nd"},
		{"|a|b|\n|-|-|\n|c|d|", "a b\nc d"},
		{"a &lt; b <c>", "a < b <c>"},
		{"[a](https://b.example) ¶3", "a ¶3"},
	} {
		if got := Text(Render(c.markdown)); got != c.want {
			t.Errorf("Text of %q = %q, want %q", c.markdown, got, c.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	for _, c := range []struct {
		markdown string
		runes    int
		want     string
	}{
		{"", 10, ""},
		{"# a\n\nb\n- c", 10, "a b c"},
		{"one two three", 13, "one two three"},
		{"one two three", 12, "one two…"},
		{"one, two three", 6, "one…"},
		{"Donaudampfschifffahrtsgesellschaft", 10, "Donaudamp…"},
		{"我们对这些倡议了解多少", 6, "我们对这些…"},
		{"กำ ก้ก้ก้ก้ก้", 7, "กำ ก้…"},
		{"ab👩\u200D👩\u200D👧", 5, "ab…"},
		{"a", 0, ""},
		{"ab", 1, "…"},
	} {
		if got := Excerpt(Render(c.markdown), c.runes); got != c.want {
			t.Errorf("Excerpt of %q at %d = %q, want %q", c.markdown, c.runes, got, c.want)
		}
	}
}

func TestSlug(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"MSI theories of change", "msi-theories-of-change"},
		{"  Liberté, égalité & fraternité! ", "liberte-egalite-fraternite"},
		{"Straße Łódź smørrebrød Œuvre", "strasse-lodz-smorrebrod-oeuvre"},
		{"الشفافية والمساءلة", "الشفافية-والمساءلة"},
		{"Открытый Йод", "открытый-йод"},
		{"我们对这些 倡议", "我们对这些-倡议"},
		{"हम क्या जानते हैं", "हम-क्या-जानते-हैं"},
		{"می\u200Cخواهم", "میخواهم"},
		{"", "thread"},
		{"!?…👍", "thread"},
		{"\xff", "thread"},
		{"New", "thread-new"},
		{"2024", "thread-2024"},
		{"٢٠٢٤", "thread-٢٠٢٤"},
		{"2024 plan", "2024-plan"},
		{"feed.atom", "feed-atom"},
		{"a/../b?c#d%e", "a-b-c-d-e"},
		{strings.Repeat("word ", 30), strings.TrimSuffix(strings.Repeat("word-", 16), "-")},
		{strings.Repeat("é", 100), strings.Repeat("e", 80)},
		{strings.Repeat("я", 100), strings.Repeat("я", 40)},
		{strings.Repeat("我", 100), strings.Repeat("我", 26)},
		{strings.Repeat("1", 100), "thread-" + strings.Repeat("1", 73)},
	} {
		got := Slug(c.title)
		if got != c.want {
			t.Errorf("Slug(%q) = %q, want %q", c.title, got, c.want)
		}
		if wrong := brokenSlug(got); wrong != "" {
			t.Errorf("Slug(%q) = %q: %s", c.title, got, wrong)
		}
	}
}

func TestReserved(t *testing.T) {
	for _, slug := range []string{
		"new", "edit", "delete", "lock", "unlock", "pin", "move", "split", "merge", "feature", "follow", "preview", "responses",
		"changes", "feed.atom", "feed", "outcome", "reply", "page", "12", "0", "New", "FEED.ATOM", "٣",
	} {
		if !Reserved(slug) {
			t.Errorf("%q is not reserved", slug)
		}
	}
	for _, slug := range []string{"", "news", "edit-a-thread", "12a", "thread"} {
		if Reserved(slug) {
			t.Errorf("%q is reserved", slug)
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Plain ASCII", "plain ascii"},
		{"Liberté", "liberte"},
		{"LIBERTE\u0301", "liberte"},
		{"Straße ŁÓDŹ Œuvre Ærø İstanbul ılık", "strasse lodz oeuvre aero istanbul ilik"},
		{"ﬁn ＡＢＣ ①", "fin abc 1"},
		{"ΟΔΟΣ οδος", "οδοσ οδοσ"},
		{"Йод Ёж", "йод ёж"},
		{"हिन्दी", "हिन्दी"},
		{"الشَّفافية", "الشَّفافية"},
		{"한국어", "한국어"},
		{"Ꮢꮢ", "ꮢꮢ"},
		{"ภาษาไทย", "ภาษาไทย"},
		{"a\u200Bb\u00ADc", "abc"},
		{"", ""},
	} {
		if got := Fold(c.text); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestDirection(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "ltr"},
		{"12 + 34", "ltr"},
		{"hello", "ltr"},
		{"مرحبا", "rtl"},
		{"שלום", "rtl"},
		{"OGP هي شراكة بين الحكومات والمجتمع المدني", "rtl"},
		{"The word שלום means peace", "ltr"},
		{"a ב", "ltr"},
		{"ב a", "rtl"},
		{"\u200Fhello", "ltr"},
		{strings.Repeat("a", strongLetters) + strings.Repeat("ب", 1000), "ltr"},
	} {
		if got := Direction(c.text); got != c.want {
			t.Errorf("Direction(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestQuote(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{" \n", ""},
		{"one\ntwo\n\nthree", "> one\n> two\n>\n> three"},
		{"a\r\nb", "> a\n> b"},
		{"    indented", "> indented"},
		{"# a\n- b\n1. c\n> d\n===", "> \\# a\n> \\- b\n> 1\\. c\n> \\> d\n> \\==="},
		{"2 * 3, snake_case, ~ten", "> 2 * 3, snake_case, ~ten"},
		{"*a* `b` _c_ [d](e) <f> &amp; \\", "> \\*a\\* \\`b\\` \\_c\\_ \\[d](e) \\<f> \\&amp; \\\\"},
		{"https://a.example/b_c?d=1&e=2", "> https://a.example/b_c?d=1&e=2"},
	} {
		got := Quote(c.text)
		if got != c.want {
			t.Errorf("Quote(%q) = %q, want %q", c.text, got, c.want)
		}
		if shown := Text(Render(got)); showing(shown) != showing(c.text) {
			t.Errorf("Quote(%q) shows %q", c.text, shown)
		}
	}
}
