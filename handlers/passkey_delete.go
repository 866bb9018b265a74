package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// passkeyDelete asks whether a passkey is really to be removed.
func (s *Site) passkeyDelete(c *fiber.Ctx) error {
	passkey, err := s.passkey(c)
	if err != nil {
		return err
	}
	s.cacheRule(c, false)
	return s.render(c, views.PasskeyDelete(s.page(c, "", views.SectionSettings), views.PasskeyPage{Passkey: passkey}))
}

// passkeyRemove removes a passkey.
func (s *Site) passkeyRemove(c *fiber.Ctx) error {
	passkeyID, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := s.Community.RemovePasskey(c.UserContext(), s.at(c).viewer, passkeyID, device(c)); err != nil {
		return err
	}
	return seeOther(c, "/settings/security")
}
