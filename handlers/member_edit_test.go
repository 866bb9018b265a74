package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

const (
	membership = "/members/amina-diallo/edit"
	suspension = "/members/amina-diallo/suspension"
)

func TestToEverybodyButConvenersTheMembershipPageIsAbsent(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		s.Start(t, s.Paul, forumtest.Public, "What a visitor knows him by")
		for name, browser := range map[string]*served.Browser{
			"a visitor": s.Browser(t), "a member": s.SignedIn(t, s.Amina), "a moderator": s.SignedIn(t, s.Lena),
		} {
			for _, act := range []string{"/edit", "/suspension", "/suspension/delete", "/no-such-act"} {
				known, nobody := "/members/paul-nkemelu"+act, "/members/nobody-at-all"+act
				for _, method := range []string{http.MethodGet, http.MethodPost} {
					fields := form("role", "convener", "until", "2030-01-01", "token", "forged")
					if method == http.MethodGet {
						fields = nil
					}
					a, b := browser.Do(method, known, fields, nil), browser.Do(method, nobody, fields, nil)
					if a.Code != http.StatusNotFound || b.Code != http.StatusNotFound || clean(a, known) != clean(b, nobody) {
						t.Errorf("%s, %s %s: %d, of nobody %d", name, method, known, a.Code, b.Code)
					}
				}
			}
			browser.Get("/members/paul-nkemelu").Status(http.StatusOK).Lacks("/members/paul-nkemelu/edit")
		}
		teo := s.SignedIn(t, s.Teo)
		teo.Get("/members/nobody-at-all/edit").Status(http.StatusNotFound)
		teo.Post(membership, form("role", "convener")).Status(http.StatusForbidden) // without a token
		teo.Get("/members/paul-nkemelu").Status(http.StatusOK).Has(`href="/members/paul-nkemelu/edit"`)
		if page := teo.Get(membership).Status(http.StatusOK).Lacks("amina@example.org"); page.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the page may be kept: %q", page.Header.Get("Cache-Control"))
		}
	})
}

func TestAConvenerChangesAMember(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		own := s.Start(t, s.Amina, forumtest.Public, "Hers")
		boards := s.Start(t, s.Paul, forumtest.Boards, "Behind the door")
		teo, amina := s.SignedIn(t, s.Teo), s.SignedIn(t, s.Amina)
		private := fmt.Sprintf("/threads/%d", boards)
		address := path(t, s, own)
		amina.Get(private).Status(http.StatusNotFound)
		s.Browser(t).Get(address).Status(http.StatusOK).Has("MSI secretariats")

		first := teo.Get(membership).Status(http.StatusOK)
		fill := form("group", fmt.Sprint(s.Groups[2].ID), "role", "moderator")
		for range 2 { // the second is a double submit
			first.Submit(`form[action="`+membership+`"]`, fill).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).
				Has("It holds from now on")
		}
		amina.Get(private).Status(http.StatusFound) // of the boards now
		amina.Get("/invitations").Status(http.StatusOK)
		if by := s.Browser(t).Get(address).Status(http.StatusOK).Text("#r1"); !strings.Contains(by, "MSI boards") {
			t.Errorf("her text is still by %s", by)
		}
		page := teo.Get(membership)
		if role := page.Find(`input[name="role"][checked]`).AttrOr("value", ""); role != "moderator" {
			t.Errorf("the page says that she is a %s", role)
		}
		page.Submit(`form[action="`+membership+`"]`, form("role", "queen", "group", "99")).Status(http.StatusUnprocessableEntity).
			Has(`id="f-role-error"`, `id="f-group-error"`)
		page.Submit(`form[action="`+membership+`"]`, form("role", "member", "group", fmt.Sprint(s.Groups[0].ID))).Status(http.StatusSeeOther)
		amina.Get(private).Status(http.StatusNotFound)
		amina.Get("/invitations").Status(http.StatusForbidden)
	})
}

func TestTheLastConvenerIsToldWhy(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		teo := s.SignedIn(t, s.Teo)
		const own = "/members/teodora-ilic"
		down := form("role", "member")
		for language, sentence := range map[string]string{
			"en": "Nobody else runs the community.", "fr": "Personne d’autre n’anime la communauté.",
			"es": "Nadie más dirige la comunidad.", "ar": "لا أحد سواه يدير المجتمع.",
		} {
			teo.Language = language
			page := teo.Get(own + "/edit").Status(http.StatusOK)
			page.Submit(`form[action="`+own+`/edit"]`, down).Status(http.StatusUnprocessableEntity).Has(sentence)
			page.Submit(`form[action="`+own+`/suspension"]`, form("until", "2030-01-01")).Status(http.StatusUnprocessableEntity).Has(sentence)
		}
		page := teo.Get(own + "/edit")
		s.Add(t, "ada@example.org", "Ada First", "Funders", models.RoleConvener)
		page.Submit(`form[action="`+own+`/edit"]`, down).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Lacks("/edit\"")
		teo.Get(own + "/edit").Status(http.StatusNotFound)
	})
}

func TestAConvenerSuspendsAndLifts(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Inside, "Members only")
		teo, amina := s.SignedIn(t, s.Teo), s.SignedIn(t, s.Amina)
		address := addressFor(t, amina, id)
		l := dial(t, s, amina)
		l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d"}`, id))
		l.next("ok")
		suspend := `form[action="` + suspension + `"]`
		page := teo.Get(membership).Status(http.StatusOK).Lacks(suspension + "/delete")
		for _, day := range []string{"", "soon", "2026-02-31", "2026-11-09", "1999-01-01", "99999-01-01"} { // it is 9 November 2026
			page.Submit(suspend, form("until", day)).Status(http.StatusUnprocessableEntity).Has("Choose a day after today.", `value="`+day+`"`)
		}
		amina.Get(address).Status(http.StatusOK)
		for range 2 { // the second is a double submit
			page.Submit(suspend, form("until", "2026-12-01")).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).
				Has("Suspended until 1 December.", `value="2026-12-01"`)
		}
		if code := l.closed(); code != 4003 {
			t.Errorf("her live line is closed with %d", code)
		}
		amina.Get(address).Status(http.StatusNotFound)
		amina.Get("/").Status(http.StatusOK).Lacks("/sign-out")
		lift := `form[action="` + suspension + `/delete"]`
		held := teo.Get(membership)
		for range 2 {
			held.Submit(lift, nil).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Lacks("Suspended until")
		}
		amina.Get("/").Status(http.StatusOK).Lacks("/sign-out") // the old session stays ended
		s.SignedIn(t, s.Amina).Get(address).Status(http.StatusOK)
	})
}

// addressFor is a thread's address for a browser that may read it.
func addressFor(t *testing.T, b *served.Browser, id int64) string {
	t.Helper()
	return b.Get(fmt.Sprintf("/threads/%d", id)).Status(http.StatusFound).Header.Get("Location")
}

// closed is the code with which the line is closed, within three seconds.
func (l *line) closed() int {
	l.t.Helper()
	_ = l.conn.SetReadDeadline(time.Now().Add(3 * time.Second))
	for {
		_, _, err := l.conn.ReadMessage()
		if closed, ok := err.(*websocket.CloseError); ok { //nolint:errorlint // gorilla returns it bare
			return closed.Code
		} else if err != nil {
			l.t.Fatal(err)
		}
	}
}
