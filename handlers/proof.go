package handlers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/views"
)

// freshFor is how long somebody who proved who they are need not prove it again.
const freshFor = 15 * time.Minute

// freshen marks that whoever holds the session has just proved who they are. The mark is
// bound to the session and lies in the browser: nothing of it is kept here.
func (s *Site) freshen(c *fiber.Ctx, session string) {
	until := make([]byte, 8)
	binary.BigEndian.PutUint64(until, uint64(s.Now().Add(freshFor).Unix()))
	s.setCookie(c, "proof", base64.RawURLEncoding.EncodeToString(append(until, s.freshSeal(until, session)...)), freshFor)
}

func (s *Site) freshSeal(until []byte, session string) []byte {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte("proof\x00"))
	mac.Write(until)
	mac.Write([]byte(session))
	return mac.Sum(nil)
}

// isFresh tells whether the viewer proved who they are a short while ago, in this session.
func (s *Site) isFresh(c *fiber.Ctx) bool {
	mark, err := base64.RawURLEncoding.DecodeString(c.Cookies(s.cookie("proof")))
	if err != nil || len(mark) <= 8 || !s.at(c).viewer.SignedIn() {
		return false
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(mark[:8])), 0)
	return s.Now().Before(until) && hmac.Equal(mark[8:], s.freshSeal(mark[:8], s.at(c).proof))
}

// fresh is the middleware before acts that a stolen session must not do: it asks members
// to prove who they are again, and leads them back. After a form it leads to the page
// that the form stands on, which has the form's own address.
func (s *Site) fresh(c *fiber.Ctx) error {
	if !s.at(c).viewer.SignedIn() {
		return errSignIn
	}
	if s.isFresh(c) {
		return c.Next()
	}
	return seeOther(c, views.ProofPath(localPath(c.OriginalURL())))
}

// proofShow asks a member who they are, once more.
func (s *Site) proofShow(c *fiber.Ctx) error {
	next := localPath(c.Query("next"))
	switch {
	case !s.at(c).viewer.SignedIn():
		return errSignIn
	case s.isFresh(c):
		return seeOther(c, next)
	}
	return s.showProof(c, http.StatusOK, views.ProofPage{Next: next, Sent: c.Query("sent") != ""})
}

func (s *Site) showProof(c *fiber.Ctx, code int, page views.ProofPage) error {
	v := s.at(c)
	var err error
	if page.HasAuthenticator, _, err = s.Community.SecondFactor(c.UserContext(), v.viewer); err != nil {
		return err
	}
	page.HasPassword = v.viewer.Member.PasswordHash != ""
	p := s.page(c, "", views.SectionSettings)
	p.Path = views.ProofPath(page.Next)
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Proof(p, page))
}

// proofCreate takes what a member proves themselves with: from then on the session has
// another token, and whoever had a copy of the old one is out.
func (s *Site) proofCreate(c *fiber.Ctx) error {
	v, how := s.at(c), c.FormValue("how")
	if !v.viewer.SignedIn() {
		return errSignIn
	}
	page := views.ProofPage{Next: localPath(c.FormValue("next")), Sent: how == "mailed"}
	if how == "letter" {
		return s.proofSend(c, page.Next)
	}
	err := s.prove(c, how)
	if errors.Is(err, community.ErrCredentials) || errors.Is(err, community.ErrCode) {
		problem := map[string]string{
			"password": v.words.T("problem.wrong"), "code": v.words.T("problem.code"), "mailed": v.words.T("problem.mailed-code"),
		}[how]
		page.Errors = views.FieldErrors{how: problem}
		return s.showProof(c, status(err), page)
	} else if err != nil {
		return err
	}
	token, err := s.Community.RotateSession(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	s.renew(c, token, true)
	return seeOther(c, page.Next)
}

// prove tries one way of proving who one is, by the name of its form's field.
func (s *Site) prove(c *fiber.Ctx, how string) error {
	v, ctx := s.at(c), c.UserContext()
	act := "codes"
	if how == "password" {
		act = "guesses"
	}
	if err := s.limitAccount(c, act, "", v.viewer.Member.Email); err != nil {
		return err
	}
	switch how {
	case "password":
		return s.Community.ProveByPassword(ctx, v.viewer, c.FormValue(how))
	case "code":
		return s.Community.ProveByCode(ctx, v.viewer, c.FormValue(how), s.arrival(c))
	case "mailed":
		return s.Community.ProveByLetter(ctx, v.viewer, v.proof, c.FormValue(how))
	}
	return fiber.NewError(http.StatusBadRequest)
}

// proofSend sends a code to the member's address.
func (s *Site) proofSend(c *fiber.Ctx, next string) error {
	v := s.at(c)
	if err := s.limitAccount(c, "letters", "", v.viewer.Member.Email); err != nil {
		return err
	}
	if err := s.Community.RequestProof(c.UserContext(), v.viewer, v.proof); err != nil {
		return err
	}
	return seeOther(c, views.ProofPath(next)+"&sent=1")
}
