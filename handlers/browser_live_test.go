package handlers_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"

	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

const (
	body   = ".composer textarea"
	post   = ".composer .btn:not(.line)"
	isLive = `document.querySelector("#live-state").textContent === "Live"`
	isBack = `/^(Live|Back)/.test(document.querySelector("#live-state").textContent)`
	// place is what a reader would feel moving: the scroll position, and where the first
	// visible response and the field to write in stand.
	place = `JSON.stringify([scrollY,
		[...document.querySelectorAll("li[data-n]")].map((e) => e.getBoundingClientRect()).find((r) => r.bottom > 0)?.top,
		document.querySelector(".composer textarea")?.getBoundingClientRect().top])`
)

// longThread is a thread of so many responses by Rosa, and its address.
func longThread(t *testing.T, s *served.Site, responses int) (id int64, address string) {
	t.Helper()
	id = s.Start(t, s.Amina, forumtest.Public, "Who keeps the plan?")
	for i := range responses {
		s.Respond(t, s.Rosa, id, fmt.Sprintf("Response %d. %s", i+2, strings.Repeat("Some words on it. ", 12)))
	}
	return id, path(t, s, id)
}

// atEnd scrolls to the end of the responses.
func atEnd(tab *served.Tab) {
	served.Eval[any](tab, `void document.querySelector("#responses > :last-child").scrollIntoView({ block: "end", behavior: "instant" })`)
}

// numbers are the responses that a page shows, in order.
func numbers(tab *served.Tab) []int {
	return served.Eval[[]int](tab, `[...document.querySelectorAll("#responses > li")].map((e) => Number(e.dataset.n))`)
}

func through(from, to int) (all []int) {
	for n := from; n <= to; n++ {
		all = append(all, n)
	}
	return all
}

// marked leaves a mark in the page that no reload survives.
func marked(tab *served.Tab) *served.Tab {
	served.Eval[any](tab, `void (window.sameDocument = true)`)
	return tab
}

func wantSame(t *testing.T, tab *served.Tab) {
	t.Helper()
	if !served.Eval[bool](tab, `window.sameDocument === true`) {
		t.Error("the page was loaded again")
	}
}

func TestBrowserAResponseArrivesLive(t *testing.T) {
	chrome := served.NewChrome(t)
	each(t, func(t *testing.T, s *served.Site) {
		id, address := longThread(t, s, 30)
		rosa, amina := chrome.Window(t, s).SignIn(s.Rosa).Go(address), chrome.Window(t, s).SignIn(s.Amina).Go(address)
		second := rosa.Beside().Go(address).Wait(isLive)
		marked(amina.Wait(isLive))
		atEnd(amina)
		served.Eval[any](amina, `void new MutationObserver((_, observer) => {
			if (!document.querySelector("#r32")) return;
			window.arrived = performance.timeOrigin + performance.now();
			observer.disconnect();
		}).observe(document.querySelector("#responses"), { childList: true })`)
		served.Eval[any](rosa, `void addEventListener("submit", () => { sessionStorage.sent = performance.timeOrigin + performance.now(); })`)
		rosa.Type(body, "Posted through the composer.").Press(post)
		amina.Wait(`window.arrived`)
		took := served.Eval[float64](amina, `window.arrived`) - served.Eval[float64](rosa, `Number(sessionStorage.sent)`)
		t.Logf("from the press of the button to the other page: %.0f ms", took)
		if took > 1000 {
			t.Errorf("a response took %.0f ms", took)
		}
		if got := numbers(amina); !slices.Equal(got, through(2, 32)) {
			t.Errorf("at the end the page shows %v", got)
		}
		wantFresh(t, amina)

		// The writer's other tab learns that the response is their own.
		second.Wait(`document.querySelector("#live-news a")`).Click("#live-news a")
		second.Wait(`document.querySelectorAll('#r32 [data-own-acts] a[href$="/responses/32/edit"], #r32 [data-own-acts] a[href$="/responses/32/delete"]').length === 2`)

		if err := s.Forum.EditText(t.Context(), s.Rosa, id, 32, forum.TextEdit{Body: "Said better."}); err != nil {
			t.Fatal(err)
		}
		amina.Wait(`document.querySelector("#r32 .prose").textContent.includes("Said better.") && document.querySelector("#r32 .meta").textContent.includes("edited")`)
		if err := s.Forum.RemoveText(t.Context(), s.Rosa, id, 32); err != nil {
			t.Fatal(err)
		}
		amina.Wait(`document.querySelector("#r32.gone") && !document.body.textContent.includes("Said better.")`)
		s.Respond(t, s.Paul, id, "A first word from a board.")
		amina.Wait(`document.querySelector("#r33")`)
		wantFresh(t, amina)
		locked := true
		if _, err := s.Forum.EditThread(t.Context(), s.Lena, id, forum.ThreadEdit{Locked: &locked}); err != nil {
			t.Fatal(err)
		}
		amina.Wait(`document.querySelector("#thread-head.locked")`)
		wantFresh(t, amina)
		wantSame(t, amina)
		if seen := amina.Seen(); len(seen.Complaints) != 0 {
			t.Errorf("the browser complains: %q", seen.Complaints)
		}
	})
}

func TestBrowserNothingMovesUnderAReader(t *testing.T) {
	chrome := served.NewChrome(t)
	each(t, func(t *testing.T, s *served.Site) {
		id, address := longThread(t, s, 30)
		reader := marked(chrome.Window(t, s).SignIn(s.Amina).Go(address).Wait(isLive))
		served.Eval[any](reader, `void document.querySelector("#r12 .prose").scrollIntoView({ block: "center", behavior: "instant" })`)
		before := served.Eval[string](reader, place)
		s.Respond(t, s.Rosa, id, "Further down.")
		reader.Wait(`document.querySelector("#live-news a")?.textContent === "1 new response"`)
		if after := served.Eval[string](reader, place); after != before {
			t.Errorf("a response moved the page from %s to %s", before, after)
		}
		reader.Wait(`document.querySelector("#live-said").textContent === "1 new response"`) // to a screen reader, once
		s.Respond(t, s.Paul, id, "And another.")
		reader.Wait(`document.querySelector("#live-news a")?.textContent === "2 new responses"`)
		wantNumbers(t, reader, through(2, 31))
		// What changes above is held against the line that is read.
		longer := strings.Repeat("Much more than before. ", 40)
		if err := s.Forum.EditText(t.Context(), s.Rosa, id, 5, forum.TextEdit{Body: longer}); err != nil {
			t.Fatal(err)
		}
		top := served.Eval[float64](reader, `document.querySelector("#r12").getBoundingClientRect().top`)
		reader.Wait(`document.querySelector("#r5").textContent.includes("Much more")`)
		if now := served.Eval[float64](reader, `document.querySelector("#r12").getBoundingClientRect().top`); math.Abs(now-top) >= 1 {
			t.Errorf("an edit above moved ¶12 from %v to %v", top, now)
		}
		reader.Click("#live-news a").Wait(`document.querySelector("#r33") && location.hash === "#r32"`)
		wantNumbers(t, reader, through(2, 33))
		reader.Wait(`(() => { const r = document.querySelector("#r32").getBoundingClientRect(); return r.top > 0 && r.top < innerHeight; })()`)
		wantFresh(t, reader)
		wantSame(t, reader)
	})
}

func wantNumbers(t *testing.T, tab *served.Tab, want []int) {
	t.Helper()
	if got := numbers(tab); !slices.Equal(got, want) {
		t.Errorf("the page shows %v, want %v", got, want)
	}
}

func TestBrowserArrivalsLeaveTheWriterAlone(t *testing.T) {
	chrome := served.NewChrome(t)
	each(t, func(t *testing.T, s *served.Site) {
		id, address := longThread(t, s, 6)
		writer := marked(chrome.Window(t, s).SignIn(s.Amina).Go(address).Wait(isLive))
		writer.Type(body, "Half a sentence")
		served.Eval[any](writer, `void document.activeElement.setSelectionRange(4, 8)`)
		const field = `JSON.stringify([document.activeElement.name, document.activeElement.value,
			document.activeElement.selectionStart, document.activeElement.selectionEnd])`
		const at = `document.activeElement.getBoundingClientRect().top`
		top := served.Eval[float64](writer, at)
		before := served.Eval[string](writer, field)
		s.Respond(t, s.Rosa, id, "Meanwhile.")
		writer.Wait(`document.querySelector("#live-news a")?.textContent === "1 new response"`)
		if err := s.Forum.EditText(t.Context(), s.Rosa, id, 7, forum.TextEdit{Body: strings.Repeat("Longer now. ", 60)}); err != nil {
			t.Fatal(err)
		}
		writer.Wait(`document.querySelector("#r7").textContent.includes("Longer now.")`)
		if after := served.Eval[string](writer, field); after != before {
			t.Errorf("arrivals changed the field from %s to %s", before, after)
		}
		if moved := served.Eval[float64](writer, at) - top; math.Abs(moved) >= 1 {
			t.Errorf("arrivals moved the field by %v pixels", moved)
		}
		writer.Keys("ve").Wait(`document.activeElement.value === "Halfveentence"`)
		wantSame(t, writer)
	})
}

func TestBrowserCatchesUpAfterARestart(t *testing.T) {
	chrome := served.NewChrome(t)
	each(t, func(t *testing.T, s *served.Site) {
		id, address := longThread(t, s, 4)
		reader := marked(chrome.Window(t, s).SignIn(s.Amina).Go(address).Wait(isLive))
		// The pauses between tries are random; a tenth of the longest keeps the test short.
		served.Eval[any](reader, `void (Math.random = () => 0.1)`)
		reader.Size(1280, 3000)
		reader.Type(body, "A draft that stays.")
		served.Eval[any](reader, `void document.activeElement.blur()`)
		s.Down()
		for i := range 3 {
			s.Respond(t, s.Rosa, id, fmt.Sprintf("Written meanwhile %d.", i))
		}
		if err := s.Forum.EditText(t.Context(), s.Rosa, id, 3, forum.TextEdit{Body: "Edited meanwhile."}); err != nil {
			t.Fatal(err)
		}
		if err := s.Forum.RemoveText(t.Context(), s.Rosa, id, 4); err != nil {
			t.Fatal(err)
		}
		reader.Wait(`document.querySelector("#live-state").textContent === "Reconnecting"`)
		s.Up(t)
		reader.Wait(isBack).Wait(`document.querySelector("#r8")`)
		s.Respond(t, s.Rosa, id, "After all that.")
		reader.Wait(`document.querySelector("#r9")`)
		wantNumbers(t, reader, through(2, 9))
		reader.Wait(`document.querySelector("#r3").textContent.includes("Edited meanwhile.") && document.querySelector("#r4.gone")`)
		if text := served.Eval[string](reader, `document.querySelector("`+body+`").value`); text != "A draft that stays." {
			t.Errorf("the draft is %q", text)
		}
		wantFresh(t, reader)
		wantSame(t, reader)
	})
}

func TestBrowserCatchesUpAfterBeingOffline(t *testing.T) {
	chrome := served.NewChrome(t)
	each(t, func(t *testing.T, s *served.Site) {
		id, address := longThread(t, s, 4)
		reader := marked(chrome.Window(t, s).Go(address).Wait(isLive))
		served.Eval[any](reader, `void (Math.random = () => 0.1)`)
		reader.Size(1280, 3000)
		offline(reader, true)
		for i := range 3 {
			s.Respond(t, s.Rosa, id, fmt.Sprintf("Written meanwhile %d.", i))
		}
		reader.Wait(`document.querySelector("#live-state").textContent === "Reconnecting"`)
		wantNumbers(t, reader, through(2, 5))
		offline(reader, false)
		reader.Wait(isBack).Wait(`document.querySelector("#r8")`)
		wantNumbers(t, reader, through(2, 8))
		wantFresh(t, reader)
		wantSame(t, reader)
	})
}

// offline takes a tab off the network, or puts it back.
func offline(tab *served.Tab, yes bool) {
	served.Command(tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1}},
	})
	served.Command(tab, network.OverrideNetworkState, network.OverrideNetworkStateParams{
		Offline: yes, DownloadThroughput: -1, UploadThroughput: -1,
	})
}
