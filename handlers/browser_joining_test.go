package handlers_test

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

// TestBrowserFromALetterToTheFirstPage joins on a narrow telephone without scripts.
func TestBrowserFromALetterToTheFirstPage(t *testing.T) {
	s := onSQLite(t)
	tab := served.NewChrome(t).Window(t, s)
	tab.Size(360, 740)
	served.Command(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	inviteTo(t, s, s.Lena, community.NewInvitation{Email: "fatou@example.org", Themes: []string{forumtest.Inside}})
	tab.Go("/invitations/" + s.Last(t, "fatou@example.org", community.LetterInvitation).Token)
	fits := func(where string) {
		t.Helper()
		if width := served.Eval[float64](tab, `document.scrollingElement.scrollWidth`); width > 360 {
			t.Errorf("%s is %v pixels wide", where, width)
		}
	}
	fits("the invitation")
	// What must be filled in is a name, a group and the rules: nothing else stands in the way.
	if needed := served.Eval[int](tab, `new Set([...document.querySelectorAll("main [required]")].map((e) => e.name)).size`); needed != 3 {
		t.Errorf("%d things are needed", needed)
	}
	tab.Type("#f-name", "Fatou Ndiaye").Click(`[name="group"]`).Click(`[name="initiatives"][value="ogp"]`).Click("#f-rules").Press("main form .btn:not(.line)")
	wantText(t, tab, "h1", "Welcome, Fatou Ndiaye")
	wantText(t, tab, `section[aria-labelledby="first"] h3`, "Inside matters")
	fits("the first page")
	if seen := tab.Seen(); len(seen.Complaints) > 0 {
		t.Errorf("the browser complains: %v", seen.Complaints)
	}
	tab.Press(`section[aria-labelledby="first"] h3 a`)
	wantText(t, tab, "h1", "Inside matters")
}
