package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// signOutShow shows the button to sign out.
func (s *Site) signOutShow(c *fiber.Ctx) error {
	if !s.at(c).viewer.SignedIn() {
		return seeOther(c, "/")
	}
	s.cacheRule(c, false)
	return s.render(c, views.SignOut(s.page(c, "", "")))
}

// signOut ends the session of this browser.
func (s *Site) signOut(c *fiber.Ctx) error {
	if err := s.Community.SignOut(c.UserContext(), s.at(c).viewer); err != nil {
		return err
	}
	s.setCookie(c, "session", "", 0)
	c.Set("Clear-Site-Data", `"cache"`)
	return seeOther(c, "/sign-in?ended=1")
}
