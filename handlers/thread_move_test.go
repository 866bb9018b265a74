package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

func TestAModeratorMovesAThreadByItsPage(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "On the move")
		address, edit := path(t, s, id), fmt.Sprintf("/threads/%d/edit", id)
		fields, rosa, amina, lena := `form[action="`+edit+`"]`, s.SignedIn(t, s.Rosa), s.SignedIn(t, s.Amina), s.SignedIn(t, s.Lena)
		rosa.Get(edit).Status(http.StatusForbidden)
		// Its author changes the head and is not offered the theme; a forged one moves nothing.
		page := amina.Get(edit).Status(http.StatusOK).Lacks(`name="theme"`)
		page.Submit(fields, form("title", "On its way", "theme", forumtest.Inside)).Status(http.StatusSeeOther)
		address = strings.Replace(address, "on-the-move", "on-its-way", 1)
		s.Browser(t).Get(address).Status(http.StatusOK).Has(`href="/themes/` + forumtest.Public + `"`)

		page = lena.Get(edit).Status(http.StatusOK)
		if options := page.Find(`select[name="theme"] option`).Length(); options != 3 {
			t.Errorf("%d themes are offered", options)
		}
		for range 2 { // the second is a double submit
			page.Submit(fields, form("theme", forumtest.Inside)).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).
				Has(`href="/themes/` + forumtest.Inside + `"`)
		}
		s.Browser(t).Get(address).Status(http.StatusNotFound)
		rosa.Get(address).Status(http.StatusOK)
		rosa.Get("/themes/" + forumtest.Inside).Status(http.StatusOK).Has("On its way")
		for _, public := range []string{"/", "/themes/" + forumtest.Public, "/search?q=way", "/sitemap.xml"} {
			s.Browser(t).Get(public).Status(http.StatusOK).Lacks("On its way", "on-its-way")
		}
		for language, sentence := range map[string]string{
			"en": "More people could read the thread there.", "fr": "Plus de personnes pourraient y lire le fil.",
			"es": "Allí podrían leer el hilo más personas.", "ar": "يمكن لعدد أكبر من الناس قراءة النقاش هناك.",
		} {
			lena.Language = language
			lena.Get(edit).Submit(fields, form("theme", forumtest.Public, "title", "Kept words")).
				Status(http.StatusUnprocessableEntity).Has(sentence, "Kept words", `id="f-theme-error"`)
		}
		lena.Get(edit).Submit(fields, form("theme", "nowhere")).Status(http.StatusUnprocessableEntity)
		if head, err := s.Forum.Thread(t.Context(), s.Lena, id); err != nil || head.ThemeSlug != forumtest.Inside || head.Title != "On its way" || head.Seq != 3 {
			t.Errorf("in %s, %q at %d, %v", head.ThemeSlug, head.Title, head.Seq, err)
		}
	})
}

// TestAnOldFormDoesNotMoveAThreadBack: two moderators have the form open; who changes
// the title only asks for no move.
func TestAnOldFormDoesNotMoveAThreadBack(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		s.Theme(t, "also-open", "Also open", models.AudienceEveryone)
		id := s.Start(t, s.Amina, forumtest.Public, "Two forms")
		edit := fmt.Sprintf("/threads/%d/edit", id)
		fields := `form[action="` + edit + `"]`
		lena, teo := s.SignedIn(t, s.Lena), s.SignedIn(t, s.Teo)
		old := lena.Get(edit).Status(http.StatusOK)
		teo.Get(edit).Submit(fields, form("theme", "also-open")).Status(http.StatusSeeOther)
		again := old.Submit(fields, form("title", "")).Status(http.StatusUnprocessableEntity)
		again.Submit(fields, form("title", "A new title")).Status(http.StatusSeeOther)
		old.Submit(fields, form("title", "A newer title")).Status(http.StatusSeeOther)
		if head, err := s.Forum.Thread(t.Context(), s.Lena, id); err != nil || head.ThemeSlug != "also-open" || head.Title != "A newer title" {
			t.Errorf("in %s, %q, %v", head.ThemeSlug, head.Title, err)
		}
	})
}

// TestAnInstanceThatHasNotHeardOfAMoveKeepsItsPagesApart: another process has moved the
// thread and written in it. Until this one hears of that it goes by the head it knows;
// what somebody of the group reads meanwhile must not be kept for others.
func TestAnInstanceThatHasNotHeardOfAMoveKeepsItsPagesApart(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Open to all")
		address := path(t, s, id)
		cast := *s.Cast
		other := served.NewSite(t, &cast)
		readers := map[string]*served.Browser{"a visitor": other.Browser(t), "a member": other.SignedIn(t, s.Amina)}
		paul := other.SignedIn(t, s.Paul)
		readers["a visitor"].Get(address).Status(http.StatusOK) // the head is known from now on
		for _, browser := range readers {
			browser.Language = "fr"
		}
		paul.Language = "fr"
		narrow(t, s, id)
		paul.Get(address).Status(http.StatusOK).Has(secret + " word")
		for who, browser := range readers {
			if page := browser.Get(address).Lacks(secret); page.Code != http.StatusNotFound {
				t.Errorf("%s is answered with %d", who, page.Code)
			}
		}
		paul.Get(address).Status(http.StatusOK).Has(secret + " word")
	})
}
