package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// signInShow is the form to sign in.
func (s *Site) signInShow(c *fiber.Ctx) error {
	v := s.at(c)
	next := localPath(c.Query("next"))
	if v.viewer.SignedIn() {
		return seeOther(c, next)
	}
	page := views.SignInPage{Next: next}
	switch {
	case c.Query("ended") != "":
		page.State = views.SignInEnded
	case v.expired:
		page.State = views.SignInExpired
	}
	return s.showSignIn(c, http.StatusOK, page)
}

func (s *Site) showSignIn(c *fiber.Ctx, code int, page views.SignInPage) error {
	p := s.page(c, "", views.SectionSignIn)
	p.Path, p.Modules = "/sign-in", []string{"passkey.js"}
	page.Services = s.services()
	s.withToken(c, &p)
	if s.Demo {
		personas, err := s.Community.Personas(c.UserContext())
		if err != nil {
			return err
		}
		p.DemoPersonas = personas
	}
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.SignIn(p, page))
}

// signIn checks a password or sends a one-time link. Known and unknown addresses get
// the same answer.
func (s *Site) signIn(c *fiber.Ctx) error {
	page := views.SignInPage{Next: localPath(c.FormValue("next")), Email: c.FormValue("email")}
	if !s.proven(c) {
		page.State = views.SignInExpired
		return s.showSignIn(c, http.StatusForbidden, page)
	}
	// Enter in the password field presses the first button: a password is meant then.
	if c.FormValue("how") == "password" || c.FormValue("password") != "" {
		return s.signInByPassword(c, page)
	}
	if err := s.limitAccount(c, "letters", "letter", page.Email); err != nil {
		return err
	}
	err := s.Community.RequestLink(c.UserContext(), page.Email, s.at(c).proof, s.arrival(c))
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(s.at(c).words, invalid)
		return s.showSignIn(c, status(err), page)
	} else if err != nil {
		return err
	}
	s.setCookie(c, "next", url.QueryEscape(page.Next), time.Hour)
	return seeOther(c, "/sign-in/code")
}

func (s *Site) signInByPassword(c *fiber.Ctx, page views.SignInPage) error {
	if err := s.limitAccount(c, "guesses", "sign in", page.Email); err != nil {
		return err
	}
	entry, err := s.Community.SignIn(c.UserContext(), page.Email, c.FormValue("password"), s.arrival(c))
	switch {
	case errors.Is(err, community.ErrCredentials):
		page.Errors = views.FieldErrors{"password": s.at(c).words.T("problem.credentials")}
		return s.showSignIn(c, status(err), page)
	case err != nil:
		return err
	}
	return s.enter(c, entry, page.Next)
}

// linkShow is where the link of a letter leads: a visit does not use it up.
func (s *Site) linkShow(c *fiber.Ctx) error {
	token := c.Params("token")
	err := s.Community.LinkOpen(c.UserContext(), token)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return err
	}
	return s.showLink(c, token, err != nil)
}

func (s *Site) showLink(c *fiber.Ctx, token string, gone bool) error {
	p := s.page(c, "", views.SectionSignIn)
	p.Path = "/sign-in"
	s.withToken(c, &p)
	if gone {
		c.Status(http.StatusGone)
	}
	s.cacheRule(c, false)
	return s.render(c, views.SignInLink(p, views.SignInLinkPage{Token: token, Gone: gone}))
}

// linkUse signs in with the link of a letter.
func (s *Site) linkUse(c *fiber.Ctx) error {
	token := c.Params("token")
	entry, err := s.Community.UseLink(c.UserContext(), token, s.arrival(c))
	if errors.Is(err, models.ErrNotFound) {
		return s.showLink(c, token, true)
	} else if err != nil {
		return err
	}
	return s.enter(c, entry, s.next(c))
}

// next is where this browser goes on to when it has signed in: a path on this site,
// whatever its cookie says.
func (s *Site) next(c *fiber.Ctx) string {
	next, err := url.QueryUnescape(c.Cookies(s.cookie("next")))
	if err != nil {
		return "/"
	}
	return localPath(next)
}

// codeShow is the page after a letter was asked for, for whatever address.
func (s *Site) codeShow(c *fiber.Ctx) error {
	if s.at(c).viewer.SignedIn() {
		return seeOther(c, s.next(c))
	}
	return s.showCode(c, http.StatusOK, nil)
}

func (s *Site) showCode(c *fiber.Ctx, code int, problems views.FieldErrors) error {
	p := s.page(c, "", views.SectionSignIn)
	p.Path = "/sign-in/code"
	s.withToken(c, &p)
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.SignInCode(p, views.SignInCodePage{Next: s.next(c), Errors: problems}))
}

// codeUse signs in with the code of a letter that this browser has asked for.
func (s *Site) codeUse(c *fiber.Ctx) error {
	entry, err := s.Community.UseCode(c.UserContext(), s.at(c).proof, c.FormValue("code"), s.arrival(c))
	if errors.Is(err, community.ErrCode) {
		return s.showCode(c, status(err), views.FieldErrors{"code": s.at(c).words.T("problem.mailed-code")})
	} else if err != nil {
		return err
	}
	return s.enter(c, entry, s.next(c))
}

// demoSignIn signs in as a fictional person; the route is there on a demo only.
func (s *Site) demoSignIn(c *fiber.Ctx) error {
	entry, err := s.Community.EnterDemo(c.UserContext(), c.FormValue("handle"))
	if err != nil {
		return err
	}
	return s.enter(c, entry, localPath(c.FormValue("next")))
}
