package handlers_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

// TestBrowserLeavingWithoutJavaScript: a member takes their name off one text, looks at the
// copy, and leaves.
func TestBrowserLeavingWithoutJavaScript(t *testing.T) {
	s := onSQLite(t)
	id := s.Start(t, s.Amina, forumtest.Public, "What is known")
	s.Respond(t, s.Rosa, id, "Frank words.")
	s.Respond(t, s.Rosa, id, "Other words.")
	tab := served.NewChrome(t).Window(t, s)
	served.Command(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	link, err := s.Community.MemberLink(t.Context(), s.Rosa.Member.Email)
	if err != nil {
		t.Fatal(err)
	}
	tab.Go("/sign-in/" + link).Press("main form .btn")
	address := path(t, s, id)
	tab.Go(address).Press(`#r2 [data-own-acts] a[href$="/authorship"]`)
	wantText(t, tab, "h1", "Take your name off ¶2?")
	tab.Press("main form .btn")
	wantText(t, tab, "#r2 .by", "Former member")
	wantText(t, tab, "#r3 .by", "Rosa Quispe")
	if tab.Has("#r2 [data-own-acts]") {
		t.Error("the text is still hers")
	}
	tab.Go("/settings").Press(`main a[href="/settings/leave"]`)
	tab.Click(`input[value="removes"]`).Click("#f-sure").Press("main form .btn")
	wantText(t, tab, "h1", "You have left")
	s.Community.Wait()
	tab.Go(address)
	wantText(t, tab, "#r2 .by", "Former member")
	wantText(t, tab, "#r2 .prose", "Frank words.")
	if text := strings.Join(tab.Texts("main"), " "); strings.Contains(text, "Rosa") || strings.Contains(text, "Other words.") || !tab.Has("#r3.gone") {
		t.Errorf("the thread says %s", text)
	}
	if tab.Has(`form[action="/sign-out"]`) {
		t.Error("somebody is signed in")
	}
}

// TestBrowserATextChangesItsAuthorOnOpenPages: the writer's own page and another one show
// the former member at once, and nobody is offered the acts of a writer.
func TestBrowserATextChangesItsAuthorOnOpenPages(t *testing.T) {
	s := onSQLite(t)
	id := s.Start(t, s.Amina, forumtest.Public, "What is known")
	n := s.Respond(t, s.Rosa, id, "Frank words.")
	chrome, address := served.NewChrome(t), path(t, s, id)
	rosa := chrome.Window(t, s).SignIn(s.Rosa).Go(address).Wait(isLive)
	amina := chrome.Window(t, s).SignIn(s.Amina).Go(address).Wait(isLive)
	if !rosa.Has(`#r2 [data-own-acts] a[href$="/authorship"]`) || amina.Has(`#r2 [data-own-acts] a`) {
		t.Fatal("the acts are not the writer's")
	}
	if err := s.Forum.CutText(t.Context(), s.Rosa, id, n); err != nil {
		t.Fatal(err)
	}
	for _, tab := range []*served.Tab{rosa, amina} {
		tab.Wait(`document.querySelector("#r2 .by").textContent.includes("Former member")`)
		if tab.Has("#r2 [data-own-acts]") || strings.Contains(strings.Join(tab.Texts("#r2"), ""), "Rosa") {
			t.Errorf("the text shows %q", tab.Texts("#r2"))
		}
		if complaints := tab.Seen().Complaints; len(complaints) != 0 {
			t.Errorf("complaints: %q", complaints)
		}
	}
}
