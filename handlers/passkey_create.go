package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// passkeyFor is how long a browser keeps the token of a question to a device.
const passkeyFor = 5 * time.Minute

// passkeysShow is the page of the viewer's passkeys alone.
func (s *Site) passkeysShow(c *fiber.Ctx) error {
	return s.showPasskeys(c, http.StatusOK, views.PasskeysPage{})
}

func (s *Site) showPasskeys(c *fiber.Ctx, code int, page views.PasskeysPage) error {
	passkeys, err := s.Community.Passkeys(c.UserContext(), s.at(c).viewer)
	if err != nil {
		return err
	}
	page.Passkeys = passkeys
	p := s.page(c, "", views.SectionSettings)
	p.Path, p.Modules = "/settings/passkeys", []string{"passkey.js"}
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Passkeys(p, page))
}

// passkeyOptions tells the browser what to ask a device that makes a passkey.
func (s *Site) passkeyOptions(c *fiber.Ctx) error {
	options, token, err := s.Community.BeginPasskey(c.UserContext(), s.at(c).viewer)
	if err != nil {
		return err
	}
	return s.askDevice(c, options, token)
}

// askDevice answers with what the browser asks a device, and gives it the token to come
// back with.
func (s *Site) askDevice(c *fiber.Ctx, options []byte, token string) error {
	s.setCookie(c, "passkey", token, passkeyFor)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	s.cacheRule(c, false)
	return c.Send(options)
}

// passkeyCreate keeps the passkey that a device has made.
func (s *Site) passkeyCreate(c *fiber.Ctx) error {
	v := s.at(c)
	err := s.Community.AddPasskey(c.UserContext(), v.viewer, community.NewPasskey{
		Token: c.Cookies(s.cookie("passkey")), Name: c.FormValue("name"), Answer: []byte(c.FormValue("credential")),
		Device: device(c),
	})
	s.setCookie(c, "passkey", "", 0)
	page := views.PasskeysPage{Name: c.FormValue("name")}
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(v.words, invalid)
	} else if page.Errors = s.passkeyProblem(c, err); err != nil && page.Errors == nil {
		return err
	}
	if page.Errors != nil {
		return s.showPasskeys(c, status(err), page)
	}
	return seeOther(c, "/settings/security")
}

// passkeyProblem is the sentence on a device's answer that was not accepted; nil for any
// other error.
func (s *Site) passkeyProblem(c *fiber.Ctx, err error) views.FieldErrors {
	w := s.at(c).words
	switch {
	case errors.Is(err, community.ErrPasskeyLate):
		return views.FieldErrors{"passkey": w.T("passkey.late")}
	case errors.Is(err, community.ErrPasskeyCopied):
		return views.FieldErrors{"passkey": w.T("passkey.copied")}
	case errors.Is(err, community.ErrPasskey):
		return views.FieldErrors{"passkey": w.T("passkey.refused")}
	}
	return nil
}
