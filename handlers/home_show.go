package handlers

import (
	"bytes"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
	"colloquy/views/words"
)

// homeShow is the front page: for visitors kept rendered, for a minute at most,
// because it says how long ago things happened.
func (s *Site) homeShow(c *fiber.Ctx) error {
	return s.listing(c, "home", "", func() (templ.Component, error) {
		v := s.at(c)
		home, err := s.Forum.Home(c.UserContext(), v.viewer)
		if err != nil {
			return nil, err
		}
		p := s.page(c, "", "")
		withLiveList(&p)
		p.Canonical, p.OpenGraph = s.BaseURL+"/", !v.viewer.SignedIn()
		return views.Home(p, views.HomePage{Home: home, AllGroups: s.at(c).settings.Groups, Purpose: s.at(c).settings.Purpose, PurposeLang: words.First(s.at(c).settings.Offered())}), nil
	})
}

// withLiveList loads what keeps the page's list of threads live.
func withLiveList(p *views.Page) {
	p.Modules = []string{"live-list.js"}
	p.Preload = []string{"live-line.js", "live-clock.js", "live-state.js"}
}

// themesShow lists the themes.
func (s *Site) themesShow(c *fiber.Ctx) error {
	return s.listing(c, "themes", "", func() (templ.Component, error) {
		rows, err := s.Forum.Themes(c.UserContext(), s.at(c).viewer)
		if err != nil {
			return nil, err
		}
		p := s.page(c, s.at(c).words.T("nav.themes"), views.SectionThemes)
		p.Canonical, p.OpenGraph = s.BaseURL+"/themes", true
		return views.Themes(p, views.ThemesPage{Themes: rows, Groups: s.at(c).settings.Groups}), nil
	})
}

// listing answers with a list that moves with every response: a visitor's is kept
// until something moves, and for a minute at most.
func (s *Site) listing(c *fiber.Ctx, kind, which string, make func() (templ.Component, error)) error {
	v := s.at(c)
	if v.viewer.SignedIn() || v.expired || len(c.Request().URI().QueryString()) > 0 {
		page, err := make()
		if err != nil {
			return err
		}
		return s.render(c, page)
	}
	key := pageKey{
		kind: kind, epoch: v.counters.Epoch, faces: v.counters.Faces, rights: v.counters.RightsSeq,
		version: s.Forum.ListsVersion(),
		variant: v.language + " " + v.look + " " + strconv.FormatInt(s.Now().Unix()/listSeconds, 10) + " " + which,
	}
	if kept, ok := s.pages.get(key); ok {
		return s.sendKept(c, kept)
	}
	page, err := make()
	if err != nil {
		return err
	}
	var html bytes.Buffer
	if err := page.Render(c.UserContext(), &html); err != nil {
		return err
	}
	return s.sendKept(c, s.pages.put(key, html.Bytes()))
}

// listSeconds is how long a kept list stands when nothing in this process moved it:
// other processes may have.
const listSeconds = 3
