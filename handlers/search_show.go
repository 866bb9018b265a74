package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/forum"
	"colloquy/views"
)

// maxSkip bounds how deep a search can be paged.
const maxSkip = 1000

// searchShow finds titles and texts.
func (s *Site) searchShow(c *fiber.Ctx) error {
	v := s.at(c)
	query := c.Query("q")
	skip, _ := strconv.Atoi(c.Query("skip"))
	skip = min(max(skip, 0), maxSkip)
	if query != "" {
		if err := s.limit(c, "search"); err != nil {
			return err
		}
	}
	hits, next, err := s.Forum.Search(c.UserContext(), v.viewer, forum.Search{Query: query, Skip: skip})
	if err != nil {
		return err
	}
	p := s.page(c, v.words.T("nav.search"), views.SectionSearch)
	p.NoIndex = true
	return s.render(c, views.Search(p, views.SearchPage{
		Query: query, Terms: forum.Terms(query), Hits: hits, Skip: skip, Next: next,
	}))
}
