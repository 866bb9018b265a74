package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models/store"
)

// each runs a test with a served cast on both databases.
func each(t *testing.T, run func(t *testing.T, s *served.Site)) {
	t.Helper()
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		run(t, served.NewSite(t, forumtest.NewCast(t, s)))
	})
}

// path is a thread's address.
func path(t *testing.T, s *served.Site, threadID int64) string {
	t.Helper()
	return s.Browser(t).Get(fmt.Sprintf("/threads/%d", threadID)).Header.Get("Location")
}

func form(pairs ...string) url.Values {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

const composer = `#reply form.composer`

func TestStrangersMeetWhatTheyMay(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		open := s.Start(t, s.Amina, forumtest.Public, "In the open")
		boards := s.Start(t, s.Paul, forumtest.Boards, "Unmistakable title")
		absent := "/threads/99999"
		private := fmt.Sprintf("/threads/%d", boards)
		stranger, amina, paul := s.Browser(t), s.SignedIn(t, s.Amina), s.SignedIn(t, s.Paul)

		for _, browser := range []*served.Browser{stranger, amina} {
			for _, suffix := range []string{"", "/unmistakable-title", "/unmistakable-title/1", "/edit", "/responses/1/edit", "/responses/1/delete"} {
				a, b := browser.Get(private+suffix), browser.Get(absent+suffix)
				if a.Code != b.Code || a.Code != http.StatusNotFound && a.Code != http.StatusSeeOther {
					t.Errorf("%s: private %d, absent %d", suffix, a.Code, b.Code)
				}
				if clean(a, private) != clean(b, absent) {
					t.Errorf("%s: private and absent differ:\n%s\n%s", suffix, clean(a, private), clean(b, absent))
				}
				a.Lacks("Unmistakable")
			}
			for _, page := range []string{"/", "/themes", "/search?q=unmistakable", "/sitemap.xml", "/themes/" + forumtest.Public} {
				browser.Get(page).Status(http.StatusOK).Lacks("Unmistakable", "Board matters")
			}
			browser.Get("/themes/" + forumtest.Boards).Status(http.StatusNotFound).Lacks("Board matters")
		}
		paul.Get(private).Follow().Status(http.StatusOK).Has("Unmistakable title")

		stranger.Get("/settings").Status(http.StatusSeeOther)
		stranger.Get("/threads/new").Status(http.StatusSeeOther)
		stranger.Get("/invitations").Status(http.StatusSeeOther)
		amina.Get("/invitations").Status(http.StatusForbidden)
		amina.Get(fmt.Sprintf("/threads/%d/responses/99/edit", open)).Status(http.StatusNotFound)
		stranger.Post(fmt.Sprintf("/threads/%d/responses", open), form("body", "kept words")).
			Status(http.StatusUnauthorized).Has("kept words")
		amina.Post(fmt.Sprintf("/threads/%d/responses", open), form("body", "kept words", "token", "forged")).
			Status(http.StatusForbidden).Has("kept words")
	})
}

// clean is a page without what differs by design: its own address and fresh tokens.
func clean(p *served.Page, own string) string {
	if p.Find("main").Length() == 0 {
		return strings.ReplaceAll(p.Header.Get("Location"), url.QueryEscape(own), "")
	}
	return p.Text("title") + p.Text("main")
}

func TestAForeignSiteMayNotWrite(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Guarded")
		amina := s.SignedIn(t, s.Amina)
		fields := served.Fields(amina.Get(path(t, s, id)).Find(composer))
		fields.Set("body", "From elsewhere.")
		address := fmt.Sprintf("/threads/%d/responses", id)
		for name, header := range map[string]http.Header{
			"origin":     {"Origin": {"https://evil.example"}},
			"cross-site": {"Sec-Fetch-Site": {"cross-site"}},
			"same-site":  {"Sec-Fetch-Site": {"same-site"}},
		} {
			if page := amina.Do(http.MethodPost, address, fields, header); page.Code != http.StatusForbidden {
				t.Errorf("%s: %d", name, page.Code)
			}
		}
		// A browser that keeps the referrer to itself says null.
		amina.Do(http.MethodPost, address, fields, http.Header{"Origin": {"null"}, "Sec-Fetch-Site": {"same-origin"}}).Status(http.StatusSeeOther)
	})
}

func TestAConversationWithoutJavaScript(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		amina, rosa := s.SignedIn(t, s.Amina), s.SignedIn(t, s.Rosa)
		new := amina.Get("/threads/new?theme=" + forumtest.Public).Status(http.StatusOK)
		filled := form("title", "Who keeps the plan?", "kind", "question", "level", "in practice", "body", "It *matters*.", "theme", forumtest.Public)
		new.Submit(`form[action="/threads"]`, form("title", "", "body", "kept", "kind", "question", "theme", forumtest.Public)).
			Status(http.StatusUnprocessableEntity).Has("kept", `aria-invalid="true"`)
		preview := url.Values{"preview": {"1"}}
		for k, v := range filled {
			preview[k] = v
		}
		new.Submit(`form[action="/threads"]`, preview).Status(http.StatusOK).Has("<em>matters</em>", "Who keeps the plan?")
		thread := new.Submit(`form[action="/threads"]`, filled).Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
		thread.Has("Who keeps the plan?", "<em>matters</em>", "Amina Diallo")
		again := new.Submit(`form[action="/threads"]`, filled).Status(http.StatusSeeOther)
		if again.Header.Get("Location") != thread.Path {
			t.Errorf("a double click led to %s, not to %s", again.Header.Get("Location"), thread.Path)
		}

		reply := rosa.Get(thread.Path + "?page=1&reply=1").Status(http.StatusOK)
		answer := reply.Submit(composer, form("body", "The *national* office. <script>alert(1)</script>")).Status(http.StatusSeeOther)
		if to := answer.Header.Get("Location"); !strings.HasSuffix(to, "#r2") {
			t.Errorf("a response leads to %s", to)
		}
		page := answer.Follow().Status(http.StatusOK).Has("<em>national</em>", `id="r2"`).Lacks("<script>alert")
		if page.Find("#r2 .re").Length() != 1 {
			t.Error("the reply does not say to what")
		}
		if edit := page.Find(`#r2 [data-own-acts] a`); edit.Length() != 3 {
			t.Errorf("Rosa has %d acts on her own response", edit.Length())
		}
		if page.Find(`#r1 [data-own-acts] a`).Length() != 0 {
			t.Error("Rosa has acts on Amina's text")
		}
		base := strings.Join(strings.Split(thread.Path, "/")[:3], "/")
		edit := rosa.Get(base + "/responses/2/edit").Status(http.StatusOK)
		editForm := `form[action="` + base + `/responses/2/edit"]`
		edit.Submit(editForm, form("body", "The national office, edited.")).Status(http.StatusSeeOther).Follow().Has("edited")
		edit.Submit(editForm, form("body", "From an old window.")).Status(http.StatusConflict).
			Has("From an old window.", "The national office, edited.")
		rosa.Get(base+"/responses/2/delete").Status(http.StatusOK).
			Submit(`form[action="`+base+`/responses/2/delete"]`, nil).Status(http.StatusSeeOther).Follow().
			Status(http.StatusOK).Has(`id="r2"`).Lacks("national office")
		amina.Get(base + "/responses/2/edit").Status(http.StatusForbidden)
		rosa.Get(base + "/responses/2/edit").Status(http.StatusConflict)
	})
}

func TestATextIsGivenBackWhenTheThreadWasLocked(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Closing soon")
		rosa, lena := s.SignedIn(t, s.Rosa), s.SignedIn(t, s.Lena)
		open := rosa.Get(path(t, s, id))
		head := fmt.Sprintf("/threads/%d/edit", id)
		lena.Get(head).Status(http.StatusOK).Submit(`form[action="`+head+`"]`, form("locked", "1")).Status(http.StatusSeeOther)
		open.Submit(composer, form("body", "Written meanwhile.")).Status(http.StatusForbidden).Has("Written meanwhile.")
		rosa.Get(path(t, s, id)).Status(http.StatusOK).Lacks(`class="composer"`)
	})
}

func TestAnExpiredSessionGivesTheTextBack(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Long thought")
		rosa := s.SignedIn(t, s.Rosa)
		open := rosa.Get(path(t, s, id))
		rosa.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil).Status(http.StatusSeeOther)
		back := open.Submit(composer, form("body", "An hour of words.")).Status(http.StatusUnauthorized).Has("An hour of words.")
		// She signs in in another tab, and sends the form that was given back.
		token, err := s.Community.MemberLink(t.Context(), "rosa@example.org")
		if err != nil {
			t.Fatal(err)
		}
		rosa.Get("/sign-in/"+token).Submit(`form[action="/sign-in/`+token+`"]`, nil).Status(http.StatusSeeOther)
		again := back.Submit(composer, nil).Status(http.StatusForbidden).Has("An hour of words.")
		again.Submit(composer, nil).Status(http.StatusSeeOther).Follow().Has("An hour of words.")
	})
}

func TestPagesOfAThread(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "A long thread")
		for i := range 60 {
			s.Respond(t, s.Rosa, id, fmt.Sprintf("Response %d.", i+2))
		}
		visitor, address := s.Browser(t), path(t, s, id)
		first := visitor.Get(address).Status(http.StatusOK).Has(`id="r1"`, `id="r50"`).Lacks(`id="r51"`)
		visitor.Get(address+"?page=2").Status(http.StatusOK).Has(`id="r51"`, `id="r61"`).Lacks(`id="r1"`, `id="r50"`)
		for _, bad := range []string{"?page=0", "?page=3", "?page=-1", "?page=two", "?page=99999999999"} {
			visitor.Get(address + bad).Status(http.StatusNotFound)
		}
		if to := visitor.Get(address + "/55").Status(http.StatusFound).Header.Get("Location"); to != address+"?page=2#r55" {
			t.Errorf("¶55 is said to be at %s", to)
		}
		visitor.Get(address + "/62").Status(http.StatusNotFound)
		visitor.Get(strings.Replace(address, "a-long-thread", "wrong", 1)).Status(http.StatusFound)
		if first.Find("thread-live").AttrOr("data-seq", "") != "61" {
			t.Errorf("the page is at %s", first.Find("thread-live").AttrOr("data-seq", ""))
		}
		etag := first.Header.Get("ETag")
		if same := visitor.Do(http.MethodGet, address, nil, http.Header{"If-None-Match": {etag}}); etag == "" || same.Code != http.StatusNotModified {
			t.Errorf("the same page answers %d, tag %q", same.Code, etag)
		}
	})
}

func TestJoiningBySingleUseLink(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		lena := s.SignedIn(t, s.Lena)
		made := lena.Get("/invitations").Status(http.StatusOK).
			Submit(`form[action="/invitations"]`, form("group", fmt.Sprint(s.Groups[4].ID))).Status(http.StatusOK)
		at := strings.Index(made.Body, "/invitations/")
		for at >= 0 && len(strings.SplitN(made.Body[at+13:], `"`, 2)[0]) != 32 {
			next := strings.Index(made.Body[at+1:], "/invitations/")
			if next < 0 {
				t.Fatal("the link is not shown")
			}
			at += 1 + next
		}
		link := made.Body[at : at+13+32]
		guest := s.Browser(t)
		page := guest.Get(link).Status(http.StatusOK).Lacks("Open matters", "Inside matters")
		if title := page.Text("title"); strings.Contains(title, "February") {
			t.Errorf("the preview says %q", title)
		}
		guest.Get(link).Status(http.StatusOK) // a visit does not use it up
		fill := form("name", "Fatou \u202eNdiaye", "email", "fatou@example.org", "rules", "1", "password", "quiet river stone")
		page.Submit(`form[action="`+link+`"]`, form("name", "", "email", "fatou@")).Status(http.StatusUnprocessableEntity).Has("fatou@")
		page.Submit(`form[action="`+link+`"]`, fill).Status(http.StatusOK).Has("Look for our letter")
		last := "/join/" + s.Last(t, "fatou@example.org", community.LetterJoining).Token
		guest.Get(last).Status(http.StatusOK).Submit(`form[action="`+last+`"]`, nil).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("Fatou Ndiaye")
		s.Browser(t).Get(link).Status(http.StatusGone)

		other := s.Browser(t)
		signIn := other.Get("/sign-in")
		wrong := signIn.Submit(`form[action="/sign-in"]`, form("email", "fatou@example.org", "password", "not this one", "how", "password")).Status(http.StatusUnprocessableEntity)
		nobody := signIn.Submit(`form[action="/sign-in"]`, form("email", "nobody@example.org", "password", "not this one", "how", "password")).Status(http.StatusUnprocessableEntity)
		if wrong.Text("main") != nobody.Text("main") {
			t.Error("known and unknown addresses get different answers")
		}
		signIn.Submit(`form[action="/sign-in"]`, form("email", "Fatou@Example.org", "password", "quiet river stone", "how", "password")).Status(http.StatusSeeOther)
		other.Get("/settings").Status(http.StatusOK).Has("Fatou Ndiaye")
		known := s.Browser(t).Get("/sign-in").Submit(`form[action="/sign-in"]`, form("email", "amina@example.org", "how", "link")).Status(http.StatusSeeOther).Follow()
		unknown := s.Browser(t).Get("/sign-in").Submit(`form[action="/sign-in"]`, form("email", "nobody@example.org", "how", "link")).Status(http.StatusSeeOther).Follow()
		if known.Text("main") != unknown.Text("main") {
			t.Error("the answer tells whether an address is known")
		}
	})
}

func TestLanguageAndAppearanceStay(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		b := s.Browser(t)
		b.Language = "fr-CA, en;q=0.5"
		if lang := b.Get("/").Find("html").AttrOr("lang", ""); lang != "fr" {
			t.Errorf("Accept-Language fr gives %s", lang)
		}
		home := b.Get("/about").Status(http.StatusOK)
		home.Submit(`form[action="/look"]:has([name=language])`, form("language", "ar")).Status(http.StatusSeeOther)
		if html := b.Get("/themes").Find("html"); html.AttrOr("lang", "") != "ar" || html.AttrOr("dir", "") != "rtl" {
			t.Error("Arabic was not kept")
		}
		home.Submit(`form[action="/look"]:has([name=appearance])`, form("appearance", "dark", "next", "https://evil.example/")).Status(http.StatusSeeOther)
		if b.Get("/").Find("html").AttrOr("data-theme", "") != "dark" {
			t.Error("dark was not kept")
		}
	})
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		for _, address := range []string{"/", "/themes", "/nowhere", "/sign-in", "/api/v1/themes"} {
			header := s.Browser(t).Get(address).Header
			for name, want := range map[string]string{
				"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
			} {
				if header.Get(name) != want {
					t.Errorf("%s: %s is %q", address, name, header.Get(name))
				}
			}
			if !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s has no strict policy", address)
			}
		}
	})
}

func TestPagesAskTheDatabaseLittle(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		cast := forumtest.NewCast(t, s)
		site := served.NewSite(t, cast)
		one, many := cast.Start(t, cast.Amina, forumtest.Public, "One"), cast.Start(t, cast.Amina, forumtest.Public, "Many")
		for range 49 {
			cast.Respond(t, cast.Rosa, many, "A response.")
		}
		member := site.SignedIn(t, cast.Amina)
		for name, address := range map[string]string{
			"one": path(t, site, one), "many": path(t, site, many), "home": "/", "theme": "/themes/" + forumtest.Public,
			"search": "/search?q=response", "profile": "/members/amina-diallo", "agenda": "/learning-agenda",
		} {
			cast.Forum.FacesMoved() // cold
			before := s.Queries()
			member.Get(address).Status(http.StatusOK)
			if asked := s.Queries() - before; asked > 8 {
				t.Errorf("%s asks %d times", name, asked)
			}
		}
	})
}
