package handlers_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

const (
	leaving    = `form[action="/settings/leave"]`
	authorship = `form[action="/settings/authorship"]`
	copying    = `form[action="/settings/export"]`
)

func cutForm(id int64, n int) (address, form string) {
	address = fmt.Sprintf("/threads/%d/responses/%d/authorship", id, n)
	return address, `form[action="` + address + `/delete"]`
}

func TestStrangersHaveNothingToTakeWithThem(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		visitor := s.Browser(t)
		for _, path := range []string{"/settings/leave", "/settings/authorship", "/settings/export"} {
			if to := visitor.Get(path).Status(http.StatusSeeOther).Header.Get("Location"); !strings.HasPrefix(to, "/sign-in?") {
				t.Errorf("%s leads to %s", path, to)
			}
			visitor.Post(path, form("texts", "keeps", "sure", "1", "persona", "all")).Status(http.StatusForbidden)
			// With a token of the form, but signed out meanwhile.
			page := visitor.Get("/sign-in")
			visitor.Post(path, form("token", page.Find(`main input[name="token"]`).AttrOr("value", ""))).Status(http.StatusUnauthorized)
		}
		visitor.Get("/left").Status(http.StatusOK)
	})
}

// TestFinalActsAskForProof: a stolen session, or one that was left open, ends nothing.
func TestFinalActsAskForProof(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Rosa, forumtest.Public, "Hers")
		rosa := s.SignedIn(t, s.Rosa)
		address, cut := cutForm(id, 1)
		s.Clock.Pass(16 * time.Minute)
		for path, act := range map[string]struct {
			form string
			fill url.Values
		}{
			"/settings/leave":      {leaving, form("texts", "keeps", "sure", "1")},
			"/settings/authorship": {authorship, form("persona", "all")},
			"/settings/export":     {copying, nil},
			address + "/delete":    {cut, nil},
		} {
			page := rosa.Get(path).Status(http.StatusOK)
			if page.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s may be kept: %s", path, page.Header.Get("Cache-Control"))
			}
			to := page.Submit(act.form, act.fill).Status(http.StatusSeeOther).Header.Get("Location")
			if to != "/settings/proof?next="+url.QueryEscape(path) {
				t.Errorf("%s leads to %s", path, to)
			}
			rosa.Post(path, act.fill).Status(http.StatusForbidden) // without the form's token
		}
		if head, err := s.Forum.Thread(t.Context(), s.Visitor, id); err != nil || head.PersonaName != "Rosa Quispe" {
			t.Errorf("the thread is opened by %q, %v", head.PersonaName, err)
		}
		rosa.Get("/settings").Status(http.StatusOK)
	})
}

func TestANameIsTakenOffOneText(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Whose words")
		n := s.Respond(t, s.Rosa, id, "Words of hers.")
		private := s.Start(t, s.Paul, forumtest.Boards, "Unmistakable")
		page, cut := cutForm(id, n)
		rosa, amina, lena := s.SignedIn(t, s.Rosa), s.SignedIn(t, s.Amina), s.SignedIn(t, s.Lena)
		s.Browser(t).Get(page).Status(http.StatusSeeOther)
		for _, browser := range []*served.Browser{amina, lena} {
			browser.Get(page).Status(http.StatusForbidden)
			token := browser.Get("/settings").Find(`main input[name="token"]`).AttrOr("value", "")
			browser.Post(page+"/delete", form("token", token)).Status(http.StatusForbidden)
		}
		hidden, _ := cutForm(private, 1)
		absent, _ := cutForm(99_999, 1)
		if a, b := amina.Get(hidden), amina.Get(absent); a.Code != http.StatusNotFound || a.Text("main") != b.Text("main") {
			t.Errorf("a private thread answers %d, one that is not there %d", a.Code, b.Code)
		}
		address := addressFor(t, rosa, id)
		rosa.Get(address).Status(http.StatusOK).Has(`href="` + page + `"`)
		asked := rosa.Get(page).Status(http.StatusOK).Has("Words of hers.", "Former member")
		for range 2 { // the second is a double press
			asked.Submit(cut, nil).Status(http.StatusSeeOther)
		}
		for _, browser := range []*served.Browser{s.Browser(t), rosa, lena} {
			shown := browser.Get(address).Status(http.StatusOK)
			if browser != rosa { // whose own name stands in the navigation
				shown.Lacks("Rosa Quispe")
			}
			if by := shown.Text(fmt.Sprintf("#r%d .by", n)); !strings.Contains(by, "Former member") || strings.Contains(by, "Country") {
				t.Errorf("the text is by %s", by)
			}
			if shown.Find(fmt.Sprintf(`#r%d [data-own-acts]`, n)).Length() != 0 {
				t.Error("somebody can be its writer")
			}
		}
		rosa.Get(page).Status(http.StatusForbidden)
		rosa.Get(fmt.Sprintf("/threads/%d/responses/%d/edit", id, n)).Status(http.StatusForbidden)
		amina.Get(fmt.Sprintf("/api/v1/threads/%d/responses", id)).Status(http.StatusOK).Lacks("Rosa").Has(`"name":null,"group":null`)
		s.Browser(t).Get("/search?q=words").Has("Former member").Lacks("Rosa Quispe")
		s.Browser(t).Get("/themes/" + forumtest.Public).Has("Former member").Lacks("Rosa")
		s.Browser(t).Get("/").Lacks("Rosa")
	})
}

func TestANameIsTakenOffAllTexts(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Rosa, forumtest.Public, "Opened by Rosa")
		s.Respond(t, s.Rosa, id, "Words of Rosa.")
		rosa := s.SignedIn(t, s.Rosa)
		page := rosa.Get("/settings/authorship").Status(http.StatusOK).Has("2 texts")
		for _, persona := range []string{"", "nobody", "-1", fmt.Sprint(s.Amina.PersonaID)} {
			page.Submit(authorship, form("persona", persona)).Status(http.StatusUnprocessableEntity).Has(`id="f-persona-error"`)
		}
		done := page.Submit(authorship, form("persona", "all")).Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
		done.Has("Your name is being taken off.")
		s.Community.Wait()
		address := addressFor(t, rosa, id)
		if text := s.Browser(t).Get(address).Lacks("Rosa Quispe").Text("main"); strings.Count(text, "Former member") < 3 { // head and both texts
			t.Errorf("the thread says %s", text)
		}
		s.Browser(t).Get("/members/rosa-quispe").Status(http.StatusNotFound) // who has said nothing in the open
		rosa.Get("/settings").Status(http.StatusOK).Has("Rosa Quispe")
	})
}

func TestAMemberLeaves(t *testing.T) {
	for _, texts := range []models.Leaving{models.LeavingKeeps, models.LeavingRemoves} {
		t.Run(string(texts), func(t *testing.T) {
			each(t, func(t *testing.T, s *served.Site) {
				id := s.Start(t, s.Rosa, forumtest.Inside, "Opened by Rosa")
				s.Respond(t, s.Rosa, id, "Words of Rosa.")
				rosa, phone, amina := s.SignedIn(t, s.Rosa), s.SignedIn(t, s.Rosa), s.SignedIn(t, s.Amina)
				address := addressFor(t, rosa, id)
				l := dial(t, s, phone)
				l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d"}`, id))
				l.next("ok")
				page := rosa.Get("/settings/leave").Status(http.StatusOK).Has("for good", "/settings/export")
				page.Submit(leaving, form("texts", string(texts))).Status(http.StatusUnprocessableEntity).Has(`id="f-sure-error"`)
				page.Submit(leaving, form("sure", "1")).Status(http.StatusUnprocessableEntity).Has(`id="f-texts-error"`)
				page.Submit(leaving, form("sure", "1", "texts", "maybe")).Status(http.StatusUnprocessableEntity).Has(`id="f-texts-error"`)
				phone.Get(address).Status(http.StatusOK)
				gone := page.Submit(leaving, form("sure", "1", "texts", string(texts))).Status(http.StatusSeeOther)
				if to := gone.Header.Get("Location"); to != "/left" || !strings.Contains(gone.Header.Get("Clear-Site-Data"), "storage") {
					t.Errorf("leads to %s, clears %q", to, gone.Header.Get("Clear-Site-Data"))
				}
				gone.Follow().Status(http.StatusOK).Has("You have left", `href="/sign-in"`)
				if code := l.closed(); code != 4003 {
					t.Errorf("the live line is closed with %d", code)
				}
				phone.Get(address).Status(http.StatusNotFound)
				phone.Get("/settings").Status(http.StatusSeeOther)
				// A second press finds nobody.
				page.Submit(leaving, form("sure", "1", "texts", string(texts))).Status(http.StatusForbidden)
				s.Community.Wait()
				shown := amina.Get(address).Status(http.StatusOK).Lacks("Rosa Quispe")
				if kept := strings.Contains(shown.Body, "Words of Rosa."); kept != (texts == models.LeavingKeeps) {
					t.Errorf("the words are there: %v", kept)
				}
				amina.Get("/members/rosa-quispe").Status(http.StatusNotFound)
				if _, err := s.Community.MemberLink(t.Context(), "rosa@example.org"); err == nil {
					t.Error("there is still a way in")
				}
				// The address is free for somebody new.
				s.Add(t, "rosa@example.org", "Rosa Again", "Funders", models.RoleMember)
				s.SignedIn(t, s.Amina).Get(address).Status(http.StatusOK).Lacks("Rosa Again")
			})
		})
	}
}

func TestTheLastConvenerIsAskedToStay(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		teo := s.SignedIn(t, s.Teo)
		teo.Get("/settings/leave").Submit(leaving, form("sure", "1", "texts", "keeps")).
			Status(http.StatusUnprocessableEntity).Has("Nobody else runs the community.")
		teo.Get("/settings").Status(http.StatusOK)
	})
}

// TestACopyIsSentAndKeptNowhere reads the file as it comes, in the member's language.
func TestACopyIsSentAndKeptNowhere(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "A <b>title")
		n := s.Respond(t, s.Rosa, id, "Words with <script>alert(1)</script> and ¶1 and ![a picture](https://elsewhere.example/p.png)")
		if err := s.Forum.EditText(t.Context(), s.Rosa, id, n, forum.TextEdit{Body: "Words after an edit, and ¶1."}); err != nil {
			t.Fatal(err)
		}
		rosa := s.SignedIn(t, s.Rosa)
		rosa.Language = "ar"
		answer := rosa.Get("/settings/export").Status(http.StatusOK).Submit(copying, nil).Status(http.StatusOK)
		for header, want := range map[string]string{
			"Content-Type": "application/zip", "Content-Disposition": `attachment; filename="colloquy-my-data.zip"`,
			"Cache-Control": "no-store", "Content-Encoding": "", "X-Content-Type-Options": "nosniff",
		} {
			if got := answer.Header.Get(header); got != want {
				t.Errorf("%s is %q, want %q", header, got, want)
			}
		}
		file, err := zip.NewReader(bytes.NewReader([]byte(answer.Body)), int64(len(answer.Body)))
		if err != nil {
			t.Fatal(err)
		}
		content, err := file.Open("index.html")
		if err != nil {
			t.Fatal(err)
		}
		html, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		for _, must := range []string{
			`<html lang="ar" dir="rtl">`, "rosa@example.org", "Words after an edit", "كل ما يخصني", "A &lt;b&gt;title",
			fmt.Sprintf(`href="%s/threads/%d/a-b-title/1"`, s.URL, id), "<details>",
		} {
			if !strings.Contains(string(html), must) {
				t.Errorf("the page lacks %q", must)
			}
		}
		for _, never := range []string{"<script", "<img", "<link", "src=", "@import", "Amina", "argon2", " onerror"} {
			if strings.Contains(string(html), never) {
				t.Errorf("the page holds %q", never)
			}
		}
	})
}

// TestCopiesAreLimited: making one costs more than reading a page.
func TestCopiesAreLimited(t *testing.T) {
	s := served.NewLimitedSite(t, forumtest.NewCast(t, forumtest.Open(t, forumtest.SQLite(t))), nil)
	page := s.SignedIn(t, s.Rosa).Get("/settings/export")
	for range 3 {
		page.Submit(copying, nil).Status(http.StatusOK)
	}
	page.Submit(copying, nil).Status(http.StatusTooManyRequests)
	s.SignedIn(t, s.Amina).Get("/settings/export").Submit(copying, nil).Status(http.StatusOK)
}
