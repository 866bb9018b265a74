package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// aboutShow says what this place is.
func (s *Site) aboutShow(c *fiber.Ctx) error {
	settings := s.at(c).settings
	p := s.page(c, "", "")
	p.Canonical = s.BaseURL + "/about"
	return s.render(c, views.About(p, views.AboutPage{
		Purpose: settings.Purpose, Lang: words.First(settings.Offered()), Groups: settings.Groups,
		Joining: settings.Joining, Contact: settings.Contact,
	}))
}

// rulesShow holds the house rules.
func (s *Site) rulesShow(c *fiber.Ctx) error {
	text, err := s.shownAt(c, models.TextRules, s.at(c).settings.RulesVersion)
	if err != nil {
		return err
	}
	p := s.page(c, "", "")
	p.Canonical = s.BaseURL + "/house-rules"
	return s.render(c, views.HouseRules(p, text))
}

// privacyShow says what is kept of whom.
func (s *Site) privacyShow(c *fiber.Ctx) error {
	settings := s.at(c).settings
	text, err := s.shownAt(c, models.TextPrivacy, settings.RulesVersion)
	if err != nil {
		return err
	}
	p := s.page(c, "", "")
	p.Canonical = s.BaseURL + "/privacy"
	return s.render(c, views.Privacy(p, text, settings.Contact))
}

// editionsShow lists the editions of the house rules and the privacy text for members.
func (s *Site) editionsShow(c *fiber.Ctx) error {
	v := s.at(c)
	editions, err := s.Community.Editions(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	return s.render(c, views.Editions(s.page(c, "", ""), views.EditionsPage{Rows: editions, Version: v.settings.RulesVersion}))
}

// editionShow is one edition of both texts, for members. 0 are those of the program.
func (s *Site) editionShow(c *fiber.Ctx) error {
	v := s.at(c)
	editions, err := s.Community.Editions(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(c.Params("version"))
	day := editionDay(editions, version)
	if err != nil || strconv.Itoa(version) != c.Params("version") || version != 0 && day.IsZero() {
		return models.ErrNotFound
	}
	texts, err := s.Community.Texts(c.UserContext(), version)
	if err != nil {
		return err
	}
	page := views.EditionPage{Version: version, Day: day, Holds: version == v.settings.RulesVersion}
	for _, kind := range models.TextKinds {
		page.Texts = append(page.Texts, s.shown(c, kind, texts[kind]))
	}
	return s.render(c, views.TextEdition(s.page(c, "", ""), page))
}
