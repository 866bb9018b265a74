package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// invitationShow is where the link of an invitation leads: a visit does not use it up.
func (s *Site) invitationShow(c *fiber.Ctx) error {
	page, err := s.invitation(c)
	if err != nil {
		return err
	}
	code := http.StatusOK
	switch page.State {
	case views.InvitationUsed, views.InvitationExpired:
		code = http.StatusGone
	case views.InvitationGone:
		code = http.StatusNotFound
	}
	return s.showInvitation(c, code, page)
}

// invitation finds the invitation of the address and how it stands.
func (s *Site) invitation(c *fiber.Ctx) (views.InvitationPage, error) {
	page := views.InvitationPage{
		Token: c.Params("token"), Groups: s.at(c).settings.Groups, Lang: words.First(s.at(c).settings.Offered()), PasswordLength: community.MinPassword,
	}
	var err error
	if page.Rules, err = s.shownAt(c, models.TextRules, s.at(c).settings.RulesVersion); err != nil {
		return page, err
	}
	row, err := s.Community.Invitation(c.UserContext(), page.Token)
	switch {
	case errors.Is(err, community.ErrInvitationUsed):
		page.State = views.InvitationUsed
	case errors.Is(err, community.ErrInvitationExpired):
		page.State = views.InvitationExpired
	case errors.Is(err, models.ErrNotFound):
		page.State = views.InvitationGone
	case err != nil:
		return page, err
	case s.at(c).viewer.SignedIn():
		page.State = views.InvitationMember
	default:
		page.Inviter, page.AsksEmail = row.InviterName, row.Email == ""
		if row.GroupID != nil {
			page.FixedGroup, page.GroupID = *row.GroupID, *row.GroupID
		}
	}
	return page, nil
}

func (s *Site) showInvitation(c *fiber.Ctx, code int, page views.InvitationPage) error {
	p := s.page(c, "", "")
	p.Path = "/invitations/" + page.Token
	s.withToken(c, &p)
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Invitation(p, page))
}

// invitationAccept makes a member of a guest and signs them in.
func (s *Site) invitationAccept(c *fiber.Ctx) error {
	page, err := s.invitation(c)
	if err != nil {
		return err
	}
	if page.State != views.InvitationOpen {
		return s.invitationShow(c)
	}
	page.Name, page.Email, page.Organisation = c.FormValue("name"), c.FormValue("email"), c.FormValue("organisation")
	page.Language, page.Agreed = c.FormValue("language"), c.FormValue("rules") != ""
	if page.FixedGroup == 0 {
		page.GroupID, _ = strconv.ParseInt(c.FormValue("group"), 10, 64)
	}
	if !s.proven(c) {
		return s.showInvitation(c, http.StatusForbidden, page)
	}
	if !s.at(c).offers(page.Language) {
		page.Language = s.at(c).language
	}
	entry, err := s.Community.Accept(c.UserContext(), page.Token, community.Acceptance{
		Name: page.Name, Email: page.Email, GroupID: page.GroupID, Organisation: page.Organisation,
		Language: page.Language, Password: c.FormValue("password"), Rules: page.Agreed,
	}, s.arrival(c))
	var invalid models.Invalid
	switch {
	case errors.As(err, &invalid):
		page.Errors = sentences(s.at(c).words, invalid)
		return s.showInvitation(c, status(err), page)
	case errors.Is(err, models.ErrNotFound), errors.Is(err, community.ErrInvitationUsed):
		return s.invitationShow(c) // somebody was quicker
	case err != nil:
		return err
	}
	return s.enter(c, entry, "/")
}
