package handlers_test

import (
	"fmt"
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
	accessOfPublic = "/themes/" + forumtest.Public + "/access"
	accessForm     = `form[action="` + accessOfPublic + `"][method="post"]`
)

func TestOnlyConvenersMeetTheAccessPage(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		if err := s.Community.AddModerator(t.Context(), s.Teo, forumtest.Boards, "rosa-quispe"); err != nil {
			t.Fatal(err)
		}
		for who, browser := range map[string]*served.Browser{
			"a visitor": s.Browser(t), "a member": s.SignedIn(t, s.Amina), "a moderator": s.SignedIn(t, s.Lena), "the theme's moderator": s.SignedIn(t, s.Rosa),
		} {
			var first *served.Page
			for _, slug := range []string{forumtest.Boards, forumtest.Public, "no-such-theme"} {
				for _, act := range []string{"access", "access?q=a", "moderators", "moderators/delete"} {
					address := "/themes/" + slug + "/" + act
					posted := browser.Post(address, form("audience", "everyone", "handle", "rosa-quispe", "token", "forged")).Lacks("Board matters")
					if act == "moderators" || act == "moderators/delete" || act == "access" {
						if first == nil {
							first = posted
						}
						if posted.Code != first.Code || clean(posted, "") != clean(first, "") || posted.Code/100 == 2 || posted.Code == http.StatusSeeOther {
							t.Errorf("%s, %s: %d, elsewhere %d", who, address, posted.Code, first.Code)
						}
					}
					if page := browser.Get(address).Lacks("Board matters"); page.Code == http.StatusOK {
						t.Errorf("%s reads %s", who, address)
					}
				}
			}
			if page := browser.Get("/themes/" + forumtest.Public).Status(http.StatusOK); strings.Contains(page.Body, accessOfPublic) {
				t.Errorf("%s is offered the page", who)
			}
		}
		teo := s.SignedIn(t, s.Teo)
		teo.Get("/themes/no-such-theme/access").Status(http.StatusNotFound)
		for _, address := range []string{accessOfPublic, "/themes/" + forumtest.Public + "/moderators", "/themes/" + forumtest.Public + "/moderators/delete"} {
			teo.Post(address, form("audience", "members", "handle", "rosa-quispe", "token", "forged")).Status(http.StatusForbidden)
		}
		s.Browser(t).Get("/themes/" + forumtest.Public).Status(http.StatusOK)
		teo.Get("/themes/" + forumtest.Public).Status(http.StatusOK).Has(accessOfPublic)
	})
}

func TestAConvenerChoosesWhoReads(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		teo, boards := s.SignedIn(t, s.Teo), fmt.Sprint(s.Groups[2].ID)
		page := teo.Get(accessOfPublic).Status(http.StatusOK)
		for _, refused := range []struct {
			fill     url.Values
			sentence string
		}{
			{form("audience", "groups"), "Tick at least one group."},
			{form("audience", "groups", "groups", "999999"), `id="f-groups-error"`},
			{form("audience", "groups", "groups", "x"), `id="f-groups-error"`},
			{form("audience", "friends"), `id="f-audience-error"`},
			{form("audience", ""), `id="f-audience-error"`},
		} {
			page.Submit(accessForm, refused.fill).Status(http.StatusUnprocessableEntity).Has(refused.sentence)
		}
		// A theme without threads can be closed and opened.
		for _, audience := range []string{"members", "everyone"} {
			page = page.Submit(accessForm, form("audience", audience, "pseudonyms", "1")).Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
		}
		id := s.Start(t, s.Amina, forumtest.Public, "Written for all")
		old := teo.Get(accessOfPublic)
		page = old.Submit(accessForm, form("audience", "groups", "groups", boards)).Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
		if chosen := page.Find(`input[name="groups"][checked]`); chosen.Length() != 1 || chosen.AttrOr("value", "") != boards {
			t.Errorf("%d groups are ticked", chosen.Length())
		}
		if page.Find(`input[name="pseudonyms"][checked]`).Length() != 1 {
			t.Error("other names are not on")
		}
		for language, sentence := range map[string]string{
			"en": "More people could read what has been written here.", "fr": "Plus de personnes pourraient lire",
			"es": "Más personas podrían leer", "ar": "يمكن لعدد أكبر من الناس قراءة ما كُتب هنا",
		} {
			teo.Language = language
			teo.Get(accessOfPublic).Submit(accessForm, form("audience", "everyone")).Status(http.StatusUnprocessableEntity).Has(sentence, `id="f-audience-error"`)
		}
		teo.Language = "en"
		// A form that was filled in before the change opens nothing, and shows what holds.
		late := old.Submit(accessForm, form("audience", "members")).Status(http.StatusUnprocessableEntity).Has("Somebody has changed this meanwhile.")
		if late.Find(`input[name="audience"][checked]`).AttrOr("value", "") != "groups" {
			t.Error("the form does not show what holds now")
		}
		late.Submit(accessForm, form("pseudonyms", "")).Status(http.StatusSeeOther)
		address := fmt.Sprintf("/threads/%d/written-for-all", id)
		s.SignedIn(t, s.Paul).Get(address).Status(http.StatusOK)
		s.SignedIn(t, s.Amina).Get(address).Status(http.StatusNotFound)
		s.Browser(t).Get(address).Status(http.StatusNotFound)
	})
}

// TestANarrowedThemeEndsTheFramesOfThoseOutside: nothing that is written from then on
// reaches anybody who lost the right, on any path.
func TestANarrowedThemeEndsTheFramesOfThoseOutside(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Paul, forumtest.Public, "Open to all")
		channel, address := ThreadChannel(id), path(t, s, id)
		outside := map[string]*served.Browser{"a visitor": s.Browser(t), "a member": s.SignedIn(t, s.Amina)}
		lines := map[string]*line{}
		for who, browser := range outside {
			for _, page := range []string{"/", "/themes", "/themes/" + forumtest.Public, address} {
				browser.Get(page).Status(http.StatusOK)
			}
			l := dial(t, s, browser)
			l.send(fmt.Sprintf(`[{"t":"sub","ch":"%s","since":1},{"t":"sub","ch":"front"},{"t":"sub","ch":"theme:%s"}]`, channel, forumtest.Public))
			for range 3 {
				l.next("ok")
			}
			lines[who] = l
		}
		paul := dial(t, s, s.SignedIn(t, s.Paul))
		paul.send(fmt.Sprintf(`{"t":"sub","ch":"%s","since":1}`, channel))
		paul.next("ok")
		teo := s.SignedIn(t, s.Teo)
		teo.Get(accessOfPublic).Submit(accessForm, form("audience", "groups", "groups", fmt.Sprint(s.Groups[2].ID))).Status(http.StatusSeeOther)
		s.Respond(t, s.Paul, id, "An "+secret+" word.")
		<-time.After(settled)
		if came := paul.everything(); strings.Count(came, secret+" word") != 1 {
			t.Errorf("who may read gets %s", came)
		}
		for who, l := range lines {
			came := l.everything()
			if strings.Contains(came, secret) || strings.Contains(came, `"seq":2`) {
				t.Errorf("%s got %s", who, came)
			}
			if strings.Count(came, `"t":"deny","ch":"`+channel+`"`) != 1 || strings.Count(came, `"t":"deny","ch":"theme:`+forumtest.Public+`"`) != 1 {
				t.Errorf("%s was not denied: %s", who, came)
			}
		}
		for who, browser := range outside {
			browser.Get(address).Status(http.StatusNotFound).Lacks(secret)
			browser.Get("/themes/" + forumtest.Public).Status(http.StatusNotFound)
			for _, page := range []string{"/", "/themes", "/search?q=word", "/sitemap.xml", "/api/v1/themes"} {
				if body := browser.Get(page).Status(http.StatusOK).Body; strings.Contains(body, "Open to all") || strings.Contains(body, secret) {
					t.Errorf("%s reads it on %s", who, page)
				}
			}
		}
	})
}

// TestAThemesModeratorCuratesIt: from the convener's page on, at once, on open lines too.
func TestAThemesModeratorCuratesIt(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id, beside := s.Start(t, s.Paul, forumtest.Boards, "Behind the door"), s.Start(t, s.Paul, forumtest.Inside, "Beside")
		address, edit := fmt.Sprintf("/threads/%d/behind-the-door", id), fmt.Sprintf("/threads/%d/edit", id)
		const access = "/themes/" + forumtest.Boards + "/access"
		teo, rosa := s.SignedIn(t, s.Teo), s.SignedIn(t, s.Rosa)
		rosa.Get(address).Status(http.StatusNotFound)
		teo.Get(access).Status(http.StatusOK).Lacks("Rosa")
		page := teo.Get(access + "?q=nobody").Status(http.StatusOK)
		if page.Find(`form[action$="/moderators"]`).Length() != 0 {
			t.Error("nobody is offered")
		}
		add := `form[action="/themes/` + forumtest.Boards + `/moderators"]`
		for _, found := range []string{"quis", "rosa-quispe", "ROSA"} {
			page = teo.Get(access + "?q=" + found).Status(http.StatusOK).Has(`value="rosa-quispe"`)
		}
		page.Submit(add, form("handle", "nobody-at-all")).Status(http.StatusUnprocessableEntity).Has("No member of that name.")
		page.Submit(add, form("handle", "rosa-quispe")).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("Rosa Quispe")
		teo.Get("/members/rosa-quispe/edit").Status(http.StatusOK).Has("Board matters", access)

		// She reads, edits, closes, moves and removes there, without being of the group.
		rosa.Get("/themes/"+forumtest.Boards).Status(http.StatusOK).Has("Moderators of this theme:", "Rosa Quispe", "/threads/new?theme="+forumtest.Boards)
		s.SignedIn(t, s.Paul).Get("/themes/"+forumtest.Boards).Status(http.StatusOK).Has("Moderators of this theme:", "Rosa Quispe")
		said := s.Respond(t, s.Paul, id, "To be removed.")
		shown := rosa.Get(address).Status(http.StatusOK).Has(edit)
		if shown.Find(fmt.Sprintf(`#r%d a[href$="/delete"]`, said)).Length() != 1 {
			t.Error("she is not offered to remove")
		}
		rosa.Get(fmt.Sprintf("/threads/%d/responses/%d/delete", id, said)).Submit(`main form[action$="/delete"]`, nil).Status(http.StatusSeeOther)
		rosa.Get(edit).Status(http.StatusOK).Has(`name="locked"`, `name="theme"`).
			Submit(`form[action="`+edit+`"]`, form("locked", "1", "title", "Closed by her")).Status(http.StatusSeeOther)
		if head, err := s.Forum.Thread(t.Context(), s.Paul, id); err != nil || !head.Locked || head.Title != "Closed by her" || head.Responses != 0 {
			t.Errorf("the thread is %+v, %v", head.Thread, err)
		}
		rosa.Get(fmt.Sprintf("/threads/%d/edit", beside)).Status(http.StatusForbidden)
		rosa.Get(fmt.Sprintf("/threads/%d/beside", beside)).Status(http.StatusOK).Lacks("/responses/1/delete")

		// It ends at once, on her open line too.
		l := dial(t, s, rosa)
		l.send(fmt.Sprintf(`{"t":"sub","ch":"%s"}`, ThreadChannel(id)))
		l.next("ok")
		remove := `form[action="/themes/` + forumtest.Boards + `/moderators/delete"]`
		for range 2 { // the second is a double submit
			teo.Get(access).Status(http.StatusOK)
			page.Submit(add, form("handle", "rosa-quispe")).Status(http.StatusSeeOther)
		}
		teo.Get(access).Submit(remove, form("handle", "rosa-quispe")).Status(http.StatusSeeOther).Follow().Lacks("Rosa")
		if _, err := s.Forum.EditThread(t.Context(), s.Teo, id, threadTitle(secret+" title")); err != nil {
			t.Fatal(err)
		}
		<-time.After(settled)
		if came := l.everything(); strings.Contains(came, secret) {
			t.Errorf("she got %s", came)
		}
		rosa.Get(address).Status(http.StatusNotFound)
		rosa.Get(edit).Status(http.StatusNotFound)
		rosa.Get("/themes/" + forumtest.Boards).Status(http.StatusNotFound)
	})
}

// TestAThemesModeratorMovesItsThreads only to where nobody reads more, and only from there.
func TestAThemesModeratorMovesItsThreads(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		s.Theme(t, "twin", "Twin", models.AudienceMembers)
		id, beside := s.Start(t, s.Paul, forumtest.Inside, "Among members"), s.Start(t, s.Paul, "twin", "Beside")
		if err := s.Community.AddModerator(t.Context(), s.Teo, forumtest.Inside, "rosa-quispe"); err != nil {
			t.Fatal(err)
		}
		rosa := s.SignedIn(t, s.Rosa)
		edit := fmt.Sprintf("/threads/%d/edit", id)
		fields := `form[action="` + edit + `"]`
		page := rosa.Get(edit).Status(http.StatusOK).Lacks("Board matters")
		for _, theme := range []string{forumtest.Public, forumtest.Boards, "no-such-theme"} {
			page.Submit(fields, form("theme", theme)).Status(http.StatusUnprocessableEntity)
		}
		page.Submit(fields, form("theme", "twin")).Status(http.StatusSeeOther)
		page.Submit(fields, form("title", "Again")).Status(http.StatusForbidden) // it stands in another theme now
		other := fmt.Sprintf("/threads/%d/edit", beside)
		rosa.Post(other, form("theme", forumtest.Inside, "token", "forged")).Status(http.StatusForbidden)
		if head, err := s.Forum.Thread(t.Context(), s.Teo, id); err != nil || head.ThemeSlug != "twin" || head.Title != "Among members" {
			t.Errorf("it is in %s, %v", head.ThemeSlug, err)
		}
	})
}

func threadTitle(title string) forum.ThreadEdit { return forum.ThreadEdit{Title: &title} }
