package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

// passkey finds the viewer's passkey that the address names.
func (s *Site) passkey(c *fiber.Ctx) (models.Passkey, error) {
	passkeyID, err := id(c, "id")
	if err != nil {
		return models.Passkey{}, err
	}
	if !s.at(c).viewer.SignedIn() {
		return models.Passkey{}, errSignIn
	}
	passkeys, err := s.Community.Passkeys(c.UserContext(), s.at(c).viewer)
	if err != nil {
		return models.Passkey{}, err
	}
	for _, passkey := range passkeys {
		if passkey.ID == passkeyID {
			return passkey, nil
		}
	}
	return models.Passkey{}, models.ErrNotFound
}

// passkeyEdit is the form to rename a passkey.
func (s *Site) passkeyEdit(c *fiber.Ctx) error {
	passkey, err := s.passkey(c)
	if err != nil {
		return err
	}
	return s.showPasskey(c, http.StatusOK, views.PasskeyPage{Passkey: passkey})
}

func (s *Site) showPasskey(c *fiber.Ctx, code int, page views.PasskeyPage) error {
	p := s.page(c, "", views.SectionSettings)
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.PasskeyEdit(p, page))
}

// passkeyUpdate renames a passkey.
func (s *Site) passkeyUpdate(c *fiber.Ctx) error {
	passkey, err := s.passkey(c)
	if err != nil {
		return err
	}
	passkey.Name = c.FormValue("name")
	err = s.Community.RenamePasskey(c.UserContext(), s.at(c).viewer, passkey.ID, passkey.Name)
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		return s.showPasskey(c, status(err), views.PasskeyPage{Passkey: passkey, Errors: sentences(s.at(c).words, invalid)})
	} else if err != nil {
		return err
	}
	return seeOther(c, "/settings/security")
}
