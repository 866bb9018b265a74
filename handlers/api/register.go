// Package api is the JSON API, version 1, under /api/v1, described by OpenAPI 3.1 at
// /api/v1/openapi.json. One file per noun: its JSON shape, its operations and their
// handlers, which read the input, ask a room, and answer. Errors are problem documents
// (RFC 9457); errors.go alone makes a status of them.
//
// A private thing and a thing that never existed get the same answer, byte for byte.
package api

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/models"
)

// prefix is where the API stands.
const prefix = "/api/v1"

// deadline is how long one request may take.
const deadline = 15 * time.Second

// The acts that Deps.Limit is asked about.
const (
	LimitRead   = "read"
	LimitSearch = "search"
	LimitWrite  = "write"
)

// Deps is what the API needs of the rest of the site.
type Deps struct {
	Forum     *forum.Forum
	Community *community.Community
	// Viewer is who is signed in with the site's session, as found by an earlier
	// middleware; the zero Viewer for visitors.
	Viewer func(c *fiber.Ctx) models.Viewer
	// Origins are the site's own origins: a write with the session must come from one.
	Origins []string
	// BaseURL is the site's address without a slash at the end.
	BaseURL string
	// Version is the program's, named in the description.
	Version string
	// Limit tells whether the viewer may do the act (LimitRead, LimitSearch or
	// LimitWrite) now, else after how long. It may be nil: no limits.
	Limit func(c *fiber.Ctx, act string, viewer models.Viewer) (retryAfter time.Duration, ok bool)
}

type api struct {
	Deps
	// known are the addresses below prefix, as segments, with their methods.
	known []address
}

type address struct {
	segments []string
	methods  []string
}

// Register adds the API to the site. Everything under /api/v1 is answered here, unknown
// addresses too.
func Register(app *fiber.App, deps Deps) {
	a := &api{Deps: deps}
	group := app.Group(prefix, a.guard)
	described := humafiber.NewWithGroup(app, headToo{group}, a.config())
	described.UseMiddleware(a.admit)
	a.themes(described)
	a.threads(described)
	a.responses(described)
	a.changes(described)
	a.search(described)
	a.me(described)
	a.mentions(described)
	description := describe(described.OpenAPI())
	headToo{group}.Add(fiber.MethodGet, "/openapi.json", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "application/openapi+json")
		return c.Send(description)
	})
	a.known = addresses(described.OpenAPI())
	group.Use(a.unknown)
}

// headToo answers HEAD wherever GET is answered (RFC 9110, 9.3.2); the server drops
// the body.
type headToo struct{ fiber.Router }

// Add registers the handlers, a GET's for HEAD as well.
func (r headToo) Add(method, path string, handlers ...fiber.Handler) fiber.Router {
	if method == fiber.MethodGet {
		r.Router.Add(fiber.MethodHead, path, handlers...)
	}
	return r.Router.Add(method, path, handlers...)
}

// guard sets what every answer carries and makes a problem document of a panic.
func (a *api) guard(c *fiber.Ctx) (err error) {
	if !below(c.Path()) {
		return c.Next()
	}
	c.Set(fiber.HeaderCacheControl, "no-cache")
	c.Vary(fiber.HeaderAuthorization, fiber.HeaderCookie)
	defer func() {
		if panicked := recover(); panicked != nil {
			failure := internal()
			slog.ErrorContext(c.UserContext(), "the API panicked", "reference", failure.Reference,
				"route", c.Route().Path, "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
			err = send(c, failure)
		}
	}()
	return c.Next()
}

// below tells whether a path is the API's: the router's prefix also fits /api/v1x.
func below(path string) bool {
	rest := path[min(len(prefix), len(path)):]
	return rest == "" || rest[0] == '/'
}

// unknown answers what no operation took: 405 where another method would do, else 404.
func (a *api) unknown(c *fiber.Ctx) error {
	path := c.Path()
	if !below(path) {
		return c.Next()
	}
	segments := strings.Split(strings.Trim(path[len(prefix):], "/"), "/")
	for _, known := range a.known {
		if known.fits(segments) && !slices.Contains(known.methods, c.Method()) {
			c.Set(fiber.HeaderAllow, strings.Join(known.methods, ", "))
			return send(c, newProblem(fiber.StatusMethodNotAllowed, "This address does not take the method "+c.Method()+"."))
		}
	}
	return send(c, absent())
}

func (k address) fits(segments []string) bool {
	return slices.EqualFunc(k.segments, segments, func(pattern, segment string) bool {
		return pattern == segment || strings.HasPrefix(pattern, "{") && segment != ""
	})
}

// addresses lists what the description names, and the description itself.
func addresses(document *huma.OpenAPI) []address {
	known := []address{{segments: []string{"openapi.json"}, methods: []string{fiber.MethodGet, fiber.MethodHead}}}
	for path, item := range document.Paths {
		found := address{segments: strings.Split(strings.Trim(path, "/"), "/")}
		for method, operation := range map[string]*huma.Operation{
			fiber.MethodGet: item.Get, fiber.MethodPost: item.Post, fiber.MethodPatch: item.Patch, fiber.MethodDelete: item.Delete,
		} {
			if operation != nil {
				found.methods = append(found.methods, method)
			}
		}
		if item.Get != nil {
			found.methods = append(found.methods, fiber.MethodHead)
		}
		slices.Sort(found.methods)
		known = append(known, found)
	}
	return known
}
