package words

import (
	"testing"
	"time"
)

var now = time.Date(2026, 11, 23, 14, 32, 0, 0, time.UTC)

func TestPlainAndFilledMessages(t *testing.T) {
	for _, c := range []struct{ tag, got, want string }{
		{"en", For("en").T("nav.themes"), "Themes"},
		{"unknown", For("xx").T("nav.themes"), "Themes"},
		{"en", For("en").T("thread.outcome", "outcome", "Insight"), "Outcome: Insight"},
		{"en", For("en").N("thread.responses", 1), "1 response"},
		{"en", For("en").N("thread.responses", 1204), "1,204 responses"},
		{"fr", For("fr").N("thread.responses", 0), "0 réponse"},
		{"fr", For("fr").N("thread.responses", 1204), "1\u202f204 réponses"},
		{"fr", For("fr").N("thread.responses", 1_000_000), "1\u202f000\u202f000 de réponses"},
		{"es", For("es").N("thread.responses", 1204), "1204 respuestas"},
		{"es", For("es").N("thread.responses", 12040), "12\u202f040 respuestas"},
		{"ar", For("ar").N("thread.responses", 0), "لا ردود"},
		{"ar", For("ar").N("thread.responses", 2), "ردّان"},
		{"ar", For("ar").N("thread.responses", 6), "6 ردود"},
		{"ar", For("ar").N("thread.responses", 11), "11 ردًّا"},
		{"ar", For("ar").N("thread.responses", 100), "100 رد"},
		{"ar", For("ar").N("thread.responses", 103), "103 ردود"},
		{"ar", For("ar").N("thread.responses", 1003), "1,003 ردود"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.tag, c.got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	opened := time.Date(2026, 11, 9, 16, 10, 0, 0, time.FixedZone("", 3600))
	older := time.Date(2025, 3, 1, 8, 5, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{For("en").Day(opened, now), "9 November"},
		{For("en").Day(older, now), "1 March 2025"},
		{For("en").DayTime(opened, now), "9 Nov, 15:10"},
		{For("en").DayTime(older, now), "1 Mar 2025, 08:05"},
		{For("fr").Day(older, now), "1er mars 2025"},
		{For("es").Day(older, now), "1 de marzo de 2025"},
		{For("ar").DayTime(opened, now), "9 نوفمبر، 15:10"},
		{For("en").Month(2), "February"},
		{For("en").Month(13), ""},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestAgo(t *testing.T) {
	for _, c := range []struct {
		past time.Duration
		want string
	}{
		{-time.Minute, "just now"},
		{59 * time.Second, "just now"},
		{time.Minute, "1 minute ago"},
		{12 * time.Minute, "12 minutes ago"},
		{6 * time.Hour, "6 hours ago"},
		{24 * time.Hour, "yesterday"},
		{48 * time.Hour, "2 days ago"},
		{7 * 24 * time.Hour, "16 November"},
	} {
		if got := For("en").Ago(now.Add(-c.past), now); got != c.want {
			t.Errorf("%v: %q, want %q", c.past, got, c.want)
		}
	}
}

func TestLists(t *testing.T) {
	for _, c := range []struct {
		tag   string
		items []string
		want  string
	}{
		{"en", nil, ""},
		{"en", []string{"A"}, "A"},
		{"en", []string{"A", "B", "C"}, "A, B and C"},
		{"fr", []string{"A", "B"}, "A et B"},
		{"es", []string{"A", "B"}, "A y B"},
		{"es", []string{"A", "Investigación"}, "A e Investigación"},
		{"es", []string{"A", "Hielo"}, "A y Hielo"},
		{"ar", []string{"أ", "ب", "ج"}, "أ وب وج"},
	} {
		if got := For(c.tag).List(c.items); got != c.want {
			t.Errorf("%s %v: %q, want %q", c.tag, c.items, got, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"":                           "en",
		"fr-CA,fr;q=0.9,en;q=0.5":    "fr",
		"es-419":                     "es",
		"ar-EG, en;q=0.4":            "ar",
		"de-DE,de;q=0.9,fr;q=0.3":    "fr",
		"ja":                         "en",
		"not a header, really;;;q=x": "en",
	} {
		if got := Match(header); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestMatchAmongWhatIsOffered(t *testing.T) {
	for _, c := range []struct {
		header  string
		offered []string
		want    string
	}{
		{"fr-CA,fr;q=0.9,en;q=0.5", []string{"ar", "en"}, "en"},
		{"fr", []string{"ar", "en"}, "ar"},
		{"", []string{"es", "fr"}, "es"},
		{"ar-EG", []string{"fr", "ar"}, "ar"},
		{"not a header, really;;;q=x", []string{"es"}, "es"},
		{"fr", []string{"xx"}, "en"},
		{"ja", nil, "en"},
	} {
		if got := Match(c.header, c.offered...); got != c.want {
			t.Errorf("%q of %v: %s, want %s", c.header, c.offered, got, c.want)
		}
	}
	if list := Offered([]string{"ar", "xx", "en"}); len(list) != 2 || list[0].Tag != "en" || len(Offered(nil)) != 4 || len(Offered([]string{"xx"})) != 4 {
		t.Errorf("%v", list)
	}
}

func TestSiglaDiffer(t *testing.T) {
	for _, l := range Languages() {
		w := For(l.Tag)
		seen := map[string]string{}
		for _, key := range knownGroups {
			letter := w.GroupLetter(string(key), "")
			if seen[letter] != "" {
				t.Errorf("%s: %s and %c share %s", l.Tag, seen[letter], key, letter)
			}
			seen[letter] = string(key)
		}
	}
	w := For("en")
	if w.GroupName("", "Youth") != "Youth" || w.GroupLetter("", "élus") != "É" || w.GroupShape("") != "" || w.GroupLetter("", "") != "" {
		t.Error("a convener's own group is not shown as written")
	}
}

func TestSiglaOfConvenersGroups(t *testing.T) {
	for _, l := range Languages() {
		w := For(l.Tag)
		for _, c := range []struct{ key, name, letter, classes, shown string }{
			{"L.arch.r", "Labour", "L", "shape-arch colour-r", "Labour"},
			{"ن.leaf.s", "النقابات", "ن", "shape-leaf colour-s", "النقابات"},
			{"É.circle.i", "Élus", "É", "shape-circle colour-i", "Élus"},
			{"x.y", "No mark", "N", "", "No mark"},
			{"sc", "No key", "N", "", "No key"},
		} {
			if w.GroupLetter(c.key, c.name) != c.letter || w.GroupShape(c.key) != c.classes || w.GroupName(c.key, c.name) != c.shown {
				t.Errorf("%s, %s: %s %s %s", l.Tag, c.key, w.GroupLetter(c.key, c.name), w.GroupShape(c.key), w.GroupName(c.key, c.name))
			}
		}
	}
	names, letters := GroupWords("f")
	if len(names) != len(Languages()) || names[0] != "Funders" || letters[0] != "F" {
		t.Errorf("%v %v", names, letters)
	}
	if names, letters := GroupWords("L.arch.r"); names != nil || letters != nil {
		t.Error("a convener's group has words of the interface")
	}
}

func TestPieces(t *testing.T) {
	got := For("en").Pieces("thread.opened", "time", "today")
	want := []Piece{{Text: "Opened by "}, {Name: "name"}, {Text: ", "}, {Text: "today"}}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
}

func TestFormsForScripts(t *testing.T) {
	if got := For("en").Forms("live.news"); len(got) != 2 || got["other"] != "{n} new responses" {
		t.Errorf("%v", got)
	}
	if got := For("ar").Forms("live.news"); len(got) != 6 || got["two"] != "ردّان جديدان" {
		t.Errorf("%v", got)
	}
}

func TestMistakesAreLoud(t *testing.T) {
	for name, mistake := range map[string]func(){
		"no such message": func() { For("fr").T("no.such") },
		"nothing to fill": func() { For("fr").T("thread.outcome") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: nothing happened", name)
				}
			}()
			mistake()
		}()
	}
}

func BenchmarkPlain(b *testing.B) {
	w := For("ar")
	for b.Loop() {
		w.T("nav.themes")
	}
}

func BenchmarkPlural(b *testing.B) {
	w := For("ar")
	for b.Loop() {
		w.N("thread.responses", 17)
	}
}
