package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/views"
)

// responseCreate takes a response, or shows how it would look. Whatever goes wrong,
// the form comes back with the text in it.
func (s *Site) responseCreate(c *fiber.Ctx) error {
	threadID, err := id(c, "id")
	if err != nil {
		return err
	}
	v := s.at(c)
	head, err := s.Forum.Thread(c.UserContext(), v.viewer, threadID)
	if err != nil {
		return err
	}
	replyTo, _ := strconv.Atoi(c.FormValue("reply_to"))
	composer := views.Composer{
		Body: c.FormValue("body"), Lang: c.FormValue("lang"), ReplyTo: replyTo, Key: keyOr(c),
		As: views.Speaking{Face: faceOf(c)},
	}
	if state := s.writing(c); state != "" {
		composer.State = state
		return s.showComposer(c, statusOfWriting[state], head, composer)
	}
	if c.FormValue("preview") != "" {
		return s.responsePreview(c, head, composer)
	}
	if err := s.limit(c, "write"); err != nil {
		composer.State, composer.Pause = views.WritingPaused, seconds(wait(err))
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(composer.Pause))
		return s.showComposer(c, status(err), head, composer)
	}
	posted, err := s.Forum.Respond(c.UserContext(), v.viewer, threadID, forum.NewResponse{
		Body: composer.Body, Lang: composer.Lang, ReplyTo: replyTo, As: composer.As.Face, Key: composer.Key,
	})
	if err != nil {
		return s.responseRefused(c, head, composer, err)
	}
	s.posted(c, ThreadChannel(threadID), replyTo)
	return seeOther(c, escaped(forum.Permalink(&head.Thread, posted.Number)))
}

// writing says what stands between a form and its being taken: a session that ended, a
// form that is not this browser's, or house rules that have changed.
func (s *Site) writing(c *fiber.Ctx) views.WritingState {
	switch {
	case !s.at(c).viewer.SignedIn():
		return views.WritingSignedOut
	case !s.proven(c):
		return views.WritingAgain
	case s.at(c).viewer.MustAgree:
		return views.WritingAgree
	}
	return ""
}

var statusOfWriting = map[views.WritingState]int{
	views.WritingSignedOut: http.StatusUnauthorized, views.WritingAgain: http.StatusForbidden,
	views.WritingClosed: http.StatusForbidden, views.WritingPaused: http.StatusTooManyRequests,
	views.WritingInvalid: http.StatusUnprocessableEntity, views.WritingAgree: http.StatusForbidden,
}

func (s *Site) responsePreview(c *fiber.Ctx, head models.ThreadHead, composer views.Composer) error {
	preview, err := s.Forum.Preview(composer.Body)
	if err != nil {
		return s.responseRefused(c, head, composer, err)
	}
	composer.Preview = preview
	return s.showComposer(c, http.StatusOK, head, composer)
}

// responseRefused gives the form back with what was wrong.
func (s *Site) responseRefused(c *fiber.Ctx, head models.ThreadHead, composer views.Composer, err error) error {
	var invalid models.Invalid
	var denied access.Denied
	switch {
	case errors.As(err, &invalid):
		composer.State, composer.Errors = views.WritingInvalid, sentences(s.at(c).words, invalid)
	case errors.As(err, &denied) && denied.Reason == access.Locked:
		composer.State = views.WritingClosed
	case mustAgree(err):
		composer.State = views.WritingAgree
	case errors.Is(err, forum.ErrKeyReused):
		// The form was used before, with another text: Back, then a second thought.
		composer.State, composer.Key = views.WritingAgain, newKey()
	default:
		return err
	}
	return s.showComposer(c, status(err), head, composer)
}

// showComposer shows the thread's page on which the answered response, else the end
// of the thread, stands.
func (s *Site) showComposer(c *fiber.Ctx, code int, head models.ThreadHead, composer views.Composer) error {
	page := head.Pages()
	if composer.ReplyTo >= 1 && composer.ReplyTo <= head.LastNumber {
		page = models.PageOf(composer.ReplyTo)
	} else {
		composer.ReplyTo = 0
	}
	return s.showThread(c, code, head, page, composer)
}

// posted tells the next page which draft of the browser has been posted.
func (s *Site) posted(c *fiber.Ctx, draft string, replyTo int) {
	if replyTo != 0 {
		draft += ":reply:" + strconv.Itoa(replyTo)
	}
	s.setCookie(c, "posted", views.DraftName(s.page(c, "", ""), draft), time.Minute)
}
