package handlers_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"colloquy/app/forum"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// difference says where the live page differs from a page loaded now: in the whole region
// of the thread, but for what only a live page can say. It waits a while for what is on its way.
const difference = `(async () => {
	const clean = (root) => {
		const copy = root.ownerDocument.createElement("div");
		copy.append(...[...root.childNodes].map((node) => node.cloneNode(true)));
		copy.querySelectorAll("#live-state, #live-news, #live-said, #live-reading, #live-quiet").forEach((e) => e.remove());
		copy.querySelectorAll(".just").forEach((e) => e.classList.remove("just"));
		copy.querySelectorAll("details").forEach((e) => e.removeAttribute("open"));
		for (const name of ["seq", "ep", "page", "pages", "last", "path"]) copy.dataset[name] = root.dataset[name];
		return copy;
	};
	const words = (node) => node.nodeType === Node.TEXT_NODE ? node.data.replace(/\s+/g, " ").trim() : "";
	const attributes = (e) => [...e.attributes].map((a) => a.name + "=" + a.value).sort().join(" ");
	const children = (node) => [...node.childNodes].filter((c) => c.nodeType === Node.ELEMENT_NODE || words(c));
	const compare = (a, b, where) => {
		if (a.nodeName !== b.nodeName || words(a) !== words(b)) return where + ": " + (words(a) || a.outerHTML) + " instead of " + (words(b) || b.outerHTML);
		if (a.nodeType !== Node.ELEMENT_NODE) return "";
		if (attributes(a) !== attributes(b)) return where + ": <" + attributes(a) + "> instead of <" + attributes(b) + ">";
		const [as, bs] = [children(a), children(b)];
		if (as.length !== bs.length) return where + ": " + a.innerHTML + " instead of " + b.innerHTML;
		for (let i = 0; i < as.length; i++) {
			const found = compare(as[i], bs[i], where + " " + as[i].nodeName + (as[i].id ? "#" + as[i].id : ""));
			if (found) return found;
		}
		return "";
	};
	for (const end = Date.now() + 15_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
		const html = await (await fetch(location.pathname + location.search)).text();
		const fresh = new DOMParser().parseFromString(html, "text/html");
		const found = compare(clean(document.querySelector("thread-live")), clean(fresh.querySelector("thread-live")), "")
			|| (document.title === fresh.title ? "" : "title: " + document.title);
		if (!found || Date.now() > end) return found;
	}
})()`

// oftener lets a page load itself again ten times as often as others do.
const oftener = `void (() => {
	const wait = setTimeout;
	window.setTimeout = (act, time, ...more) => wait(act, time > 5_000 && time < 15_000 ? time / 10 : time, ...more);
})()`

// wantFresh demands that the live page equals a page loaded now.
func wantFresh(t *testing.T, tab *served.Tab) {
	t.Helper()
	if found := served.Eval[string](tab, difference); found != "" {
		t.Errorf("the live page differs from a fresh one: %.1500s", found)
	}
}

// edit changes a text, and remove takes one away.
func edit(t *testing.T, s *served.Site, viewer models.Viewer, id int64, number int, body string) {
	t.Helper()
	if err := s.Forum.EditText(t.Context(), viewer, id, number, forum.TextEdit{Body: body}); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, s *served.Site, viewer models.Viewer, id int64, number int) {
	t.Helper()
	if err := s.Forum.RemoveText(t.Context(), viewer, id, number); err != nil {
		t.Fatal(err)
	}
}

func retitle(t *testing.T, s *served.Site, id int64, title string) {
	t.Helper()
	if _, err := s.Forum.EditThread(t.Context(), s.Lena, id, forum.ThreadEdit{Title: &title}); err != nil {
		t.Fatal(err)
	}
}

func livePagesComeAndGrow(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 48)
	first := marked(chrome.Window(t, s).SignIn(s.Amina).Go(address).Wait(isLive))
	s.Respond(t, s.Rosa, id, "The last of the first page.")
	first.Wait(`document.querySelector("#live-news a")?.hash === "#r50"`).Click("#live-news a")
	wantFresh(t, first)
	s.Respond(t, s.Rosa, id, "The first of the second.")
	first.Wait(`document.querySelectorAll(".pager a").length === 3`)
	wantFresh(t, first)
	second := marked(chrome.Window(t, s).Go(address + "?page=2").Wait(isLive))
	s.Respond(t, s.Paul, id, "Another one.")
	wantFresh(t, first)
	wantFresh(t, second)
	for range 49 {
		s.Respond(t, s.Amina, id, "On and on.")
	}
	for _, tab := range []*served.Tab{first, second} {
		tab.Wait(`document.querySelector("thread-live").dataset.last === "101"`)
		tab.Wait(`document.querySelector("#live-news a")`)
		letIn(tab)
		wantFresh(t, tab)
	}
	wantSame(t, first)
	wantSame(t, second)
}

func liveVoicesOfOtherPages(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 55)
	tab := marked(chrome.Window(t, s).Go(address + "?page=2").Wait(isLive))
	edit(t, s, s.Rosa, id, 7, "Edited on another page.")
	remove(t, s, s.Rosa, id, 8)
	remove(t, s, s.Rosa, id, 9)
	remove(t, s, s.Rosa, id, 52)
	tab.Wait(`document.querySelector("#r52.gone")`)
	wantFresh(t, tab)
	// What the page has seen once it knows.
	s.Respond(t, s.Paul, id, "The first word from a board.")
	for n := 58; n <= 101; n++ {
		s.Respond(t, s.Rosa, id, "More.")
	}
	tab.Wait(`document.querySelector("thread-live").dataset.last === "101"`)
	remove(t, s, s.Rosa, id, 101)
	remove(t, s, s.Paul, id, 57)
	letIn(tab)
	wantFresh(t, tab)
	wantSame(t, tab)
}

// letIn lets in what waits to stand on this page.
func letIn(tab *served.Tab) {
	served.Eval[any](tab, `void document.querySelector('#live-news a[href^="#"]')?.click()`)
}

func wantWaiting(t *testing.T, tab *served.Tab, n int) {
	t.Helper()
	tab.Wait(fmt.Sprintf(`document.querySelector("#live-news a")?.textContent.startsWith("%d ")`, n))
}

// Random acts of all kinds, followed in four languages, both classes and on two pages, and now and then missed.
func liveRandomHistories(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	s.Theme(t, "twin", "Open matters, too", models.AudienceEveryone)
	id, address := longThread(t, s, 44)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	h := &history{
		t: t, s: s, rnd: rand.New(rand.NewPCG(seed, 1)), thread: id,
		people: []models.Viewer{s.Amina, s.Rosa, s.Paul, s.Lena, s.Teo}, wrote: map[int]models.Viewer{}, last: 45,
	}
	for n := 2; n <= h.last; n++ {
		h.wrote[n] = s.Rosa
	}
	var tabs []*served.Tab
	for language, viewer := range map[string]*models.Viewer{"en": &s.Amina, "fr": nil, "es": &s.Lena, "ar": &s.Paul} {
		tab := chrome.Window(t, s)
		if viewer != nil {
			if err := s.Community.SetLook(t.Context(), *viewer, language, ""); err != nil {
				t.Fatal(err)
			}
			tab.SignIn(*viewer)
		}
		served.Command(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}})
		page := ""
		if language == "es" || language == "ar" {
			page = "?page=2"
			for h.last <= models.PageSize {
				h.act()
			}
		}
		tab.Go(address + page).Wait(state + ` !== ""`)
		served.Eval[any](marked(tab), quick)
		served.Eval[any](tab, oftener)
		tabs = append(tabs, tab)
	}
	for round := range 3 {
		away := tabs[round]
		offline(away, true)
		for range 30 {
			h.act()
		}
		offline(away, false)
		for _, tab := range tabs {
			tab.Wait(fmt.Sprintf(`document.querySelector("thread-live").dataset.last === "%d"`, h.last))
			letIn(tab)
			wantFresh(t, tab)
			wantSame(t, tab)
		}
	}
}

// What is restored counts again, on this page and on another.
func liveRestoredResponses(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 55)
	s.Respond(t, s.Paul, id, "The only word from a board.")
	tab := marked(chrome.Window(t, s).Go(address + "?page=2").Wait(isLive))
	const counted = `document.querySelector(".voices").outerHTML + document.querySelector("[data-responses]").outerHTML`
	before := served.Eval[string](tab, counted)
	states := served.Eval[[]string](tab, `fetch("?page=1").then((answer) => answer.text()).then((html) => {
		const first = new DOMParser().parseFromString(html, "text/html");
		return [first.querySelector("#r7"), document.querySelector("#r57")].map((article) => article.closest("li").outerHTML);
	})`)
	remove(t, s, s.Rosa, id, 7)
	remove(t, s, s.Paul, id, 57)
	wantFresh(t, tab.Wait(`document.querySelector("#r57.gone")`))
	if after := served.Eval[string](tab, counted); after == before {
		t.Errorf("after two removals the page counts %s", after)
	}
	for i, n := range []int{7, 57} {
		served.Eval[any](tab, fmt.Sprintf(`(() => {
			const live = document.querySelector("thread-live");
			live.take({ t: "ev", ch: live.dataset.channel, seq: Number(live.dataset.seq) + 1, k: "response", n: %d, html: %q });
		})()`, n, states[i]))
	}
	tab.Wait(fmt.Sprintf(`(%s) === %q`, counted, before))
	wantSame(t, tab)
}

func liveAddressesGoWithTheTitle(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 55)
	s.Respond(t, s.Rosa, id, "As said in ¶3 and ¶54.")
	tab := marked(chrome.Window(t, s).SignIn(s.Rosa).Go(address + "?page=2&reply=54").Wait(isLive))
	retitle(t, s, id, "Qui garde le plan $& ?")
	tab.Wait(`location.pathname.endsWith("/qui-garde-le-plan") && location.search === "?page=2&reply=54"`)
	wantFresh(t, tab)
	if left := served.Eval[[]string](tab, `[...document.querySelectorAll("main a")].map((a) => a.getAttribute("href")).filter((href) => href.startsWith("`+address+`"))`); len(left) != 0 {
		t.Errorf("old addresses are left: %q", left)
	}
	// Others that only look alike stay, and a response written by then leads right.
	s.Respond(t, s.Rosa, id, "See ¶2.")
	tab.Wait(`document.querySelector("#r58") || document.querySelector("#live-news a")`)
	letIn(tab)
	wantFresh(t, tab)
	wantSame(t, tab)
}

// A day and a thousand changes: the page ends equal to one loaded now, and is not loaded again.
func liveAfterAThousandChanges(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 44)
	tab := marked(chrome.Window(t, s).SignIn(s.Amina).Go(address).Wait(isLive))
	served.Eval[any](tab, `void (Math.random = () => 0.1)`)
	tab.Type(body, "A draft that stays.")
	served.Eval[any](tab, `void (document.activeElement.blur(), document.querySelector("#r20").scrollIntoView({ block: "center", behavior: "instant" }))`)
	before := served.Eval[string](tab, eye)
	offline(tab, true)
	last := 45
	s.Clock.Pass(24 * time.Hour)
	for i := range 1000 {
		switch {
		case i%10 < 4:
			writer := []models.Viewer{s.Rosa, s.Paul, s.Amina, s.Lena}[i%4]
			last = s.Respond(t, writer, id, fmt.Sprintf("Change %d, on ¶%d.", i, 1+i%40))
		case i%10 == 4 && i < 300:
			remove(t, s, s.Rosa, id, 2+i/10)
		case i%100 == 99:
			retitle(t, s, id, fmt.Sprintf("The title after %d changes", i))
		default:
			edit(t, s, s.Rosa, id, 32+i%14, fmt.Sprintf("Edited in change %d. %s", i, strings.Repeat("More. ", i%30)))
		}
	}
	offline(tab, false)
	tab.Wait(isBack).Wait(fmt.Sprintf(`document.querySelector("thread-live").dataset.last === "%d"`, last))
	wantWaiting(t, tab, last-45)
	wantUnmoved(t, tab, before)
	letIn(tab)
	wantFresh(t, tab)
	wantNumbers(t, tab, through(2, 50))
	if text := served.Eval[string](tab, `document.querySelector("`+body+`").value`); text != "A draft that stays." {
		t.Errorf("the draft is %q", text)
	}
	s.Respond(t, s.Rosa, id, "And live again.")
	tab.Wait(fmt.Sprintf(`document.querySelector("thread-live").dataset.last === "%d"`, last+1))
	wantFresh(t, tab)
	wantSame(t, tab)
	if seen := tab.Seen(); slices.ContainsFunc(seen.Complaints, func(c string) bool {
		return !strings.Contains(c, "ERR_INTERNET_DISCONNECTED") && !strings.Contains(c, "WebSocket")
	}) {
		t.Errorf("the browser complains: %q", seen.Complaints)
	}
}
