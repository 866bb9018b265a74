package handlers

import (
	"net/url"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// workshopShow is the page of the event that conversations continue from.
func (s *Site) workshopShow(c *fiber.Ctx) error {
	slug, err := name(c, "slug")
	if err != nil {
		return err
	}
	return s.listing(c, "workshop", slug, func() (templ.Component, error) {
		page, err := s.Forum.Workshop(c.UserContext(), s.at(c).viewer, slug)
		if err != nil {
			return nil, err
		}
		p := s.page(c, page.Title, views.SectionWorkshop)
		p.Canonical, p.OpenGraph = s.BaseURL+"/workshops/"+url.PathEscape(slug), true
		return views.Workshop(p, views.WorkshopPage{WorkshopPage: page, Groups: s.at(c).settings.Groups}), nil
	})
}

// agendaShow is the learning agenda.
func (s *Site) agendaShow(c *fiber.Ctx) error {
	return s.listing(c, "agenda", "", func() (templ.Component, error) {
		questions, err := s.Forum.Agenda(c.UserContext(), s.at(c).viewer)
		if err != nil {
			return nil, err
		}
		p := s.page(c, s.at(c).words.T("agenda.title"), views.SectionAgenda)
		p.Canonical, p.OpenGraph = s.BaseURL+"/learning-agenda", true
		return views.Agenda(p, views.AgendaPage{Questions: questions}), nil
	})
}
