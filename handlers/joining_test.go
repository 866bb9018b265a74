package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// joinedBy is each for a community that people join in one way.
func joinedBy(t *testing.T, how models.Joining, run func(t *testing.T, s *served.Site)) {
	t.Helper()
	forumtest.EachDatabase(t, func(t *testing.T, url string) {
		cast := forumtest.NewCast(t, forumtest.Open(t, url))
		forumtest.Exec(t, url, "UPDATE community SET name = 'Secret circle', joining = '"+string(how)+"', join_question = 'Where do you work?'")
		run(t, served.NewSite(t, cast))
	})
}

// inviteTo makes an invitation and returns its address.
func inviteTo(t *testing.T, s *served.Site, who models.Viewer, input community.NewInvitation) string {
	t.Helper()
	token, err := s.Community.Invite(t.Context(), who, input)
	if err != nil {
		t.Fatal(err)
	}
	return "/invitations/" + token
}

func TestAPreviewNamesNothing(t *testing.T) {
	joinedBy(t, models.JoiningInvited, func(t *testing.T, s *served.Site) {
		open := inviteTo(t, s, s.Lena, community.NewInvitation{GroupID: s.Groups[4].ID, Note: "Unmistakable note", Themes: []string{forumtest.Inside}})
		used := inviteTo(t, s, s.Lena, community.NewInvitation{Email: "used@example.org", GroupID: s.Groups[4].ID})
		s.Browser(t).Get(used).Submit(`form[action="`+used+`"]`, form("name", "Guest", "rules", "1")).Status(http.StatusSeeOther)
		withdrawn := inviteTo(t, s, s.Lena, community.NewInvitation{})
		row, err := s.Community.Invitation(t.Context(), strings.TrimPrefix(withdrawn, "/invitations/"))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Community.RevokeInvitation(t.Context(), s.Lena, row.ID); err != nil {
			t.Fatal(err)
		}
		expired := inviteTo(t, s, s.Lena, community.NewInvitation{Days: 1})
		s.Clock.Pass(25 * time.Hour)
		for name, test := range map[string]struct {
			address string
			code    int
		}{
			"open": {open, http.StatusOK}, "used": {used, http.StatusGone}, "withdrawn": {withdrawn, http.StatusNotFound},
			"expired": {expired, http.StatusGone}, "forged": {"/invitations/" + strings.Repeat("x", 32), http.StatusNotFound},
			"a trick":                 {"/invitations/%3Cscript%3E", http.StatusNotFound},
			"a confirmation, forged":  {"/join/" + strings.Repeat("x", 32), http.StatusGone},
			"the page on how to join": {"/join", http.StatusOK},
		} {
			for _, language := range []string{"en", "fr", "es", "ar"} {
				b := s.Browser(t)
				b.Language = language
				page := b.Get(test.address).Status(test.code)
				head, err := page.Find("head").Html()
				if err != nil {
					t.Fatal(err)
				}
				shown := head
				if name != "open" {
					shown = page.Body
				}
				for _, never := range []string{
					"Secret circle", "Lena Fischer", "Funders", "Bailleurs", "Unmistakable", "Inside matters", "example.org", "og:title", "canonical", `value="ogp"`,
				} {
					if strings.Contains(shown, never) {
						t.Errorf("%s, %s: %q stands in what a preview reads", name, language, never)
					}
				}
				if strings.Contains(page.Body, "Secret circle") || !strings.Contains(head, `content="noindex"`) || page.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s, %s: may be kept (%s) or listed, or names the community", name, language, page.Header.Get("Cache-Control"))
				}
			}
		}
		s.Browser(t).Get(open).Has("Lena Fischer", "Funders", "House rules").Lacks("Unmistakable")
	})
}

func TestJoiningByLetterWithoutJavaScript(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		lena := s.SignedIn(t, s.Lena)
		sent := lena.Get("/invitations").Submit(`form[action="/invitations"]`, form(
			"email", "fatou@example.org", "group", fmt.Sprint(s.Groups[2].ID), "themes", forumtest.Boards, "days", "7", "note", "From the round table",
		)).Status(http.StatusSeeOther)
		link := "/invitations/" + s.Last(t, "fatou@example.org", community.LetterInvitation).Token
		sent.Follow().Status(http.StatusOK).Has("1 invitation is on its way", "fatou@example.org", "From the round table", "Board matters", "Open until").Lacks(link)
		lena.Get("/invitations").Submit(`form[action="/invitations"]`, form("email", "Fatou@example.org")).
			Status(http.StatusUnprocessableEntity).Has("is open already", `value="Fatou@example.org"`)

		guest := s.Browser(t)
		page := guest.Get(link).Status(http.StatusOK)
		if fields := page.Find(`input[name="email"]`).Length(); fields != 0 {
			t.Error("an address is asked that the invitation has")
		}
		guest.Post(link, form("name", "Kept words")).Status(http.StatusForbidden).Has("Kept words")
		wrong := page.Submit(`form[action="`+link+`"]`, url.Values{"name": {"Fatou"}, "password": {"short"}, "reading": {"fr", "sw"}, "initiatives": {"ogp"}}).
			Status(http.StatusUnprocessableEntity).Has(`value="Fatou"`, "agree to the house rules", "too short")
		if ticked := wrong.Find("input[checked]").Length(); ticked != 3 {
			t.Errorf("%d boxes are still ticked", ticked)
		}
		joined := wrong.Submit(`form[action="`+link+`"]`, form("rules", "1", "password", "", "language", "en")).Status(http.StatusSeeOther)
		if to := joined.Header.Get("Location"); to != "/welcome?theme="+forumtest.Boards {
			t.Errorf("joining leads to %s", to)
		}
		welcome := joined.Follow().Status(http.StatusOK).Has("Welcome, ", "Fatou", "Begin here", "Open matters", "Inside matters", `href="/house-rules"`, `href="/settings"`)
		if first := welcome.Find(`section[aria-labelledby="first"] h3`).Text(); strings.TrimSpace(first) != "Board matters" {
			t.Errorf("first comes %q", first)
		}
		s.Browser(t).Get(link).Status(http.StatusGone).Lacks("Fatou", "Lena")
		guest.Get(link).Status(http.StatusGone)
		lena.Get("/invitations").Has("Joined ")
	})
}

func TestWelcomeShowsWhatMayBeRead(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		s.Start(t, s.Paul, forumtest.Boards, "Unmistakable title")
		address := "/welcome?theme=" + forumtest.Boards + "&theme=nowhere&theme=%00"
		s.Browser(t).Get(address).Status(http.StatusSeeOther)
		s.SignedIn(t, s.Amina).Get(address).Status(http.StatusOK).Lacks("Board matters", "Unmistakable").Has("Inside matters")
		s.SignedIn(t, s.Paul).Get(address).Status(http.StatusOK).Has("Board matters", "Unmistakable")
	})
}

func TestALinkForManyAnswersAlikeForEveryAddress(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		lena := s.SignedIn(t, s.Lena)
		made := lena.Get("/invitations").Submit(`form[action="/invitations"]`, form("uses", "30", "group", fmt.Sprint(s.Groups[0].ID))).Status(http.StatusOK)
		link := strings.TrimPrefix(made.Find("#new-link").AttrOr("value", ""), s.URL)
		fill := func(email string) *served.Page {
			return s.Browser(t).Get(link).Submit(`form[action="`+link+`"]`, form("name", "Guest", "email", email, "rules", "1")).Status(http.StatusOK)
		}
		known, unknown := fill("AMINA@example.org"), fill("nobody@example.org")
		if known.Text("main") != unknown.Text("main") || len(known.Header.Values("Set-Cookie")) != len(unknown.Header.Values("Set-Cookie")) {
			t.Errorf("the answers differ: %q and %q", known.Text("main"), unknown.Text("main"))
		}
		s.Last(t, "amina@example.org", community.LetterSignIn)
		s.Last(t, "nobody@example.org", community.LetterJoining)
		lena.Get("/invitations").Has("Used 0 of 30").Lacks("nobody@example.org", "AMINA")

		// Where the link of a letter leads, a visit uses nothing up.
		finish := "/join/" + s.Last(t, "nobody@example.org", community.LetterJoining).Token
		b := s.Browser(t)
		b.Get(finish).Status(http.StatusOK)
		b.Post(finish, nil).Status(http.StatusForbidden)
		b.Get(finish).Submit(`form[action="`+finish+`"]`, nil).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("Welcome")
		s.Browser(t).Get(finish).Status(http.StatusGone)
		lena.Get("/invitations").Has("Used 1 of 30")
	})
}

func TestInvitationsAreActedOnByWhoMay(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		link := inviteTo(t, s, s.Teo, community.NewInvitation{Role: models.RoleConvener})
		row, err := s.Community.Invitation(t.Context(), strings.TrimPrefix(link, "/invitations/"))
		if err != nil {
			t.Fatal(err)
		}
		stranger, amina, lena, teo := s.Browser(t), s.SignedIn(t, s.Amina), s.SignedIn(t, s.Lena), s.SignedIn(t, s.Teo)
		token := func(b *served.Browser) url.Values {
			return form("token", b.Get("/welcome").Find(`input[name="token"]`).First().AttrOr("value", ""), "list", "a@example.org", "act", "send")
		}
		for _, path := range []string{
			"/invitations", "/invitations/bulk", fmt.Sprintf("/invitations/%d/resend", row.ID), fmt.Sprintf("/invitations/%d/delete", row.ID),
			"/invitations/requests/1/accept", "/invitations/requests/1/delete",
		} {
			if page := stranger.Post(path, form("list", "a@example.org")); page.Code != http.StatusForbidden && page.Code != http.StatusUnauthorized {
				t.Errorf("a stranger posts to %s: %d", path, page.Code)
			}
			amina.Post(path, token(amina)).Status(http.StatusForbidden).Lacks("Teodora", "a@example.org\"")
		}
		for _, path := range []string{"/invitations", "/invitations/bulk", "/invitations/requests"} {
			stranger.Get(path).Status(http.StatusSeeOther)
			amina.Get(path).Status(http.StatusForbidden)
		}
		lena.Get("/invitations/requests").Status(http.StatusForbidden)
		lena.Post(fmt.Sprintf("/invitations/%d/resend", row.ID), token(lena)).Status(http.StatusForbidden)
		lena.Post("/invitations", func() url.Values { v := token(lena); v.Set("role", "convener"); return v }()).Status(http.StatusForbidden)
		if roles := lena.Get("/invitations").Find(`input[name="role"]`).Length(); roles != 0 {
			t.Error("a moderator is offered roles")
		}
		lena.Post("/invitations/99/resend", token(lena)).Status(http.StatusNotFound)
		lena.Post("/invitations/x/resend", token(lena)).Status(http.StatusNotFound)

		renewed := teo.Post(fmt.Sprintf("/invitations/%d/resend", row.ID), token(teo)).Status(http.StatusOK)
		fresh := strings.TrimPrefix(renewed.Find("#new-link").AttrOr("value", ""), s.URL)
		s.Browser(t).Get(link).Status(http.StatusNotFound)
		s.Browser(t).Get(fresh).Status(http.StatusOK)
		lena.Post(fmt.Sprintf("/invitations/%d/delete", row.ID), token(lena)).Status(http.StatusSeeOther)
		s.Browser(t).Get(fresh).Status(http.StatusNotFound)
	})
}

func TestAListIsShownBeforeItIsSent(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		lena := s.SignedIn(t, s.Lena)
		const bulk = `form[action="/invitations/bulk"]`
		list := "email;group;name\r\nnew@example.org;Bailleurs de fonds;<b>Jane</b>\r\namina@example.org;;\r\nnobody;;\r\nNEW@example.org;;\r\nx@example.org;No such group;"
		page := lena.Get("/invitations/bulk").Status(http.StatusOK)
		shown := page.Submit(bulk, form("list", list, "act", "preview", "days", "7")).Status(http.StatusOK)
		shown.Has("new@example.org", "&lt;b&gt;Jane&lt;/b&gt;", "no complete address", "stands in the list before", "No group has exactly this name").Lacks("<b>Jane")
		if kept := shown.Find("textarea").Text(); strings.TrimSpace(strings.ReplaceAll(list, "\r\n", "\n")) != strings.TrimSpace(strings.ReplaceAll(kept, "\r\n", "\n")) {
			t.Errorf("the list is given back as %q", kept)
		}
		if errs := shown.Find(".lines .err").Length(); errs != 3 {
			t.Errorf("%d lines have a remark", errs)
		}
		if len(s.To("new@example.org")) != 0 {
			t.Fatal("a preview sends letters")
		}
		// What was not shown is not sent, but shown.
		shown.Submit(bulk, form("list", list+"\r\nsneaked@example.org;;", "act", "send")).Status(http.StatusOK).Has("sneaked@example.org")
		if len(s.To("sneaked@example.org")) != 0 {
			t.Error("a line was sent that had not been shown")
		}
		for range 2 { // a double click
			left := shown.Submit(bulk, form("act", "send")).Status(http.StatusOK).Has("on their way")
			if rest := left.Find("textarea").Text(); !strings.Contains(rest, "nobody;;") || strings.Contains(rest, "amina") || !strings.Contains(rest, "email;group;name") {
				t.Errorf("left to mend is %q", rest)
			}
		}
		if n := len(s.To("new@example.org")); n != 1 {
			t.Errorf("the guest gets %d letters", n)
		}
		if n := len(s.To("amina@example.org")); n != 0 {
			t.Errorf("a member gets %d letters", n)
		}
		lena.Get("/invitations").Has("new@example.org", "amina@example.org")
		lena.Get("/invitations/bulk").Submit(bulk, form("list", " ", "act", "preview")).Status(http.StatusUnprocessableEntity).Has("cannot be empty")
		lena.Get("/invitations/bulk").Submit(bulk, form("list", "kept@example.org", "days", "1000", "act", "preview")).
			Status(http.StatusUnprocessableEntity).Has("kept@example.org", "within the limits")
		lena.Post("/invitations/bulk", form("list", "kept@example.org", "act", "send")).Status(http.StatusForbidden).Has("kept@example.org")
		done := lena.Get("/invitations/bulk").Submit(bulk, form("list", "one@example.org\ntwo@example.org", "act", "preview"))
		done.Submit(bulk, form("act", "send")).Status(http.StatusSeeOther).Follow().Has("2 invitations are on their way")
	})
}

func TestAskingToJoin(t *testing.T) {
	joinedBy(t, models.JoiningRequest, func(t *testing.T, s *served.Site) {
		b := s.Browser(t)
		b.Get("/").Has(`href="/join"`)
		b.Get("/sign-in").Has(`href="/join"`)
		b.Get("/about").Lacks(`href="/join"`)
		page := b.Get("/join").Status(http.StatusOK).Has("Where do you work?")
		page.Submit(`form[action="/join"]`, form("email", "new@", "answer", "Kept <i>words</i>")).
			Status(http.StatusUnprocessableEntity).Has("Kept &lt;i&gt;words", "not complete")
		b.Post("/join", form("answer", "Kept words")).Status(http.StatusForbidden).Has("Kept words")
		ask := func(email, answer string) *served.Page {
			return s.Browser(t).Get("/join").Submit(`form[action="/join"]`, form("email", email, "name", "Margaret Owusu", "answer", answer)).
				Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
		}
		known, unknown := ask("rosa@example.org", "Me again."), ask("new@example.org", "In a <b>ministry</b>.\r\nSince May.")
		if known.Text("main") != unknown.Text("main") {
			t.Error("the answer tells whether an address is known")
		}
		s.Last(t, "teo@example.org", community.LetterJoinRequest)
		teo := s.SignedIn(t, s.Teo)
		teo.Get("/invitations").Has("Requests to join (1)")
		list := teo.Get("/invitations/requests").Status(http.StatusOK).Has("new@example.org", "&lt;b&gt;ministry", "Where do you work?").Lacks("rosa@example.org")
		form1 := list.Find(`form[action$="/accept"]`).AttrOr("action", "")
		list.Submit(`form[action="`+form1+`"]`, form("group", fmt.Sprint(s.Groups[1].ID))).Status(http.StatusSeeOther).Follow().Has("Nobody waits")
		list.Submit(`form[action="`+form1+`"]`, nil).Status(http.StatusNotFound)
		link := "/invitations/" + s.Last(t, "new@example.org", community.LetterInvitation).Token
		s.Browser(t).Get(link).Submit(`form[action="`+link+`"]`, form("name", "Margaret", "rules", "1")).Status(http.StatusSeeOther)
		ask("other@example.org", "x")
		s.Community.Wait()
		list = teo.Get("/invitations/requests")
		aside := list.Find(`form[action$="/delete"]`).AttrOr("action", "")
		list.Submit(`form[action="`+aside+`"]`, nil).Status(http.StatusSeeOther).Follow().Has("Nobody waits")
		if n := len(s.To("other@example.org")); n != 0 {
			t.Errorf("who is set aside gets %d letters", n)
		}
		teo.Get("/join").Status(http.StatusSeeOther)
	})
}

func TestWhereWhoeverAsksMayJoinOverHTTP(t *testing.T) {
	joinedBy(t, models.JoiningOpen, func(t *testing.T, s *served.Site) {
		b := s.Browser(t)
		page := b.Get("/join").Status(http.StatusOK)
		if fields := page.Find(`form[action="/join"]`).Find(`input:not([type="hidden"]), select, textarea`).Length(); fields != 1 {
			t.Errorf("%d fields are asked, not the address alone", fields)
		}
		page.Submit(`form[action="/join"]`, form("email", "new@example.org")).Status(http.StatusSeeOther).Follow().Has("letter is on its way")
		link := "/invitations/" + s.Last(t, "new@example.org", community.LetterInvitation).Token
		b.Get(link).Submit(`form[action="`+link+`"]`, form("name", "New", "rules", "1", "group", fmt.Sprint(s.Groups[0].ID))).
			Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("Welcome")
		s.Browser(t).Get(link).Status(http.StatusGone)
	})
}

func TestNobodyAsksWherePeopleAreInvitedOverHTTP(t *testing.T) {
	joinedBy(t, models.JoiningInvited, func(t *testing.T, s *served.Site) {
		b := s.Browser(t)
		b.Get("/").Lacks(`href="/join"`)
		b.Get("/sign-in").Lacks(`href="/join"`)
		page := b.Get("/join?sent=1").Status(http.StatusOK).Lacks(`action="/join"`, "Teodora", "Lena")
		fields := served.Fields(b.Get("/sign-in").Find(`form[action="/sign-in"]`))
		fields.Set("email", "new@example.org")
		b.Post("/join", fields).Status(http.StatusNotFound).Has(strings.TrimSpace(page.Find("main .stand").Text()))
		if n := len(s.To("new@example.org")); n != 0 {
			t.Errorf("%d letters are sent", n)
		}
	})
}

func TestAskingToJoinIsLimited(t *testing.T) {
	forumtest.EachDatabase(t, func(t *testing.T, address string) {
		cast := forumtest.NewCast(t, forumtest.Open(t, address))
		forumtest.Exec(t, address, "UPDATE community SET joining = 'request'")
		s := served.NewLimitedSite(t, cast, []string{"127.0.0.1"})
		ask := func(email, from string) *served.Page {
			b := s.Browser(t)
			fields := served.Fields(b.Get("/join").Find(`form[action="/join"]`))
			fields.Set("email", email)
			fields.Set("name", "Somebody")
			fields.Set("answer", "Kept words")
			return b.Do(http.MethodPost, "/join", fields, http.Header{"X-Forwarded-For": {from}})
		}
		for name, one := range map[string]func(i int) *served.Page{
			"by source":         func(i int) *served.Page { return ask(fmt.Sprintf("a%d@example.org", i), "198.51.100.1") },
			"by address":        func(i int) *served.Page { return ask("one@example.org", fmt.Sprintf("203.0.113.%d", i)) },
			"by known address":  func(i int) *served.Page { return ask("amina@example.org", fmt.Sprintf("203.0.113.%d", i+100)) },
			"by another's case": func(i int) *served.Page { return ask("ROSA@example.org", fmt.Sprintf("192.0.2.%d", i)) },
		} {
			refused := 0
			for i := range 12 {
				if page := one(i); page.Code == http.StatusTooManyRequests {
					refused++
					if page.Header.Get("Retry-After") == "" || !strings.Contains(page.Body, "Kept words") {
						t.Errorf("%s: a refusal without Retry-After, or without the words", name)
					}
				}
			}
			if refused == 0 {
				t.Errorf("%s: none of twelve was refused", name)
			}
		}
	})
}
