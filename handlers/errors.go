package handlers

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/views"
)

var (
	// errForeign: another site asked for a write.
	errForeign = errors.New("the request came from another site")
	// errStale: a form without this browser's token.
	errStale = errors.New("the form is too old")
	// errSignIn: the page is for members.
	errSignIn = errors.New("sign in first")
)

// status is the one place that makes a status of an error.
func status(err error) int {
	var denied access.Denied
	var asked *fiber.Error
	var invalid models.Invalid
	var many tooMany
	var conflict *forum.Conflict
	switch {
	case errors.As(err, &denied):
		return refusal(denied.Reason)
	case errors.Is(err, models.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, community.ErrInvitationUsed), errors.Is(err, community.ErrInvitationExpired):
		return http.StatusGone
	case errors.Is(err, errSignIn):
		return http.StatusUnauthorized
	case errors.Is(err, errForeign), errors.Is(err, errStale), errors.Is(err, community.ErrSuspended),
		errors.Is(err, community.ErrStranger), errors.Is(err, community.ErrJourney),
		errors.Is(err, errServiceRefused), errors.Is(err, errDeclined):
		return http.StatusForbidden
	case errors.As(err, &invalid), errors.Is(err, forum.ErrKeyReused),
		errors.Is(err, community.ErrCredentials), errors.Is(err, community.ErrCode), errors.Is(err, community.ErrPasskey),
		errors.Is(err, community.ErrPasskeyLate), errors.Is(err, community.ErrPasskeyCopied):
		return http.StatusUnprocessableEntity
	case errors.As(err, &conflict), errors.Is(err, forum.ErrRemoved), errors.Is(err, models.ErrTaken),
		errors.Is(err, community.ErrIdentityTaken):
		return http.StatusConflict
	case errors.As(err, &many), errors.Is(err, community.ErrBusy):
		return http.StatusTooManyRequests
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, errServiceDown):
		return http.StatusServiceUnavailable
	case errors.As(err, &asked):
		return asked.Code
	}
	return http.StatusInternalServerError
}

func refusal(reason access.Reason) int {
	switch reason {
	case access.Hidden:
		return http.StatusNotFound
	case access.SignIn:
		return http.StatusUnauthorized
	case access.Removed:
		return http.StatusConflict
	case access.Unmasked:
		return http.StatusUnprocessableEntity
	}
	return http.StatusForbidden
}

// failed answers a request that a handler gave up with an error. What was written is
// given back.
func (s *Site) failed(c *fiber.Ctx, err error) error {
	s.protect(c) // some requests fail before anything else looked at them
	code := status(err)
	v := s.at(c)
	if code == http.StatusUnauthorized && c.Method() == http.MethodGet {
		return c.Redirect("/sign-in?next="+url.QueryEscape(localPath(c.OriginalURL())), http.StatusSeeOther)
	}
	e := views.ErrorView{Status: code, SignIn: !v.viewer.SignedIn()}
	if code >= http.StatusInternalServerError {
		e.Reference = reference(c)
	}
	if c.Method() == http.MethodPost {
		if text := cmp.Or(c.FormValue("body"), writtenTexts(c)); len(text) <= 4*forum.MaxText {
			e.Text = text
		}
	} else {
		e.Retry = localPath(c.OriginalURL())
	}
	if wait := retryAfter(err, code); wait > 0 {
		e.RetryAfter = int((wait + time.Second - 1) / time.Second)
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(e.RetryAfter))
	}
	if code >= http.StatusInternalServerError {
		s.Log.LogAttrs(c.UserContext(), slog.LevelError, "request failed", slog.String("id", reference(c)),
			slog.String("route", c.Route().Path), slog.Any("error", err))
	}
	p := s.page(c, "", "")
	p.NoIndex = true
	c.Status(code)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(c, views.ErrorPage(p, e))
}

func retryAfter(err error, code int) time.Duration {
	var many tooMany
	switch {
	case errors.As(err, &many):
		return many.wait
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		return 3 * time.Second
	}
	return 0
}
