package handlers

import (
	"time"

	"github.com/gofiber/fiber/v2"
)

// lookUpdate keeps the appearance or language that somebody chose in the foot of a
// page: a member's in their account, a visitor's in a cookie.
func (s *Site) lookUpdate(c *fiber.Ctx) error {
	v := s.at(c)
	appearance, language := c.FormValue("appearance"), c.FormValue("language")
	if appearance != "auto" && appearance != "light" && appearance != "dark" {
		appearance = ""
	}
	if !v.offers(language) {
		language = ""
	}
	if v.viewer.SignedIn() {
		if !s.proven(c) {
			return errStale
		}
		if err := s.Community.SetLook(c.UserContext(), v.viewer, language, appearance); err != nil {
			return err
		}
	}
	if appearance != "" {
		s.setCookie(c, "look", appearance, cookieDays*24*time.Hour)
	}
	if language != "" {
		s.setCookie(c, "language", language, cookieDays*24*time.Hour)
	}
	return seeOther(c, localPath(c.FormValue("next")))
}
