package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// invitationsShow lists invitations, with the form for a new one.
func (s *Site) invitationsShow(c *fiber.Ctx) error {
	return s.showInvitations(c, http.StatusOK, views.InvitationsPage{})
}

func (s *Site) showInvitations(c *fiber.Ctx, code int, page views.InvitationsPage) error {
	v := s.at(c)
	rows, err := s.Community.Invitations(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	page.Rows, page.Groups = rows, s.at(c).settings.Groups
	page.MayChooseRole = access.Can(v.viewer, access.Convene, access.Thing{}) == nil
	p := s.page(c, "", views.SectionInvitations)
	p.Path = "/invitations"
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Invitations(p, page))
}

// invitationCreate makes a single-use link, shows it this once, and sends it when
// there is an address.
func (s *Site) invitationCreate(c *fiber.Ctx) error {
	page := views.InvitationsPage{Email: c.FormValue("email"), Role: models.Role(c.FormValue("role"))}
	page.GroupID, _ = strconv.ParseInt(c.FormValue("group"), 10, 64)
	token, err := s.Community.Invite(c.UserContext(), s.at(c).viewer, community.NewInvitation{
		Email: page.Email, GroupID: page.GroupID, Role: page.Role,
	})
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(s.at(c).words, invalid)
		return s.showInvitations(c, status(err), page)
	} else if err != nil {
		return err
	}
	return s.showInvitations(c, http.StatusOK, views.InvitationsPage{
		NewLink: s.BaseURL + "/invitations/" + token, NewEmail: page.Email,
	})
}

// invitationRevoke withdraws an open invitation.
func (s *Site) invitationRevoke(c *fiber.Ctx) error {
	invitationID, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := s.Community.RevokeInvitation(c.UserContext(), s.at(c).viewer, invitationID); err != nil {
		return err
	}
	return seeOther(c, "/invitations")
}
