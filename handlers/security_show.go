package handlers

import (
	"github.com/gofiber/fiber/v2"

	"colloquy/views"
)

// securityShow is the page on how a member signs in, and where they are signed in.
func (s *Site) securityShow(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	page := views.SecurityPage{
		Email: v.viewer.Member.Email, HasPassword: v.viewer.Member.PasswordHash != "", Current: v.viewer.SessionID,
	}
	if done := views.SecurityDone(c.Query("done")); done.Valid() {
		page.Done = done
	}
	var err error
	if page.HasAuthenticator, page.RecoveryCodes, err = s.Community.SecondFactor(c.UserContext(), v.viewer); err != nil {
		return err
	}
	if page.Sessions, err = s.Community.Sessions(c.UserContext(), v.viewer); err != nil {
		return err
	}
	if page.Passkeys, err = s.Community.Passkeys(c.UserContext(), v.viewer); err != nil {
		return err
	}
	if page.Services, err = s.ownServices(c); err != nil {
		return err
	}
	p := s.page(c, "", views.SectionSettings)
	p.Path = "/settings/security"
	p.Modules = []string{"passkey.js"}
	s.cacheRule(c, false)
	return s.render(c, views.Security(p, page))
}

// sessionEnd signs the member out of one other browser. It asks for no proof: who has lost
// a device should not have to wait for a letter.
func (s *Site) sessionEnd(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	session, err := id(c, "id")
	if err != nil {
		return err
	}
	if session == v.viewer.SessionID {
		return s.signOut(c)
	}
	if err := s.Community.EndSession(c.UserContext(), v.viewer, session); err != nil {
		return err
	}
	return seeOther(c, views.SecurityPath(views.DoneSession))
}

// sessionsEnd signs the member out of all other browsers, and whoever holds a copy of this
// one's cookie.
func (s *Site) sessionsEnd(c *fiber.Ctx) error {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	fresh := s.isFresh(c)
	token, err := s.Community.EndOtherSessions(c.UserContext(), v.viewer, s.arrival(c))
	if err != nil {
		return err
	}
	s.renew(c, token, fresh)
	return seeOther(c, views.SecurityPath(views.DoneSessions))
}
