package served

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

const (
	// patience is how long a tab may take to become what a test waits for.
	patience = 20 * time.Second
	// look is how often a tab is looked at meanwhile.
	look = 10 * time.Millisecond
)

// Chrome is a Chromium of its own, without a window, that reaches this machine only.
type Chrome struct{ ctx context.Context }

// NewChrome starts a browser that ends with the test, or leaves the test out where
// there is none.
func NewChrome(t testing.TB) *Chrome {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(forumtest.Chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the browser has let go of its directory
		cancel()
		stop()
	})
	must(t, chromedp.Do(ctx))
	return &Chrome{ctx}
}

// Tab is one tab of a browser, 1280 by 800 pixels, looking at a site.
type Tab struct {
	t    testing.TB
	site *Site
	ctx  context.Context
	mu   sync.Mutex
	seen Seen
	// open are the requests that are not answered in full.
	open map[network.RequestID]bool
}

// Seen is what a tab has asked for and complained about.
type Seen struct {
	// Requests are the addresses asked for, in order, websockets among them.
	Requests []string
	// Complaints are errors and warnings of scripts and of the browser, also about what
	// the content policy refused; not the status of an answer.
	Complaints []string
	// Bytes are what came over the network, heads included.
	Bytes float64
}

// Window opens a tab with cookies and storage of its own, as another person's browser.
func (c *Chrome) Window(t testing.TB, site *Site) *Tab {
	t.Helper()
	return open(c.ctx, t, site, chromedp.WithNewBrowserContext())
}

// Beside opens another tab of the same person.
func (tab *Tab) Beside() *Tab {
	tab.t.Helper()
	return open(tab.ctx, tab.t, tab.site, chromedp.WithNewWindow(true))
}

func open(parent context.Context, t testing.TB, site *Site, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	tab := &Tab{t: t, site: site, open: map[network.RequestID]bool{}}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(tab.note))...)
	t.Cleanup(cancel)
	tab.ctx = ctx
	must(t, chromedp.Do(ctx))
	tab.Size(1280, 800)
	// Every tab is in front, as if each had a screen to itself.
	Command(tab, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return tab
}

// note remembers an event of the browser.
func (tab *Tab) note(event any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	seen := &tab.seen
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		seen.Requests = append(seen.Requests, e.Request.URL)
		if e.Type == network.ResourceTypeDocument {
			clear(tab.open) // nobody waits any more for what the page before has asked for
		}
		tab.open[e.RequestID] = true
	case *network.EventWebSocketCreated:
		seen.Requests = append(seen.Requests, e.URL)
	case *network.EventLoadingFinished:
		seen.Bytes += e.EncodedDataLength
		delete(tab.open, e.RequestID)
	case *network.EventLoadingFailed:
		delete(tab.open, e.RequestID)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			text, _ := json.Marshal(e.Args)
			seen.Complaints = append(seen.Complaints, string(text))
		}
	case *runtime.EventExceptionThrown:
		seen.Complaints = append(seen.Complaints, describe(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelError && e.Entry.Level != log.EntryLevelWarning || strings.Contains(e.Entry.Text, "with a status of") {
			return
		}
		seen.Complaints = append(seen.Complaints, fmt.Sprintf("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL))
	}
}

// Seen returns what the tab has noted since the last call.
func (tab *Tab) Seen() Seen {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	seen := tab.seen
	tab.seen = Seen{}
	return seen
}

// Settled waits until everything that a first visit has asked for is there. The browser
// says nothing of what it has kept from before.
func (tab *Tab) Settled() *Tab {
	tab.t.Helper()
	tab.until("the answers to all requests", func() bool {
		tab.mu.Lock()
		defer tab.mu.Unlock()
		return len(tab.open) == 0
	})
	return tab
}

// Command sends a command of the browser's protocol to the tab.
func Command[P, R any](tab *Tab, command cdp.Command[P, R], params P) R {
	tab.t.Helper()
	result, err := chromedp.Call(tab.ctx, command, params)
	must(tab.t, err)
	return result
}

// Size gives the tab a screen of so many pixels.
func (tab *Tab) Size(width, height int64) {
	tab.t.Helper()
	must(tab.t, chromedp.Do(tab.ctx, chromedp.EmulateViewport(width, height)))
}

// SignIn signs a member in.
func (tab *Tab) SignIn(viewer models.Viewer) *Tab {
	tab.t.Helper()
	link, err := tab.site.Community.MemberLink(context.Background(), viewer.Member.Email)
	must(tab.t, err)
	session, err := tab.site.Community.UseLink(context.Background(), link, community.Arrival{})
	must(tab.t, err)
	Command(tab, network.SetCookie, network.SetCookieParams{Name: "colloquy-session", Value: session.Session, URL: tab.site.URL, HTTPOnly: new(true)})
	return tab
}

// Go opens a page of the site and waits until it is loaded.
func (tab *Tab) Go(path string) *Tab {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	// The answer of an error page is an answer.
	if _, err := chromedp.Run(ctx, chromedp.NavigateResponse(tab.site.URL+path)); err != nil {
		tab.t.Fatalf("go to %s: %v", path, err)
	}
	tab.Wait(`document.readyState === "complete"`)
	return tab
}

// Eval is the value of an expression in the page; a promise is waited for.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	value, err := evaluate[T](tab, expression)
	if err != nil {
		tab.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

func evaluate[T any](tab *Tab, expression string) (T, error) {
	var value T
	ctx, cancel := context.WithTimeout(tab.ctx, 2*patience)
	defer cancel()
	answer, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ReturnByValue: new(true), AwaitPromise: new(true),
	})
	switch {
	case err != nil:
		return value, err
	case answer.ExceptionDetails != nil:
		return value, fmt.Errorf("%s", describe(answer.ExceptionDetails))
	case len(answer.Result.Value) == 0: // undefined
		return value, nil
	}
	return value, json.Unmarshal([]byte(answer.Result.Value), &value)
}

func describe(details *runtime.ExceptionDetails) string {
	if details.Exception != nil && details.Exception.Description != "" {
		return details.Exception.Description
	}
	return details.Text
}

// Wait waits until a condition holds in the page, whichever page that is by then.
func (tab *Tab) Wait(condition string) *Tab {
	tab.t.Helper()
	tab.until(condition, func() bool {
		yes, err := evaluate[bool](tab, "!!("+condition+")")
		return err == nil && yes // while a page goes and another comes there is nothing to ask
	})
	return tab
}

func (tab *Tab) until(what string, holds func() bool) {
	tab.t.Helper()
	ticks, late := time.NewTicker(look), time.NewTimer(patience)
	defer ticks.Stop()
	defer late.Stop()
	for !holds() {
		select {
		case <-ticks.C:
		case <-late.C:
			text, _ := evaluate[string](tab, `location.href + ": " + document.querySelector("main")?.innerText.replace(/\s+/g, " ").slice(0, 400)`)
			tab.t.Fatalf("waited in vain for %s at %s", what, text)
		}
	}
}

// Click clicks in the middle of an element, which must be what a pointer meets there.
func (tab *Tab) Click(selector string) *Tab {
	tab.t.Helper()
	// Where nobody could aim, because the page still settles, nobody clicks.
	at := tab.place(selector)
	tab.until("the page to settle", func() bool {
		before := at
		at = tab.place(selector)
		return at[0] == before[0] && at[1] == before[1]
	})
	must(tab.t, chromedp.Do(tab.ctx, chromedp.MouseClickXY(at[0], at[1])))
	return tab
}

// place is the middle of an element on the screen, into which it is scrolled.
func (tab *Tab) place(selector string) []float64 {
	tab.t.Helper()
	return Eval[[]float64](tab, `(() => {
		const element = document.querySelector(`+quoted(selector)+`);
		if (!element) throw new Error("there is no such element");
		const fits = () => { const r = element.getBoundingClientRect(); return r.top >= 70 && r.bottom <= innerHeight - 70; };
		if (!fits()) element.scrollIntoView({ block: "center", behavior: "instant" });
		const { left, top, width, height } = element.getClientRects()[0] ?? (() => { throw new Error("it is not shown"); })();
		const x = left + width / 2, y = top + height / 2;
		const met = document.elementFromPoint(x, y);
		if (!met || !element.contains(met) && !met.contains(element)) throw new Error("it is covered by " + met?.outerHTML.slice(0, 200));
		return [x, y];
	})()`)
}

// Press clicks what leads to another page and waits until that is loaded.
func (tab *Tab) Press(selector string) *Tab {
	tab.t.Helper()
	return tab.Leave(func() { tab.Click(selector) })
}

// Leave does something that leads to another page and waits until that is loaded.
func (tab *Tab) Leave(act func()) *Tab {
	tab.t.Helper()
	Eval[any](tab, `void (document.beforeLeaving = true)`)
	act()
	return tab.Wait(`!document.beforeLeaving && document.readyState === "complete"`)
}

// Type clicks into a field and writes at its end.
func (tab *Tab) Type(selector, text string) *Tab {
	tab.t.Helper()
	tab.Click(selector)
	Eval[any](tab, `(() => {
		const field = document.activeElement;
		if (field.setSelectionRange && field.type !== "email") field.setSelectionRange(field.value.length, field.value.length);
	})()`)
	return tab.Keys(text)
}

// Keys presses keys, one after another, wherever the focus is.
func (tab *Tab) Keys(keys string, options ...chromedp.KeyOption) *Tab {
	tab.t.Helper()
	must(tab.t, chromedp.Do(tab.ctx, chromedp.KeyEvent(keys, options...)))
	return tab
}

// Texts are the folded texts of all elements that a selector finds.
func (tab *Tab) Texts(selector string) []string {
	tab.t.Helper()
	return Eval[[]string](tab, `[...document.querySelectorAll(`+quoted(selector)+`)].map((e) => e.textContent.replace(/\s+/g, " ").trim())`)
}

// Has tells whether an element is there.
func (tab *Tab) Has(selector string) bool {
	tab.t.Helper()
	return Eval[bool](tab, `document.querySelector(`+quoted(selector)+`) !== null`)
}

func quoted(text string) string {
	literal, _ := json.Marshal(text) // a string always has one
	return string(literal)
}
