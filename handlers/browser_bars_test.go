package handlers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

// fillBars makes a page say everything at once that its script may say in a quiet bar:
// the longest words, and all of them.
const fillBars = `(() => {
	for (const live of document.querySelectorAll("thread-list, thread-live")) {
		const { wNewOther = "", wNewsOther = "", wReadingOther = "", wSignedOut } = live.dataset;
		const link = document.createElement("a");
		link.href = "#main";
		link.textContent = (wNewOther || wNewsOther).replace("{n}", "112");
		live.querySelector(".live").replaceChildren(link);
		live.querySelector("[data-live=state], #live-state").textContent = wSignedOut;
		for (const hidden of live.querySelectorAll(":is(#live-reading, #live-quiet)[hidden]")) hidden.hidden = false;
		const reading = live.querySelector("#live-reading");
		if (reading) reading.textContent = wReadingOther.replace("{n}", "112");
	}
})()`

// rows are the places of everything that a reader reads, and the length of the page.
const rows = `[...document.querySelectorAll("h1, h2, main p:not(.tbar *, .lbar *), li[data-thread], li[data-n], .foot")].map((element) => {
	const { top, left, width } = element.getBoundingClientRect();
	return [top + scrollY, left, width].map(Math.round).join(" ");
}).join("|")`

func TestBrowserAFilledBarMovesNothing(t *testing.T) {
	s := onSQLite(t)
	for i := range 6 {
		s.Start(t, s.Amina, forumtest.Public, fmt.Sprintf("Thread %d", i))
	}
	_, address := longThread(t, s, 12)
	tab := served.NewChrome(t).Window(t, s)
	for _, page := range []stop{
		{name: "home, visitor", path: "/"},
		{name: "home", path: "/", who: &s.Amina},
		{name: "theme", path: "/themes/" + forumtest.Public, who: &s.Amina},
		{name: "theme without threads", path: "/themes/" + forumtest.Inside, who: &s.Amina},
		{name: "thread", path: address, who: &s.Amina},
	} {
		page.enter(t, s, tab)
		for _, width := range []int64{1280, 960, 900, 390, 320} {
			if page.name == "thread" && width < 768 && width > 320 {
				continue // the bar of a thread is the same there
			}
			tab.Size(width, 800)
			served.Eval[any](tab, `void document.querySelectorAll(":is(thread-list, thread-live) :is(.live, .tbar > .meta, .lbar .meta)").forEach((e) => e.replaceChildren())`)
			before := served.Eval[string](tab, rows)
			served.Eval[any](tab, "void "+fillBars)
			if after := served.Eval[string](tab, rows); after != before {
				t.Errorf("%s at %d px moves from\n%s\nto\n%s", page.name, width, before, after)
			}
			if wide := served.Eval[int64](tab, `document.scrollingElement.scrollWidth`); wide > width {
				t.Errorf("%s is %d px wide on a screen of %d", page.name, wide, width)
			}
			// What is new can be seen and pressed as soon as the list is in sight.
			if !served.Eval[bool](tab, `(() => {
				const link = document.querySelector(".live a");
				link.closest("thread-list, .tbar")?.scrollIntoView({ behavior: "instant" });
				const { left, top, width, height } = link.getBoundingClientRect();
				return link.contains(document.elementFromPoint(left + width / 2, top + height / 2));
			})()`) {
				t.Errorf("%s at %d px: something covers what is new", page.name, width)
			}
		}
	}
}

func TestBrowserFilledBarsAreAccessible(t *testing.T) {
	source := axe(t)
	s := onSQLite(t)
	_, address := longThread(t, s, 3)
	tab := served.NewChrome(t).Window(t, s)
	for _, language := range []string{"en", "ar"} {
		served.Command(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}})
		for _, path := range []string{"/", "/themes/" + forumtest.Public, address} {
			for _, width := range []int64{1280, 390} {
				for _, scheme := range []string{"light", "dark"} {
					tab.Size(width, 800)
					media(tab, scheme)
					tab.Go(path)
					served.Eval[any](tab, "void "+fillBars)
					served.Eval[any](tab, `void document.querySelector(".tbar details")?.setAttribute("open", "")`)
					served.Eval[any](tab, source+"; undefined")
					findings := served.Eval[[]string](tab, `(async () => {
						const found = await axe.run({ runOnly: `+allRules+`, resultTypes: ["violations"] });
						return found.violations.flatMap(({ id, nodes }) => nodes.map((n) => id + ": " + n.html.slice(0, 200) + " " + n.failureSummary));
					})()`)
					if len(findings) > 0 {
						t.Errorf("%s, %s, %d px, %s: %s", path, language, width, scheme, strings.Join(findings, "\n"))
					}
				}
			}
		}
	}
}
