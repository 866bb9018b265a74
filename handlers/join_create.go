package handlers

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// joinShow is the page on how to become a member.
func (s *Site) joinShow(c *fiber.Ctx) error {
	if s.at(c).viewer.SignedIn() {
		return seeOther(c, "/")
	}
	return s.showJoin(c, http.StatusOK, views.JoinPage{Sent: c.Query("sent") != ""})
}

func (s *Site) showJoin(c *fiber.Ctx, code int, page views.JoinPage) error {
	settings := s.at(c).settings
	page.Joining, page.Question, page.Groups = settings.Joining, settings.JoinQuestion, joinable(settings.Groups)
	if page.Joining == models.JoiningInvited {
		page.Sent = false
	}
	p := s.page(c, "", views.SectionSignIn)
	p.Path = "/join"
	s.withToken(c, &p)
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Join(p, page))
}

// joinAsk takes the wish to join. Known and unknown addresses get the same answer.
func (s *Site) joinAsk(c *fiber.Ctx) error {
	page := views.JoinPage{Email: c.FormValue("email"), Name: c.FormValue("name"), Answer: c.FormValue("answer")}
	page.GroupID, _ = strconv.ParseInt(c.FormValue("group"), 10, 64)
	if !s.proven(c) {
		return s.showJoin(c, http.StatusForbidden, page)
	}
	err := s.limit(c, "letter")
	if err == nil {
		err = s.limitAccount(c, "letters", "", page.Email)
	}
	if err == nil {
		err = s.Community.AskToJoin(c.UserContext(), community.Wish{
			Email: page.Email, Name: page.Name, GroupID: page.GroupID, Answer: page.Answer, Language: s.at(c).language,
		})
	}
	var invalid models.Invalid
	switch {
	case errors.As(err, &invalid):
		page.Errors = sentences(s.at(c).words, invalid)
		return s.showJoin(c, status(err), page)
	case errors.Is(err, models.ErrNotFound): // people are invited only: the page says so
		return s.showJoin(c, status(err), page)
	case err != nil && status(err) == http.StatusTooManyRequests:
		page.Wait = seconds(retryAfter(err, status(err)))
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(page.Wait))
		return s.showJoin(c, status(err), page)
	case err != nil:
		return err
	}
	return seeOther(c, "/join?sent=1")
}
