package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// stepShow asks for the code of an authenticator when password or letter were right.
func (s *Site) stepShow(c *fiber.Ctx) error {
	if s.at(c).viewer.SignedIn() && c.Cookies(s.cookie("step")) == "" {
		return seeOther(c, s.next(c))
	}
	_, err := s.Community.StepOpen(c.UserContext(), c.Cookies(s.cookie("step")))
	if errors.Is(err, models.ErrNotFound) {
		return s.showStep(c, http.StatusGone, views.SecondStepPage{Gone: true})
	} else if err != nil {
		return err
	}
	return s.showStep(c, http.StatusOK, views.SecondStepPage{})
}

func (s *Site) showStep(c *fiber.Ctx, code int, page views.SecondStepPage) error {
	p := s.page(c, "", views.SectionSignIn)
	p.Path = "/sign-in/second-step"
	s.withToken(c, &p)
	if page.Gone {
		s.setCookie(c, "step", "", 0)
	}
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.SecondStep(p, page))
}

// stepUse takes that code and gives the browser its session. What is tried counts for the
// account, however often its password is given again.
func (s *Site) stepUse(c *fiber.Ctx) error {
	step := c.Cookies(s.cookie("step"))
	email, err := s.Community.StepOpen(c.UserContext(), step)
	if err == nil {
		err = s.limitAccount(c, "codes", "code", email)
	}
	var entry community.Entry
	if err == nil {
		entry, err = s.Community.SecondStep(c.UserContext(), step, c.FormValue("code"))
	}
	switch {
	case errors.Is(err, models.ErrNotFound):
		return s.showStep(c, http.StatusGone, views.SecondStepPage{Gone: true})
	case errors.Is(err, community.ErrCode):
		return s.showStep(c, status(err), views.SecondStepPage{
			Errors: views.FieldErrors{"code": s.at(c).words.T("problem.code")},
		})
	case err != nil:
		return err
	}
	return s.enter(c, entry, s.next(c))
}
