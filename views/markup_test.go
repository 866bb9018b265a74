package views

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"colloquy/views/words"
)

// everyPage runs a check on every page of threads in every language and state.
func everyPage(t *testing.T, check func(t *testing.T, lang string, root *html.Node)) {
	t.Helper()
	for _, l := range words.Languages() {
		for name, c := range fixturePages(l.Tag) {
			t.Run(l.Tag+"/"+name, func(t *testing.T) {
				page := render(t, c)
				if !strings.HasPrefix(page, "<!doctype html>") {
					t.Error("the page has no doctype")
				}
				check(t, l.Tag, parse(t, page))
			})
		}
	}
}

func TestPagesAreWellFormed(t *testing.T) {
	everyPage(t, func(t *testing.T, lang string, root *html.Node) {
		if n := len(elements(root, tag("h1"))); n != 1 {
			t.Errorf("%d headings of the first order", n)
		}
		document := elements(root, tag("html"))[0]
		if got, _ := attribute(document, "lang"); got != lang {
			t.Errorf("the page says it is in %q", got)
		}
		if got, _ := attribute(document, "dir"); got != words.For(lang).Dir() {
			t.Errorf("the page runs %q", got)
		}
		for _, n := range elements(root, tag("main", "title", "footer")) {
			if textOf(n) == "" {
				t.Errorf("%s is empty", n.Data)
			}
		}
		noInlineCode(t, root)
		headingsDescend(t, root)
	})
}

func noInlineCode(t *testing.T, root *html.Node) {
	t.Helper()
	for _, n := range elements(root, func(*html.Node) bool { return true }) {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s carries %s", n.Data, a.Key)
			}
			if (a.Key == "src" || a.Key == "href") && strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("%s runs a script", n.Data)
			}
		}
		if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
			t.Errorf("inline %s", n.Data)
		}
	}
}

// headingsDescend tells of a heading that leaves out an order.
func headingsDescend(t *testing.T, root *html.Node) {
	t.Helper()
	last := "h1"
	for _, h := range elements(root, tag("h1", "h2", "h3", "h4")) {
		if h.Data[1] > last[1]+1 {
			t.Errorf("%s %q follows %s", h.Data, textOf(h), last)
		}
		last = h.Data
	}
}

func TestIDsAreUniqueAndReferencesLeadSomewhere(t *testing.T) {
	everyPage(t, func(t *testing.T, _ string, root *html.Node) {
		ids := map[string]bool{}
		for _, n := range elements(root, func(*html.Node) bool { return true }) {
			id, ok := attribute(n, "id")
			if !ok {
				continue
			}
			if ids[id] {
				t.Errorf("id %s twice", id)
			}
			ids[id] = true
		}
		for _, n := range elements(root, func(*html.Node) bool { return true }) {
			for _, name := range []string{"aria-labelledby", "aria-describedby", "for"} {
				value, _ := attribute(n, name)
				for _, id := range strings.Fields(value) {
					if !ids[id] {
						t.Errorf("%s of %s names %s, which does not exist", name, n.Data, id)
					}
				}
			}
			if href, _ := attribute(n, "href"); strings.HasPrefix(href, "#") && !ids[href[1:]] {
				t.Errorf("a link leads to %s, which does not exist", href)
			}
		}
	})
}

func TestFormsCarryTokenAndLabels(t *testing.T) {
	everyPage(t, func(t *testing.T, _ string, root *html.Node) {
		labels := map[string]bool{}
		for _, n := range elements(root, tag("label")) {
			if id, ok := attribute(n, "for"); ok && textOf(n) != "" {
				labels[id] = true
			}
		}
		for _, form := range elements(root, tag("form")) {
			method, _ := attribute(form, "method")
			tokens := elements(form, func(n *html.Node) bool { name, _ := attribute(n, "name"); return name == "token" })
			if method == "post" && len(tokens) != 1 {
				action, _ := attribute(form, "action")
				t.Errorf("the form to %s has %d tokens", action, len(tokens))
			}
		}
		for _, field := range elements(root, tag("input", "select", "textarea")) {
			if kind, _ := attribute(field, "type"); kind == "hidden" {
				continue
			}
			id, _ := attribute(field, "id")
			_, named := attribute(field, "aria-label")
			if !labels[id] && !named && !withinLabel(field) {
				name, _ := attribute(field, "name")
				t.Errorf("%s %s has no label", field.Data, name)
			}
		}
		for _, n := range elements(root, tag("a", "button", "summary")) {
			if label, ok := attribute(n, "aria-label"); textOf(n) == "" || ok && label == "" {
				t.Errorf("a %s without words", n.Data)
			}
		}
	})
}

func withinLabel(n *html.Node) bool {
	for p := range n.Ancestors() {
		if p.Data == "label" {
			return true
		}
	}
	return false
}

func TestInvalidFieldsSayWhy(t *testing.T) {
	everyPage(t, func(t *testing.T, _ string, root *html.Node) {
		for _, n := range elements(root, func(n *html.Node) bool { v, _ := attribute(n, "aria-invalid"); return v == "true" }) {
			described, ok := attribute(n, "aria-describedby")
			if kind, _ := attribute(n, "type"); kind == "radio" {
				described, ok = attribute(n.Parent.Parent.Parent, "aria-describedby")
			}
			if !ok || !strings.Contains(described, "-error") {
				t.Errorf("%s is not accepted and does not say why", n.Data)
			}
		}
	})
}
