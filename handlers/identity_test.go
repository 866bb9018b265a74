package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

const signInThere = `a[href^="/sign-in/with/acme"]`

// depart begins to sign in through acme and returns the way back.
func depart(t *testing.T, b *served.Browser, issuer *forumtest.Issuer, next string) *url.URL {
	t.Helper()
	link, _ := b.Get("/sign-in?next=" + url.QueryEscape(next)).Find(signInThere).Attr("href")
	to := b.Get(link).Status(http.StatusSeeOther).Header.Get("Location")
	if !strings.HasPrefix(to, issuer.URL+"/authorize?") {
		t.Fatalf("the link leads to %q", to)
	}
	return issuer.Visit(t, to)
}

// connectThere connects a member's own account at acme, from the page of their settings.
func connectThere(t *testing.T, b *served.Browser, issuer *forumtest.Issuer) *served.Page {
	t.Helper()
	page := b.Get("/settings/security").Submit(`form[action="/settings/services/acme"]`, nil).Status(http.StatusOK)
	to, _ := page.Find(`main a[href^="` + issuer.URL + `"]`).Attr("href")
	return b.Get(issuer.Visit(t, to).RequestURI())
}

func TestSigningInThroughAService(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		issuer := s.WithService(t)
		amina := s.SignedIn(t, s.Amina)
		connectThere(t, amina, issuer).Status(http.StatusSeeOther).Follow().Has("Connected: you can sign in through it.")

		b := s.Browser(t)
		back := depart(t, b, issuer, "/themes?a=1")
		page := b.Get(back.RequestURI()).Status(http.StatusSeeOther)
		if to := page.Header.Get("Location"); to != "/themes?a=1" {
			t.Errorf("it goes on to %q", to)
		}
		page.Follow().Status(http.StatusOK).Has("Amina Diallo")
		b.Get(back.RequestURI()).Status(http.StatusForbidden).Has("That did not work")

		link, _ := amina.Get("/settings/security").Find(`a[href^="/settings/services/"]`).Attr("href")
		s.SignedIn(t, s.Rosa).Get(link).Status(http.StatusNotFound)
		amina.Get(link).Status(http.StatusOK).Submit(`form[action="`+link+`"]`, nil).Status(http.StatusSeeOther).Follow().Has("Not connected.")
		b = s.Browser(t)
		b.Get(depart(t, b, issuer, "/").RequestURI()).Status(http.StatusForbidden).Has("Not connected with a member")
	})
}

func TestAStrangerAtAServiceIsNobodyHere(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		issuer := s.WithService(t)
		// The issuer says that the stranger has Amina's address, and then one that nobody has.
		var pages []string
		for _, address := range []string{"amina@example.org", "nobody@example.org"} {
			issuer.Lies(func(claims map[string]any) { claims["email"] = address }, false)
			b := s.Browser(t)
			page := b.Get(depart(t, b, issuer, "/").RequestURI()).Status(http.StatusForbidden)
			page.Has("sign in in your usual way").Lacks("amina@example.org", "Amina")
			pages = append(pages, page.Text("main"))
			b.Get("/settings").Status(http.StatusSeeOther)
		}
		if pages[0] != pages[1] {
			t.Errorf("known and unknown addresses differ:\n%s\n%s", pages[0], pages[1])
		}
		// Amina's account there is connected: for Rosa it is taken.
		connectThere(t, s.SignedIn(t, s.Amina), issuer).Status(http.StatusSeeOther)
		rosa := s.SignedIn(t, s.Rosa)
		connectThere(t, rosa, issuer).Status(http.StatusConflict).Has("connected with another membership").Lacks("Amina")
		rosa.Get("/settings/security").Has("Not connected.")
	})
}

func TestWaysBackThatBeganElsewhere(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		issuer := s.WithService(t)
		connectThere(t, s.SignedIn(t, s.Amina), issuer).Status(http.StatusSeeOther)
		victim, attacker := s.Browser(t), s.Browser(t)
		theirs := depart(t, attacker, issuer, "/")
		victim.Get(theirs.RequestURI()).Status(http.StatusForbidden)
		own := depart(t, victim, issuer, "/")
		victim.Get(theirs.RequestURI()).Status(http.StatusForbidden)
		for _, change := range []url.Values{{"state": {"forged"}}, {"state": {""}}} {
			forged, query := *own, own.Query()
			query.Set("state", change.Get("state"))
			forged.RawQuery = query.Encode()
			victim.Get(forged.RequestURI()).Status(http.StatusForbidden).Has("That did not work")
		}
		victim.Get("/settings").Status(http.StatusSeeOther)
		// What others make a browser bring does not end its own way.
		s.Restart(t)
		victim.Get(own.RequestURI()).Status(http.StatusSeeOther)
		victim.Get("/settings").Status(http.StatusOK)

		for name, change := range map[string]func(q url.Values){
			"not agreed":     func(q url.Values) { q.Del("code"); q.Set("error", "access_denied") },
			"no code":        func(q url.Values) { q.Del("code") },
			"another code":   func(q url.Values) { q.Set("code", "forged") },
			"another issuer": func(q url.Values) { q.Set("iss", "https://evil.example") },
		} {
			b := s.Browser(t)
			back := depart(t, b, issuer, "/")
			query := back.Query()
			change(query)
			back.RawQuery = query.Encode()
			b.Get(back.RequestURI()).Status(http.StatusForbidden)
			if b.Get("/settings").Code != http.StatusSeeOther {
				t.Errorf("%s: signed in", name)
			}
		}
		b := s.Browser(t)
		late := depart(t, b, issuer, "/")
		s.Clock.Pass(11 * time.Minute)
		b.Get(late.RequestURI()).Status(http.StatusForbidden)
		b.Get("/sign-in/with/nobody").Status(http.StatusNotFound)
		b.Get("/sign-in/with/nobody/callback?state=a&code=b").Status(http.StatusNotFound)
	})
}

func TestTokensThatProveNothing(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		issuer := s.WithService(t)
		connectThere(t, s.SignedIn(t, s.Amina), issuer).Status(http.StatusSeeOther)
		for name, lie := range map[string]func(claims map[string]any){
			"nonce":    func(claims map[string]any) { claims["nonce"] = "another" },
			"audience": func(claims map[string]any) { claims["aud"] = "another" },
			"expiry":   func(claims map[string]any) { claims["exp"] = s.Clock.Now().Add(-time.Hour).Unix() },
			"issuer":   func(claims map[string]any) { claims["iss"] = "https://evil.example" },
		} {
			issuer.Lies(lie, false)
			b := s.Browser(t)
			b.Get(depart(t, b, issuer, "/").RequestURI()).Status(http.StatusForbidden).Has("That did not work")
			if b.Get("/settings").Code != http.StatusSeeOther {
				t.Errorf("%s: signed in", name)
			}
		}
	})
}

func TestAServiceThatIsDown(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		issuer := s.WithService(t)
		b := s.Browser(t)
		back := depart(t, b, issuer, "/")
		issuer.Stop()
		b.Get(back.RequestURI()).Status(http.StatusServiceUnavailable).Has("Acme does not answer")
		s.Restart(t)
		s.WithService(t).Stop()
		b.Get("/sign-in/with/acme").Status(http.StatusServiceUnavailable).Has("Acme does not answer", `href="/sign-in"`)
		b.Get("/sign-in").Status(http.StatusOK)
		amina := s.SignedIn(t, s.Amina)
		amina.Get("/settings/security").Status(http.StatusOK).
			Submit(`form[action="/settings/services/acme"]`, nil).Status(http.StatusServiceUnavailable)
	})
}

func TestGoingOnStaysHere(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		issuer := s.WithService(t)
		connectThere(t, s.SignedIn(t, s.Amina), issuer).Status(http.StatusSeeOther)
		for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "javascript:alert(1)", "/a\r\nb"} {
			b := s.Browser(t)
			to := b.Get("/sign-in/with/acme?next=" + url.QueryEscape(next)).Status(http.StatusSeeOther).Header.Get("Location")
			page := b.Get(issuer.Visit(t, to).RequestURI()).Status(http.StatusSeeOther)
			if to := page.Header.Get("Location"); to != "/" {
				t.Errorf("%q leads to %q", next, to)
			}
		}
	})
}

func TestConnectingAsksForAFreshProof(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		issuer := s.WithService(t)
		stranger, amina := s.Browser(t), s.SignedIn(t, s.Amina)
		stranger.Get("/settings/security").Status(http.StatusSeeOther)
		stranger.Get("/settings/services/acme").Status(http.StatusSeeOther)
		amina.Post("/settings/services/acme", form("token", "forged")).Status(http.StatusForbidden)
		amina.Get("/settings/services/nobody").Status(http.StatusNotFound)
		page := amina.Get("/settings/security")
		to, _ := page.Submit(`form[action="/settings/services/acme"]`, nil).Find(`main a[href^="` + issuer.URL + `"]`).Attr("href")
		back := issuer.Visit(t, to)

		// Whoever else signs in to this browser meanwhile connects nothing.
		amina.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil)
		amina.Get(back.RequestURI()).Status(http.StatusForbidden)
		amina = s.SignedIn(t, s.Amina)
		page = amina.Get("/settings/security")
		s.Clock.Pass(16 * time.Minute)
		proof := page.Submit(`form[action="/settings/services/acme"]`, nil).Status(http.StatusSeeOther).Header.Get("Location")
		if proof != "/settings/proof?next=%2Fsettings%2Fservices%2Facme" {
			t.Errorf("it leads to %q", proof)
		}
		if list, err := s.Community.Identities(t.Context(), s.Amina); err != nil || len(list) != 0 {
			t.Errorf("%v, %v", list, err)
		}
	})
}

func TestAServiceNoLongerOfferedCanBeDisconnected(t *testing.T) {
	s := onSQLite(t)
	issuer := s.WithService(t)
	connectThere(t, s.SignedIn(t, s.Amina), issuer).Status(http.StatusSeeOther)
	s.Services = nil
	s.Restart(t)
	amina := s.SignedIn(t, s.Amina)
	list, err := s.Community.Identities(t.Context(), s.Amina)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	path := fmt.Sprintf("/settings/services/%d/delete", list[0].ID)
	amina.Get("/settings/security").Has(issuer.URL, path)
	amina.Get(path).Submit(`form[action="`+path+`"]`, nil).Status(http.StatusSeeOther).Follow().Lacks(issuer.URL)
}
