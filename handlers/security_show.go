package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// securityShow is how the viewer signs in.
func (s *Site) securityShow(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	passkeys, err := s.Community.Passkeys(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	services, err := s.ownServices(c)
	if err != nil {
		return err
	}
	p := s.page(c, "", views.SectionSettings)
	p.Modules = []string{"passkey.js"}
	s.cacheRule(c, false)
	return s.render(c, views.Security(p, views.SecurityPage{Passkeys: passkeys, Services: services}))
}
