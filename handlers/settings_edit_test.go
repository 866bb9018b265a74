package handlers_test

import (
	"net/http"
	"net/url"
	"testing"

	"colloquy/app/forumtest/served"
	"colloquy/models"
)

const savedSettings = `form[action="/settings"]`

func TestSettingsAreKept(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		rosa := s.SignedIn(t, s.Rosa)
		page := rosa.Get("/settings").Status(http.StatusOK)
		if page.Find(`#f-directory[checked]`).Length() != 1 || page.Find(`#f-time_zone option[selected]`).AttrOr("value", "none") != "" {
			t.Error("a new member is not in the directory, or in another zone than UTC")
		}
		fill := url.Values{
			"name": {"Rosa Quispe Mamani"}, "languages": {"es", "ar"}, "initiatives": {"eiti"}, "time_zone": {"America/La_Paz"},
			"appearance": {"dark"}, "language": {"es"}, "directory": nil,
		}
		for range 2 { // the second is a double press
			page.Submit(savedSettings, fill).Status(http.StatusSeeOther)
		}
		page = rosa.Get("/settings").Status(http.StatusOK).Has(`data-theme="dark"`, `lang="es"`, "Rosa Quispe Mamani")
		for selector, want := range map[string]int{
			`[name="languages"][checked]`: 2, `[name="languages"][value="ar"][checked]`: 1, `[name="initiatives"][checked]`: 1,
			`#f-directory[checked]`: 0, `#f-time_zone option[value="America/La_Paz"][selected]`: 1, `#f-time_zone optgroup`: 10,
		} {
			if got := page.Find(selector).Length(); got != want {
				t.Errorf("%s stands %d times in the form, want %d", selector, got, want)
			}
		}
		viewer, err := s.Store.ViewerOfMember(t.Context(), s.Rosa.Member.ID)
		if err != nil || viewer.Member.TimeZone != "America/La_Paz" || viewer.Member.Directory {
			t.Errorf("%+v, %v", viewer.Member, err)
		}
		if viewer.Member.Role != models.RoleMember || viewer.Member.Opaque != s.Rosa.Member.Opaque {
			t.Errorf("what is not in the form has changed: %+v", viewer.Member)
		}
	})
}

func TestSettingsThatCannotBe(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		page := s.SignedIn(t, s.Rosa).Get("/settings")
		for field, values := range map[string][]string{
			"time_zone": {"Mars/Olympus", "../etc/passwd", "america/la_paz", "Local"}, "languages": {"<b>", "e s", "klingon-and-more"},
			"initiatives": {"nowhere"}, "name": {"", " \u200b "},
		} {
			for _, value := range values {
				wrong := page.Submit(savedSettings, url.Values{field: {value}, "about": {"What I have written."}})
				wrong.Status(http.StatusUnprocessableEntity).Has(`id="f-`+field+`-error"`, "What I have written.")
			}
		}
		many := make([]string, 0, 30)
		for c := range 30 {
			many = append(many, "a"+string(rune('a'+c%26))+string(rune('a'+c/26)))
		}
		page.Submit(savedSettings, url.Values{"languages": many}).Status(http.StatusUnprocessableEntity)
		if viewer, err := s.Store.ViewerOfMember(t.Context(), s.Rosa.Member.ID); err != nil || viewer.Member.TimeZone != "" || !viewer.Member.Directory {
			t.Errorf("something was kept: %+v, %v", viewer.Member, err)
		}
	})
}
