package api

import (
	"context"
	"errors"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"colloquy/models"
)

type viewerKey struct{}

// viewerOf is who makes the request, as admit found.
func viewerOf(ctx context.Context) models.Viewer {
	viewer, _ := ctx.Value(viewerKey{}).(models.Viewer)
	return viewer
}

// admit finds out who asks and turns away, before anything of the request is read,
// whoever may not ask at all.
func (a *api) admit(request huma.Context, next func(huma.Context)) {
	c := humafiber.Unwrap(request)
	ctx, cancel := context.WithTimeout(request.Context(), deadline)
	defer cancel()
	viewer, err := a.viewer(ctx, c)
	if viewer.SignedIn() || c.Get(fiber.HeaderAuthorization) != "" {
		c.Set(fiber.HeaderCacheControl, "private, no-store")
	}
	if err == nil {
		err = a.refuse(c, viewer)
	}
	if err != nil {
		problem := problemOf(ctx, request.Operation().OperationID, err)
		for name, values := range problem.headers {
			c.Set(name, values[0])
		}
		_ = send(c, problem) // marshalling a problem does not fail
		return
	}
	next(huma.WithValue(huma.WithContext(request, ctx), viewerKey{}, viewer))
}

// viewer is the token's member, or without a token who is signed in to the site.
func (a *api) viewer(ctx context.Context, c *fiber.Ctx) (models.Viewer, error) {
	header := c.Get(fiber.HeaderAuthorization)
	if header == "" {
		return a.Viewer(c), nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "bearer") {
		return models.Viewer{}, unauthorized("Authenticate with a personal access token: Authorization: Bearer TOKEN.", true)
	}
	viewer, err := a.Community.ViewerByToken(ctx, strings.TrimSpace(token))
	if errors.Is(err, errNotFound) {
		return models.Viewer{}, unauthorized("This access token is not valid.", true)
	}
	return viewer, err
}

// refuse says why the request is not let in, nil when it is.
func (a *api) refuse(c *fiber.Ctx, viewer models.Viewer) error {
	writes := c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead
	if writes {
		if !viewer.SignedIn() {
			return unauthorized("Only members may write: send a personal access token.", false)
		}
		if err := a.refuseWrite(c); err != nil {
			return err
		}
	}
	if !cleanQuery(c) {
		return newProblem(http.StatusBadRequest, "The address holds characters that are not valid UTF-8.")
	}
	if a.Limit == nil {
		return nil
	}
	act := LimitRead
	switch {
	case writes:
		act = LimitWrite
	case strings.HasSuffix(strings.TrimRight(c.Path(), "/"), "/search"):
		act = LimitSearch
	}
	if wait, ok := a.Limit(c, act, viewer); !ok {
		return tooMany(wait)
	}
	return nil
}

// refuseWrite guards against other sites' pages, which can send a session's cookie but
// not a token: with the session, a write is JSON and names an origin of this site.
func (a *api) refuseWrite(c *fiber.Ctx) error {
	// Packed bodies are refused: unpacked, they could be of any size.
	if packing := c.Get(fiber.HeaderContentEncoding); packing != "" && packing != "identity" {
		return newProblem(http.StatusUnsupportedMediaType, "Send the body without Content-Encoding.")
	}
	hasBody := len(c.Request().Body()) > 0
	usesToken := c.Get(fiber.HeaderAuthorization) != ""
	if !usesToken {
		if c.Get("Sec-Fetch-Site") == "cross-site" || !slices.Contains(a.Origins, c.Get(fiber.HeaderOrigin)) {
			return newProblem(http.StatusForbidden, "With the session, write from the site's own pages only; elsewhere use an access token.")
		}
		hasBody = hasBody || c.Method() != fiber.MethodDelete
	}
	header := c.Get(fiber.HeaderContentType)
	media, _, err := mime.ParseMediaType(header)
	if hasBody && (err != nil || media != fiber.MIMEApplicationJSON) && !(usesToken && header == "") {
		return newProblem(http.StatusUnsupportedMediaType, "Send the body as application/json.")
	}
	return nil
}

// cleanQuery tells whether the query can be handed on: PostgreSQL takes neither broken
// UTF-8 nor NUL.
func cleanQuery(c *fiber.Ctx) bool {
	for name, value := range c.Context().QueryArgs().All() {
		if !utf8.Valid(name) || !utf8.Valid(value) || slices.Contains(value, 0) {
			return false
		}
	}
	return true
}

// unauthorized is the problem of a request that needs another or any token.
func unauthorized(detail string, wrong bool) *Problem {
	challenge := `Bearer realm="Colloquy"`
	if wrong {
		challenge += `, error="invalid_token"`
	}
	return newProblem(http.StatusUnauthorized, detail).with(fiber.HeaderWWWAuthenticate, challenge)
}

// tooMany is the problem of a request that comes too soon.
func tooMany(wait time.Duration) *Problem {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	return newProblem(http.StatusTooManyRequests, "Too many requests. Retry-After says in how many seconds to come again.").
		with(fiber.HeaderRetryAfter, strconv.Itoa(seconds))
}
