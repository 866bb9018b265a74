package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/views"
)

// threadEdit is the page on which a thread's head is changed.
func (s *Site) threadEdit(c *fiber.Ctx) error {
	head, err := s.editable(c)
	if err != nil {
		return err
	}
	return s.showThreadEdit(c, http.StatusOK, head, views.ThreadForm{
		Title: head.Title, Kind: head.Kind, Level: head.Level, Outcome: head.Outcome, Lang: head.Lang,
		Locked: head.Locked, Pinned: head.Pinned, Key: newKey(),
	})
}

// threadUpdate changes a thread's head.
func (s *Site) threadUpdate(c *fiber.Ctx) error {
	head, err := s.editable(c)
	if err != nil {
		return err
	}
	form := views.ThreadForm{
		Title: c.FormValue("title"), Kind: models.Kind(c.FormValue("kind")), Level: models.Level(c.FormValue("level")),
		Outcome: models.Outcome(c.FormValue("outcome")), Lang: c.FormValue("lang"), Locked: c.FormValue("locked") != "",
		Pinned: c.FormValue("pinned") != "", Key: keyOr(c),
	}
	if state := s.writing(c); state != "" {
		form.State = state
		return s.showThreadEdit(c, statusOfWriting[state], head, form)
	}
	edit := forum.ThreadEdit{
		Title: &form.Title, Kind: &form.Kind, Level: &form.Level, Outcome: &form.Outcome, Lang: &form.Lang,
	}
	if s.at(c).viewer.ModeratesTheme(head.ThemeID) {
		edit.Locked, edit.Pinned = &form.Locked, &form.Pinned
		// A theme that was left as it stood in the form asks for no move, wherever the
		// thread has gone meanwhile.
		if theme := c.FormValue("theme"); theme != "" && theme != c.FormValue("theme_from") {
			form.Theme, edit.Theme = theme, &theme
		}
	}
	changed, err := s.Forum.EditThread(c.UserContext(), s.at(c).viewer, head.ID, edit)
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		form.State, form.Errors = views.WritingInvalid, sentences(s.at(c).words, invalid)
		return s.showThreadEdit(c, status(err), head, form)
	} else if err != nil {
		return err
	}
	return seeOther(c, escaped(forum.Path(&changed.Thread)))
}

// editable finds the thread of the address when the viewer may change its head.
func (s *Site) editable(c *fiber.Ctx) (models.ThreadHead, error) {
	threadID, err := id(c, "id")
	if err != nil {
		return models.ThreadHead{}, err
	}
	v := s.at(c)
	head, err := s.Forum.Thread(c.UserContext(), v.viewer, threadID)
	if err != nil {
		return head, err
	}
	own, err := s.Forum.Opened(c.UserContext(), v.viewer, &head)
	if err != nil {
		return head, err
	}
	return head, access.Can(v.viewer, access.EditThread, access.OfThread(&head, own))
}

func (s *Site) showThreadEdit(c *fiber.Ctx, code int, head models.ThreadHead, form views.ThreadForm) error {
	p := s.page(c, s.at(c).words.T("head.title"), views.SectionThemes)
	p.NoIndex = true
	p.Modules = []string{"form.js"}
	page := views.ThreadEditPage{Head: head, Form: form}
	if s.at(c).viewer.ModeratesTheme(head.ThemeID) {
		var err error
		if page.Themes, err = s.openThemes(c); err != nil {
			return err
		}
	}
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.ThreadEdit(p, page))
}
