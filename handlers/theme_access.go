package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// themeAccess is the page on which conveners decide who may read and moderate a theme.
func (s *Site) themeAccess(c *fiber.Ctx) error {
	theme, err := s.themeOfConvener(c)
	if err != nil {
		return err
	}
	page := asItStands(theme)
	page.Query, page.Saved = c.Query("q"), c.Query("saved") != ""
	if page.Query != "" {
		page.Searched = true
		if page.Found, err = s.Community.FindMembers(c.UserContext(), s.at(c).viewer, page.Query); err != nil {
			return err
		}
	}
	return s.showThemeAccess(c, http.StatusOK, page)
}

// themeAccessUpdate changes who may read a theme.
func (s *Site) themeAccessUpdate(c *fiber.Ctx) error {
	theme, err := s.themeToConvene(c)
	if err != nil {
		return err
	}
	edit := forum.ThemeAccess{
		Audience: models.Audience(c.FormValue("audience")), Groups: ids(c, "groups"),
		Pseudonyms: c.FormValue("pseudonyms") != "", Seen: c.FormValue("seen"),
	}
	err = s.Forum.EditThemeAccess(c.UserContext(), s.at(c).viewer, theme.Slug, edit)
	var invalid models.Invalid
	if !errors.As(err, &invalid) {
		return s.themeAccessChanged(c, theme, err)
	}
	page := asItStands(theme)
	if invalid["audience"] == models.Changed {
		// What the other convener wrote is shown, not what was sent.
		if theme, err = s.themeOfConvener(c); err != nil {
			return err
		}
		page = asItStands(theme)
	} else {
		page.Audience, page.Chosen, page.Pseudonyms = edit.Audience, edit.Groups, edit.Pseudonyms
	}
	page.Errors = accessSentences(s.at(c).words, invalid)
	return s.showThemeAccess(c, status(invalid), page)
}

// moderatorCreate lets a member moderate a theme.
func (s *Site) moderatorCreate(c *fiber.Ctx) error { return s.moderate(c, s.Community.AddModerator) }

// moderatorDelete ends it.
func (s *Site) moderatorDelete(c *fiber.Ctx) error { return s.moderate(c, s.Community.RemoveModerator) }

func (s *Site) moderate(c *fiber.Ctx, act func(ctx context.Context, viewer models.Viewer, slug, handle string) error) error {
	theme, err := s.themeToConvene(c)
	if err != nil {
		return err
	}
	err = act(c.UserContext(), s.at(c).viewer, theme.Slug, c.FormValue("handle"))
	var invalid models.Invalid
	if !errors.As(err, &invalid) {
		return s.themeAccessChanged(c, theme, err)
	}
	page := asItStands(theme)
	page.Query, page.Searched = c.FormValue("handle"), true
	page.Errors = accessSentences(s.at(c).words, invalid)
	return s.showThemeAccess(c, status(err), page)
}

// themeOfConvener finds the theme of the address for conveners, as the database has it now.
func (s *Site) themeOfConvener(c *fiber.Ctx) (models.ThemeRow, error) {
	slug, err := name(c, "slug")
	if err != nil {
		return models.ThemeRow{}, err
	}
	return s.Forum.ThemeToConvene(c.UserContext(), s.at(c).viewer, slug)
}

// themeToConvene is themeOfConvener for a form: who may not see the page is told that
// before anything is said of the form.
func (s *Site) themeToConvene(c *fiber.Ctx) (models.ThemeRow, error) {
	theme, err := s.themeOfConvener(c)
	if err == nil && !s.proven(c) {
		err = errStale
	}
	if err == nil {
		err = s.limit(c, "write")
	}
	return theme, err
}

func (s *Site) themeAccessChanged(c *fiber.Ctx, theme models.ThemeRow, err error) error {
	if err != nil {
		return err
	}
	return seeOther(c, escaped("/themes/"+theme.Slug+"/access")+"?saved=1")
}

// asItStands is the page with what holds now in its form.
func asItStands(theme models.ThemeRow) views.ThemeAccessPage {
	now := forum.AccessOf(&theme)
	return views.ThemeAccessPage{
		Theme: theme, Audience: now.Audience, Chosen: now.Groups, Pseudonyms: now.Pseudonyms, Stamp: now.Stamp(),
	}
}

func (s *Site) showThemeAccess(c *fiber.Ctx, code int, page views.ThemeAccessPage) error {
	var err error
	if page.Moderators, err = s.Community.Moderators(c.UserContext(), page.Theme.ID); err != nil {
		return err
	}
	page.Found = slices.DeleteFunc(page.Found, func(found models.Byline) bool {
		return slices.ContainsFunc(page.Moderators, func(b models.Byline) bool { return b.PersonaHandle == found.PersonaHandle })
	})
	page.Groups = s.at(c).settings.Groups
	p := s.page(c, "", "")
	p.NoIndex = true
	if !reads(c) {
		p.Path = localPath("/themes/" + page.Theme.Slug + "/access")
	}
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.ThemeAccess(p, page))
}

// accessSentences are the sentences on what is wrong with who may read a theme.
func accessSentences(w *words.Words, invalid models.Invalid) views.FieldErrors {
	said := views.FieldErrors{}
	for field, problem := range invalid {
		switch {
		case problem == models.Wider:
			said[field] = w.T("theme-access.wider")
		case problem == models.Changed:
			said[field] = w.T("theme-access.changed")
		case field == "groups" && problem == models.Empty:
			said[field] = w.T("theme-access.no-group")
		case field == "handle":
			said["q"] = w.T("theme-access.none")
		default:
			said[field] = sentences(w, models.Invalid{field: problem})[field]
		}
	}
	return said
}

// ids are all values of a repeated field as ids, each once; what is no id is 0, which
// nothing has.
func ids(c *fiber.Ctx, name string) []int64 {
	var list []int64
	for _, text := range values(c, name) {
		id, _ := strconv.ParseInt(text, 10, 64)
		list = append(list, max(id, 0))
	}
	return list
}

// mayConvene tells whether the viewer runs the community.
func mayConvene(viewer models.Viewer) bool {
	return access.Can(viewer, access.Convene, access.Thing{}) == nil
}
