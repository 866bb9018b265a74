package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// passkeyAsk tells the browser what to ask a device that may know somebody here.
func (s *Site) passkeyAsk(c *fiber.Ctx) error {
	options, token, err := s.Community.AskPasskey(c.UserContext())
	if err != nil {
		return err
	}
	return s.askDevice(c, options, token)
}

// passkeyEnter signs in whose device has answered.
func (s *Site) passkeyEnter(c *fiber.Ctx) error {
	next := localPath(c.FormValue("next"))
	entry, err := s.Community.EnterByPasskey(c.UserContext(), c.Cookies(s.cookie("passkey")),
		[]byte(c.FormValue("credential")), s.arrival(c))
	s.setCookie(c, "passkey", "", 0)
	if problem := s.passkeyProblem(c, err); problem != nil {
		return s.showSignIn(c, status(err), views.SignInPage{Next: next, Errors: problem})
	} else if err != nil {
		return err
	}
	return s.enter(c, entry, next)
}
