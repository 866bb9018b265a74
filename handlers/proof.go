package handlers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
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
	return seeOther(c, "/settings/proof?next="+url.QueryEscape(localPath(c.OriginalURL())))
}
