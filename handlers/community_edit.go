package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// convenes is the middleware of what only conveners may see and do.
func (s *Site) convenes(c *fiber.Ctx) error {
	if err := access.Can(s.at(c).viewer, access.Convene, access.Thing{}); err != nil {
		return err
	}
	return c.Next()
}

// convening is a page for conveners: never kept by a browser.
func (s *Site) convening(c *fiber.Ctx, code int, path string) views.Page {
	p := s.page(c, "", views.SectionCommunity)
	p.Path, p.NoIndex = path, true
	c.Status(code)
	s.cacheRule(c, false)
	return p
}

// communityShow leads to all that conveners look after.
func (s *Site) communityShow(c *fiber.Ctx) error {
	return s.render(c, views.CommunityHub(s.convening(c, http.StatusOK, "/community")))
}

// communityEdit is the form of the community's settings as they stand.
func (s *Site) communityEdit(c *fiber.Ctx) error {
	row := s.at(c).settings.Community
	offered := map[string]bool{}
	for _, l := range words.Offered(row.Offered()) {
		offered[l.Tag] = true
	}
	return s.showCommunityEdit(c, http.StatusOK, views.CommunitySettingsPage{
		Name: row.Name, Purpose: row.Purpose, Contact: row.Contact, Joining: row.Joining, JoinQuestion: row.JoinQuestion,
		Offered: offered, Language: words.First(row.Offered()), Saved: c.Query("saved") != "",
	})
}

func (s *Site) showCommunityEdit(c *fiber.Ctx, code int, page views.CommunitySettingsPage) error {
	return s.render(c, views.CommunitySettings(s.convening(c, code, "/community/settings"), page))
}

// communityUpdate changes the community's settings.
func (s *Site) communityUpdate(c *fiber.Ctx) error {
	page := views.CommunitySettingsPage{
		Name: c.FormValue("name"), Purpose: c.FormValue("purpose"), Contact: c.FormValue("contact"),
		Joining: models.Joining(c.FormValue("joining")), JoinQuestion: c.FormValue("join_question"),
		Language: c.FormValue("language"), Offered: map[string]bool{},
	}
	var tags []string
	for _, tag := range values(c, "languages") {
		if words.For(tag).Tag() == tag {
			page.Offered[tag], tags = true, append(tags, tag)
		}
	}
	if !s.proven(c) {
		return s.showCommunityEdit(c, http.StatusForbidden, page)
	}
	err := s.Community.EditCommunity(c.UserContext(), s.at(c).viewer, community.SettingsEdit{
		Name: page.Name, Purpose: page.Purpose, Languages: tags, Language: page.Language, Contact: page.Contact,
		Joining: page.Joining, JoinQuestion: page.JoinQuestion,
	})
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(s.at(c).words, invalid)
		return s.showCommunityEdit(c, status(err), page)
	} else if err != nil {
		return err
	}
	return seeOther(c, "/community/settings?saved=1")
}
