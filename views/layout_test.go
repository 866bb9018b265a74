package views

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"colloquy/models"
	"colloquy/views/words"
)

func layout(t *testing.T, p Page) *html.Node {
	t.Helper()
	return parse(t, render(t, Layout(p)))
}

func links(root *html.Node) string {
	var all []string
	for _, a := range elements(root, tag("a")) {
		href, _ := attribute(a, "href")
		all = append(all, href)
	}
	return strings.Join(all, " ")
}

func TestNavigationFollowsTheViewer(t *testing.T) {
	for name, c := range map[string]struct {
		viewer      models.Viewer
		has, hasNot []string
	}{
		"visitor":   {models.Viewer{}, []string{"/sign-in"}, []string{"/settings", "/invitations", "/members/"}},
		"member":    {fixtureViewer(models.RoleMember), []string{"/settings", "/members/amina-diallo"}, []string{"/sign-in", "/invitations"}},
		"moderator": {fixtureViewer(models.RoleModerator), []string{"/settings", "/invitations"}, []string{"/sign-in"}},
	} {
		root := layout(t, fixturePage("en", "A", c.viewer))
		all := links(root)
		for _, href := range c.has {
			if !strings.Contains(all, href) {
				t.Errorf("%s: no link to %s", name, href)
			}
		}
		for _, href := range c.hasNot {
			if strings.Contains(all, href) {
				t.Errorf("%s: a link to %s", name, href)
			}
		}
	}
}

func TestDocumentHead(t *testing.T) {
	p := fixturePage("fr", "Une salle close", models.Viewer{})
	p.Appearance = "dark"
	page := render(t, Layout(p))
	for _, want := range []string{
		`<html lang="fr" dir="ltr" data-theme="dark">`, `<title>Une salle close · Colloquy</title>`, `<meta charset="utf-8">`,
		`<meta name="color-scheme" content="light dark">`, `<link rel="stylesheet" href="/static/0123/colloquy.css">`,
		`<link rel="canonical" href="https://colloquy.example/threads/12/closed-room">`, `<meta property="og:title" content="Une salle close">`,
		`<link rel="modulepreload" href="/static/0123/js/thread-live.js">`, `<script type="module" src="/static/0123/js/thread-live.js"></script>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	p.OpenGraph, p.Canonical, p.Description, p.NoIndex, p.DraftClear = false, "", "", true, "thread:12"
	page = render(t, Layout(p))
	for _, unwanted := range []string{"og:", "canonical", `name="description"`} {
		if strings.Contains(page, unwanted) {
			t.Errorf("%s on a page without link previews", unwanted)
		}
	}
	for _, want := range []string{`<meta name="robots" content="noindex">`, `data-draft-clear="thread:12"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestPageThatMustNotNameTheCommunity(t *testing.T) {
	p := fixturePage("en", "Invitation", models.Viewer{})
	p.CommunityName, p.Demo = "", false
	if text := textOf(layout(t, p)); strings.Contains(text, "workshop on multi-stakeholder") {
		t.Errorf("the foot tells about the community: %s", text)
	}
	p.CommunityName = "Secret circle"
	if text := textOf(layout(t, p)); !strings.Contains(text, "Secret circle continues") {
		t.Error("the foot does not name the community")
	}
}

func TestLookForms(t *testing.T) {
	p := fixturePage("ar", "A", models.Viewer{})
	pressedValues := map[string]bool{}
	for _, b := range elements(layout(t, p), tag("button")) {
		if on, _ := attribute(b, "aria-pressed"); on == "true" {
			value, _ := attribute(b, "value")
			pressedValues[value] = true
		}
	}
	if len(pressedValues) != 2 || !pressedValues["auto"] || !pressedValues["ar"] {
		t.Errorf("pressed: %v", pressedValues)
	}
	if n := strings.Count(render(t, Layout(p)), `<input type="hidden" name="next" value="/threads/12/closed-room">`); n != 3 {
		t.Errorf("%d forms return to the page", n)
	}
}

func TestDemonstrationSaysSo(t *testing.T) {
	p := fixturePage("es", "A", models.Viewer{})
	if text := textOf(layout(t, p)); !strings.Contains(text, words.For("es").T("demo.lead")) || !strings.Contains(text, "Rosa Quispe") {
		t.Error("a demonstration does not say so or offers nobody")
	}
	p.Demo = false
	if text := textOf(layout(t, p)); strings.Contains(text, words.For("es").T("demo.lead")) || strings.Contains(text, "Rosa Quispe") {
		t.Error("a real site looks like a demonstration")
	}
}

func TestFieldErrorsKeepTheOrderOfTheForm(t *testing.T) {
	got := FieldErrors{"b": "2", "a": "1", "z": "3", "none": ""}.In("b", "a")
	if len(got) != 3 || got[0].Name != "b" || got[1].Name != "a" || got[2].Name != "z" {
		t.Errorf("%v", got)
	}
}

func TestVoicesSayWhoIsMissing(t *testing.T) {
	root := parse(t, render(t, Voices(words.For("en"), "Voices", fixtureGroups, nil)))
	if text := textOf(root); !strings.Contains(text, "Not yet heard: MSI secretariats, Country level MSI actors, MSI boards, Researchers, Funders, INGOs and Youth.") {
		t.Error(text)
	}
	marks := textOf(parse(t, render(t, VoiceMarks(words.For("en"), fixtureGroups[:2], []models.Voice{{GroupID: 2, Responses: 1}}))))
	if !strings.Contains(marks, "Heard: Country level MSI actors. Not yet heard: MSI secretariats.") {
		t.Error(marks)
	}
}
