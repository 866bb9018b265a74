package handlers

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// settingsShow is the page on which a member changes what others see of them.
func (s *Site) settingsShow(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	profile, err := s.Community.Profile(c.UserContext(), v.viewer, v.viewer.Persona.PersonaHandle)
	if err != nil {
		return err
	}
	chosen := map[string]bool{}
	for _, initiative := range profile.Initiatives {
		chosen[initiative.Slug] = true
	}
	return s.showSettings(c, http.StatusOK, views.SettingsPage{
		Name: profile.PersonaName, Organisation: profile.Organisation, About: profile.About,
		Language: v.viewer.Member.Language, Appearance: v.viewer.Member.Appearance, TimeZone: v.viewer.Member.TimeZone,
		Directory: v.viewer.Member.Directory, Languages: ticked(strings.Fields(profile.Languages)), Chosen: chosen,
		Saved: c.Query("saved") != "",
	})
}

func (s *Site) showSettings(c *fiber.Ctx, code int, page views.SettingsPage) error {
	v := s.at(c)
	initiatives, err := s.Community.Initiatives(c.UserContext())
	if err != nil {
		return err
	}
	page.Initiatives = initiatives
	for _, group := range s.at(c).settings.Groups {
		if group.ID == v.viewer.Member.GroupID {
			page.Group = group
		}
	}
	p := s.page(c, "", views.SectionSettings)
	p.Path = "/settings"
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Settings(p, page))
}

// settingsUpdate changes a member's profile and preferences.
func (s *Site) settingsUpdate(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	slugs, languages := values(c, "initiatives"), values(c, "languages")
	page := views.SettingsPage{
		Name: c.FormValue("name"), Organisation: c.FormValue("organisation"), About: c.FormValue("about"),
		Language: c.FormValue("language"), Appearance: c.FormValue("appearance"), TimeZone: c.FormValue("time_zone"),
		Directory: c.FormValue("directory") != "", Languages: ticked(languages), Chosen: ticked(slugs),
	}
	if !v.offers(page.Language) {
		page.Language = ""
	}
	if page.Appearance != "light" && page.Appearance != "dark" {
		page.Appearance = ""
	}
	if !s.proven(c) {
		return s.showSettings(c, http.StatusForbidden, page)
	}
	if page.Name != v.viewer.Persona.PersonaName {
		if err := s.limit(c, "rename"); err != nil {
			return err
		}
	}
	err := s.Community.EditProfile(c.UserContext(), v.viewer, community.ProfileEdit{
		Name: page.Name, Organisation: page.Organisation, About: page.About, Initiatives: slugs, Languages: languages,
		Language: page.Language, Appearance: page.Appearance, TimeZone: page.TimeZone, Directory: page.Directory,
	})
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(v.words, invalid)
		return s.showSettings(c, status(err), page)
	} else if err != nil {
		return err
	}
	return seeOther(c, "/settings?saved=1")
}

// ticked are the values of a field of which several can be chosen, as a set.
func ticked(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, value := range list {
		set[value] = true
	}
	return set
}

// values are all values of a repeated field, each once.
func values(c *fiber.Ctx, name string) []string {
	var list []string
	seen := map[string]bool{}
	for _, value := range c.Request().PostArgs().PeekMulti(name) {
		if text := string(value); !seen[text] {
			seen[text], list = true, append(list, text)
		}
	}
	return list
}
