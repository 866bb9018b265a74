package views

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"colloquy/models"
)

func TestTheMembershipPageSaysHowThingsStand(t *testing.T) {
	root := page(t, "en", "member-suspended")
	chosen := elements(root, func(n *html.Node) bool { _, ok := attribute(n, "selected"); return ok && n.Parent.Data == "select" })
	checked := elements(root, func(n *html.Node) bool { _, ok := attribute(n, "checked"); return ok })
	if len(chosen) != 1 || textOf(chosen[0]) != "Youth" {
		t.Errorf("%d groups are chosen", len(chosen))
	}
	if len(checked) != 1 {
		t.Fatalf("%d roles are chosen", len(checked))
	}
	wantAttributes(t, checked[0], map[string]string{"name": "role", "value": "moderator"})
	wantAttributes(t, byID(t, root, "f-until"), map[string]string{"type": "date", "value": "2026-11-26", "aria-invalid": "true"})
	if text := textOf(root); !strings.Contains(text, "Suspended until 26 November.") || !strings.Contains(text, "Lift the suspension") {
		t.Errorf("a suspension is not shown: %s", text)
	}
	if text := textOf(page(t, "en", "member-edit")); strings.Contains(text, "Lift") || !strings.Contains(text, "Saved.") {
		t.Errorf("without a suspension: %s", text)
	}
}

func TestTheMembershipPageCarriesNoID(t *testing.T) {
	for _, name := range []string{"member-edit", "member-suspended"} {
		if strings.Contains(render(t, communityPages("en")[name]), "30303") {
			t.Errorf("%s carries the member's id", name)
		}
	}
}

func TestOnlyModeratorsAreOfferedAMove(t *testing.T) {
	form := ThreadEditPage{Head: fixtureHead(), Themes: []models.Theme{{Slug: "space", Title: "Space", Lang: "en"}, {Slug: "linkages", Title: "Linkages", Lang: "en"}}}
	moderator := parse(t, render(t, ThreadEdit(fixturePage("en", "A", fixtureViewer(models.RoleModerator)), form)))
	chosen := elements(byID(t, moderator, "f-theme"), func(n *html.Node) bool { _, ok := attribute(n, "selected"); return ok })
	if len(chosen) != 1 || textOf(chosen[0]) != "Linkages" {
		t.Errorf("%d themes are chosen, want the thread's own", len(chosen))
	}
	author := render(t, ThreadEdit(fixturePage("en", "A", fixtureViewer(models.RoleMember)), form))
	if strings.Contains(author, `name="theme`) {
		t.Error("an author is offered to move the thread")
	}
}
