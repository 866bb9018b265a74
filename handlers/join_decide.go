package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// requestsShow lists the wishes to join, for conveners.
func (s *Site) requestsShow(c *fiber.Ctx) error {
	v := s.at(c)
	after := rowKey(c, "after")
	rows, next, err := s.Community.JoinRequests(c.UserContext(), v.viewer, after)
	if err != nil {
		return err
	}
	p := s.page(c, "", views.SectionInvitations)
	p.Path = "/invitations/requests"
	s.cacheRule(c, false)
	return s.render(c, views.JoinRequests(p, views.RequestsPage{
		Rows: rows, Next: next, Later: after != 0, Groups: joinable(v.settings.Groups), Question: v.settings.JoinQuestion,
		Done: c.Query("done") != "",
	}))
}

// requestAccept invites somebody who wished to join.
func (s *Site) requestAccept(c *fiber.Ctx) error {
	group, _ := strconv.ParseInt(c.FormValue("group"), 10, 64) // none: they choose
	return s.decide(c, func(requestID int64) error {
		return s.Community.AcceptRequest(c.UserContext(), s.at(c).viewer, requestID, group)
	})
}

// requestSetAside deletes a wish to join.
func (s *Site) requestSetAside(c *fiber.Ctx) error {
	return s.decide(c, func(requestID int64) error {
		return s.Community.SetRequestAside(c.UserContext(), s.at(c).viewer, requestID)
	})
}

func (s *Site) decide(c *fiber.Ctx, do func(requestID int64) error) error {
	requestID, err := id(c, "id")
	if err != nil {
		return err
	}
	if err := do(requestID); err != nil {
		return err
	}
	return seeOther(c, "/invitations/requests?done=1")
}
