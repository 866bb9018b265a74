package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

// serviceDelete asks whether a service is really to be disconnected.
func (s *Site) serviceDelete(c *fiber.Ctx) error {
	identityID, err := id(c, "id")
	if err != nil {
		return err
	}
	services, err := s.ownServices(c)
	if err != nil {
		return err
	}
	for _, service := range services {
		if service.Connected == identityID {
			s.cacheRule(c, false)
			return s.render(c, views.ServiceDisconnect(s.page(c, "", views.SectionSettings), views.ServicePage{Service: service}))
		}
	}
	return models.ErrNotFound
}

// serviceDisconnect ends signing in through a service.
func (s *Site) serviceDisconnect(c *fiber.Ctx) error {
	identityID, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := s.Community.Disconnect(c.UserContext(), s.at(c).viewer, identityID, device(c)); err != nil {
		return err
	}
	return seeOther(c, "/settings/security")
}
