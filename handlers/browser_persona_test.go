package handlers_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"

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

// TestBrowserADraftKeepsItsFace: a text that was begun under another name does not come
// back under one's own.
func TestBrowserADraftKeepsItsFace(t *testing.T) {
	s := onSQLite(t)
	s.Masks(t, frank, "Frank matters", models.AudienceMembers)
	id := s.Start(t, s.Rosa, frank, "What nobody says")
	thread := fmt.Sprintf("/threads/%d", id)
	tab := served.NewChrome(t).Window(t, s).SignIn(s.Amina)
	tab.Go(thread).Type("#f-body", "Frankly, no.").Click(`#reply [value="new"]`)
	tab.Go("/themes").Go(thread)
	tab.Wait(`document.querySelector("#f-body").value === "Frankly, no."`)
	if as := served.Eval[string](tab, `document.querySelector('#reply [name="as"]:checked')?.value ?? "none"`); as != "new" {
		t.Errorf("the draft comes back to speak as %q", as)
	}
	// Meanwhile another window has made the pseudonym: then it is asked again.
	if _, err := s.StartAs(s.Amina, frank, models.Face{Choice: models.FaceNew, Name: "Heron"}); err != nil {
		t.Fatal(err)
	}
	tab.Go("/themes").Go(thread)
	tab.Wait(`document.querySelector("#f-body").value === "Frankly, no."`)
	if as := served.Eval[string](tab, `document.querySelector('#reply [name="as"]:checked')?.value ?? "none"`); as != "none" {
		t.Errorf("the draft comes back to speak as %q", as)
	}
}

// maskedStops are the pages about pseudonyms in every state.
func maskedStops(t *testing.T, s *served.Site) []stop {
	t.Helper()
	s.Masks(t, frank, "Frank matters", models.AudienceMembers)
	s.Masks(t, candid, "أحاديث صريحة", models.AudienceMembers)
	id := s.Start(t, s.Paul, frank, "What nobody says")
	if _, err := s.StartAs(s.Amina, frank, models.Face{Choice: models.FaceNew, Name: "مالك الحزين", ShowGroup: true}); err != nil {
		t.Fatal(err)
	}
	thread := fmt.Sprintf("/threads/%d", id)
	return []stop{
		{name: "mask-none", path: thread, who: &s.Rosa},
		{name: "mask-refused", path: thread, who: &s.Rosa, send: func(tab *served.Tab) {
			tab.Click(`#reply [value="new"]`).Type("#f-pseudonym", "Lena Fischer").Type("#f-body", "Frankly.").Press(`#reply .composer .btn:not(.line)`)
		}},
		{name: "mask-own", path: thread, who: &s.Amina},
		{name: "mask-new-thread", path: "/threads/new?theme=" + frank, who: &s.Amina},
		{name: "mask-edit", path: fmt.Sprintf("/threads/%d/responses/1/edit", id+1), who: &s.Amina},
		{name: "mask-list", path: "/settings/pseudonyms", who: &s.Amina},
	}
}

func TestBrowserPseudonymsAreAccessible(t *testing.T) {
	source := axe(t)
	s := onSQLite(t)
	tab := served.NewChrome(t).Window(t, s)
	stops := maskedStops(t, s)
	for _, language := range []string{"en", "ar"} {
		served.Command(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": language},
		})
		for _, page := range stops {
			inspect(t, s, tab, page, source, language)
		}
	}
}
