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

// phoneAt is a device in front of a site as it is reached at localhost.
func phoneAt(s *served.Site) *forumtest.Device {
	return &forumtest.Device{Origin: strings.Replace(s.URL, "127.0.0.1", "localhost", 1), Host: "localhost"}
}

// fill is the form of a page with a device's answer in it, for the form at a path. use
// gives the answer to the site's options.
func fill(t *testing.T, b *served.Browser, page, action, options string, use func(testing.TB, []byte) []byte) url.Values {
	t.Helper()
	fields := served.Fields(b.Get(page).Status(http.StatusOK).Find(`form[action="` + action + `"]`).First())
	asked := b.Post(options, form("token", fields.Get("token"))).Status(http.StatusOK)
	if kind, kept := asked.Header.Get("Content-Type"), asked.Header.Get("Cache-Control"); kind != "application/json" || kept != "no-store" {
		t.Errorf("%s comes as %q, %q", options, kind, kept)
	}
	fields.Set("credential", string(use(t, []byte(asked.Body))))
	return fields
}

func making(t *testing.T, b *served.Browser, device *forumtest.Device) url.Values {
	t.Helper()
	return fill(t, b, "/settings/security", "/settings/passkeys", "/settings/passkeys/options", device.Make)
}

func using(t *testing.T, b *served.Browser, next string, device *forumtest.Device) url.Values {
	t.Helper()
	return fill(t, b, "/sign-in?next="+url.QueryEscape(next), "/sign-in/passkey", "/sign-in/passkey/options", device.Use)
}

func TestAPasskeyFromTheFirstPageToTheLast(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		amina, device := s.SignedIn(t, s.Amina), phoneAt(s)
		fields := making(t, amina, device)
		s.Restart(t) // between two steps, as another instance
		fields.Set("name", "My <phone>")
		amina.Post("/settings/passkeys", fields).Status(http.StatusSeeOther).Follow().Has("My &lt;phone&gt;", "Not used yet").Lacks("My <phone>")
		amina.Post("/settings/passkeys", fields).Status(http.StatusUnprocessableEntity).Has("too late or twice")

		b := s.Browser(t)
		page := b.Post("/sign-in/passkey", using(t, b, "/themes?a=1", device)).Status(http.StatusSeeOther)
		if to := page.Header.Get("Location"); to != "/themes?a=1" {
			t.Errorf("it goes on to %q", to)
		}
		page.Follow().Has("Amina Diallo")

		list, err := s.Community.Passkeys(t.Context(), s.Amina)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		edit, remove := fmt.Sprintf("/settings/passkeys/%d/edit", list[0].ID), fmt.Sprintf("/settings/passkeys/%d/delete", list[0].ID)
		rosa := s.SignedIn(t, s.Rosa)
		token := served.Fields(rosa.Get("/settings/security").Find(`form[action="/settings/passkeys"]`)).Get("token")
		for _, path := range []string{edit, remove} {
			rosa.Get(path).Status(http.StatusNotFound)
			rosa.Post(path, form("token", token, "name", "Taken")).Status(http.StatusNotFound)
			amina.Post(path, form("name", "Taken")).Status(http.StatusForbidden)
			s.Browser(t).Get(path).Status(http.StatusSeeOther)
		}
		amina.Get(edit).Submit(`form[action="`+edit+`"]`, form("name", strings.Repeat("x", 300))).
			Status(http.StatusUnprocessableEntity).Has(strings.Repeat("x", 300))
		amina.Get(edit).Submit(`form[action="`+edit+`"]`, form("name", "Old phone")).Status(http.StatusSeeOther).Follow().Has("Old phone")
		amina.Get(remove).Has("Old phone").Submit(`form[action="`+remove+`"]`, nil).Status(http.StatusSeeOther).Follow().Lacks("Old phone")

		b = s.Browser(t)
		b.Post("/sign-in/passkey", using(t, b, "/", device)).Status(http.StatusUnprocessableEntity).Has("This passkey was not accepted")
		b.Get("/settings").Status(http.StatusSeeOther)
	})
}

func TestLyingDevicesMeetTheSignInPage(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		amina, honest := s.SignedIn(t, s.Amina), phoneAt(s)
		amina.Post("/settings/passkeys", making(t, amina, honest)).Status(http.StatusSeeOther)
		for name, lie := range map[string]func(d *forumtest.Device){
			"origin":    func(d *forumtest.Device) { d.Origin = "https://evil.example" },
			"address":   func(d *forumtest.Device) { d.Origin = s.URL }, // an IP address is no host of the standard
			"port":      func(d *forumtest.Device) { d.Origin = "http://localhost:1" },
			"host":      func(d *forumtest.Device) { d.Host = "evil.example" },
			"challenge": func(d *forumtest.Device) { d.Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
		} {
			liar, b := *honest, s.Browser(t)
			lie(&liar)
			fields := using(t, b, "/themes", &liar)
			page := b.Post("/sign-in/passkey", fields).Status(http.StatusUnprocessableEntity).Has("This passkey was not accepted")
			if next := served.Fields(page.Find(`form[action="/sign-in/passkey"]`)).Get("next"); next != "/themes" {
				t.Errorf("%s: the page forgets where to go on to: %q", name, next)
			}
			b.Get("/settings").Status(http.StatusSeeOther)
		}

		b := s.Browser(t)
		fields := using(t, b, "/", honest)
		s.Browser(t).Post("/sign-in/passkey", fields).Status(http.StatusForbidden) // another browser's token
		other := s.Browser(t)
		taken := using(t, other, "/", honest)
		taken.Set("credential", fields.Get("credential"))
		other.Post("/sign-in/passkey", taken).Status(http.StatusUnprocessableEntity) // another browser's answer
		b.Post("/sign-in/passkey", fields).Status(http.StatusSeeOther)
		b.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil)
		again := served.Fields(b.Get("/sign-in").Find(`form[action="/sign-in/passkey"]`))
		again.Set("credential", fields.Get("credential"))
		b.Post("/sign-in/passkey", again).Status(http.StatusUnprocessableEntity).Has("too late or twice")

		copied := *honest
		copied.Count = 0
		b = s.Browser(t)
		b.Post("/sign-in/passkey", using(t, b, "/", &copied)).Status(http.StatusUnprocessableEntity).Has("there may be a copy")
		b.Get("/sign-in/passkey").Status(http.StatusSeeOther)
	})
}

func TestPasskeysAskForAFreshProof(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		stranger, amina, device := s.Browser(t), s.SignedIn(t, s.Amina), phoneAt(s)
		stranger.Get("/settings/passkeys").Status(http.StatusSeeOther)
		token := served.Fields(stranger.Get("/sign-in").Find(`form[action="/sign-in/passkey"]`)).Get("token")
		stranger.Post("/settings/passkeys/options", form("token", token)).Status(http.StatusUnauthorized)
		amina.Post("/settings/passkeys/options", form("token", "forged")).Status(http.StatusForbidden)
		amina.Do(http.MethodPost, "/settings/passkeys/options", form(), http.Header{"Sec-Fetch-Site": {"cross-site"}}).Status(http.StatusForbidden)

		fields := making(t, amina, device)
		s.Clock.Pass(16 * time.Minute)
		for path, back := range map[string]string{
			"/settings/passkeys": "%2Fsettings%2Fpasskeys", "/settings/passkeys/options": "%2Fsettings%2Fpasskeys%2Foptions",
			"/settings/passkeys/1/delete": "%2Fsettings%2Fpasskeys%2F1%2Fdelete",
		} {
			to := amina.Post(path, fields).Status(http.StatusSeeOther).Header.Get("Location")
			if to != "/settings/proof?next="+back {
				t.Errorf("%s leads to %q", path, to)
			}
		}
		if list, err := s.Community.Passkeys(t.Context(), s.Amina); err != nil || len(list) != 0 {
			t.Errorf("%v, %v", list, err)
		}
	})
}
