package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"

	"colloquy/app/forumtest/served"
)

// atLocalhost is a site as a browser with passkeys reaches it.
func atLocalhost(s *served.Site) *served.Site {
	named := *s
	named.URL = strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	return &named
}

// device gives a tab a device that makes passkeys and whose owner agrees to everything.
func device(tab *served.Tab) webauthn.AuthenticatorID {
	served.Command(tab, webauthn.Enable, webauthn.EnableParams{})
	return served.Command(tab, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true,
			IsUserVerified: true, AutomaticPresenceSimulation: true,
		},
	}).AuthenticatorID
}

const (
	addPasskey   = `passkey-form form[action="/settings/passkeys"] .btn`
	enterPasskey = `passkey-form form[action="/sign-in/passkey"] .btn`
	said         = `passkey-form [role="status"]`
)

func TestBrowserPasskey(t *testing.T) {
	s := atLocalhost(onSQLite(t))
	tab := served.NewChrome(t).Window(t, s)
	phone := device(tab)
	tab.SignIn(s.Amina)

	// Without a fresh proof the browser is led to give one.
	tab.Go("/settings/security").Leave(func() { tab.Click(addPasskey) })
	if at := served.Eval[string](tab, `location.pathname + location.search`); at != "/settings/proof?next=%2Fsettings%2Fpasskeys" {
		t.Errorf("it is led to %s", at)
	}
	link, err := s.Community.MemberLink(t.Context(), s.Amina.Member.Email)
	if err != nil {
		t.Fatal(err)
	}
	tab.Go("/sign-out").Press(`main form[action="/sign-out"] .btn`).Go("/sign-in/" + link).Press("main form .btn")

	tab.Go("/settings/security").Type("#f-name", "My phone").Press(addPasskey)
	wantText(t, tab, ".entries h3", "My phone")
	tab.Click(addPasskey).Wait(`document.querySelector('` + said + `').textContent.includes("already")`)

	tab.Go("/sign-out").Press(`main form[action="/sign-out"] .btn`)
	tab.Go("/sign-in?next=%2Fthemes").Press(enterPasskey)
	wantText(t, tab, `nav a[href^="/members/"]`, "Amina Diallo")
	if at := served.Eval[string](tab, `location.pathname`); at != "/themes" {
		t.Errorf("it goes on to %s", at)
	}

	tab.Go("/settings/security")
	wantText(t, tab, ".entries .meta", "Last used on")
	tab.Press(`.entries a[href$="/delete"]`).Press(`main form[action$="/delete"] .btn`)
	wantText(t, tab, "main", "You have no passkey yet.")
	tab.Go("/sign-out").Press(`main form[action="/sign-out"] .btn`)
	tab.Go("/sign-in").Press(enterPasskey)
	wantText(t, tab, ".errors", "This passkey was not accepted")

	// A device that cannot say who holds it, and one that is away.
	served.Command(tab, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: phone, IsUserVerified: false})
	tab.Go("/sign-in").Click(enterPasskey).Wait(`document.querySelector('` + said + `').textContent.includes("Nothing was changed")`)
	if complaints := tab.Seen().Complaints; len(complaints) > 0 {
		t.Errorf("complaints: %q", complaints)
	}
}

func TestBrowserPasskeysElsewhere(t *testing.T) {
	s := onSQLite(t)
	tab := served.NewChrome(t).Window(t, s)
	tab.Go("/sign-in").Wait(`document.querySelector('` + said + `').textContent === "Passkeys work at localhost only. Open this page there."`)
	if served.Eval[bool](tab, `document.querySelector('`+enterPasskey+`').checkVisibility()`) {
		t.Error("the button is shown where there are no passkeys")
	}
	named := atLocalhost(s)
	tab = served.NewChrome(t).Window(t, named)
	tab.Go("/sign-in")
	if !served.Eval[bool](tab, `document.querySelector('`+enterPasskey+`').checkVisibility()`) {
		t.Error("the button is not shown at the host that passkeys are bound to")
	}
}

// keyStops are the pages of passkeys and services, with some of each; who looks at the
// settings has just signed in.
func keyStops(t *testing.T, s *served.Site) []stop {
	t.Helper()
	issuer := s.WithService(t)
	other := s.Services[0]
	other.Key, other.Name, other.Issuer = "other", "منظمة أخرى", "https://other.example.org"
	s.Services = append(s.Services, other)
	s.Restart(t)
	amina, phone := s.SignedIn(t, s.Amina), phoneAt(s)
	connectThere(t, amina, issuer).Status(http.StatusSeeOther)
	for _, name := range []string{"My phone", strings.Repeat("unbreakable", 7)} {
		fields := making(t, amina, phone)
		fields.Set("name", name)
		amina.Post("/settings/passkeys", fields).Status(http.StatusSeeOther)
	}
	fresh := func(path string) func(tab *served.Tab) {
		return func(tab *served.Tab) {
			link, err := s.Community.MemberLink(t.Context(), s.Amina.Member.Email)
			if err != nil {
				t.Fatal(err)
			}
			tab.Go("/sign-in/" + link).Press("main form .btn").Go(path)
		}
	}
	stops := []stop{
		{name: "sign in", path: "/sign-in"},
		{name: "a way back that nobody began", path: "/sign-in/with/acme/callback?state=forged"},
	}
	for _, path := range []string{
		"/settings/security", "/settings/passkeys", "/settings/passkeys/1/edit", "/settings/passkeys/1/delete", "/settings/services/other",
		"/settings/services/1/delete",
	} {
		stops = append(stops, stop{name: path, path: "/sign-in", send: fresh(path)})
	}
	goOn := fresh("/settings/services/acme")
	return append(stops, stop{name: "on the way to a service", path: "/sign-in", send: func(tab *served.Tab) {
		goOn(tab)
		tab.Press(`main form[action="/settings/services/acme"] .btn`)
	}})
}

func TestBrowserPasskeyAccessibility(t *testing.T) {
	source := axe(t)
	site := onSQLite(t)
	stops := keyStops(t, site)
	s := atLocalhost(site)
	tab := served.NewChrome(t).Window(t, s)
	for _, language := range []string{"en", "ar"} {
		served.Command(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": language},
		})
		for _, page := range stops {
			inspect(t, s, tab, page, source, language)
		}
	}
}
