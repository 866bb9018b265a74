package handlers_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// TestBrowserAPseudonymWithoutJavaScript: somebody speaks under a new pseudonym, sees it
// marked as their own and edits it, with scripts switched off.
func TestBrowserAPseudonymWithoutJavaScript(t *testing.T) {
	s := onSQLite(t)
	s.Masks(t, frank, "Frank matters", models.AudienceMembers)
	id := s.Start(t, s.Rosa, frank, "What nobody says")
	tab := served.NewChrome(t).Window(t, s).SignIn(s.Amina)
	served.Command(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	tab.Go(fmt.Sprintf("/threads/%d", id))
	tab.Click(`#reply [value="new"]`).Type("#f-pseudonym", "Heron").Type("#f-body", "Frankly, no.")
	tab.Press(`#reply .composer .btn:not(.line)`)
	wantText(t, tab, "#r2 h3", "Heron (pseudonym)")
	wantText(t, tab, "#r2 .own", "Edit")
	wantText(t, tab, "#reply .faces", "Your pseudonym in this theme")
	tab.Press(`#r2 [data-own-acts] a`)
	wantText(t, tab, ".as", "This text speaks as Heron (pseudonym)")
	if tab.Has(`a[href^="/members/"]`) {
		t.Error("the page of a pseudonym's text leads to its member's profile")
	}
	tab.Type("#f-body", " Still no.").Press(`.composer .btn:not(.line)`)
	wantText(t, tab, "#r2 .prose", "Still no.")
	wantText(t, tab, "#r2 .meta", "edited")
	tab.Type("#f-body", "And again.").Press(`#reply .composer .btn:not(.line)`)
	wantText(t, tab, "#r3 h3", "Heron (pseudonym)")
	tab.Go("/settings/pseudonyms")
	wantText(t, tab, "main", "Heron")
}
