package handlers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// contentPolicy lets a page load from this site only, and nothing inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'"

// policy is contentPolicy with the live line's addresses, which older browsers do not
// count to 'self'.
func (s *Site) policy() string {
	policy := contentPolicy
	for _, origin := range s.Origins {
		policy += " " + strings.Replace(origin, "http", "ws", 1) + "/live"
	}
	return policy
}

// headers is the middleware of protect.
func (s *Site) headers(c *fiber.Ctx) error {
	s.protect(c)
	return c.Next()
}

// protect sets what protects every answer.
func (s *Site) protect(c *fiber.Ctx) {
	c.Set("Content-Security-Policy", s.contentPolicy)
	c.Set("Referrer-Policy", "no-referrer")
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if s.TLS {
		c.Set("Strict-Transport-Security", "max-age=63072000")
	}
}

// newProof is a secret for a visitor's forms.
func newProof() string {
	bytes := make([]byte, 18)
	_, _ = rand.Read(bytes) // documented to never return an error
	return base64.RawURLEncoding.EncodeToString(bytes)
}

// nonceSize is how many random bytes stand before a form token. They make every page
// of a browser different, so that compressing it tells nothing of the token (BREACH).
const nonceSize = 9

// token is a form token of a browser's secret.
func (s *Site) token(proof string) string {
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // documented to never return an error
	return base64.RawURLEncoding.EncodeToString(s.seal(nonce, proof))
}

func (s *Site) seal(nonce []byte, proof string) []byte {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte("form\x00"))
	mac.Write(nonce)
	mac.Write([]byte(proof))
	return append(slices.Clone(nonce), mac.Sum(nil)[:18]...)
}

// guard refuses writes that another site asked for. Browsers that say where a request
// comes from (Fetch Metadata, Origin) are believed; forms carry a token besides, which
// form checks.
func (s *Site) guard(c *fiber.Ctx) error {
	if c.Method() == http.MethodGet || c.Method() == http.MethodHead || c.Method() == http.MethodOptions ||
		strings.HasPrefix(c.Path(), "/api/") { // the API looks for itself and answers in its own way
		return c.Next()
	}
	origin := c.Get(fiber.HeaderOrigin)
	if c.Get("Sec-Fetch-Site") == "cross-site" || c.Get("Sec-Fetch-Site") == "same-site" ||
		origin != "" && origin != "null" && !slices.Contains(s.Origins, strings.ToLower(origin)) {
		return errForeign
	}
	return c.Next()
}

// proven tells whether a form carries the token of this browser.
func (s *Site) proven(c *fiber.Ctx) bool {
	proof := s.at(c).proof
	token, err := base64.RawURLEncoding.DecodeString(c.FormValue("token"))
	return err == nil && proof != "" && len(token) > nonceSize && hmac.Equal(token, s.seal(token[:nonceSize], proof))
}

// form refuses a form without the browser's token. Forms that carry a text check it
// themselves, so that they can give the text back.
func (s *Site) form(c *fiber.Ctx) error {
	if !s.proven(c) {
		return errStale
	}
	return c.Next()
}
