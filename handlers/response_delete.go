package handlers

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/views"
)

// responseDelete asks whether a text is really to be removed.
func (s *Site) responseDelete(c *fiber.Ctx) error {
	page, err := s.textPage(c, access.RemoveText)
	if errors.Is(err, forum.ErrRemoved) {
		return seeOther(c, escaped(forum.Permalink(&page.Head.Thread, page.Row.Number)))
	} else if err != nil {
		return err
	}
	own, err := s.Forum.Wrote(c.UserContext(), s.at(c).viewer, &page.Row)
	if err != nil {
		return err
	}
	p := s.page(c, s.at(c).words.T("remove.title", "number", page.Row.Number), views.SectionThemes)
	p.NoIndex, p.Masked = true, own && page.Row.PersonaKind == models.PersonaPseudonym
	s.cacheRule(c, false)
	return s.render(c, views.ResponseDelete(p, views.ResponseDeletePage{Head: page.Head, Row: page.Row, Own: own, Key: page.Key}))
}

// responseRemove leaves a tombstone. A second press finds nothing to do.
func (s *Site) responseRemove(c *fiber.Ctx) error {
	page, err := s.textPage(c, access.RemoveText)
	if err != nil && !errors.Is(err, forum.ErrRemoved) {
		return err
	}
	if err == nil {
		if err := s.Forum.RemoveText(c.UserContext(), s.at(c).viewer, page.Head.ID, page.Row.Number); err != nil {
			return err
		}
	}
	return seeOther(c, escaped(forum.Permalink(&page.Head.Thread, page.Row.Number)))
}
