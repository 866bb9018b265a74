package handlers

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/views"
)

// themeThreads is how many threads a page of a theme lists.
const themeThreads = 30

// themeShow is a theme with its threads.
func (s *Site) themeShow(c *fiber.Ctx) error {
	slug, err := name(c, "slug")
	if err != nil {
		return err
	}
	v := s.at(c)
	row, err := s.Forum.Theme(c.UserContext(), v.viewer, slug)
	if err != nil {
		return err
	}
	if row.Audience != models.AudienceEveryone {
		s.cacheRule(c, false)
	}
	return s.listing(c, "theme", slug, func() (templ.Component, error) { return s.themePage(c, row) })
}

func (s *Site) themePage(c *fiber.Ctx, row models.ThemeRow) (templ.Component, error) {
	v := s.at(c)
	kind := models.Kind(c.Query("kind"))
	if kind != "" && !slices.Contains(models.Kinds, kind) {
		return nil, fiber.NewError(http.StatusNotFound)
	}
	threads, next, err := s.Forum.Threads(c.UserContext(), v.viewer, row.ID, kind, c.Query("after"), themeThreads)
	if err != nil {
		return nil, err
	}
	counts, err := s.Forum.KindCounts(c.UserContext(), row.ID)
	if err != nil {
		return nil, err
	}
	moderators, err := s.Community.Moderators(c.UserContext(), row.ID)
	if err != nil {
		return nil, err
	}
	p := s.page(c, row.Title, views.SectionThemes)
	withLiveList(&p)
	if row.Audience == models.AudienceEveryone {
		p.Canonical, p.OpenGraph, p.Description = s.BaseURL+"/themes/"+url.PathEscape(row.Slug), true, row.Line
	} else {
		p.NoIndex = true
	}
	return views.Theme(p, views.ThemePage{
		Theme: row, Groups: s.at(c).settings.Groups, Kind: kind, Counts: counts, Threads: threads, Next: next,
		Later: c.Query("after") != "", MayOpen: access.Can(v.viewer, access.StartThread, access.OfTheme(&row)) == nil,
		Moderators: moderators, MayConvene: mayConvene(v.viewer),
	}), nil
}
