package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/views"
)

// maxChanges is how many changed lines the agreement lists; beyond them it shows the
// former text beside the new one.
const maxChanges = 120

// agreementShow is the page on which members agree to changed house rules.
func (s *Site) agreementShow(c *fiber.Ctx) error {
	return s.showAgreement(c, http.StatusOK, false, localPath(c.Query("next")))
}

func (s *Site) showAgreement(c *fiber.Ctx, code int, newer bool, next string) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	editions, err := s.Community.Editions(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	page := views.AgreementPage{Since: v.viewer.Member.AgreedVersion, Next: next, Newer: newer}
	if len(editions) > 0 {
		page.Version = editions[0].Version
	}
	page.Day, page.SinceDay = editionDay(editions, page.Version), editionDay(editions, page.Since)
	now, err := s.Community.Texts(c.UserContext(), page.Version)
	if err != nil {
		return err
	}
	was, err := s.Community.Texts(c.UserContext(), page.Since)
	if err != nil {
		return err
	}
	for _, kind := range models.TextKinds {
		page.Texts = append(page.Texts, compared(s.shown(c, kind, was[kind]), s.shown(c, kind, now[kind])))
	}
	p := s.page(c, "", "")
	p.NoIndex = true
	if !reads(c) {
		p.Path = "/agreement"
	}
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Agreement(p, page))
}

// editionDay is when an edition was made; zero for the texts of the program.
func editionDay(editions []models.TextEdition, version int) time.Time {
	for _, edition := range editions {
		if edition.Version == version {
			return edition.CreatedOn
		}
	}
	return time.Time{}
}

// compared is a text with what has changed in it: line by line, or the former one as a
// whole when it is in another language or was written anew.
func compared(was, now views.ShownText) views.AgreementText {
	text := views.AgreementText{ShownText: now}
	if was.Lang != now.Lang {
		text.Was = &was
		return text
	}
	text.Changes = prose.Changed(was.Body, now.Body)
	if len(text.Changes) > maxChanges {
		text.Changes, text.Was = nil, &was
	}
	return text
}

// agreementCreate marks that the viewer agrees and leads back to where they came from.
func (s *Site) agreementCreate(c *fiber.Ctx) error {
	next := localPath(c.FormValue("next"))
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil {
		version = -1 // no edition: the room says so
	}
	err = s.Community.Agree(c.UserContext(), s.at(c).viewer, version)
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		return s.showAgreement(c, status(err), true, next)
	} else if err != nil {
		return err
	}
	return seeOther(c, next)
}
