package handlers

import (
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// staticShow serves a file of ours, for good: its address changes with its content. An
// address of an older version gets the file as it is now, to be asked for again.
func (s *Site) staticShow(c *fiber.Ctx) error {
	file, ok := s.Files.Lookup(c.Path(), c.Get(fiber.HeaderAcceptEncoding))
	if !ok {
		return fiber.NewError(http.StatusNotFound)
	}
	c.Set(fiber.HeaderCacheControl, "no-cache")
	if file.Immutable {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	}
	c.Set(fiber.HeaderVary, "Accept-Encoding")
	c.Set(fiber.HeaderETag, file.ETag)
	c.Set(fiber.HeaderContentType, file.Type)
	if file.Encoding != "" {
		c.Set(fiber.HeaderContentEncoding, file.Encoding)
	}
	if strings.Contains(c.Get(fiber.HeaderIfNoneMatch), file.ETag) {
		return c.SendStatus(http.StatusNotModified)
	}
	return c.Send(file.Body)
}

// robots asks machines to keep to what is meant to be found.
func (s *Site) robots(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	return c.SendString("User-agent: *\nDisallow: /search\nDisallow: /sign-in\nDisallow: /invitations/\nDisallow: /members/\n" +
		"Disallow: /api/\n\nSitemap: " + s.BaseURL + "/sitemap.xml\n")
}

// healthz tells that the process answers.
func (s *Site) healthz(c *fiber.Ctx) error {
	if !s.Ready() {
		return c.Status(http.StatusServiceUnavailable).SendString("stopping\n")
	}
	return c.SendString("ok\n")
}
