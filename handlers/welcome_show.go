package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// welcomeThreads is how many threads the page for new members shows.
const welcomeThreads = 5

// welcomeShow is the first page of a new member: the themes that their invitation named
// come first, as far as they may be read.
func (s *Site) welcomeShow(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	themes, err := s.Forum.Themes(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	page := views.WelcomePage{Groups: v.settings.Groups}
	if page.Latest, _, err = s.Forum.Threads(c.UserContext(), v.viewer, 0, "", "", welcomeThreads); err != nil {
		return err
	}
	first := map[string]bool{}
	for _, slug := range c.Context().QueryArgs().PeekMulti("theme") {
		first[string(slug)] = true
	}
	for i := range themes {
		if first[themes[i].Slug] {
			page.First = append(page.First, themes[i])
		} else {
			page.Themes = append(page.Themes, themes[i])
		}
	}
	return s.render(c, views.Welcome(s.page(c, "", ""), page))
}
