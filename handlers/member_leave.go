package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

// leaveShow is the page on which a member leaves.
func (s *Site) leaveShow(c *fiber.Ctx) error {
	if !s.at(c).viewer.SignedIn() {
		return errSignIn
	}
	return s.showLeave(c, http.StatusOK, views.LeavePage{})
}

func (s *Site) showLeave(c *fiber.Ctx, code int, page views.LeavePage) error {
	p := s.page(c, "", views.SectionSettings)
	p.Path = "/settings/leave"
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Leave(p, page))
}

// memberLeave ends the viewer's membership for good. The browser forgets what it kept of
// them, drafts too.
func (s *Site) memberLeave(c *fiber.Ctx) error {
	v, page := s.at(c), views.LeavePage{Texts: models.Leaving(c.FormValue("texts"))}
	var err error
	if c.FormValue("sure") == "" {
		err = models.Invalid{"sure": models.Empty}
	} else {
		err = s.Community.Leave(c.UserContext(), v.viewer, page.Texts)
	}
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(v.words, invalid)
		return s.showLeave(c, status(err), page)
	} else if err != nil {
		return err
	}
	for _, name := range []string{"session", "proof", "device", "posted", "form"} {
		s.setCookie(c, name, "", 0)
	}
	c.Set("Clear-Site-Data", `"cache", "storage"`)
	return seeOther(c, "/left")
}

// leftShow says that a membership has ended, to whoever asks.
func (s *Site) leftShow(c *fiber.Ctx) error {
	p := s.page(c, "", "")
	p.NoIndex = true
	s.cacheRule(c, false)
	return s.render(c, views.Left(p))
}
