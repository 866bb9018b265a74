package views

import (
	"strings"
	"testing"

	"github.com/a-h/templ"

	"colloquy/models"
	"colloquy/views/words"
)

// personaPages are the forms in which one chooses as whom one speaks, and the member's own
// list, in every state.
func personaPages(lang string) map[string]templ.Component {
	page := fixturePage(lang, "A closed room", fixtureViewer(models.RoleMember))
	must := page
	must.Viewer.MustAgree = true
	masked := page
	masked.Masked = true
	heron := models.Pseudonym{Name: "Heron", GroupKey: "s", GroupName: "MSI secretariats", ThemeSlug: "space", ThemeTitle: "Closing civic space", ThemeLang: "en", Open: true}
	plain := models.Pseudonym{Name: "مالك الحزين", ThemeSlug: "linkages", ThemeTitle: "Global-national linkages", ThemeLang: "en"}
	gone := models.Pseudonym{Name: "Kingfisher"}
	themes := []models.Theme{{Slug: "space", Title: "Closing civic space", Lang: "en", Pseudonyms: true}, {Slug: "fadaa", Title: "تقلّص الفضاء المدني", Lang: "ar", Pseudonyms: true}}
	thread := func(p Page, c Composer) templ.Component { return Thread(p, fixtureThread(lang, c)) }
	byline := models.Byline{PersonaKind: models.PersonaPseudonym, PersonaName: "Heron"}
	row := fixtureRows()[1]
	row.Byline = byline
	refused := FieldErrors{"persona": "Choose again.", "pseudonym": "Choose another name."}
	wanted := Speaking{Offered: true, Face: models.Face{Choice: models.FaceNew, Name: "Lena", ShowGroup: true}}
	opens := Speaking{Offered: true, Themes: []string{themes[0].Title, themes[1].Title}, Own: []models.Pseudonym{heron}, Face: models.Face{Choice: models.FacePseudonym}}
	opensAll := opens
	opensAll.Own = []models.Pseudonym{heron, plain}
	return map[string]templ.Component{
		"mask-none":        thread(page, Composer{Key: "key", As: Speaking{Offered: true}}),
		"mask-own":         thread(page, Composer{Key: "key", As: Speaking{Offered: true, Own: []models.Pseudonym{heron}, Face: models.Face{Choice: models.FacePseudonym}}}),
		"mask-errors":      thread(page, Composer{Key: "key", As: wanted, State: WritingInvalid, Errors: refused, Body: "Frankly."}),
		"mask-signed-out":  thread(fixturePage(lang, "", models.Viewer{Now: fixtureNow}), Composer{Key: "key", As: Speaking{Face: wanted.Face}, State: WritingSignedOut, Body: "Frankly."}),
		"mask-new-thread":  ThreadNew(page, ThreadNewPage{Themes: themes, Form: ThreadForm{Theme: "space", Key: "key", As: opens}}),
		"mask-new-all":     ThreadNew(page, ThreadNewPage{Themes: themes, Form: ThreadForm{Theme: "space", Key: "key", As: opensAll, State: WritingInvalid, Errors: FieldErrors{"persona": "Choose again."}}}),
		"mask-edit":        ResponseEdit(masked, ResponseEditPage{Head: fixtureHead(), Row: row, Body: "Frankly.", Rev: 1, Key: "key"}),
		"agree-thread":     thread(must, Composer{Key: "key"}),
		"agree-response":   thread(must, Composer{Key: "key", State: WritingAgree, Body: "An hour of words."}),
		"agree-new":        ThreadNew(must, ThreadNewPage{Themes: themes, Form: ThreadForm{Theme: "space", Key: "key"}}),
		"agree-opened":     ThreadNew(must, ThreadNewPage{Themes: themes, Form: ThreadForm{Theme: "space", Key: "key", Body: "An hour of words.", State: WritingAgree}}),
		"agree-edit":       ResponseEdit(must, ResponseEditPage{Head: fixtureHead(), Row: row, State: WritingAgree}),
		"agree-edited":     ResponseEdit(must, ResponseEditPage{Head: fixtureHead(), Row: row, Body: "An hour of words.", State: WritingAgree, Given: true, Key: "key"}),
		"pseudonyms":       Pseudonyms(masked, PseudonymsPage{Own: []models.Pseudonym{heron, plain, gone}, Themes: themes}),
		"pseudonyms-empty": Pseudonyms(masked, PseudonymsPage{}),
	}
}

func TestAPseudonymSaysWhatItIsAndLeadsNowhere(t *testing.T) {
	for _, l := range words.Languages() {
		w := words.For(l.Tag)
		b := models.Byline{PersonaKind: models.PersonaPseudonym, PersonaName: "Heron"}
		said := render(t, Byline(w, b))
		if strings.Contains(said, "<a") || strings.Contains(said, `class="g"`) || !strings.Contains(said, "<bdi>Heron</bdi>") {
			t.Errorf("%s: %s", l.Tag, said)
		}
		if plain := textOf(parse(t, said)); plain != w.T("byline.pseudonym", "name", "Heron") || plain == "Heron" {
			t.Errorf("%s: %q", l.Tag, plain)
		}
		row := models.ThreadRow{LatestName: "Heron", LatestKind: models.PersonaPseudonym, LatestExcerpt: "Frankly."}
		if got := lastWordsOf(w, &row).Name; got != w.T("byline.pseudonym", "name", "Heron") {
			t.Errorf("%s: a list says %q", l.Tag, got)
		}
	}
}

// TestWhatIsChosenComesBack: the choice stands in the form that comes back, also while
// nobody is signed in, so that a text never speaks under another name than was chosen.
func TestWhatIsChosenComesBack(t *testing.T) {
	for name, want := range map[string]map[string]string{
		"mask-none":       {"as": fieldMe},
		"mask-own":        {"as": "pseudonym", "known_as": "Heron"},
		"mask-errors":     {"as": "new", "pseudonym": "Lena", "show_group": "1"},
		"mask-signed-out": {"as": "new", "pseudonym": "Lena", "show_group": "1"},
	} {
		root := parse(t, render(t, personaPages("en")[name]))
		sent := map[string]string{}
		for _, n := range elements(byID(t, root, "reply"), tag("input")) {
			field, _ := attribute(n, "name")
			value, _ := attribute(n, "value")
			kind, _ := attribute(n, "type")
			_, checked := attribute(n, "checked")
			if kind != "radio" && kind != "checkbox" || checked {
				sent[field] = value
			}
		}
		for field, value := range want {
			if sent[field] != value {
				t.Errorf("%s sends %s=%q, want %q", name, field, sent[field], value)
			}
		}
		got := FaceOf(func(field string) string { return sent[field] })
		if want["as"] == "new" && got != (models.Face{Choice: models.FaceNew, Name: "Lena", ShowGroup: true}) ||
			want["as"] == "pseudonym" && got != (models.Face{Choice: models.FacePseudonym, Name: "Heron"}) ||
			want["as"] == fieldMe && got != (models.Face{}) {
			t.Errorf("%s is read as %+v", name, got)
		}
	}
}

// TestTheOwnNameIsLeftOutBesideAPseudonymsText: the page on which a pseudonym's text is
// edited does not name its member.
func TestTheOwnNameIsLeftOutBesideAPseudonymsText(t *testing.T) {
	for _, name := range []string{"mask-edit", "pseudonyms"} {
		page := render(t, personaPages("en")[name])
		for _, own := range []string{"Amina", "amina-diallo", "Diallo"} {
			if strings.Contains(page, own) {
				t.Errorf("%s holds %q", name, own)
			}
		}
	}
}
