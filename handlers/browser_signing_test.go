package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"

	"colloquy/app/community"
	"colloquy/app/forumtest/served"
)

// Without scripts somebody signs in by the code of a letter, sets a password, connects an
// authenticator, and signs a second browser out, whose live line ends.
func TestBrowserSigningInWithoutJavaScript(t *testing.T) {
	s := onSQLite(t)
	_, thread := longThread(t, s, 3)
	chrome := served.NewChrome(t)
	other := chrome.Window(t, s).SignIn(s.Amina).Go(thread).Wait(isLive)
	tab := chrome.Window(t, s)
	served.Command(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})

	tab.Go("/sign-in?next=/settings").Type("#f-email", "amina@example.org").Press(`main [value="link"]`)
	letter := s.Last(t, "amina@example.org", community.LetterSignIn)
	tab.Type("#f-code", wrongCode(letter.Code)).Press(`main form[action="/sign-in/code"] .btn:not(.line)`)
	wantText(t, tab, "#f-code-error", "This code does not work.")
	tab.Type("#f-code", letter.Code[:4]+" "+letter.Code[4:]).Press(`main form[action="/sign-in/code"] .btn:not(.line)`)
	wantText(t, tab, "h1", "Settings")
	tab.Press(`main a[href="/settings/security"]`)
	if n := len(tab.Texts(`[aria-labelledby="sessions"] li`)); n != 2 {
		t.Errorf("the page lists %d sessions", n)
	}

	tab.Press(`main a[href="/settings/authenticator"]`)
	if !tab.Has("svg.qr path") {
		t.Error("there is nothing to scan")
	}
	secret := strings.ReplaceAll(tab.Texts("code.secret")[0], " ", "")
	tab.Type("#f-code", shown(t, s, secret)).Press(`main form[action="/settings/authenticator"] .btn:not(.line)`)
	recovery := tab.Texts(".codes code")
	if len(recovery) != 10 {
		t.Fatalf("recovery codes %v", recovery)
	}
	tab.Press(`main a[href="/settings/security"]`)

	// Its time passes, and the page asks who she is: the letter answers.
	s.Clock.Pass(16 * time.Minute)
	tab.Press(`main a[href="/settings/password"]`)
	wantText(t, tab, "h1", "Is it you?")
	tab.Press(`form:has([value="letter"]) button`)
	proof := s.Last(t, "amina@example.org", community.LetterProof)
	tab.Type("#f-mailed", proof.Code).Press(`form:has([value="mailed"]) button`)
	tab.Type("#f-password_new", river).Press(`main form[action="/settings/password"] .btn:not(.line)`)
	wantText(t, tab, ".notice.good", "The new password holds")

	// Which has signed the other browser out.
	other.Wait(state + `.startsWith("You were signed out.")`)
	if other.Go("/settings/security"); !strings.Contains(strings.Join(other.Texts("h1"), ""), "Sign in") {
		t.Errorf("the other browser reads %v", other.Texts("h1"))
	}

	// She is asked for both, there and here.
	s.Clock.Pass(time.Minute)
	other.Go("/sign-in").Type("#f-email", "amina@example.org").Type("#f-password", river).Press(`main [value="password"]`)
	other.Type("#f-code", shown(t, s, secret)).Press(`main form[action="/sign-in/second-step"] .btn:not(.line)`)
	other.Go(thread).Wait(isLive)
	tab.Go("/settings/security").Press(`form[action="/settings/sessions/delete"] button`)
	wantText(t, tab, ".notice.good", "All your other browsers are signed out.")
	other.Wait(state + `.startsWith("You were signed out.")`)
	if other.Go("/"); !other.Has(`nav a[href="/sign-in"]`) {
		t.Error("the other browser is signed in still")
	}
	if tab.Go("/"); !tab.Has(`nav form[action="/sign-out"]`) {
		t.Error("signing out elsewhere signs out here")
	}
	if kinds := lettersTo(s, "amina@example.org"); !strings.HasSuffix(kinds, "second step, proof, password, new sign-in, signed out") {
		t.Errorf("the letters are %s", kinds)
	}
}

// lettersTo are the kinds of the letters to an address, in order.
func lettersTo(s *served.Site, address string) string {
	var kinds []string
	for _, letter := range s.To(address) {
		kinds = append(kinds, string(letter.Kind))
	}
	return strings.Join(kinds, ", ")
}

// as gives a tab the cookies of somebody's browser without scripts.
func as(t *testing.T, s *served.Site, tab *served.Tab, b *served.Browser) {
	t.Helper()
	for _, c := range b.Cookies().Cookies(address(t, s)) {
		served.Command(tab, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: s.URL, HTTPOnly: new(true)})
	}
}

// signingStops are the pages on which one signs in and changes how, in every state.
func signingStops(t *testing.T, s *served.Site) []stop {
	t.Helper()
	setPassword(t, s, s.Rosa, river)
	code, _ := enrolled(t, s, s.Rosa)
	setPassword(t, s, s.Paul, river)
	enrolled(t, s, s.Paul)
	rosa, amina, asked, half, visitor := s.Browser(t), s.SignedIn(t, s.Amina), s.Browser(t), s.Browser(t), s.Browser(t)
	rosa.Get("/sign-in").Submit(signInForm, form("email", "rosa@example.org", "password", river)).Follow().Submit(stepForm, form("code", code()))
	half.Get("/sign-in").Submit(signInForm, form("email", "paul@example.org", "password", river))
	askLetter(t, asked, "amina@example.org", "/")
	s.SignedIn(t, s.Amina)
	stale := s.SignedIn(t, s.Amina)
	plant(t, s, stale, "proof", "stale")
	proven := s.Browser(t)
	proven.Get("/sign-in").Submit(signInForm, form("email", "rosa@example.org", "password", river)).Follow().Submit(stepForm, form("code", code()))
	plant(t, s, proven, "proof", "stale")
	amina.Get("/settings/address").Submit(`form[action="/settings/address"]`, form("email", "new@example.org"))
	confirm := "/settings/address/" + s.Last(t, "new@example.org", community.LetterAddress).Token
	at := func(name string, b *served.Browser, path string) stop {
		return stop{name: name, path: "/about", send: func(tab *served.Tab) {
			served.Command(tab, network.ClearBrowserCookies, cdp.Empty{})
			as(t, s, tab, b)
			served.Eval[any](tab, fmt.Sprintf(`void (location.href = %q)`, path))
		}}
	}
	return []stop{
		at("letter sent", asked, "/sign-in/code"),
		at("second step", half, "/sign-in/second-step"),
		at("second step, gone", visitor, "/sign-in/second-step"),
		at("security", amina, "/settings/security"),
		at("security, all set", rosa, "/settings/security?done=sessions"),
		at("proof", stale, "/settings/proof?next=/settings/address"),
		at("proof, every way", proven, "/settings/proof?next=/settings/address&sent=1"),
		at("new password", amina, "/settings/password"),
		at("no password", rosa, "/settings/password/delete"),
		at("authenticator", amina, "/settings/authenticator"),
		at("no authenticator", rosa, "/settings/authenticator/delete"),
		at("recovery codes", rosa, "/settings/recovery-codes"),
		at("address", amina, "/settings/address?sent=1"),
		at("new address", visitor, confirm),
		at("new address, gone", visitor, "/settings/address/forged"),
	}
}

func TestBrowserSigningPagesAreAccessible(t *testing.T) {
	source := axe(t)
	s := onSQLite(t)
	tab := served.NewChrome(t).Window(t, s)
	stops := signingStops(t, s)
	for _, language := range []string{"en", "ar"} {
		served.Command(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": language},
		})
		for _, page := range stops {
			inspect(t, s, tab, page, source, language)
		}
	}
}
