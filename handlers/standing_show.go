package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// aboutShow says what this place is.
func (s *Site) aboutShow(c *fiber.Ctx) error {
	p := s.page(c, "", "")
	p.Canonical = s.BaseURL + "/about"
	return s.render(c, views.About(p, views.AboutPage{Purpose: s.at(c).settings.Purpose, Lang: "en", Groups: s.at(c).settings.Groups}))
}

// rulesShow holds the house rules.
func (s *Site) rulesShow(c *fiber.Ctx) error {
	p := s.page(c, "", "")
	p.Canonical = s.BaseURL + "/house-rules"
	return s.render(c, views.HouseRules(p))
}

// privacyShow says what is kept of whom.
func (s *Site) privacyShow(c *fiber.Ctx) error {
	p := s.page(c, "", "")
	p.Canonical = s.BaseURL + "/privacy"
	return s.render(c, views.Privacy(p))
}
