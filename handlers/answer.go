package handlers

import (
	"crypto/rand"
	"encoding/hex"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
)

// render writes a page, straight into the answer, whose memory is used again.
func (s *Site) render(c *fiber.Ctx, page templ.Component) error {
	c.Response().ResetBody()
	if err := page.Render(c.UserContext(), c.Response().BodyWriter()); err != nil {
		c.Response().ResetBody()
		return err
	}
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	if c.GetRespHeader(fiber.HeaderCacheControl) == "" {
		s.cacheRule(c, !s.at(c).viewer.SignedIn())
	}
	return nil
}

// cacheRule says who may keep a page: a browser its public pages, to be asked again
// each time; nobody what is private.
func (s *Site) cacheRule(c *fiber.Ctx, public bool) {
	rule := "private, no-cache"
	if !public {
		rule = "no-store"
	}
	c.Set(fiber.HeaderCacheControl, rule)
	c.Set(fiber.HeaderVary, "Cookie, Accept-Language, Accept-Encoding")
}

type referenceKey struct{}

// number gives the request an id that the log and an error page share.
func (s *Site) number(c *fiber.Ctx) error {
	bytes := make([]byte, 5)
	_, _ = rand.Read(bytes) // documented to never return an error
	c.Locals(referenceKey{}, strings.ToUpper(hex.EncodeToString(bytes)))
	return c.Next()
}

func reference(c *fiber.Ctx) string {
	id, _ := c.Locals(referenceKey{}).(string)
	return id
}

// seeOther answers a form that was accepted.
func seeOther(c *fiber.Ctx, path string) error {
	return c.Redirect(path, fiber.StatusSeeOther)
}
