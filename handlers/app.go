package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/prometheus/client_golang/prometheus"

	"colloquy/handlers/api"
)

const (
	// bodyLimit is the most that a request may carry; Fiber resets connections above
	// it, so the server's own limit is twice as high and ours answers 413.
	bodyLimit = 16 << 20
	// deadline is how long a request may take.
	deadline = 15 * time.Second
)

// New puts the handlers together. The site's exported fields must be set.
func New(s *Site) (*fiber.App, error) {
	s.limits, s.pages, s.contentPolicy = newLimits(), newPages(), s.policy()
	s.known, s.owns = newKnown(), newShelf[ownKey](maxOwn, ownSize)
	app := fiber.New(fiber.Config{
		AppName: "Colloquy", DisableStartupMessage: true, Immutable: true, BodyLimit: 2 * bodyLimit,
		ErrorHandler: s.failed, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 90 * time.Second,
		ReadBufferSize: 16 << 10, CaseSensitive: true, EnableTrustedProxyCheck: true, TrustedProxies: s.TrustedProxies,
	})
	// Websockets live on after their request: see live.go.
	app.Server().KeepHijackedConns = true
	meter, err := s.meter()
	if err != nil {
		return nil, err
	}
	// What kept pages go by is known before the first request asks.
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := s.Forum.Refresh(ctx); err != nil {
		return nil, err
	}
	app.Use(s.number, s.headers, s.bounded, meter, s.rescue)
	s.routes(app)
	return app, nil
}

// bounded gives a request a deadline and refuses what is too large or packed: forms
// are neither compressed nor in parts, and unpacking knows no limit.
func (s *Site) bounded(c *fiber.Ctx) error {
	packed := c.Get(fiber.HeaderContentEncoding)
	parts := strings.HasPrefix(strings.ToLower(c.Get(fiber.HeaderContentType)), "multipart/")
	code := 0
	switch {
	case len(c.Request().Body()) > bodyLimit:
		code = http.StatusRequestEntityTooLarge
	case packed != "" && packed != "identity" || parts:
		code = http.StatusUnsupportedMediaType
	}
	if code != 0 {
		// The error page must not read the form again.
		c.Request().Header.Del(fiber.HeaderContentEncoding)
		c.Request().Header.Del(fiber.HeaderContentType)
		c.Request().ResetBody()
		if strings.HasPrefix(c.Path(), "/api/") {
			return api.Refuse(c, code)
		}
		return s.failed(c, fiber.NewError(code))
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), deadline)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// rescue turns a panic into an error page; what happened goes to the log only.
func (s *Site) rescue(c *fiber.Ctx) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			s.Log.ErrorContext(c.UserContext(), "panic", "id", reference(c), "route", c.Route().Path, "reason", reason,
				"stack", string(debug.Stack()))
			err = fiber.NewError(http.StatusInternalServerError)
		}
	}()
	return c.Next()
}

// meter counts requests and logs them: never an address, a query or who asked.
func (s *Site) meter() (fiber.Handler, error) {
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "colloquy_request_seconds", Help: "Time to answer, by route and status class.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
	}, []string{"method", "route", "class"})
	if s.Meters != nil {
		if err := s.Meters.Register(took); err != nil {
			return nil, err
		}
	}
	return func(c *fiber.Ctx) error {
		start := time.Now()
		err := c.Next()
		if err != nil {
			// Answered here, so that the status below is the one that was sent.
			err = s.failed(c, err)
		}
		code, elapsed := c.Response().StatusCode(), time.Since(start)
		took.WithLabelValues(c.Method(), c.Route().Path, string('0'+byte(code/100))+"xx").Observe(elapsed.Seconds())
		if s.Log.Enabled(c.UserContext(), slog.LevelDebug) {
			s.Log.DebugContext(c.UserContext(), "request", "id", reference(c), "method", c.Method(),
				"route", c.Route().Path, "status", code, "took", elapsed)
		}
		return err
	}, nil
}

// compressed packs pages on their way out; kept pages, files and copies come packed already.
func compressed() fiber.Handler {
	return compress.New(compress.Config{
		Level: compress.LevelBestSpeed,
		Next: func(c *fiber.Ctx) bool {
			return strings.HasPrefix(c.Path(), "/static/") || c.Path() == "/live" || c.Path() == "/settings/export"
		},
	})
}
