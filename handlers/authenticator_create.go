package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// authenticatorNew shows a member a new secret for an app that makes one-time codes.
func (s *Site) authenticatorNew(c *fiber.Ctx) error {
	enrolment, err := s.Community.BeginAuthenticator(c.UserContext(), s.at(c).viewer)
	if errors.Is(err, models.ErrTaken) {
		return seeOther(c, "/settings/security")
	} else if err != nil {
		return err
	}
	return s.showAuthenticator(c, http.StatusOK, enrolment, nil)
}

func (s *Site) showAuthenticator(c *fiber.Ctx, code int, enrolment community.Enrolment, problems views.FieldErrors) error {
	p := s.page(c, "", views.SectionSettings)
	p.Path = "/settings/authenticator"
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Authenticator(p, views.AuthenticatorPage{
		Token: enrolment.Token, Secret: enrolment.Secret, URL: enrolment.URL, Errors: problems,
	}))
}

// authenticatorCreate takes the first code, and shows the recovery codes, this once. A
// secret that has waited for too long gives way to a new one.
func (s *Site) authenticatorCreate(c *fiber.Ctx) error {
	v, token := s.at(c), c.FormValue("secret")
	codes, err := s.Community.ConfirmAuthenticator(c.UserContext(), v.viewer, token, c.FormValue("code"), s.arrival(c))
	switch {
	case errors.Is(err, community.ErrCode):
		enrolment, late := s.Community.Authenticating(c.UserContext(), v.viewer, token)
		if late != nil {
			return late
		}
		return s.showAuthenticator(c, status(err), enrolment, views.FieldErrors{"code": v.words.T("problem.code")})
	case errors.Is(err, models.ErrNotFound):
		return seeOther(c, "/settings/authenticator")
	case err != nil:
		return err
	}
	return s.showRecoveryCodes(c, codes, true)
}

func (s *Site) showRecoveryCodes(c *fiber.Ctx, codes []string, enrolled bool) error {
	s.cacheRule(c, false)
	return s.render(c, views.RecoveryCodes(s.page(c, "", views.SectionSettings), codes, enrolled))
}
