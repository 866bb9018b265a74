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

// responseEdit is the page on which a text is changed.
func (s *Site) responseEdit(c *fiber.Ctx) error {
	page, err := s.textPage(c, access.EditText)
	if mustAgree(err) {
		page.State = views.WritingAgree
		return s.showResponseEdit(c, status(err), page)
	} else if err != nil {
		return err
	}
	page.Body, page.Lang, page.Rev = page.Row.Body, page.Row.Lang, page.Row.Rev
	return s.showResponseEdit(c, http.StatusOK, page)
}

// textPage finds the text of the address when the viewer may do the act to it.
func (s *Site) textPage(c *fiber.Ctx, act access.Act) (views.ResponseEditPage, error) {
	threadID, err := id(c, "id")
	if err != nil {
		return views.ResponseEditPage{}, err
	}
	n, err := number(c)
	if err != nil {
		return views.ResponseEditPage{}, err
	}
	head, row, err := s.Forum.Text(c.UserContext(), s.at(c).viewer, act, threadID, n)
	return views.ResponseEditPage{Head: head, Row: row, Key: keyOr(c)}, err
}

// responseUpdate writes a new edition of a text, or shows how it would look.
func (s *Site) responseUpdate(c *fiber.Ctx) error {
	page, err := s.textPage(c, access.EditText)
	if err != nil && !mustAgree(err) {
		return err
	}
	page.Body, page.Lang, page.Given = c.FormValue("body"), c.FormValue("lang"), true
	page.Rev, _ = strconv.Atoi(c.FormValue("rev"))
	if page.State = s.writing(c); page.State != "" {
		return s.showResponseEdit(c, statusOfWriting[page.State], page)
	}
	if c.FormValue("preview") != "" {
		page.Preview, err = s.Forum.Preview(page.Body)
		if err != nil {
			return s.editRefused(c, page, err)
		}
		return s.showResponseEdit(c, http.StatusOK, page)
	}
	err = s.Forum.EditText(c.UserContext(), s.at(c).viewer, page.Head.ID, page.Row.Number, forum.TextEdit{
		Body: page.Body, Lang: page.Lang, Rev: page.Rev,
	})
	if err != nil {
		return s.editRefused(c, page, err)
	}
	s.posted(c, "response:"+strconv.FormatInt(page.Head.ID, 10)+":"+strconv.Itoa(page.Row.Number), 0)
	return seeOther(c, escaped(forum.Permalink(&page.Head.Thread, page.Row.Number)))
}

func (s *Site) editRefused(c *fiber.Ctx, page views.ResponseEditPage, err error) error {
	var invalid models.Invalid
	var conflict *forum.Conflict
	switch {
	case errors.As(err, &invalid):
		page.State, page.Errors = views.WritingInvalid, sentences(s.at(c).words, invalid)
	case errors.As(err, &conflict):
		page.Conflict, page.Row, page.Rev = true, conflict.Current, conflict.Current.Rev
	case mustAgree(err):
		page.State = views.WritingAgree
	default:
		return err
	}
	return s.showResponseEdit(c, status(err), page)
}

// mustAgree tells whether an act was refused because the house rules have changed.
func mustAgree(err error) bool {
	var denied access.Denied
	return errors.As(err, &denied) && denied.Reason == access.Agree
}

func (s *Site) showResponseEdit(c *fiber.Ctx, code int, page views.ResponseEditPage) error {
	p := s.page(c, s.at(c).words.T("edit.title", "number", page.Row.Number), views.SectionThemes)
	p.NoIndex, p.Masked = true, page.Row.PersonaKind == models.PersonaPseudonym
	page.Groups = s.at(c).settings.Groups
	p.Modules = []string{"form.js"}
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.ResponseEdit(p, page))
}
