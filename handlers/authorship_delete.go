package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/views"
)

// responseCut asks whether somebody's name is really to be taken off a text.
func (s *Site) responseCut(c *fiber.Ctx) error {
	page, err := s.textPage(c, access.CutText)
	if errors.Is(err, forum.ErrRemoved) {
		return seeOther(c, escaped(forum.Permalink(&page.Head.Thread, page.Row.Number)))
	} else if err != nil {
		return err
	}
	p := s.page(c, s.at(c).words.T("authorship.one-title", "number", page.Row.Number), views.SectionThemes)
	p.NoIndex = true
	s.cacheRule(c, false)
	return s.render(c, views.ResponseCut(p, views.ResponseCutPage{Head: page.Head, Row: page.Row}))
}

// authorshipDelete takes somebody's name off one of their texts. A second press finds it
// done: whose the text was is not known any more.
func (s *Site) authorshipDelete(c *fiber.Ctx) error {
	page, err := s.textPage(c, access.CutText)
	var denied access.Denied
	if errors.As(err, &denied) && denied.Reason == access.NotOwn && page.Row.PersonaKind == models.PersonaFormer {
		return seeOther(c, escaped(forum.Permalink(&page.Head.Thread, page.Row.Number)))
	} else if err != nil {
		return err
	}
	if err := s.Forum.CutText(c.UserContext(), s.at(c).viewer, page.Head.ID, page.Row.Number); err != nil {
		return err
	}
	return seeOther(c, escaped(forum.Permalink(&page.Head.Thread, page.Row.Number)))
}

// authorshipShow is the page on which somebody takes their name off all their texts.
func (s *Site) authorshipShow(c *fiber.Ctx) error {
	if !s.at(c).viewer.SignedIn() {
		return errSignIn
	}
	return s.showAuthorship(c, http.StatusOK, views.AuthorshipPage{Done: c.Query("done") != ""})
}

func (s *Site) showAuthorship(c *fiber.Ctx, code int, page views.AuthorshipPage) error {
	var err error
	if page.Personas, err = s.Community.OwnPersonas(c.UserContext(), s.at(c).viewer); err != nil {
		return err
	}
	p := s.page(c, "", views.SectionSettings)
	p.Path = "/settings/authorship"
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Authorship(p, page))
}

// authorshipDeleteAll takes somebody's name off all texts of one of their personas, or of
// all of them.
func (s *Site) authorshipDeleteAll(c *fiber.Ctx) error {
	v, page := s.at(c), views.AuthorshipPage{}
	choice := c.FormValue("persona")
	if choice != "all" {
		page.Chosen, _ = strconv.ParseInt(choice, 10, 64)
	}
	var err error
	if choice != "all" && page.Chosen == 0 {
		err = models.Invalid{"persona": models.Unknown}
	} else {
		err = s.Community.CutAuthorship(c.UserContext(), v.viewer, page.Chosen)
	}
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Chosen, page.Errors = 0, sentences(v.words, invalid)
		return s.showAuthorship(c, status(err), page)
	} else if err != nil {
		return err
	}
	return seeOther(c, "/settings/authorship?done=1")
}
