package handlers_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"

	"colloquy/app/forumtest/served"
	"colloquy/models"
)

const (
	// eye is the response that begins on the screen and where it stands.
	eye = `(() => {
		const seen = [...document.querySelectorAll("li[data-n]")].find((e) => e.getBoundingClientRect().top >= 0);
		return seen.dataset.n + " " + seen.getBoundingClientRect().top;
	})()`
	state = `document.querySelector("#live-state").textContent`
	// quick makes the random pauses short.
	quick = `void (Math.random = () => 0.1)`
	// drawn waits until what has changed is on the screen.
	drawn = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))`
)

// wantUnmoved demands that the response that began on the screen stands where it stood, to the pixel.
func wantUnmoved(t *testing.T, tab *served.Tab, before string) {
	t.Helper()
	served.Eval[bool](tab, drawn)
	var n int
	var top float64
	if _, err := fmt.Sscan(before, &n, &top); err != nil {
		t.Fatal(err)
	}
	now := served.Eval[float64](tab, fmt.Sprintf(`document.querySelector("#r%d").getBoundingClientRect().top`, n))
	if math.Abs(now-top) >= 1 {
		t.Errorf("¶%d moved from %v to %v", n, top, now)
	}
}

// reader is somebody who reads in the middle of a thread of 30 responses and has begun to write.
func reader(t *testing.T, tab *served.Tab, address string) *served.Tab {
	t.Helper()
	marked(tab.Go(address).Wait(isLive))
	served.Eval[any](tab, quick)
	tab.Type(body, "Half a thought.")
	served.Eval[any](tab, `void (document.activeElement.blur(), document.querySelector("#r15").scrollIntoView({ block: "start", behavior: "instant" }))`)
	return tab
}

// meanwhile is what happens while the line is down: five responses, and changes above and below the line that is read.
func meanwhile(t *testing.T, s *served.Site, id int64) {
	t.Helper()
	for i, writer := range []models.Viewer{s.Rosa, s.Paul, s.Lena, s.Rosa, s.Teo} {
		s.Respond(t, writer, id, fmt.Sprintf("Meanwhile %d, on ¶3.", i))
	}
	edit(t, s, s.Rosa, id, 5, strings.Repeat("Much more than before. ", 40))
	edit(t, s, s.Rosa, id, 25, "Less.")
	remove(t, s, s.Rosa, id, 9)
	retitle(t, s, id, "Who keeps the plan, and for whom?")
}

// wantCaughtUp demands that a reader of 30 responses got all of that, in order, and felt none of it.
func wantCaughtUp(t *testing.T, tab *served.Tab, before string) {
	t.Helper()
	wantWaiting(t, tab, 5)
	wantUnmoved(t, tab, before)
	wantNumbers(t, tab, through(2, 31))
	letIn(tab)
	wantNumbers(t, tab, through(2, 36))
	wantFresh(t, tab)
	if text := served.Eval[string](tab, `document.querySelector("`+body+`").value`); text != "Half a thought." {
		t.Errorf("the draft is %q", text)
	}
	wantSame(t, tab)
}

func liveAfterLongCuts(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	// A line falls silent without an end, while another tab is offline for half a minute.
	other, address := longThread(t, s, 30)
	wire, behind := newWire(t, s)
	silent := reader(t, chrome.Window(t, behind).SignIn(s.Amina), address)
	atSilent := served.Eval[string](silent, eye)
	wire.Silence(t)

	id, address := longThread(t, s, 30)
	tab := reader(t, chrome.Window(t, s).SignIn(s.Amina), address)
	before := served.Eval[string](tab, eye)
	offline(tab, true)
	served.Eval[any](tab, `void (window.cut = Date.now())`)
	meanwhile(t, s, id)
	meanwhile(t, s, other)
	tab.Wait(state + ` === "Reconnecting"`)
	wantReaders(t, s, chrome) // while nothing else happens
	tab.Wait(state + ` === "Not live"`)
	tab.Wait(`Date.now() > window.cut + 30_000`)
	offline(tab, false)
	tab.Wait(isBack)
	wantCaughtUp(t, tab, before)

	if !served.Eval[bool](silent, isLive) || silent.Has("#live-news a") {
		t.Error("the silent line is not silent")
	}
	tab.Wait(`Date.now() > window.cut + 45_000`)
	wantCaughtUp(t, silent, atSilent)
}

func liveAfterSleep(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 30)
	wire, behind := newWire(t, s)
	tab := reader(t, chrome.Window(t, behind).SignIn(s.Amina), address)
	before := served.Eval[string](tab, eye)

	// The browser freezes the page, and the server gives its line up.
	hide(tab, true)
	lifecycle(tab, page.SetWebLifecycleStateStateFrozen)
	meanwhile(t, s, id)
	s.Restart(t)
	lifecycle(tab, page.SetWebLifecycleStateStateActive)
	hide(tab, false)
	tab.Wait(isBack)
	wantCaughtUp(t, tab, before)

	// The machine sleeps: timers stand still and the clock goes on, while the line dies without an end.
	wire.Silence(t)
	s.Respond(t, s.Rosa, id, "While the lid was shut.")
	served.Eval[any](tab, `(() => { const now = Date.now.bind(Date); Date.now = () => now() + 3_600_000; })()`)
	tab.Wait(`document.querySelector("thread-live").dataset.last === "37"`)
	letIn(tab)
	wantFresh(t, tab)
	wantSame(t, tab)
}

// hide puts a tab's window out of sight, or back.
func hide(tab *served.Tab, yes bool) {
	served.Command(tab, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: !yes})
	state := browser.WindowStateNormal
	if yes {
		state = browser.WindowStateMinimized
	}
	window := served.Command(tab, browser.GetWindowForTarget, browser.GetWindowForTargetParams{})
	served.Command(tab, browser.SetWindowBounds, browser.SetWindowBoundsParams{
		WindowID: window.WindowID, Bounds: &browser.Bounds{WindowState: state},
	})
	tab.Wait(fmt.Sprintf("document.hidden === %t", yes))
}

// lifecycle freezes a page that is out of sight, or lets it go on.
func lifecycle(tab *served.Tab, state page.SetWebLifecycleStateState) {
	served.Command(tab, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state})
}

func liveWithoutWebsockets(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 30)
	wire, behind := newWire(t, s)
	// A network that lets no websocket through from the beginning, and one that begins to. The pages ask ten times as
	// often as others do.
	open := func() *served.Tab {
		tab := chrome.Window(t, behind).SignIn(s.Amina)
		served.Command(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
			const wait = setTimeout;
			window.setTimeout = (act, time, ...more) => wait(act, time === 15_000 ? 1_500 : time, ...more);`})
		return reader(t, tab, address)
	}
	before := open()
	wire.Refuses.Store(true)
	never := open()
	atBefore, atNever := served.Eval[string](before, eye), served.Eval[string](never, eye)
	<-wire.Joined
	wire.Cut()
	meanwhile(t, s, id)
	wantCaughtUp(t, never, atNever)
	wantCaughtUp(t, before, atBefore)
	if words := served.Eval[string](never, state); !strings.HasPrefix(words, "Live") && !strings.HasPrefix(words, "Back") {
		t.Errorf("a page that polls says %q", words)
	}
	// When websockets get through again, they are used.
	wire.Refuses.Store(false)
	for range 2 {
		select {
		case <-wire.Joined:
		case <-time.After(time.Minute):
			t.Fatal("the pages do not go back to websockets")
		}
	}
}

func liveRestsOutOfSight(t *testing.T, chrome *served.Chrome) {
	s := onSQLite(t)
	id, address := longThread(t, s, 30)
	tab := reader(t, chrome.Window(t, s).SignIn(s.Amina), address)
	before := served.Eval[string](tab, eye)
	hide(tab, true)
	s.Down()
	meanwhile(t, s, id)
	served.Eval[any](tab, `(() => { const now = Date.now.bind(Date); Date.now = () => now() + 301_000; })()`)
	pause := `new Promise((resolve) => setTimeout(resolve, 2_000))`
	served.Eval[any](tab, pause) // for tries that have begun
	tab.Seen()
	served.Eval[any](tab, pause)
	if seen := tab.Seen(); len(seen.Requests) != 0 {
		t.Errorf("out of sight for five minutes, the page asks for %q", seen.Requests)
	}
	s.Up(t)
	hide(tab, false)
	tab.Wait(isBack)
	wantCaughtUp(t, tab, before)
}
