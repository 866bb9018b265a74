package handlers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

const (
	listLive = `document.querySelector("[data-live=state]").textContent === "Live"`
	listBack = `/^(Live|Back)/.test(document.querySelector("[data-live=state]").textContent)`
	listNews = `document.querySelector("[data-live=news] a")?.textContent`
	// listed are the threads of the page's list, in order.
	listed = `[...document.querySelectorAll("thread-list li[data-thread]")].map((row) => Number(row.dataset.thread)).join(" ")`
	// listDiffers tells whether the list, and what leads on from its end, differs from that of a page loaded now.
	listDiffers = `(async () => {
		const parts = (page) => {
			const list = page.querySelector("thread-list");
			const behind = list.nextElementSibling;
			return [...list.children].filter((child) => !child.matches(".lbar")).concat(behind ?? []).map((e) => e.outerHTML.replace(/\s+/g, " ")).join("\n");
		};
		const html = await (await fetch(location.pathname + location.search)).text();
		const [now, fresh] = [document, new DOMParser().parseFromString(html, "text/html")].map(parts);
		return now === fresh ? "" : now + "\n\ninstead of\n\n" + fresh;
	})()`
)

func wantFreshList(t *testing.T, tab *served.Tab) {
	t.Helper()
	if found := served.Eval[string](tab, listDiffers); found != "" {
		t.Errorf("the list differs from a fresh one:\n%.3000s", found)
	}
}

// wantFreshRow demands that a row is what it is on a page loaded now.
func wantFreshRow(t *testing.T, tab *served.Tab, id int64) {
	t.Helper()
	if !served.Eval[bool](tab, fmt.Sprintf(`fetch(location.href).then((answer) => answer.text()).then((html) =>
		new DOMParser().parseFromString(html, "text/html").querySelector(%[1]q).isEqualNode(document.querySelector(%[1]q)))`, row(id))) {
		t.Errorf("the row of thread %d differs from a fresh one", id)
	}
}

// begin opens a thread of a kind in a theme.
func begin(t *testing.T, s *served.Site, who models.Viewer, theme, title string, kind models.Kind) int64 {
	t.Helper()
	posted, err := s.Forum.StartThread(t.Context(), who, forum.NewThread{
		Theme: theme, Title: title, Kind: kind, Level: models.LevelInPractice, Lang: "en", Body: "About " + title + ".",
	})
	if err != nil {
		t.Fatal(err)
	}
	return posted.ThreadID
}

// row is a selector of a thread's row.
func row(id int64) string { return fmt.Sprintf(`thread-list li[data-thread="%d"]`, id) }

func liveListOfATheme(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	var ids []int64
	for i := range 32 {
		ids = append(ids, begin(t, s, s.Rosa, forumtest.Public, fmt.Sprintf("Thread %d", i), models.KindQuestion))
		s.Clock.Pass(time.Minute)
	}
	theme := "/themes/" + forumtest.Public
	tab := marked(chrome.Window(t, s).SignIn(s.Amina).Go(theme).Wait(listLive))
	lines := slices.DeleteFunc(tab.Seen().Requests, func(address string) bool { return !strings.HasPrefix(address, "ws:") })
	if len(lines) != 1 {
		t.Errorf("a page with a list, of a member, opens %d lines", len(lines))
	}
	narrowed := marked(chrome.Window(t, s).Go(theme + "?kind=proposal").Wait(listLive))
	next := served.Eval[string](tab, `document.querySelector("a[rel=next]").getAttribute("href")`)
	second := marked(chrome.Window(t, s).Go(next).Wait(listLive))

	// A row becomes what it is now at its place; nothing else moves, nothing is announced.
	order := served.Eval[string](tab, listed)
	served.Eval[any](tab, fmt.Sprintf(`void document.querySelector(%q).scrollIntoView({ block: "center", behavior: "instant" })`, row(ids[10])))
	top := fmt.Sprintf(`document.querySelector(%q).getBoundingClientRect().top`, row(ids[8]))
	before := served.Eval[float64](tab, top)
	s.Respond(t, s.Paul, ids[10], "The latest word.")
	tab.Wait(fmt.Sprintf(`document.querySelector(%q).textContent.includes("The latest word.")`, row(ids[10])))
	retitle(t, s, ids[25], strings.Repeat("A much longer title than before ", 5))
	tab.Wait(fmt.Sprintf(`document.querySelector(%q).textContent.includes("A much longer title")`, row(ids[25])))
	served.Eval[bool](tab, drawn)
	if now := served.Eval[float64](tab, top); now-before >= 1 || before-now >= 1 {
		t.Errorf("a row moved from %v to %v", before, now)
	}
	if now := served.Eval[string](tab, listed); now != order {
		t.Errorf("the order is %s, it was %s", now, order)
	}

	// What would enter is counted: a new thread, and an old one that comes up; not one that only changes.
	retitle(t, s, ids[0], "Another name")
	second.Wait(fmt.Sprintf(`document.querySelector(%q).textContent.includes("Another name")`, row(ids[0])))
	fresh := begin(t, s, s.Rosa, forumtest.Public, "A new proposal", models.KindProposal)
	narrowed.Wait(listNews + ` === "1 new thread"`)
	tab.Wait(listNews + ` === "1 new thread"`)
	s.Respond(t, s.Paul, ids[1], "It comes up.")
	tab.Wait(listNews + ` === "2 new threads"`)
	if tab.Has(row(fresh)) || second.Has("[data-live=news] a") || served.Eval[string](narrowed, listNews) != "1 new thread" {
		t.Error("a thread entered unasked, or was counted where it does not belong")
	}
	for _, page := range []*served.Tab{tab, narrowed} {
		page.Click("[data-live=news] a").Wait(fmt.Sprintf(`document.querySelector(%q)`, row(fresh)))
		wantFreshList(t, page)
		wantSame(t, page)
	}
	if !served.Eval[bool](tab, fmt.Sprintf(`document.activeElement === document.querySelector(%q) && !document.querySelector("[data-live=news] a")`, row(ids[1])+" a")) {
		t.Error("the focus is not on the first new thread")
	}
}

func liveListForgetsWhatMovesAway(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id := begin(t, s, s.Rosa, forumtest.Public, "It will be elsewhere", models.KindQuestion)
	begin(t, s, s.Rosa, forumtest.Public, "It stays", models.KindQuestion)
	home := marked(chrome.Window(t, s).Go("/").Wait(listLive))
	theme := marked(chrome.Window(t, s).SignIn(s.Amina).Go("/themes/" + forumtest.Public).Wait(listLive))
	empty := marked(chrome.Window(t, s).SignIn(s.Amina).Go("/themes/" + forumtest.Inside).Wait(listLive))
	// The short lines of the front page follow, too.
	served.Eval[any](home, quick)
	s.Respond(t, s.Paul, id, "A first word.")
	home.Wait(fmt.Sprintf(`document.querySelector(%q).textContent.includes("Paul Nkemelu")`, row(id)))
	wantFreshRow(t, home, id)
	if _, err := s.Forum.EditThread(t.Context(), s.Lena, id, forum.ThreadEdit{Theme: new(forumtest.Inside), Title: new("Unmistakable")}); err != nil {
		t.Fatal(err)
	}
	for _, tab := range []*served.Tab{home, theme} {
		tab.Wait(fmt.Sprintf(`!document.querySelector(%q)`, row(id)))
		if text := served.Eval[string](tab, `document.body.textContent`); strings.Contains(text, "elsewhere") || strings.Contains(text, "Unmistakable") {
			t.Errorf("a list still names what has moved away: %s", text)
		}
		wantSame(t, tab)
	}
	empty.Wait(listNews + ` === "1 new thread"`).Click("[data-live=news] a").Wait(fmt.Sprintf(`document.querySelector(%q)`, row(id)))
	wantFreshList(t, empty)
	wantSame(t, empty)
}

func liveListAfterACut(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	var ids []int64
	for i := range 6 {
		ids = append(ids, begin(t, s, s.Rosa, forumtest.Public, fmt.Sprintf("Thread %d", i), models.KindQuestion))
	}
	theme := "/themes/" + forumtest.Public
	away := chrome.Window(t, s).SignIn(s.Amina).Go(theme).Wait(listLive)
	tabs := []*served.Tab{
		chrome.Window(t, s).SignIn(s.Amina).Go(theme).Wait(listLive),
		chrome.Window(t, s).SignIn(s.Amina).Go("/").Wait(listLive),
		chrome.Window(t, s).Go("/").Wait(listLive),
		away,
	}
	for _, tab := range tabs {
		served.Eval[any](marked(tab), quick)
	}
	away.Seen()
	hide(away, true)
	s.Down()
	retitle(t, s, ids[2], "Changed meanwhile")
	s.Respond(t, s.Paul, ids[4], "Answered meanwhile.")
	fresh := begin(t, s, s.Rosa, forumtest.Public, "Opened meanwhile", models.KindProposal)
	s.Up(t)
	for _, tab := range tabs {
		if tab == away { // a page out of sight asks for nothing, and is up to date when it is looked at again
			tab.Wait(listBack)
			if seen := tab.Seen(); slices.Contains(seen.Requests, s.URL+theme) {
				t.Errorf("out of sight the page asked for %q", seen.Requests)
			}
			hide(tab, false)
		}
		tab.Wait(listNews + `?.startsWith("1 new")`)
		tab.Wait(fmt.Sprintf(`document.querySelector(%q).textContent.includes("Changed meanwhile")`, row(ids[2])))
		if tab.Has(row(fresh)) {
			t.Error("a thread entered unasked")
		}
		tab.Click("[data-live=news] a").Wait(fmt.Sprintf(`document.querySelector(%q)`, row(fresh)))
		wantFreshList(t, tab)
		wantSame(t, tab)
	}
}
