package handlers

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// joinFinishShow is where the letter leads with which a guest confirms their address: a
// visit does not use the link up.
func (s *Site) joinFinishShow(c *fiber.Ctx) error {
	err := s.Community.JoiningOpen(c.UserContext(), c.Params("token"))
	if err != nil && invitationClosed(err) == "" {
		return err
	}
	return s.showJoinFinish(c, err)
}

// showJoinFinish is the button, or why there is none.
func (s *Site) showJoinFinish(c *fiber.Ctx, err error) error {
	switch state := invitationClosed(err); state {
	case views.InvitationUsed, views.InvitationExpired:
		return s.showInvitation(c, status(err), views.InvitationPage{State: state})
	}
	p := s.page(c, "", "")
	p.Path = "/join"
	s.withToken(c, &p)
	if err != nil {
		c.Status(http.StatusGone)
	}
	s.cacheRule(c, false)
	return s.render(c, views.JoinFinish(p, views.JoinFinishPage{Token: c.Params("token"), Gone: err != nil}))
}

// joinFinish makes a member of a guest who confirmed their address.
func (s *Site) joinFinish(c *fiber.Ctx) error {
	joined, err := s.Community.FinishJoining(c.UserContext(), c.Params("token"), s.arrival(c))
	switch {
	case err != nil && invitationClosed(err) == "":
		return err
	case err != nil:
		return s.showJoinFinish(c, err)
	case joined.Letter:
		return s.showInvitation(c, http.StatusOK, views.InvitationPage{State: views.InvitationSent})
	}
	return s.enter(c, joined.Entry, welcomePath(joined.Themes))
}
