package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// authenticatorDelete shows the button that takes the second step away.
func (s *Site) authenticatorDelete(c *fiber.Ctx) error {
	return s.whoHasOne(c, func() error {
		return s.render(c, views.AuthenticatorDelete(s.page(c, "", views.SectionSettings)))
	})
}

// authenticatorRemove takes the second step away, with the recovery codes.
func (s *Site) authenticatorRemove(c *fiber.Ctx) error {
	if err := s.Community.RemoveAuthenticator(c.UserContext(), s.at(c).viewer, s.arrival(c)); err != nil {
		return err
	}
	return seeOther(c, views.SecurityPath(views.DoneAuthenticator))
}

// recoveryNew shows the button that makes new recovery codes.
func (s *Site) recoveryNew(c *fiber.Ctx) error {
	return s.whoHasOne(c, func() error {
		return s.render(c, views.RecoveryCodesNew(s.page(c, "", views.SectionSettings)))
	})
}

// recoveryCreate makes new recovery codes and shows them, this once.
func (s *Site) recoveryCreate(c *fiber.Ctx) error {
	codes, err := s.Community.RenewRecoveryCodes(c.UserContext(), s.at(c).viewer, s.arrival(c))
	if err != nil {
		return err
	}
	return s.showRecoveryCodes(c, codes, false)
}

// whoHasOne shows a page to members with an authenticator, and leads others back.
func (s *Site) whoHasOne(c *fiber.Ctx, show func() error) error {
	has, _, err := s.Community.SecondFactor(c.UserContext(), s.at(c).viewer)
	if err != nil {
		return err
	}
	if !has {
		return seeOther(c, "/settings/security")
	}
	s.cacheRule(c, false)
	return show()
}
