package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"colloquy/app/community"
	"colloquy/app/demo"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// onSQLite serves a cast on the embedded database: what these tests look at does not
// touch the database's kind.
func onSQLite(t *testing.T) *served.Site {
	t.Helper()
	return served.NewSite(t, forumtest.NewCast(t, forumtest.Open(t, forumtest.SQLite(t))))
}

// wantText demands that the first element that a selector finds holds words.
func wantText(t *testing.T, tab *served.Tab, selector, words string) {
	t.Helper()
	if texts := tab.Texts(selector); len(texts) == 0 || !strings.Contains(texts[0], words) {
		t.Errorf("%s says %q, not %q", selector, texts, words)
	}
}

func TestBrowserEverythingWithoutJavaScript(t *testing.T) {
	s := onSQLite(t)
	s.Start(t, s.Rosa, forumtest.Public, "What is known")
	tab := served.NewChrome(t).Window(t, s)
	served.Command(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})

	tab.Go("/").Press(`nav a[href="/themes"]`).Press(`main a[href="/themes/` + forumtest.Public + `"]`)
	tab.Press(`main h3 a`)
	wantText(t, tab, "h1", "What is known")
	wantText(t, tab, "#r1 .prose", forumtest.Opening)

	link, err := s.Community.MemberLink(t.Context(), s.Amina.Member.Email)
	if err != nil {
		t.Fatal(err)
	}
	tab.Go("/sign-in/" + link).Press("main form .btn")
	wantText(t, tab, `nav a[href^="/members/"]`, "Amina Diallo")

	tab.Go("/themes/" + forumtest.Public).Press(`main .head a[href^="/threads/new"]`)
	tab.Type("#f-title", "Who keeps the plan?").Click(`input[value="insight"]`).Click(`input[value="in practice"]`).Type("#f-body", "It *matters*.")
	tab.Press(`form[action="/threads"] [name="preview"]`)
	wantText(t, tab, ".preview em", "matters")
	tab.Press(`form[action="/threads"] .btn:not(.line)`)
	wantText(t, tab, "h1", "Who keeps the plan?")
	if script := served.Eval[bool](tab, `customElements.get("thread-live") !== undefined`); script {
		t.Error("scripts have run")
	}

	tab.Type(body, "A first response.").Press(post)
	wantText(t, tab, "#r2 .prose", "A first response.")
	tab.Press("#r1 .act-reply").Type(body, "An answer to the opening.").Press(post)
	wantText(t, tab, "#r3 .re", "¶1")
	tab.Press(`#r3 [data-own-acts] a[href$="/edit"]`).Type("main textarea", " And more.").Press("main form[action$=edit] .btn:not(.line)")
	wantText(t, tab, "#r3 .prose", "An answer to the opening. And more.")
	wantText(t, tab, "#r3 .by .meta", "edited")
	tab.Press(`#r2 [data-own-acts] a[href$="/delete"]`).Press("main form[action$=delete] button")
	if !tab.Has("#r2.gone") || strings.Contains(strings.Join(tab.Texts("main"), " "), "A first response.") {
		t.Errorf("after a removal the page says %q", tab.Texts("#r2"))
	}

	tab.Press(`.foot button[value="ar"]`)
	if dir := served.Eval[string](tab, `document.documentElement.dir + " " + document.documentElement.lang`); dir != "rtl ar" {
		t.Errorf("in Arabic the page is %q", dir)
	}
	tab.Press(`.foot button[value="en"]`).Press(`.foot button[value="dark"]`)
	if paper := served.Eval[string](tab, `getComputedStyle(document.body).backgroundColor`); paper != "rgb(20, 23, 26)" {
		t.Errorf("a dark page has the colour %s", paper)
	}
	tab.Press(`nav form[action="/sign-out"] button`)
	if !tab.Has(`nav a[href="/sign-in"]`) {
		t.Error("signing out leaves one signed in")
	}
}

func TestBrowserByKeyboardAlone(t *testing.T) {
	s := onSQLite(t)
	_, address := longThread(t, s, 30)
	tab := served.NewChrome(t).Window(t, s).SignIn(s.Amina).Go(address).Wait(isLive)
	focus := func() string {
		return served.Eval[string](tab, `document.activeElement.matches(":focus-visible") ? document.activeElement.textContent.trim() : ""`)
	}
	// tabTo presses Tab until an element has the focus, and looks that it can be seen.
	tabTo := func(selector string, most int) {
		t.Helper()
		for range most {
			tab.Keys(kb.Tab)
			if served.Eval[bool](tab, `document.activeElement.matches(`+fmt.Sprintf("%q", selector)+`)`) {
				if !served.Eval[bool](tab, `(() => {
					const { left, top, width, height } = document.activeElement.getBoundingClientRect();
					const met = document.elementFromPoint(left + width / 2, top + height / 2);
					return document.activeElement.matches(":focus-visible") && document.activeElement.contains(met);
				})()`) {
					t.Errorf("%s has the focus and cannot be seen", selector)
				}
				return
			}
		}
		t.Fatalf("%d times Tab do not lead to %s but to %s", most, selector, focus())
	}
	tabTo(".skip", 1)
	tab.Keys(kb.Enter)
	if hash := served.Eval[string](tab, `location.hash`); hash != "#main" {
		t.Errorf("the skip link leads to %q", hash)
	}
	tabTo(".tbar summary", 4) // behind the theme and who opened the thread
	tab.Keys(kb.Enter).Wait(`document.querySelector(".tbar details").open`)
	tabTo(`.map a[href="#r9"]`, 10)
	tab.Keys(kb.Enter).Wait(`location.hash === "#r9"`)
	tab.Wait(`!document.querySelector(".tbar details").open`) // nothing covers what was asked for
	tab.Wait(`(() => { const { top } = document.querySelector("#r9").getBoundingClientRect(); return top > 0 && top < innerHeight; })()`)
	tabTo("#r9 .num", 1) // the way goes on from there
	tab.Go(address + "#reply")
	tabTo(body, 1)
	tab.Keys("Without a mouse.")
	tabTo(`.composer select`, 1)
	tabTo(post, 1)
	tab.Leave(func() { tab.Keys(kb.Enter) })
	wantText(t, tab, "#r32 .prose", "Without a mouse.")
	tab.Go(address + "#reply")
	tabTo(body, 1)
	tab.Keys("In one stroke.").Leave(func() { tab.Keys(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)) })
	wantText(t, tab, "#r33 .prose", "In one stroke.")
}

func TestBrowserAsksNobodyElse(t *testing.T) {
	s := onSQLite(t)
	tab := served.NewChrome(t).Window(t, s)
	for _, page := range scene(t, s) {
		page.enter(t, s, tab)
		seen := tab.Seen()
		for _, address := range seen.Requests {
			if address = strings.Replace(address, "ws:", "http:", 1); !strings.HasPrefix(address, s.URL+"/") &&
				!strings.HasPrefix(address, "data:") { // a field's own picture, which Chromium carries with it
				t.Errorf("%s asks for %s", page.name, address)
			}
		}
		if len(seen.Requests) < 2 || len(seen.Complaints) != 0 {
			t.Errorf("%s: %d requests, complaints %q", page.name, len(seen.Requests), seen.Complaints)
		}
	}
}

// The texts are those of the longest conversation of the demo.
func TestBrowserAFirstVisitIsLight(t *testing.T) {
	s := onSQLite(t)
	texts, err := demo.Demo()
	if err != nil {
		t.Fatal(err)
	}
	long := slices.MaxFunc(texts.Threads, func(a, b demo.Thread) int { return len(a.Posts) - len(b.Posts) })
	if len(long.Posts) < models.PageSize {
		t.Fatalf("the longest conversation has %d texts", len(long.Posts))
	}
	id := s.Start(t, s.Amina, forumtest.Public, long.Title)
	writers := []models.Viewer{s.Amina, s.Rosa, s.Paul, s.Lena}
	for i, text := range long.Posts[1:models.PageSize] {
		s.Respond(t, writers[i%len(writers)], id, text.Body)
	}
	chrome := served.NewChrome(t)
	for name, sign := range map[string]func(*served.Tab){"visitor": func(*served.Tab) {}, "member": func(tab *served.Tab) { tab.SignIn(s.Teo) }} {
		tab := chrome.Window(t, s)
		sign(tab)
		tab.Go(path(t, s, id)).Wait(isLive)
		seen := tab.Settled().Seen()
		// The live line is no request for a file; it begins when all is there.
		requests := slices.DeleteFunc(slices.Clone(seen.Requests), func(address string) bool { return strings.HasPrefix(address, "ws:") })
		t.Logf("%s: %d requests, %.1f KB", name, len(requests), seen.Bytes/1000)
		if len(requests) > 8 || seen.Bytes > 50_000 {
			t.Errorf("a %s's first visit makes %d requests and takes %.0f bytes: %q", name, len(requests), seen.Bytes, requests)
		}
		if shift := served.Eval[float64](tab, `new Promise((done) => {
			let sum = 0;
			new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; })).observe({ type: "layout-shift", buffered: true });
			requestAnimationFrame(() => setTimeout(() => done(sum)));
		})`); shift > 0.001 { // a thousandth of the screen: rounding, nothing that can be seen
			t.Errorf("for a %s the layout shifts by %v", name, shift)
		}
	}
}

func TestBrowserBackAndForth(t *testing.T) {
	s := onSQLite(t)
	id, address := longThread(t, s, 3)
	tab := served.NewChrome(t).Window(t, s).SignIn(s.Amina).Go(address).Wait(isLive)
	text := func() string { return served.Eval[string](tab, `document.querySelector("`+body+`").value`) }
	back := func() {
		t.Helper()
		served.Eval[any](tab, `void (document.goingBack = true, setTimeout(() => history.back()))`)
		tab.Wait(`!document.goingBack && document.readyState === "complete"`).Wait(isBack)
	}
	served.Eval[any](tab, `void addEventListener("pageshow", (event) => { window.fromMemory = event.persisted; })`)
	tab.Type(body, "Half a thought.").Press(`.foot a[href="/about"]`)
	s.Respond(t, s.Rosa, id, "Written meanwhile.")
	back()
	if !served.Eval[bool](tab, `window.fromMemory === true`) {
		t.Error("the page did not come out of the browser's memory")
	}
	tab.Wait(`document.querySelector("#r5, #live-news a")`)
	if got := text(); got != "Half a thought." {
		t.Errorf("going back brings %q", got)
	}

	tab.Type(body, " And the rest.").Press(post)
	wantText(t, tab, "#r6 .prose", "Half a thought. And the rest.")
	back()
	if got := text(); got != "" {
		t.Errorf("what was posted stands in the form again: %q", got)
	}
	if !tab.Has("#r6") {
		t.Error("the response is not in the page that one goes back to")
	}
	s.Respond(t, s.Rosa, id, "Still there?")
	tab.Wait(`document.querySelector("#r7, #live-news a")`)
	tab.Type(body, "Another thought.").Press(post)
	wantText(t, tab, "#r8 .prose", "Another thought.")
	tab.Go("/about").Go(address)
	if got := text(); got != "" {
		t.Errorf("what was posted is a draft still: %q", got)
	}
	if head, err := s.Forum.Thread(t.Context(), s.Amina, id); err != nil || head.LastNumber != 8 {
		t.Errorf("the thread ends at ¶%d (%v)", head.LastNumber, err)
	}
}

func TestBrowserTwoTabsWithDrafts(t *testing.T) {
	s := onSQLite(t)
	_, address := longThread(t, s, 3)
	one := served.NewChrome(t).Window(t, s).SignIn(s.Amina).Go(address)
	two := one.Beside().Go(address)
	text := func(tab *served.Tab) string {
		return served.Eval[string](tab, `document.querySelector("`+body+`").value`)
	}
	leave := func(tab *served.Tab) { tab.Go("/about").Go(address) }
	one.Type(body, "The first thought.")
	two.Type(body, "The second thought.")
	leave(one)
	leave(two)
	if a, b := text(one), text(two); a != "The first thought." || b != "The second thought." {
		t.Errorf("the tabs keep %q and %q", a, b)
	}
	wantText(t, one, ".composer [role=status]", "draft")
	two.Press(post)
	wantText(t, two, "#r5 .prose", "The second thought.")
	leave(one)
	if a := text(one); a != "The first thought." {
		t.Errorf("posting in one tab leaves %q in the other", a)
	}
	// A third tab is offered what is still a draft, and posting it there ends it.
	three := one.Beside().Go(address)
	if c := text(three); c != "The first thought." {
		t.Errorf("a third tab is given %q", c)
	}
	three.Press(post)
	if four := one.Beside().Go(address); text(four) != "" {
		t.Errorf("a posted text is a draft still: %q", text(four))
	}
}

// stop is a page that the walks look at.
type stop struct {
	name string
	path string
	// who is signed in; nobody when it is nil.
	who *models.Viewer
	// send fills in the page's form and sends it, to see the answer.
	send func(tab *served.Tab)
}

// enter opens the page as who looks at it.
func (p stop) enter(t *testing.T, s *served.Site, tab *served.Tab) {
	t.Helper()
	served.Command(tab, network.DeleteCookies, network.DeleteCookiesParams{Name: "colloquy-session", URL: s.URL})
	if p.who != nil {
		tab.SignIn(*p.who)
	}
	tab.Go(p.path)
	if p.send != nil {
		served.Eval[any](tab, `void document.querySelectorAll("main form").forEach((form) => { form.noValidate = true; })`)
		tab.Leave(func() { p.send(tab) })
	}
}

// scene fills a community with everything that pages show, and lists the pages.
func scene(t *testing.T, s *served.Site) []stop {
	t.Helper()
	if _, err := demo.WriteStarter(t.Context(), s.Store, s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	s.Restart(t)
	workshop, err := s.Forum.FirstWorkshop(t.Context())
	if err != nil || workshop == "" {
		t.Fatalf("no workshop: %v", err)
	}
	id, address := longThread(t, s, 52)
	one := fmt.Sprintf("/threads/%d", id)
	if err := s.Forum.EditText(t.Context(), s.Rosa, id, 3, forum.TextEdit{Body: "Edited: *so*, with `code`, a [link](https://example.org/) and\n\n> a quotation\n\n1. list\n2. list\n\n| a | b |\n|---|---|\n| c | d |"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Forum.RemoveText(t.Context(), s.Rosa, id, 4); err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct {
		who  models.Viewer
		text forum.NewResponse
	}{
		{s.Amina, forum.NewResponse{Body: "A reply to ¶3.", Lang: "en", ReplyTo: 3}},
		{s.Paul, forum.NewResponse{Body: "نص بالعربية.", Lang: "ar"}},
		{s.Amina, forum.NewResponse{Body: strings.Repeat("unbreakable", 30), Lang: "en"}},
	} {
		if _, err := s.Forum.Respond(t.Context(), r.who, id, r.text); err != nil {
			t.Fatal(err)
		}
	}
	closed := s.Start(t, s.Paul, forumtest.Boards, "Behind the door")
	locked, outcome := true, models.Outcome("insight")
	if _, err := s.Forum.EditThread(t.Context(), s.Lena, closed, forum.ThreadEdit{Locked: &locked, Outcome: &outcome}); err != nil {
		t.Fatal(err)
	}
	for _, handle := range []string{"rosa-quispe", "amina-diallo"} {
		if err := s.Community.AddModerator(t.Context(), s.Teo, forumtest.Boards, handle); err != nil {
			t.Fatal(err)
		}
	}
	var invitations [2]string
	for i, email := range []string{"", "fatou@example.org"} {
		if invitations[i], err = s.Community.Invite(t.Context(), s.Teo, community.NewInvitation{Email: email, Note: "A note"}); err != nil {
			t.Fatal(err)
		}
	}
	invitation, used := invitations[0], invitations[1]
	s.Browser(t).Get("/invitations/"+used).Submit(`form[action="/invitations/`+used+`"]`,
		form("name", "Fatou Ndiaye", "rules", "1", "group", fmt.Sprint(s.Groups[4].ID))).Status(http.StatusSeeOther)
	if err := s.Community.Suspend(t.Context(), s.Teo, "fatou-ndiaye", s.Clock.Now().AddDate(0, 1, 0)); err != nil {
		t.Fatal(err)
	}
	link, err := s.Community.MemberLink(t.Context(), s.Rosa.Member.Email)
	if err != nil {
		t.Fatal(err)
	}
	search := func(words string) string { return "/search?q=" + url.QueryEscape(words) }
	return []stop{
		{name: "home, visitor", path: "/"},
		{name: "home", path: "/", who: &s.Amina},
		{name: "themes", path: "/themes"},
		{name: "theme", path: "/themes/" + forumtest.Public, who: &s.Amina},
		{name: "theme without threads", path: "/themes/" + forumtest.Inside, who: &s.Amina},
		{name: "thread, visitor", path: address},
		{name: "thread", path: address, who: &s.Rosa},
		{name: "thread, page 2", path: address + "?page=2", who: &s.Amina},
		{name: "reply", path: address + "?page=1&reply=3", who: &s.Rosa},
		{name: "locked thread", path: fmt.Sprintf("/threads/%d/behind-the-door", closed), who: &s.Paul},
		{name: "preview", path: address + "?page=2", who: &s.Amina, send: func(tab *served.Tab) {
			tab.Type(body, "# So\n\nIt *is*.").Click(`.composer [name="preview"]`)
		}},
		{name: "empty response", path: address + "?page=2", who: &s.Amina, send: func(tab *served.Tab) { tab.Click(post) }},
		{name: "new thread", path: "/threads/new?theme=" + forumtest.Public, who: &s.Amina},
		{name: "new thread, refused", path: "/threads/new", who: &s.Amina, send: func(tab *served.Tab) { tab.Click(`form[action="/threads"] .btn:not(.line)`) }},
		{name: "change of a thread", path: one + "/edit", who: &s.Lena},
		{name: "move of a thread, refused", path: fmt.Sprintf("/threads/%d/edit", closed), who: &s.Lena, send: func(tab *served.Tab) {
			served.Eval[any](tab, `void (document.querySelector("main [name=theme]").value = "open-matters")`)
			tab.Click(`main form .btn:not(.line)`)
		}},
		{name: "change of a response", path: one + "/responses/3/edit", who: &s.Rosa},
		{name: "removal", path: one + "/responses/3/delete", who: &s.Rosa},
		{name: "search", path: search("response"), who: &s.Amina},
		{name: "search in vain", path: search("zyzzyva")},
		{name: "search, empty", path: "/search"},
		{name: "workshop", path: "/workshops/" + workshop},
		{name: "agenda", path: "/learning-agenda"},
		{name: "profile", path: "/members/rosa-quispe"},
		{name: "members", path: "/members", who: &s.Amina},
		{name: "members, nobody found", path: "/members?q=zyzzyva", who: &s.Amina},
		{name: "group, visitor", path: fmt.Sprintf("/groups/%d", s.Groups[2].ID)},
		{name: "group", path: fmt.Sprintf("/groups/%d", s.Groups[2].ID), who: &s.Paul},
		{name: "access of a theme", path: "/themes/" + forumtest.Boards + "/access?q=a", who: &s.Teo},
		{name: "access of a theme, refused", path: "/themes/" + forumtest.Boards + "/access", who: &s.Teo, send: func(tab *served.Tab) {
			served.Eval[any](tab, `void document.querySelector("main [name=audience][value=everyone]").click()`)
			tab.Click(`main form .btn:not(.line)`)
		}},
		{name: "profile, for a convener", path: "/members/rosa-quispe", who: &s.Teo},
		{name: "membership", path: "/members/rosa-quispe/edit", who: &s.Teo},
		{name: "membership, suspended", path: "/members/fatou-ndiaye/edit", who: &s.Teo},
		{name: "membership, refused", path: "/members/teodora-ilic/edit", who: &s.Teo, send: func(tab *served.Tab) {
			served.Eval[any](tab, `void document.querySelector("main [name=role][value=member]").click()`)
			tab.Click(`main form .btn:not(.line)`)
		}},
		{name: "settings", path: "/settings", who: &s.Amina},
		{name: "settings, refused", path: "/settings", who: &s.Amina, send: func(tab *served.Tab) {
			served.Eval[any](tab, `void (document.querySelector("main [name=name]").value = "")`)
			tab.Click(`main form[action="/settings"] .btn`)
		}},
		{name: "one name taken off", path: one + "/responses/3/authorship", who: &s.Rosa},
		{name: "all names taken off", path: "/settings/authorship", who: &s.Rosa},
		{name: "leaving", path: "/settings/leave", who: &s.Amina},
		{name: "left", path: "/left"},
		{name: "copy", path: "/settings/export", who: &s.Amina},
		{name: "sign in", path: "/sign-in"},
		{name: "sign in, refused", path: "/sign-in", send: func(tab *served.Tab) {
			tab.Type("#f-email", "rosa@example.org").Type("#f-password", "not this one").Click(`main [value="password"]`)
		}},
		{name: "sign in, sent", path: "/sign-in", send: func(tab *served.Tab) { tab.Type("#f-email", "rosa@example.org").Click(`main [value="link"]`) }},
		{name: "signed out", path: "/sign-in?ended=1"},
		{name: "link of a letter", path: "/sign-in/" + link},
		{name: "sign out", path: "/sign-out", who: &s.Amina},
		{name: "invitation", path: "/invitations/" + invitation},
		{name: "invitation, refused", path: "/invitations/" + invitation, send: func(tab *served.Tab) { tab.Click("main form .btn:not(.line)") }},
		{name: "used invitation", path: "/invitations/" + used},
		{name: "invitation, a letter is sent", path: "/invitations/" + invitation, send: func(tab *served.Tab) {
			tab.Type("#f-name", "Hoda").Type("#f-email", "hoda@example.org").Click("#f-group").Click("#f-rules").Click("main form .btn:not(.line)")
		}},
		{name: "invitations", path: "/invitations", who: &s.Teo},
		{name: "list of guests", path: "/invitations/bulk", who: &s.Teo},
		{name: "list of guests, understood", path: "/invitations/bulk", who: &s.Teo, send: func(tab *served.Tab) {
			tab.Type("#f-list", "a@example.org\nnobody").Click(`main [value="preview"]`)
		}},
		{name: "requests to join", path: "/invitations/requests", who: &s.Teo},
		{name: "how to join", path: "/join"},
		{name: "welcome", path: "/welcome?theme=" + forumtest.Public, who: &s.Amina},
		{name: "about", path: "/about"},
		{name: "house rules", path: "/house-rules"},
		{name: "privacy", path: "/privacy"},
		{name: "forbidden", path: "/invitations", who: &s.Amina},
		{name: "not there", path: "/nowhere"},
	}
}
