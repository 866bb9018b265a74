package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// invitationsShow lists invitations, with the form for a new one.
func (s *Site) invitationsShow(c *fiber.Ctx) error {
	sent, _ := strconv.Atoi(c.Query("sent")) // a mere number on a notice
	return s.showInvitations(c, http.StatusOK, views.InvitationsPage{Sent: min(sent, community.MaxGuests)})
}

func (s *Site) showInvitations(c *fiber.Ctx, code int, page views.InvitationsPage) error {
	v := s.at(c)
	var before int64
	if reads(c) {
		before = rowKey(c, "before")
	}
	rows, next, err := s.Community.Invitations(c.UserContext(), v.viewer, before)
	if err != nil {
		return err
	}
	page.Rows, page.Next, page.Later = rows, next, before != 0
	if err := s.fillOffer(c, &page.Offer); err != nil {
		return err
	}
	if page.Requests, err = s.Community.RequestsWaiting(c.UserContext(), v.viewer); err != nil {
		return err
	}
	page.Asking = page.Offer.MayChooseRole && v.settings.Joining == models.JoiningRequest
	p := s.page(c, "", views.SectionInvitations)
	p.Path = "/invitations"
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Invitations(p, page))
}

// rowKey is the row behind which a list goes on, 0 for its beginning.
func rowKey(c *fiber.Ctx, name string) int64 {
	id, err := strconv.ParseInt(c.Query(name), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// fillOffer adds all that can be offered.
func (s *Site) fillOffer(c *fiber.Ctx, offer *views.Offer) error {
	v := s.at(c)
	offer.Groups = joinable(v.settings.Groups)
	offer.MayChooseRole = access.Can(v.viewer, access.Convene, access.Thing{}) == nil
	var err error
	offer.Themes, err = s.Community.OfferedThemes(c.UserContext(), v.viewer)
	return err
}

// readOffer reads what is offered, for the form and for the room.
func readOffer(c *fiber.Ctx) (views.Offer, community.NewInvitation) {
	form := views.Offer{
		Role: models.Role(c.FormValue("role")), Chosen: tickedSet(values(c, "themes")), Days: countOf(c, "days"), Note: c.FormValue("note"),
	}
	form.GroupID, _ = strconv.ParseInt(c.FormValue("group"), 10, 64)
	return form, community.NewInvitation{
		GroupID: form.GroupID, Role: form.Role, Themes: values(c, "themes"), Days: form.Days, Note: form.Note,
	}
}

// countOf reads a number of a form: 0 for an empty field, -1 for what is no number.
func countOf(c *fiber.Ctx, name string) int {
	text := strings.TrimSpace(c.FormValue(name))
	if text == "" {
		return 0
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 {
		return -1
	}
	return number
}

// invitationCreate makes a link: with an address it goes there by letter, else it is shown
// this once.
func (s *Site) invitationCreate(c *fiber.Ctx) error {
	page := views.InvitationsPage{Email: strings.TrimSpace(c.FormValue("email")), Uses: countOf(c, "uses")}
	var input community.NewInvitation
	page.Offer, input = readOffer(c)
	input.Email, input.MaxUses = page.Email, page.Uses
	token, err := s.Community.Invite(c.UserContext(), s.at(c).viewer, input)
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(s.at(c).words, invalid)
		return s.showInvitations(c, status(err), page)
	} else if err != nil {
		return err
	}
	return s.invitationMade(c, token, page.Email == "")
}

// invitationMade answers with a link to hand over, or says that it is on its way.
func (s *Site) invitationMade(c *fiber.Ctx, token string, byHand bool) error {
	if !byHand {
		return seeOther(c, "/invitations?sent=1")
	}
	return s.showInvitations(c, http.StatusOK, views.InvitationsPage{NewLink: s.BaseURL + "/invitations/" + token})
}

// invitationResend gives an invitation another link.
func (s *Site) invitationResend(c *fiber.Ctx) error {
	invitationID, err := id(c, "id")
	if err != nil {
		return err
	}
	token, err := s.Community.ResendInvitation(c.UserContext(), s.at(c).viewer, invitationID)
	if err != nil {
		return err
	}
	return s.invitationMade(c, token, token != "")
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
