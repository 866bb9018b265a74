package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// passwordEdit is the form for a new password. Whoever has one gives it; whoever has none
// proves who they are in another way first.
func (s *Site) passwordEdit(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	if v.viewer.Member.PasswordHash == "" && !s.isFresh(c) {
		return s.fresh(c)
	}
	return s.showPassword(c, http.StatusOK, nil)
}

func (s *Site) showPassword(c *fiber.Ctx, code int, problems views.FieldErrors) error {
	has := s.at(c).viewer.Member.PasswordHash != ""
	p := s.page(c, "", views.SectionSettings)
	p.Path = "/settings/password"
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Password(p, views.PasswordPage{
		HasPassword: has, AsksCurrent: has && !s.isFresh(c), Length: community.MinPassword, Errors: problems,
	}))
}

// passwordUpdate sets or changes the password.
func (s *Site) passwordUpdate(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	change := community.PasswordChange{Current: c.FormValue("password_current"), New: c.FormValue("password_new"), Fresh: s.isFresh(c)}
	if !change.Fresh {
		if v.viewer.Member.PasswordHash == "" {
			return s.fresh(c)
		}
		if err := s.limitAccount(c, "guesses", "", v.viewer.Member.Email); err != nil {
			return err
		}
	}
	token, err := s.Community.SetPassword(c.UserContext(), v.viewer, change, s.arrival(c))
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		return s.showPassword(c, status(err), sentences(v.words, invalid))
	} else if err != nil {
		return err
	}
	s.renew(c, token, true)
	return seeOther(c, views.SecurityPath(views.DonePassword))
}

// passwordDelete shows the button that takes the password away.
func (s *Site) passwordDelete(c *fiber.Ctx) error {
	if s.at(c).viewer.Member.PasswordHash == "" {
		return seeOther(c, "/settings/security")
	}
	s.cacheRule(c, false)
	return s.render(c, views.PasswordDelete(s.page(c, "", views.SectionSettings)))
}

// passwordRemove takes the password away.
func (s *Site) passwordRemove(c *fiber.Ctx) error {
	token, err := s.Community.RemovePassword(c.UserContext(), s.at(c).viewer, s.arrival(c))
	if err != nil {
		return err
	}
	s.renew(c, token, true)
	return seeOther(c, views.SecurityPath(views.DoneNoPassword))
}
