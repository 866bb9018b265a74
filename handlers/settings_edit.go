package handlers

import (
	"errors"
	"net/http"

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
	chosen := make(map[string]bool, len(profile.Initiatives))
	for _, initiative := range profile.Initiatives {
		chosen[initiative.Slug] = true
	}
	return s.showSettings(c, http.StatusOK, views.SettingsPage{
		Name: profile.PersonaName, Organisation: profile.Organisation, About: profile.About,
		Language: v.viewer.Member.Language, Chosen: chosen, Saved: c.Query("saved") != "",
	})
}

func (s *Site) showSettings(c *fiber.Ctx, code int, page views.SettingsPage) error {
	v := s.at(c)
	initiatives, err := s.Community.Initiatives(c.UserContext())
	if err != nil {
		return err
	}
	page.Initiatives, page.HasPassword = initiatives, v.viewer.Member.PasswordHash != ""
	page.PasswordLength = community.MinPassword
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

// settingsUpdate changes a member's profile, preferences and password.
func (s *Site) settingsUpdate(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	page := views.SettingsPage{
		Name: c.FormValue("name"), Organisation: c.FormValue("organisation"), About: c.FormValue("about"),
		Language: c.FormValue("language"), Chosen: map[string]bool{},
	}
	slugs := values(c, "initiatives")
	for _, slug := range slugs {
		page.Chosen[slug] = true
	}
	if !v.offers(page.Language) {
		page.Language = ""
	}
	if !s.proven(c) {
		return s.showSettings(c, http.StatusForbidden, page)
	}
	err := s.Community.EditProfile(c.UserContext(), v.viewer, community.ProfileEdit{
		Name: page.Name, Organisation: page.Organisation, About: page.About, Initiatives: slugs, Language: page.Language,
		PasswordCurrent: c.FormValue("password_current"), PasswordNew: c.FormValue("password_new"),
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
