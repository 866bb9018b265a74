package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/views"
)

// threadNew is the page on which a thread is opened.
func (s *Site) threadNew(c *fiber.Ctx) error {
	if !s.at(c).viewer.SignedIn() {
		return errSignIn
	}
	return s.showThreadNew(c, http.StatusOK, views.ThreadForm{Theme: c.Query("theme"), Key: newKey()})
}

// threadCreate opens a thread, or shows how its opening would look. Whatever goes
// wrong, the form comes back with the text in it.
func (s *Site) threadCreate(c *fiber.Ctx) error {
	v := s.at(c)
	form := views.ThreadForm{
		Theme: c.FormValue("theme"), Title: c.FormValue("title"), Kind: models.Kind(c.FormValue("kind")),
		Level: models.Level(c.FormValue("level")), Lang: c.FormValue("lang"), Body: c.FormValue("body"), Key: keyOr(c),
		As: views.Speaking{Face: faceOf(c)},
	}
	if state := s.writing(c); state != "" {
		form.State = state
		return s.showThreadNew(c, statusOfWriting[state], form)
	}
	if c.FormValue("preview") != "" {
		preview, err := s.Forum.Preview(form.Body)
		if err != nil {
			return s.threadRefused(c, form, err)
		}
		form.Preview = preview
		return s.showThreadNew(c, http.StatusOK, form)
	}
	if err := s.limit(c, "write"); err != nil {
		form.State, form.Pause = views.WritingPaused, seconds(wait(err))
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(form.Pause))
		return s.showThreadNew(c, status(err), form)
	}
	posted, err := s.Forum.StartThread(c.UserContext(), v.viewer, forum.NewThread{
		Theme: form.Theme, Title: form.Title, Kind: form.Kind, Level: form.Level, Lang: form.Lang, Body: form.Body, Key: form.Key,
		As: form.As.Face,
	})
	if err != nil {
		return s.threadRefused(c, form, err)
	}
	head, err := s.Forum.Thread(c.UserContext(), v.viewer, posted.ThreadID)
	if err != nil {
		return err
	}
	s.posted(c, "thread:new:"+form.Theme, 0)
	return seeOther(c, escaped(forum.Path(&head.Thread)))
}

func (s *Site) threadRefused(c *fiber.Ctx, form views.ThreadForm, err error) error {
	var invalid models.Invalid
	switch {
	case mustAgree(err):
		form.State = views.WritingAgree
	case errors.As(err, &invalid):
		form.State, form.Errors = views.WritingInvalid, sentences(s.at(c).words, invalid)
	case errors.Is(err, forum.ErrKeyReused):
		form.State, form.Key = views.WritingAgain, newKey()
	default:
		return err
	}
	return s.showThreadNew(c, status(err), form)
}

func (s *Site) showThreadNew(c *fiber.Ctx, code int, form views.ThreadForm) error {
	themes, err := s.openThemes(c)
	if err != nil {
		return err
	}
	if form.As, err = s.speakingAnew(c, themes, form); err != nil {
		return err
	}
	p := s.page(c, s.at(c).words.T("open.title"), views.SectionThemes)
	p.Path = "/threads/new"
	p.NoIndex = true
	p.Modules = []string{"form.js"}
	s.withToken(c, &p)
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.ThreadNew(p, views.ThreadNewPage{Themes: themes, Form: form}))
}

// openThemes are the themes in which the viewer may write.
func (s *Site) openThemes(c *fiber.Ctx) ([]models.Theme, error) {
	rows, err := s.Forum.Themes(c.UserContext(), s.at(c).viewer)
	themes := make([]models.Theme, 0, len(rows))
	for _, row := range rows {
		themes = append(themes, row.Theme)
	}
	return themes, err
}
