package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

const (
	signInForm = `form[action="/sign-in"]`
	codeForm   = `form[action="/sign-in/code"]`
	stepForm   = `form[action="/sign-in/second-step"]`
	river      = "quiet river stone"
)

// askLetter asks for a letter with the page, and returns the page after it.
func askLetter(t *testing.T, b *served.Browser, email, next string) *served.Page {
	t.Helper()
	return b.Get("/sign-in?next="+url.QueryEscape(next)).Submit(signInForm, form("email", email, "how", "link")).
		Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
}

// wrongCode is another code than the given one.
func wrongCode(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

// within tells whether somebody is signed in in a browser.
func within(b *served.Browser) bool { return strings.Contains(b.Get("/").Body, `action="/sign-out"`) }

// cookie is a browser's cookie of this name, empty when it has none.
func cookie(t *testing.T, s *served.Site, b *served.Browser, name string) string {
	t.Helper()
	for _, c := range b.Cookies().Cookies(address(t, s)) {
		if c.Name == "colloquy-"+name {
			return c.Value
		}
	}
	return ""
}

// plant gives a browser a cookie.
func plant(t *testing.T, s *served.Site, b *served.Browser, name, value string) {
	t.Helper()
	b.Cookies().SetCookies(address(t, s), []*http.Cookie{{Name: "colloquy-" + name, Value: value, Path: "/"}})
}

func address(t *testing.T, s *served.Site) *url.URL {
	t.Helper()
	parsed, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// setPassword gives a member a password, behind the pages.
func setPassword(t *testing.T, s *served.Site, viewer models.Viewer, password string) {
	t.Helper()
	link, err := s.Community.MemberLink(t.Context(), viewer.Member.Email)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := s.Community.UseLink(t.Context(), link, community.Arrival{})
	if err != nil {
		t.Fatal(err)
	}
	current, err := s.Community.Viewer(t.Context(), entry.Session)
	if err == nil {
		_, err = s.Community.SetPassword(t.Context(), current, community.PasswordChange{New: password, Fresh: true}, community.Arrival{})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// enrolled gives a member an authenticator, behind the pages, and returns what shows its
// next code and the recovery codes.
func enrolled(t *testing.T, s *served.Site, viewer models.Viewer) (next func() string, recovery []string) {
	t.Helper()
	enrolment, err := s.Community.BeginAuthenticator(t.Context(), viewer)
	if err != nil {
		t.Fatal(err)
	}
	recovery, err = s.Community.ConfirmAuthenticator(t.Context(), viewer, enrolment.Token, shown(t, s, enrolment.Secret), community.Arrival{})
	if err != nil {
		t.Fatal(err)
	}
	return func() string {
		s.Clock.Pass(30 * time.Second)
		return shown(t, s, enrolment.Secret)
	}, recovery
}

// shown is what an authenticator with this secret shows.
func shown(t *testing.T, s *served.Site, secret string) string {
	t.Helper()
	code, err := hotp.GenerateCode(secret, uint64(s.Clock.Now().Unix()/30))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestSigningInByCode(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		b := s.Browser(t)
		page := askLetter(t, b, "amina@example.org", "/themes")
		letter := s.Last(t, "amina@example.org", community.LetterSignIn)
		for range 2 { // looking at the link uses nothing up
			b.Get("/sign-in/" + letter.Token).Status(http.StatusOK)
		}
		// The code is for the browser that asked.
		other := s.Browser(t)
		askLetter(t, other, "nobody@example.org", "/").
			Submit(codeForm, form("code", letter.Code)).Status(http.StatusUnprocessableEntity).Has(`id="f-code-error"`)
		page.Submit(codeForm, form("code", wrongCode(letter.Code))).Status(http.StatusUnprocessableEntity).Has(`aria-invalid="true"`)
		b.Post("/sign-in/code", form("code", letter.Code)).Status(http.StatusForbidden) // without the form's token
		done := page.Submit(codeForm, form("code", letter.Code[:4]+" "+letter.Code[4:])).Status(http.StatusSeeOther)
		if to := done.Header.Get("Location"); to != "/themes" {
			t.Errorf("signing in leads to %s", to)
		}
		if !within(b) || within(other) {
			t.Errorf("signed in: %v, the other browser: %v", within(b), within(other))
		}
		b.Get("/sign-in/code").Status(http.StatusSeeOther)
		s.Browser(t).Get("/sign-in/" + letter.Token).Status(http.StatusGone)
	})
}

func TestKnownAndUnknownAddressesGetTheSamePages(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		if err := s.Community.Suspend(t.Context(), s.Teo, "paul-nkemelu", s.Clock.Now().AddDate(0, 1, 0)); err != nil {
			t.Fatal(err)
		}
		setPassword(t, s, s.Rosa, river)
		pages := map[string][]string{}
		emails := []string{"nobody@example.org", "amina@example.org", "rosa@example.org", "paul@example.org"}
		for _, email := range emails {
			b := s.Browser(t)
			asked := b.Get("/sign-in").Submit(signInForm, form("email", email, "how", "link"))
			page := asked.Follow()
			seen := []string{fmt.Sprint(asked.Code, asked.Header.Get("Location"), asked.Body), clean(page, "")}
			for range 6 {
				tried := page.Submit(codeForm, form("code", "12345678"))
				seen = append(seen, fmt.Sprint(tried.Code, clean(tried, "")))
			}
			guessed := b.Get("/sign-in").Submit(signInForm, form("email", email, "password", "not this one"))
			pages[email] = append(seen, fmt.Sprint(guessed.Code, strings.ReplaceAll(clean(guessed, ""), email, "")))
		}
		for _, email := range emails[1:] {
			for i, want := range pages[emails[0]] {
				if got := pages[email][i]; got != want {
					t.Errorf("%s, page %d:\n%s\nthe unknown address:\n%s", email, i, got, want)
				}
			}
		}
	})
}

func TestTheSecondStepByItsPage(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		setPassword(t, s, s.Amina, river)
		code, recovery := enrolled(t, s, s.Amina)
		begin := func() (*served.Browser, *served.Page) {
			t.Helper()
			b := s.Browser(t)
			page := b.Get("/sign-in?next=/themes").Submit(signInForm, form("email", "amina@example.org", "password", river))
			return b, page.Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
		}
		b, page := begin()
		if within(b) {
			t.Fatal("one step lets her in")
		}
		b.Get("/settings/security").Status(http.StatusSeeOther)
		page.Submit(stepForm, form("code", "")).Status(http.StatusUnprocessableEntity)
		used := code()
		to := page.Submit(stepForm, form("code", used)).Status(http.StatusSeeOther).Header.Get("Location")
		if to != "/themes" || !within(b) || cookie(t, s, b, "step") != "" {
			t.Errorf("the second step leads to %s, signed in %v, step %q", to, within(b), cookie(t, s, b, "step"))
		}
		// A letter asks for the code too, and no code works twice.
		b = s.Browser(t)
		askLetter(t, b, "amina@example.org", "/")
		letter := s.Last(t, "amina@example.org", community.LetterSignIn)
		page = b.Get("/sign-in/code").Submit(codeForm, form("code", letter.Code)).Status(http.StatusSeeOther).Follow()
		page.Submit(stepForm, form("code", used)).Status(http.StatusUnprocessableEntity).Has("This code does not work.")
		page.Submit(stepForm, form("code", recovery[4])).Status(http.StatusSeeOther)
		if !within(b) {
			t.Error("a recovery code lets nobody in")
		}
		s.Last(t, "amina@example.org", community.LetterRecovery)
		// Five tries, then one begins anew.
		b, page = begin()
		for try := range 5 {
			want := http.StatusUnprocessableEntity
			if try == 4 {
				want = http.StatusGone
			}
			page.Submit(stepForm, form("code", recovery[4])).Status(want)
		}
		page.Submit(stepForm, form("code", code())).Status(http.StatusGone)
		b.Get("/sign-in/second-step").Status(http.StatusGone)
		if within(b) {
			t.Error("after five wrong codes she is in")
		}
	})
}

func TestForgedAndLateSecondSteps(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		setPassword(t, s, s.Amina, river)
		code, _ := enrolled(t, s, s.Amina)
		begin := func() (*served.Browser, *served.Page) {
			t.Helper()
			b := s.Browser(t)
			return b, b.Get("/sign-in").Submit(signInForm, form("email", "amina@example.org", "password", river)).Follow()
		}
		for _, forged := range []string{"forged", "", strings.Repeat("x", 3000), "%00", "../../"} {
			b, page := begin()
			plant(t, s, b, "step", forged)
			page.Submit(stepForm, form("code", code())).Status(http.StatusGone)
			if within(b) {
				t.Errorf("the step %.10q lets somebody in", forged)
			}
		}
		s.Browser(t).Get("/sign-in/second-step").Status(http.StatusGone)
		b, page := begin()
		b.Post("/sign-in/second-step", form("code", code())).Status(http.StatusForbidden)
		if err := s.Community.Suspend(t.Context(), s.Teo, "amina-diallo", s.Clock.Now().AddDate(0, 1, 0)); err != nil {
			t.Fatal(err)
		}
		page.Submit(stepForm, form("code", code())).Status(http.StatusForbidden)
		if within(b) {
			t.Error("who was suspended between the steps is in")
		}
		if err := s.Community.Lift(t.Context(), s.Teo, "amina-diallo"); err != nil {
			t.Fatal(err)
		}
		_, page = begin()
		s.Clock.Pass(11 * time.Minute)
		page.Submit(stepForm, form("code", code())).Status(http.StatusGone)
	})
}

// A session is always a new one, whatever a browser brings along.
func TestNobodyChoosesSomebodyElsesSession(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		b := s.Browser(t)
		const chosen = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		plant(t, s, b, "session", chosen)
		askLetter(t, b, "amina@example.org", "/")
		before := cookie(t, s, b, "form")
		letter := s.Last(t, "amina@example.org", community.LetterSignIn)
		b.Get("/sign-in/code").Submit(codeForm, form("code", letter.Code)).Status(http.StatusSeeOther)
		first := cookie(t, s, b, "session")
		if first == "" || first == chosen || first == before {
			t.Errorf("the session is %q", first)
		}
		if cookie(t, s, b, "form") != "" {
			t.Error("the secret from before signing in goes on")
		}
		// Signing in again ends the session that the browser had.
		link, err := s.Community.MemberLink(t.Context(), "rosa@example.org")
		if err != nil {
			t.Fatal(err)
		}
		b.Get("/sign-in/"+link).Submit(`form[action="/sign-in/`+link+`"]`, nil).Status(http.StatusSeeOther)
		thief := s.Browser(t)
		plant(t, s, thief, "session", first)
		if second := cookie(t, s, b, "session"); second == first || within(thief) {
			t.Error("the session from before goes on")
		}
	})
}

func TestGuessingKeepsNobodyOut(t *testing.T) {
	each(t, func(t *testing.T, cast *served.Site) {
		s := served.NewLimitedSite(t, cast.Cast, []string{"127.0.0.1"})
		setPassword(t, s, s.Amina, river)
		code, _ := enrolled(t, s, s.Amina)
		from := func(i int) http.Header {
			return http.Header{"X-Forwarded-For": {fmt.Sprintf("198.51.%d.%d", i/250, i%250)}}
		}
		submit := func(b *served.Browser, page, selector string, header http.Header, pairs ...string) *served.Page {
			t.Helper()
			fields := served.Fields(b.Get(page).Find(selector))
			for name, list := range form(pairs...) {
				fields[name] = list
			}
			return b.Do(http.MethodPost, page, fields, header)
		}
		// Amina's own browser knows her.
		hers := s.Browser(t)
		submit(hers, "/sign-in", signInForm, from(0), "email", "amina@example.org", "password", river).Status(http.StatusSeeOther)
		submit(hers, "/sign-in/second-step", stepForm, from(0), "code", code()).Status(http.StatusSeeOther)
		hers.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil).Status(http.StatusSeeOther)
		refusedAt := func(pairs ...string) int {
			t.Helper()
			for i := range 60 {
				b := s.Browser(t)
				plant(t, s, b, "device", "forged.mark")
				if page := submit(b, "/sign-in", signInForm, from(i+1), pairs...); page.Code == http.StatusTooManyRequests {
					return i
				}
			}
			return -1
		}
		if n := refusedAt("email", "Amina@example.org", "password", "guess"); n < 1 {
			t.Errorf("guesses are refused after %d", n)
		}
		if n := refusedAt("email", "amina@EXAMPLE.org", "how", "link"); n < 1 {
			t.Errorf("letters are refused after %d", n)
		}
		// Codes of the second step, with the password known and a new step for each five.
		strangers := 0
		for i := range 40 {
			b := s.Browser(t)
			entry, err := s.Community.SignIn(t.Context(), "amina@example.org", river, community.Arrival{})
			if err != nil {
				t.Fatal(err)
			}
			b.Get("/sign-in")
			plant(t, s, b, "step", entry.SecondStep)
			if page := submit(b, "/sign-in/second-step", stepForm, from(i+100), "code", "000000"); page.Code == http.StatusTooManyRequests {
				strangers++
			}
		}
		if strangers < 20 {
			t.Errorf("%d of 40 codes are refused", strangers)
		}
		// She comes from the same place as one of them, and gets in by each way.
		submit(hers, "/sign-in", signInForm, from(1), "email", "amina@example.org", "password", river).Status(http.StatusSeeOther)
		submit(hers, "/sign-in/second-step", stepForm, from(1), "code", code()).Status(http.StatusSeeOther)
		if !within(hers) {
			t.Error("others keep her out")
		}
		hers.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil)
		submit(hers, "/sign-in", signInForm, from(1), "email", "amina@example.org", "how", "link").Status(http.StatusSeeOther)
		// Her own browser guesses as seldom as others.
		own := 0
		for i := range 30 {
			if submit(hers, "/sign-in", signInForm, from(i+200), "email", "amina@example.org", "password", "guess").Code == http.StatusTooManyRequests {
				own++
			}
		}
		if own < 5 {
			t.Errorf("her browser may guess without end: %d of 30 refused", own)
		}
	})
}

func TestForgedReturnAddressesStayHere(t *testing.T) {
	hostile := []string{
		"//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example",
		" //evil.example", "http:evil.example", "http://evil.example", "HTTPS://evil.example", "javascript:alert(1)", "data:text/html,x",
		"evil.example", "@evil.example", "/%2f/evil.example", "/%2fevil.example", "/%2F%2Fevil.example", "%2f%2fevil.example", "/%5cevil.example",
		"/%5C%5Cevil.example", "/%09/evil.example", "/%0d%0aSet-Cookie:x=y", "/%00", "/a;Domain=localhost", "/a%3bDomain=localhost", "/\x7f", "/\u0085",
		"/%c2%85", "/%zz", "/" + strings.Repeat("a", 3000), "/\xff", "/%ff",
	}
	each(t, func(t *testing.T, s *served.Site) {
		lands := func(what string, page *served.Page) {
			t.Helper()
			if to := page.Header.Get("Location"); page.Code != http.StatusSeeOther || to != "/" {
				t.Errorf("%s: %d to %q", what, page.Code, to)
			}
		}
		setPassword(t, s, s.Rosa, river)
		b := s.Browser(t)
		for _, next := range hostile {
			what := fmt.Sprintf("%.40q", next)
			// In a query that a link elsewhere may hold.
			page := b.Get("/sign-in?next=" + url.QueryEscape(next))
			if kept := page.Find(signInForm+` [name="next"]`).AttrOr("value", ""); kept != "/" {
				t.Errorf("%s is kept as %q", what, kept)
			}
			// In the form, and in the cookie, as whoever can write either would.
			lands(what+" in the form", page.Submit(signInForm, form("email", "rosa@example.org", "password", river, "next", next)))
			lands(what+" for who is in", b.Get("/sign-in?next="+url.QueryEscape(next)))
			lands(what+" before a proof", b.Get("/settings/proof?next="+url.QueryEscape(next)))
			b.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil)
			link, err := s.Community.MemberLink(t.Context(), "rosa@example.org")
			if err != nil {
				t.Fatal(err)
			}
			page = b.Get("/sign-in/" + link)
			plant(t, s, b, "next", url.QueryEscape(next))
			lands(what+" in the cookie", page.Submit(`form[action="/sign-in/`+link+`"]`, nil))
			b.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil)
		}
		for _, next := range []string{"/themes", "/search?q=a%2Fb%0A", "/themes/" + forumtest.Public + "?kind=question#x", "/a%20b", "/%D9%81"} {
			if kept := b.Get("/sign-in?next="+url.QueryEscape(next)).Find(signInForm+` [name="next"]`).AttrOr("value", ""); kept != next {
				t.Errorf("%s is kept as %q", next, kept)
			}
		}
	})
}
