package handlers_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

const (
	proofForm   = `form:has([name=how][value=%s])`
	passwordSet = `form[action="/settings/password"]`
)

// securityPages are the addresses below the settings that a form or a link of the page
// leads to; fresh ones ask for a proof.
var securityPages = []struct {
	path  string
	fresh bool
	posts bool
}{
	{path: "/settings/security"},
	{path: "/settings/proof", posts: true},
	{path: "/settings/password", posts: true, fresh: true},
	{path: "/settings/password/delete", posts: true, fresh: true},
	{path: "/settings/authenticator", posts: true, fresh: true},
	{path: "/settings/authenticator/delete", posts: true, fresh: true},
	{path: "/settings/recovery-codes", posts: true, fresh: true},
	{path: "/settings/address", posts: true, fresh: true},
}

func TestSecurityIsForMembersWhoProveThemselves(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		visitor, amina := s.Browser(t), s.SignedIn(t, s.Amina)
		s.Clock.Pass(16 * time.Minute) // nobody is fresh any more
		for _, page := range securityPages {
			if to := visitor.Get(page.path).Status(http.StatusSeeOther).Header.Get("Location"); !strings.HasPrefix(to, "/sign-in?next=") {
				t.Errorf("a visitor is led from %s to %s", page.path, to)
			}
			if page.posts {
				if posted := visitor.Post(page.path, form()); posted.Code != http.StatusUnauthorized && posted.Code != http.StatusForbidden {
					t.Errorf("a visitor's form to %s: %d", page.path, posted.Code)
				}
			}
			if !page.fresh {
				continue
			}
			token := amina.Get("/settings").Find(`main form [name="token"]`).AttrOr("value", "")
			for _, answer := range []*served.Page{amina.Get(page.path), amina.Post(page.path, form("token", token, "password_new", "a thief's own words", "email", "thief@example.org"))} {
				if to := answer.Header.Get("Location"); answer.Code != http.StatusSeeOther || to != "/settings/proof?next="+strings.ReplaceAll(page.path, "/", "%2F") {
					t.Errorf("%s without a proof: %d to %s", page.path, answer.Code, to)
				}
			}
		}
		for _, path := range []string{"/settings/sessions/delete", "/settings/sessions/1/delete"} {
			visitor.Get("/sign-in")
			visitor.Post(path, form()).Status(http.StatusForbidden)
			amina.Post(path, form()).Status(http.StatusForbidden) // without the token
		}
		if list := s.To("thief@example.org"); list != nil {
			t.Errorf("letters to the thief: %+v", list)
		}
	})
}

func TestAProofRotatesTheSession(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		setPassword(t, s, s.Amina, river)
		code, recovery := enrolled(t, s, s.Rosa)
		s.Clock.Pass(time.Minute)
		way := func(b *served.Browser, next, how, field, value string) *served.Page {
			t.Helper()
			return b.Get("/settings/proof?next="+next).Status(http.StatusOK).Submit(fmt.Sprintf(proofForm, how), form(field, value))
		}
		// signed is a browser whose proof is over.
		signed := func(viewer models.Viewer, code func() string) *served.Browser {
			t.Helper()
			b := s.Browser(t)
			link, err := s.Community.MemberLink(t.Context(), viewer.Member.Email)
			if err != nil {
				t.Fatal(err)
			}
			page := b.Get("/sign-in/"+link).Submit(`form[action="/sign-in/`+link+`"]`, nil)
			if code != nil {
				page.Follow().Submit(stepForm, form("code", code())).Status(http.StatusSeeOther)
			}
			b.Get("/settings/address").Status(http.StatusOK) // whoever has just signed in is fresh
			s.Clock.Pass(16 * time.Minute)
			return b
		}
		mailed := func(b *served.Browser, email string) string {
			t.Helper()
			way(b, "/settings/address", "letter", "", "").Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has(`name="mailed"`)
			return s.Last(t, email, community.LetterProof).Code
		}
		for name, c := range map[string]struct {
			viewer models.Viewer
			code   func() string
			how    string
			wrong  string
			right  func(b *served.Browser) string
		}{
			"password":      {s.Amina, nil, "password", "not it", func(*served.Browser) string { return river }},
			"authenticator": {s.Rosa, code, "code", "000000", func(*served.Browser) string { return code() }},
			"recovery code": {s.Rosa, code, "code", "aaaaa-aaaaa", func(*served.Browser) string { return recovery[0] }},
			"letter":        {s.Paul, nil, "mailed", "00000000", func(b *served.Browser) string { return mailed(b, "paul@example.org") }},
		} {
			b, thief := signed(c.viewer, c.code), s.Browser(t)
			plant(t, s, thief, "session", cookie(t, s, b, "session"))
			if !within(thief) {
				t.Fatalf("%s: the stolen cookie does not even begin to work", name)
			}
			next := "/settings/address"
			if c.how == "mailed" {
				next += "&sent=1"
			}
			way(b, next, c.how, c.how, c.wrong).Status(http.StatusUnprocessableEntity).Has(`id="f-` + c.how + `-error"`)
			if !within(thief) {
				t.Errorf("%s: a wrong proof has rotated the session", name)
			}
			done := way(b, next, c.how, c.how, c.right(b)).Status(http.StatusSeeOther)
			if to := done.Header.Get("Location"); to != "/settings/address" {
				t.Errorf("%s leads to %s", name, to)
			}
			if within(thief) {
				t.Errorf("%s: the stolen cookie works after the rotation", name)
			}
			if !within(b) {
				t.Errorf("%s: the member is out", name)
			}
			b.Get("/settings/address").Status(http.StatusOK)
			// Another browser of the member's is not fresh by it, nor with a copied mark.
			if c.viewer.Member.ID == s.Amina.Member.ID {
				elsewhere := signed(c.viewer, c.code)
				plant(t, s, elsewhere, "proof", cookie(t, s, b, "proof"))
				elsewhere.Get("/settings/address").Status(http.StatusSeeOther)
			}
		}
	})
}

func TestSignedOutEverywhereElse(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Inside, "Members only")
		here, there, third, rosa := s.SignedIn(t, s.Amina), s.SignedIn(t, s.Amina), s.SignedIn(t, s.Amina), s.SignedIn(t, s.Rosa)
		follow := func(b *served.Browser) *line {
			l := dial(t, s, b)
			l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d"}`, id))
			l.next("ok")
			return l
		}
		open, other := follow(there), follow(third)
		page := here.Get("/settings/security").Status(http.StatusOK).Has("This one", "Sign out everywhere else", "9 November")
		ends := page.Find(`form[action^="/settings/sessions/"][action$="/delete"]:not([action="/settings/sessions/delete"])`)
		if ends.Length() != 2 {
			t.Fatalf("%d other sessions can be ended", ends.Length())
		}
		// Nobody ends another member's, and there is no telling whether it is one.
		others := rosa.Get("/settings/security").Find(`main form [name="token"]`).AttrOr("value", "")
		if others == "" {
			others = rosa.Get("/settings").Find(`main form [name="token"]`).AttrOr("value", "")
		}
		action := ends.First().AttrOr("action", "")
		rosa.Post(action, form("token", others)).Status(http.StatusNotFound)
		rosa.Post("/settings/sessions/99999/delete", form("token", others)).Status(http.StatusNotFound)
		page.Submit(`form[action="`+action+`"]`, nil).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("That browser is signed out.")
		page.Submit(`form[action="`+action+`"]`, nil).Status(http.StatusNotFound)
		if code := other.closed(); code != 4001 { // the latest session stands first
			t.Errorf("its live line is closed with %d", code)
		}
		if within(third) || !within(there) || !within(here) {
			t.Errorf("signed in: %v %v %v", within(third), within(there), within(here))
		}
		here.Get("/settings/security").Submit(`form[action="/settings/sessions/delete"]`, nil).Status(http.StatusSeeOther).Follow().Has("All your other browsers")
		if code := open.closed(); code != 4001 {
			t.Errorf("the other live line is closed with %d", code)
		}
		if within(there) || !within(here) || !within(rosa) {
			t.Errorf("signed in: %v %v %v", within(there), within(here), within(rosa))
		}
		s.Last(t, "amina@example.org", community.LetterSignedOut)
		here.Get("/settings/security").Lacks("everywhere else")
	})
}

func TestAPasswordByItsPages(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		b, other := s.SignedIn(t, s.Amina), s.SignedIn(t, s.Amina)
		page := b.Get("/settings/password").Status(http.StatusOK).Lacks("password_current")
		for password, sentence := range map[string]string{
			"": "too short", "short": "too short", "qwertyuiop": "Many people have this password", "Amina Diallo": "soon guessed",
			strings.Repeat("quiet river ", 20): "too long",
		} {
			answer := page.Submit(passwordSet, form("password_new", password)).Status(http.StatusUnprocessableEntity).Has(sentence, `aria-invalid="true"`)
			if password != "" && strings.Contains(answer.Body, `value="`+password) {
				t.Errorf("the page repeats the password %q", password)
			}
		}
		stolen := cookie(t, s, b, "session")
		page.Submit(passwordSet, form("password_new", river)).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("The new password holds")
		thief := s.Browser(t)
		plant(t, s, thief, "session", stolen)
		if within(other) || within(thief) || !within(b) {
			t.Errorf("signed in: another browser %v, a copied cookie %v, this one %v", within(other), within(thief), within(b))
		}
		if letter := s.Last(t, "amina@example.org", community.LetterPassword); letter.Removed || letter.Device != "" && letter.At.IsZero() {
			t.Errorf("letter %+v", letter)
		}
		s.Clock.Pass(16 * time.Minute)
		page = b.Get("/settings/password").Status(http.StatusOK).Has(`name="password_current"`)
		page.Submit(passwordSet, form("password_current", "not it", "password_new", "kettle under maple")).
			Status(http.StatusUnprocessableEntity).Has("This is not your present password.")
		page.Submit(passwordSet, form("password_current", river, "password_new", "kettle under maple")).Status(http.StatusSeeOther)
		b.Get("/settings/password/delete").Status(http.StatusOK). // the present password was a proof
										Submit(`form[action="/settings/password/delete"]`, nil).Status(http.StatusSeeOther).Follow().Has("The password is removed.")
		s.Browser(t).Get("/sign-in").Submit(signInForm, form("email", "amina@example.org", "password", "kettle under maple")).
			Status(http.StatusUnprocessableEntity)
		if letter := s.Last(t, "amina@example.org", community.LetterPassword); !letter.Removed {
			t.Error("the letter does not say that it was removed")
		}
		b.Get("/settings").Status(http.StatusOK).Lacks(`type="password"`)
	})
}

var secretShown = regexp.MustCompile(`(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}`)

// recoveryShown are the recovery codes that a page shows.
func recoveryShown(p *served.Page) []string {
	return p.Find("main .codes code").Map(func(_ int, code *goquery.Selection) string { return code.Text() })
}

func TestAnAuthenticatorByItsPages(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		b := s.SignedIn(t, s.Amina)
		const connect, disconnect, renew = `form[action="/settings/authenticator"]`, `form[action="/settings/authenticator/delete"]`, `form[action="/settings/recovery-codes"]`
		for _, path := range []string{"/settings/authenticator/delete", "/settings/recovery-codes"} { // there is none
			b.Get(path).Status(http.StatusSeeOther)
		}
		page := b.Get("/settings/authenticator").Status(http.StatusOK).Has("<svg", "<path").Lacks("data:")
		if page.Header.Get("Cache-Control") != "no-store" {
			t.Error("the secret may be kept")
		}
		secret := strings.ReplaceAll(secretShown.FindString(page.Text("main")), " ", "")
		page.Submit(connect, form("code", "000000")).Status(http.StatusUnprocessableEntity).Has(secretShown.FindString(page.Text("main")))
		page.Submit(connect, form("secret", "forged", "code", shown(t, s, secret))).Status(http.StatusSeeOther)
		page = b.Get("/settings/authenticator") // which has made a new secret
		secret = strings.ReplaceAll(secretShown.FindString(page.Text("main")), " ", "")
		done := page.Submit(connect, form("code", shown(t, s, secret))).Status(http.StatusOK)
		codes := recoveryShown(done)
		if len(codes) != 10 || done.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d recovery codes, %q", len(codes), done.Header.Get("Cache-Control"))
		}
		s.Last(t, "amina@example.org", community.LetterSecondStep)
		b.Get("/settings/authenticator").Status(http.StatusSeeOther)
		b.Get("/settings/security").Has("10 recovery codes are left.")
		fresh := recoveryShown(b.Get("/settings/recovery-codes").Submit(renew, nil).Status(http.StatusOK))
		if len(fresh) != 10 || fresh[0] == codes[0] {
			t.Errorf("new codes %v", fresh)
		}
		s.Clock.Pass(16 * time.Minute)
		b.Get("/settings/authenticator/delete").Status(http.StatusSeeOther).Follow().
			Submit(fmt.Sprintf(proofForm, "code"), form("code", codes[0])).Status(http.StatusUnprocessableEntity)
		b.Get("/settings/proof?next=/settings/authenticator/delete").Submit(fmt.Sprintf(proofForm, "code"), form("code", fresh[0])).
			Status(http.StatusSeeOther).Follow().Submit(disconnect, nil).Status(http.StatusSeeOther).Follow().Has("The app is disconnected.")
		if letter := s.Last(t, "amina@example.org", community.LetterSecondStep); !letter.Removed {
			t.Error("the letter does not say that it was removed")
		}
		if !within(s.SignedIn(t, s.Amina)) {
			t.Error("one step is not enough again")
		}
	})
}

func TestAnAddressByItsPages(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		b := s.SignedIn(t, s.Amina)
		const change = `form[action="/settings/address"]`
		page := b.Get("/settings/address").Status(http.StatusOK).Has("amina@example.org")
		page.Submit(change, form("email", "amina@example.org")).Status(http.StatusUnprocessableEntity).Has("This is your address already.")
		page.Submit(change, form("email", "new@")).Status(http.StatusUnprocessableEntity).Has(`value="new@"`)
		// An address that somebody has is answered as one that nobody has.
		answers := map[string]string{}
		for _, email := range []string{"rosa@example.org", "nobody@example.org"} {
			sent := page.Submit(change, form("email", email))
			answers[email] = fmt.Sprint(sent.Code, sent.Header.Get("Location"), clean(sent.Follow(), ""))
		}
		if answers["rosa@example.org"] != answers["nobody@example.org"] {
			t.Errorf("the answers differ: %v", answers)
		}
		s.Last(t, "rosa@example.org", community.LetterTaken)
		stale := s.Last(t, "nobody@example.org", community.LetterAddress)
		page.Submit(change, form("email", "amina@new.example")).Status(http.StatusSeeOther)
		link := "/settings/address/" + s.Last(t, "amina@new.example", community.LetterAddress).Token
		confirm := `form[action="` + link + `"]`
		s.Browser(t).Get("/settings/address/" + stale.Token).Status(http.StatusGone)
		s.Browser(t).Get("/settings/address/forged").Status(http.StatusGone)
		// The letter is read in another browser; looking at the link changes nothing.
		mail := s.Browser(t)
		for range 2 {
			mail.Get(link).Status(http.StatusOK).Has("amina@new.example")
		}
		mail.Post(link, form()).Status(http.StatusForbidden)
		b.Get("/settings/security").Has("amina@example.org")
		mail.Get(link).Submit(confirm, nil).Status(http.StatusOK).Has("Your address is changed")
		mail.Get(link).Status(http.StatusGone)
		s.Last(t, "amina@example.org", community.LetterAddressOld)
		b.Get("/settings/security").Has("amina@new.example")
		if within(mail) {
			t.Error("the link has signed somebody in")
		}
		// In the browser that asked it leads back to the page.
		b.Get("/settings/address").Submit(change, form("email", "amina@third.example"))
		link = "/settings/address/" + s.Last(t, "amina@third.example", community.LetterAddress).Token
		b.Get(link).Submit(`form[action="`+link+`"]`, nil).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("amina@third.example", "Letters go to the new address")
	})
}

func TestARotatedSessionsLiveLinesComeBack(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		setPassword(t, s, s.Amina, river)
		id := s.Start(t, s.Amina, forumtest.Inside, "Members only")
		b := s.SignedIn(t, s.Amina)
		thief := s.Browser(t)
		plant(t, s, thief, "session", cookie(t, s, b, "session"))
		l := dial(t, s, thief)
		l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d"}`, id))
		l.next("ok")
		s.Clock.Pass(16 * time.Minute)
		b.Get("/settings/proof?next=/").Submit(fmt.Sprintf(proofForm, "password"), form("password", river)).Status(http.StatusSeeOther)
		if code := l.closed(); code != 1012 {
			t.Errorf("the line over a stolen cookie is closed with %d", code)
		}
		l = dial(t, s, thief)
		l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d"}`, id))
		l.next("deny")
		l = dial(t, s, b)
		l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d"}`, id))
		l.next("ok")
	})
}

func TestADeviceIsNamedCoarsely(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		for agent, want := range map[string]string{
			"Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0":                                                                  "Firefox · Linux",
			"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36":                         "Chrome · Windows",
			"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1": "Safari · iOS",
			"Your account is closed, see https://evil.example now":                                                                                    "",
			"evil.example/1.0 (evil.example; evil.example)":                                                                                           "",
			"<script>alert(1)</script>": "",
			"":                          "",
		} {
			b := s.Browser(t)
			link, err := s.Community.MemberLink(t.Context(), "amina@example.org")
			if err != nil {
				t.Fatal(err)
			}
			fields := served.Fields(b.Get("/sign-in/" + link).Find("main form"))
			b.Do(http.MethodPost, "/sign-in/"+link, fields, http.Header{"User-Agent": {agent}}).Status(http.StatusSeeOther)
			if got := s.Last(t, "amina@example.org", community.LetterNewSignIn).Device; got != want {
				t.Errorf("%q is called %q", agent, got)
			}
		}
	})
}
