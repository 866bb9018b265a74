package handlers

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// pseudonymsShow is a member's own list of the names they go by in themes. It stands on no
// other member's page and nobody keeps it.
func (s *Site) pseudonymsShow(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	own, err := s.Community.Pseudonyms(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	themes, err := s.openThemes(c)
	if err != nil {
		return err
	}
	page := views.PseudonymsPage{Own: own}
	for _, theme := range themes {
		if theme.Pseudonyms {
			page.Themes = append(page.Themes, theme)
		}
	}
	p := s.page(c, v.words.T("pseudonyms.title"), views.SectionSettings)
	p.NoIndex, p.Masked = true, true
	c.Status(http.StatusOK)
	s.cacheRule(c, false)
	return s.render(c, views.Pseudonyms(p, page))
}
