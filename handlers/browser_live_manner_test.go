package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp/kb"

	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

func liveKeepsFocusAndSelection(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 8)
	edit(t, s, s.Rosa, id, 5, "The first paragraph.\n\nThe second one, *with* emphasis.\n\nThe third.")
	own := s.Respond(t, s.Amina, id, "My own words.")
	tab := marked(chrome.Window(t, s).SignIn(s.Amina).Go(address).Wait(isLive))
	const selected = `getSelection().toString()`
	focused := func(selector string) {
		t.Helper()
		if !served.Eval[bool](tab, fmt.Sprintf(`document.activeElement.matches(%q)`, selector)) {
			t.Errorf("the focus is on %s, not on %s", served.Eval[string](tab, `document.activeElement.outerHTML.slice(0, 200)`), selector)
		}
	}

	// The selection begins in a response that changes around it and ends in the next.
	served.Eval[any](tab, `void (() => {
		document.querySelector("#r5 .act-reply").focus();
		const [, second] = document.querySelectorAll("#r5 .prose p");
		getSelection().setBaseAndExtent(second.firstChild, 4, document.querySelector("#r6 .prose p").firstChild, 10);
	})()`)
	was := served.Eval[string](tab, selected)
	edit(t, s, s.Rosa, id, 5, "The first paragraph, longer than before.\n\nThe second one, *with* emphasis.\n\nThe third and last.\n\nA fourth.")
	tab.Wait(`document.querySelectorAll("#r5 .prose p").length === 4`)
	edit(t, s, s.Rosa, id, 6, "Response 6 is new behind its beginning.")
	tab.Wait(`document.querySelector("#r6").textContent.includes("behind its beginning")`)
	now := served.Eval[string](tab, selected)
	for _, text := range []string{was, now} {
		if !strings.HasPrefix(text, "second one, with emphasis.") || !strings.HasSuffix(text, "Response 6") {
			t.Errorf("the selection was %q and is %q", was, now)
		}
	}
	focused("#r5 .act-reply")

	// One's own acts are there before and after.
	edits := fmt.Sprintf(`#r%d [data-own-acts] a[href$="/edit"]`, own)
	served.Eval[any](tab, fmt.Sprintf(`void document.querySelector(%q).focus()`, edits))
	edit(t, s, s.Amina, id, own, "My own words, said better.")
	tab.Wait(fmt.Sprintf(`document.querySelector("#r%d .prose").textContent.includes("better")`, own))
	focused(edits)

	// What stood in a response that is gone stands at its place.
	served.Eval[any](tab, `void document.querySelector("#r7 .act-reply").focus()`)
	remove(t, s, s.Rosa, id, 7)
	tab.Wait(`document.querySelector("#r7.gone")`)
	focused("#r7")
	served.Eval[any](tab, `void document.querySelector("#r3 .num").focus()`)
	wantFresh(t, tab)
	wantSame(t, tab)
}

// Many small changes above the line that is read add up to none, and who goes to the new responses by keyboard goes on
// from there.
func liveStaysInPlace(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 30)
	tab := marked(chrome.Window(t, s).Go(address).Wait(isLive))
	// Not every browser keeps the place by itself.
	served.Eval[any](tab, `void document.documentElement.style.setProperty("overflow-anchor", "none")`)
	served.Eval[any](tab, `void document.querySelector("#r15").scrollIntoView({ block: "center", behavior: "instant" })`)
	before := served.Eval[string](tab, eye)
	for i := range 40 {
		edit(t, s, s.Rosa, id, 2+i%10, strings.Repeat("A line and a fraction of a pixel.\n\n", 1+i)+fmt.Sprintf("No. %d", i))
		tab.Wait(fmt.Sprintf(`document.querySelector("#r%d .prose").textContent.trim().endsWith(" %d")`, 2+i%10, i))
	}
	wantUnmoved(t, tab, before)

	s.Respond(t, s.Paul, id, "Something new.")
	wantWaiting(t, tab, 1)
	served.Eval[any](tab, `void document.querySelector("#live-news a").focus()`)
	tab.Keys(kb.Enter).Wait(`location.hash === "#r32" && document.querySelector("#r32.just")`)
	tab.Wait(`!document.querySelector("#live-news a")`).Keys(kb.Tab)
	tab.Wait(`document.activeElement.matches("#r32 a")`)
	wantFresh(t, tab)
	wantSame(t, tab)
}

func liveSpeaksSeldom(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 30)
	tab := marked(chrome.Window(t, s).Go(address).Wait(isLive))
	beside := tab.Beside().Go(address).Wait(isLive)
	// Long pauses are shorter, and what is said is written down.
	served.Eval[any](tab, `void (() => {
		const wait = setTimeout;
		window.setTimeout = (act, time, ...more) => wait(act, time > 1_000 ? time / 15 : time, ...more);
		window.said = [];
		new MutationObserver(() => {
			const text = document.querySelector("#live-said").textContent;
			if (text) window.said.push(text);
		}).observe(document.querySelector("#live-said"), { childList: true });
	})()`)
	respond := func(times int) {
		t.Helper()
		for range times {
			s.Respond(t, s.Rosa, id, "One more.")
		}
	}
	respond(3)
	tab.Wait(`window.said.at(-1) === "3 new responses"`)
	respond(4)
	tab.Wait(`window.said.at(-1) === "7 new responses"`)
	if said := served.Eval[[]string](tab, `window.said`); len(said) > 3 {
		t.Errorf("of seven responses it is said %q", said)
	}
	// It can be told to be quiet, in all tabs; what comes by then is shown and not said.
	tab.Click(".tbar summary").Wait(`!document.querySelector("#live-quiet").hidden`).Click("#live-quiet")
	beside.Click(".tbar summary").Wait(`document.querySelector('#live-quiet[aria-pressed="true"]')`)
	respond(1)
	wantWaiting(t, tab, 8)
	beside.Click("#live-quiet").Wait(`document.querySelector('#live-quiet[aria-pressed="false"]')`)
	tab.Wait(`document.querySelector('#live-quiet[aria-pressed="false"]')`)
	respond(1)
	wantWaiting(t, tab, 9)
	tab.Wait(`window.said.at(-1) === "9 new responses"`)
	if said := served.Eval[[]string](tab, `window.said`); slices.Contains(said, "8 new responses") {
		t.Errorf("while it should be quiet it said %q", said)
	}
	wantSame(t, tab)
}

// wantReaders demands that two readers of a thread are told of each other, as a number and at their ease.
func wantReaders(t *testing.T, s *served.Site, chrome *served.Chrome) {
	t.Helper()
	_, address := longThread(t, s, 3)
	tab := chrome.Window(t, s).Go(address).Wait(isLive)
	const shown = `document.querySelector("#live-reading:not([hidden])")?.textContent`
	if tab.Has("#live-reading:not([hidden])") {
		t.Error("one reader alone is counted")
	}
	chrome.Window(t, s).Go(address)
	tab.Wait(shown + ` === "2 reading"`)
	// Another number waits for its ten seconds, and none is shown without a line.
	served.Eval[any](tab, `(() => {
		const live = document.querySelector("thread-live");
		live.take({ t: "reading", ch: live.dataset.channel, n: 9 });
	})()`)
	served.Eval[bool](tab, drawn)
	if text := served.Eval[string](tab, shown); text != "2 reading" {
		t.Errorf("it says %q", text)
	}
	offline(tab, true)
	tab.Wait(state + ` === "Reconnecting" && ` + shown + ` === undefined`)
}

func liveEnds(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	for _, end := range []struct {
		name  string
		act   func(t *testing.T, id int64, tab *served.Tab)
		words string
	}{
		{"moved where the reader may not follow", func(t *testing.T, id int64, _ *served.Tab) {
			if _, err := s.Forum.EditThread(t.Context(), s.Lena, id, forum.ThreadEdit{Theme: new(forumtest.Boards)}); err != nil {
				t.Fatal(err)
			}
		}, "Your access has ended."},
		{"signed out", func(_ *testing.T, _ int64, tab *served.Tab) {
			tab.Beside().Go("/sign-out").Press(`main form[action="/sign-out"] button`)
		}, "You were signed out."},
		{"signed out while the line is down", func(_ *testing.T, _ int64, tab *served.Tab) {
			offline(tab, true)
			served.Command(tab, network.DeleteCookies, network.DeleteCookiesParams{Name: "colloquy-session", URL: s.URL})
			offline(tab, false)
		}, "You were signed out."},
		{"suspended", func(t *testing.T, _ int64, _ *served.Tab) {
			if err := s.Community.Suspend(t.Context(), s.Teo, "rosa-quispe", s.Clock.Now().AddDate(0, 1, 0)); err != nil {
				t.Fatal(err)
			}
		}, "Your account is suspended"},
	} {
		t.Run(end.name, func(t *testing.T) {
			id := s.Start(t, s.Amina, forumtest.Inside, "Among members "+end.name)
			for range 20 {
				s.Respond(t, s.Amina, id, strings.Repeat("Some words on it. ", 12))
			}
			tab := chrome.Window(t, s).SignIn(s.Rosa)
			address := s.SignedIn(t, s.Amina).Get(fmt.Sprintf("/threads/%d", id)).Status(http.StatusFound).Header.Get("Location")
			marked(tab.Go(address).Wait(isLive))
			served.Eval[any](tab, quick)
			tab.Type(body, "Half a thought.")
			s.Respond(t, s.Amina, id, "It waits.")
			wantWaiting(t, tab, 1)
			end.act(t, id, tab)
			tab.Wait(fmt.Sprintf(`%s.startsWith(%q)`, state, end.words))
			s.Respond(t, s.Teo, id, "Not for everybody.")
			retitle(t, s, id, "Unmistakable")
			if text := served.Eval[string](tab, `document.querySelector("`+body+`").value`); text != "Half a thought." {
				t.Errorf("the draft is %q", text)
			}
			served.Eval[bool](tab, drawn)
			if text := served.Eval[string](tab, `document.documentElement.outerHTML + document.title`); strings.Contains(text, "Unmistakable") || strings.Contains(text, "Not for everybody") || tab.Has("#live-news a, #live-reading:not([hidden])") {
				t.Error("something new is named after the end")
			}
			wantSame(t, tab)
		})
	}
}

func liveOutOfTheBrowsersMemory(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 30)
	tab := reader(t, chrome.Window(t, s).SignIn(s.Amina), address)
	served.Eval[any](tab, `void addEventListener("pageshow", (event) => { window.fromMemory = event.persisted; })`)
	before := served.Eval[string](tab, eye)
	tab.Leave(func() { served.Eval[any](tab, `void setTimeout(() => { location.href = "/about"; })`) })
	meanwhile(t, s, id)
	served.Eval[any](tab, `void setTimeout(() => history.back())`)
	tab.Wait(`window.fromMemory`).Wait(isBack)
	wantCaughtUp(t, tab, before)
}
