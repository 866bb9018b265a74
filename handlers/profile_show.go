package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/views"
)

// profileTexts is how many of its latest texts a profile shows.
const profileTexts = 10

// profileShow is the page of a named persona.
func (s *Site) profileShow(c *fiber.Ctx) error {
	handle, err := name(c, "handle")
	if err != nil {
		return err
	}
	v := s.at(c)
	profile, err := s.Community.Profile(c.UserContext(), v.viewer, handle)
	if err != nil {
		return err
	}
	recent, err := s.Forum.ByPersona(c.UserContext(), v.viewer, handle, profileTexts)
	if err != nil {
		return err
	}
	own := v.viewer.Persona != nil && v.viewer.Persona.PersonaHandle == handle
	p := s.page(c, profile.PersonaName, "")
	p.NoIndex = true // a profile is for people here, not for search engines
	return s.render(c, views.Profile(p, views.ProfilePage{
		Profile: profile, Recent: recent, Own: own,
		MayChange: access.Can(v.viewer, access.ChangeMember, access.Thing{}) == nil,
	}))
}
