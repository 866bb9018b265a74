package handlers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// convened is a community whose conveners have written it all anew: rules in two
// editions, to which members are asked to agree, and groups with marks of their own. It
// returns the address of a thread in which they speak.
func convened(t *testing.T, s *served.Site) string {
	t.Helper()
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	id := s.Start(t, s.Amina, forumtest.Public, "Who keeps the plan?")
	s.Respond(t, s.Rosa, id, "The national office.")
	s.Respond(t, s.Paul, id, "And the board asks.")
	s.Respond(t, s.Lena, id, "It is known how.")
	check(s.Community.EditCommunity(ctx, s.Teo, community.SettingsEdit{
		Name: "Open Table", Purpose: "A table at which governments, companies and civil society carry on what they have begun.",
		Languages: []string{"en", "fr", "ar"}, Language: "en", Contact: "desk@example.org", Joining: models.JoiningRequest, JoinQuestion: "What brings you here?",
	}))
	mark := func(letter, shape, colour string) models.Mark {
		return models.Mark{Letter: letter, Shape: shape, Colour: colour}
	}
	for at, edit := range map[int]community.GroupEdit{
		0: {Name: "Desks", Explains: "Who keeps it running.", Mark: mark("D", "leaf", "i")},
		1: {Name: "بلدان", Explains: "من يعمل في بلد.", Mark: mark("ب", "shield", "c")},
		2: {Name: "Élus", Explains: "Ceux qui décident.", Mark: mark("É", "drop", "f")},
		3: {Name: "Students of the matter", Explains: "Who studies it.", Mark: mark("W", "circle", "r")},
	} {
		check(s.Community.EditGroup(ctx, s.Teo, s.Groups[at].ID, edit))
	}
	check(s.Community.CreateGroup(ctx, s.Teo, community.GroupEdit{Name: "Trade unions", Mark: mark("U", "arch", "b")}))
	check(s.Community.CreateGroup(ctx, s.Teo, community.GroupEdit{Name: "Youth", Mark: mark("7", "square", "s")}))
	check(s.Community.RetireGroup(ctx, s.Teo, s.Groups[5].ID))
	first := map[string]string{"en": "Say what you know.\n\n# Care\n\nPut nobody at risk.\n\n1. **Be brief.** Others read too.", "ar": "قل ما تعرف.\n\n# العناية\n\nلا تعرّض أحدًا للخطر."}
	second := map[string]string{"en": "Say what you know, and how you know it.\n\n# Care\n\nPut nobody at risk.\n\n1. **Be brief.** Others read too.\n2. **Be kind.**", "ar": "قل ما تعرف وكيف عرفته.\n\n# العناية\n\nلا تعرّض أحدًا للخطر."}
	for i, bodies := range []map[string]string{first, second} {
		_, err := s.Community.EditText(ctx, s.Teo, community.TextEdit{Kind: models.TextRules, Bodies: bodies, Base: i, AskAgain: i == 1})
		check(err)
		if i == 0 {
			check(s.Community.Agree(ctx, s.Rosa, 1))
		}
	}
	check(s.Community.Agree(ctx, s.Teo, 2))
	return path(t, s, id)
}

func convenedStops(t *testing.T, s *served.Site) []stop {
	t.Helper()
	address := convened(t, s)
	send := func(selector string) func(tab *served.Tab) { return func(tab *served.Tab) { tab.Click(selector) } }
	clear := func(field, selector string) func(tab *served.Tab) {
		return func(tab *served.Tab) {
			served.Eval[any](tab, `void (document.querySelector("main [name=`+field+`]").value = "")`)
			tab.Click(selector)
		}
	}
	const button = `main form .btn:not(.line)`
	return []stop{
		{name: "community", path: "/community", who: &s.Teo},
		{name: "community settings", path: "/community/settings", who: &s.Teo},
		{name: "community settings, refused", path: "/community/settings", who: &s.Teo, send: clear("name", button)},
		{name: "community settings, saved", path: "/community/settings", who: &s.Teo, send: send(button)},
		{name: "texts", path: "/community/texts", who: &s.Teo},
		{name: "house rules, to edit", path: "/community/texts/rules", who: &s.Teo},
		{name: "house rules, previewed", path: "/community/texts/rules", who: &s.Teo, send: send(`main [name="preview"]`)},
		{name: "house rules, refused", path: "/community/texts/rules", who: &s.Teo, send: func(tab *served.Tab) {
			served.Eval[any](tab, `void document.querySelectorAll("main textarea").forEach((field) => { field.value = ""; })`)
			tab.Click(button)
		}},
		{name: "groups", path: "/community/groups", who: &s.Teo},
		{name: "new group", path: "/community/groups/new", who: &s.Teo},
		{name: "new group, refused", path: "/community/groups/new", who: &s.Teo, send: send(button)},
		{name: "group", path: fmt.Sprintf("/community/groups/%d/edit", s.Groups[4].ID), who: &s.Teo},
		{name: "initiatives", path: "/community/initiatives", who: &s.Teo},
		{name: "initiatives, refused", path: "/community/initiatives", who: &s.Teo, send: send(button)},
		{name: "initiative, to remove", path: "/community/initiatives/1/delete", who: &s.Teo},
		{name: "agreement", path: "/agreement?next=/themes", who: &s.Rosa},
		{name: "agreement, the first", path: "/agreement", who: &s.Amina},
		{name: "agreement, given", path: "/agreement", who: &s.Teo},
		{name: "own house rules", path: "/house-rules", who: &s.Rosa},
		{name: "editions", path: "/house-rules/editions", who: &s.Rosa},
		{name: "an edition", path: "/house-rules/editions/1", who: &s.Rosa},
		{name: "about, with all", path: "/about"},
		{name: "privacy, with a contact", path: "/privacy"},
		{name: "thread with other groups", path: address, who: &s.Amina},
		{name: "home with other groups", path: "/"},
	}
}

func TestBrowserConveningIsAccessible(t *testing.T) {
	source := axe(t)
	s := onSQLite(t)
	tab := served.NewChrome(t).Window(t, s)
	stops := convenedStops(t, s)
	for _, language := range []string{"en", "ar"} {
		served.Command(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": language},
		})
		for _, page := range stops {
			inspect(t, s, tab, page, source, language)
		}
	}
	// The longest name that there can be stays on the narrowest screen.
	edit := community.SettingsEdit{Name: strings.Repeat("W", community.MaxCommunityName), Purpose: strings.Repeat("w", community.MaxPurpose), Languages: []string{"en"}, Language: "en", Joining: models.JoiningOpen, Contact: strings.Repeat("c", community.MaxContact)}
	if err := s.Community.EditCommunity(t.Context(), s.Teo, edit); err != nil {
		t.Fatal(err)
	}
	tab.Size(320, 640)
	for _, path := range []string{"/", "/about", "/privacy", "/community/settings"} {
		if width := served.Eval[float64](tab.Go(path), `document.scrollingElement.scrollWidth`); width > 320 {
			t.Errorf("%s: with a long name %v pixels wide on a screen of 320", path, width)
		}
	}
	if seen := tab.Seen(); len(seen.Complaints) > 0 {
		t.Errorf("the browser complains: %v", seen.Complaints)
	}
}

// TestBrowserConveningWithoutJavaScript walks from the settings over the texts to a
// member's agreement with no script at all.
func TestBrowserConveningWithoutJavaScript(t *testing.T) {
	s := onSQLite(t)
	address := path(t, s, s.Start(t, s.Amina, forumtest.Public, "Going on"))
	chrome := served.NewChrome(t)
	teo, amina := chrome.Window(t, s), chrome.Window(t, s)
	for tab, who := range map[*served.Tab]models.Viewer{teo: s.Teo, amina: s.Amina} {
		served.Command(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		tab.SignIn(who)
	}
	teo.Go("/").Press(`.mast a[href="/community"]`).Press(`main a[href="/community/settings"]`)
	teo.Type("#f-contact", "desk@example.org").Click(`main [name="languages"][value="es"]`).Press(`main form .btn`)
	wantText(t, teo, ".notice.good", "Saved")
	amina.Go("/about")
	wantText(t, amina, `main a[href^="mailto:"]`, "desk@example.org")
	if amina.Has(`.foot [value="es"]`) {
		t.Error("the foot still offers Spanish")
	}
	teo.Press(`main a[href="/community"]`).Press(`main a[href="/community/texts"]`).Press(`main a[href="/community/texts/rules"]`)
	teo.Type("#f-text_en", " **Bring a question.**").Press(`main [name="preview"]`)
	wantText(t, teo, `section:has(> #preview-en) .prose > p:last-child strong`, "Bring a question.")
	teo.Click("#f-ask").Press(`main form .btn:not(.line)`)
	wantText(t, teo, ".head .meta", "Edition 1 holds")

	amina.Go(address)
	wantText(t, amina, ".notice.agree", "The house rules have changed.")
	amina.Press(".notice.agree a")
	wantText(t, amina, ".changes ins", "Bring a question.")
	amina.Press(`main form[action="/agreement"] .btn:not(.line)`)
	if amina.Has(".notice.agree") || !strings.HasSuffix(served.Eval[string](amina, `location.pathname`), address) {
		t.Errorf("after agreeing she is at %s", served.Eval[string](amina, `location.href`))
	}
	amina.Type(body, "With a question.").Press(post)
	wantText(t, amina, "#r2 .prose", "With a question.")

	teo.Go("/community/groups").Press(`main a[href="/community/groups/new"]`)
	teo.Type("#f-name", "Trade unions").Type("#f-letter", "U").Click(`[name="shape"][value="leaf"]`).Click(`[name="colour"][value="f"]`).Press(`main form .btn:not(.line)`)
	wantText(t, teo, ".entries > li:last-child h3", "Trade unions")
	amina.Go("/about")
	wantText(t, amina, ".explained li:last-child", "Trade unions")
}

// TestBrowserSiglaAreDrawn: each shape and colour that conveners can choose looks like no
// other, in the light, in the dark and with the reader's own colours.
func TestBrowserSiglaAreDrawn(t *testing.T) {
	s := onSQLite(t)
	tab := served.NewChrome(t).Window(t, s).SignIn(s.Teo)
	for _, look := range []string{"light", "dark"} {
		media(tab, look)
		tab.Go(fmt.Sprintf("/community/groups/%d/edit", s.Groups[0].ID))
		for field, property := range map[string]string{"shape": "borderRadius", "colour": "backgroundColor"} {
			drawn := served.Eval[[]string](tab, `[...document.querySelectorAll("[name=`+field+`] + .sg")].map((mark) => getComputedStyle(mark).`+property+`)`)
			if slices.Sort(drawn); len(drawn) != 6 || len(slices.Compact(drawn)) != 6 {
				t.Errorf("%s: of six choices of a %s some look alike: %v", look, field, drawn)
			}
		}
		known, chosen := `document.querySelector(".entries li:nth-child(1) .sg")`, `document.querySelector("[name=shape][value=square] + .sg")`
		style := func(mark string) string {
			return served.Eval[string](tab, `(({ backgroundColor, borderRadius, color }) => backgroundColor + borderRadius + color)(getComputedStyle(`+mark+`))`)
		}
		as := style(chosen)
		if tab.Go("/community/groups"); style(known) != as {
			t.Errorf("%s: a group of the workshop is drawn %s, its mark when chosen %s", look, style(known), as)
		}
	}
	served.Command(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}})
	tab.Go("/community/groups")
	if border := served.Eval[string](tab, `getComputedStyle(document.querySelector(".entries .sg")).borderTopStyle`); border != "solid" {
		t.Errorf("in the reader's own colours the border is %s", border)
	}
}
