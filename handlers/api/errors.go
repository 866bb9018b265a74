package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/models"
)

// errNotFound is what the rooms return for what is not there or may not be seen.
var errNotFound = models.ErrNotFound

const problemType = "application/problem+json"

// Problem is a problem document (RFC 9457).
type Problem struct {
	Type   string `json:"type" doc:"Always about:blank: the status says what kind of problem it is"`
	Title  string `json:"title" doc:"The status in words"`
	Status int    `json:"status" doc:"The HTTP status"`
	Detail string `json:"detail" doc:"What happened, in a sentence for people"`
	// Errors names each field of a 400 or 422.
	Errors []FieldProblem `json:"errors,omitempty" nullable:"false" doc:"What is wrong with each field"`
	// Reference finds a 500 in the server's log.
	Reference string `json:"reference,omitempty" doc:"Names this failure in the server's log"`
	// Current and Yours are the two texts of an edit that came too late.
	Current *CurrentText `json:"current,omitempty" doc:"The text as it stands, when an edit started from an old edition"`
	Yours   *string      `json:"yours,omitempty" doc:"The text that was not written"`

	headers http.Header
}

// FieldProblem says what is wrong with one field.
type FieldProblem struct {
	Location string `json:"location" doc:"The field, such as body.title, query.after or header.Idempotency-Key"`
	Message  string `json:"message" doc:"What is wrong with it, in a sentence"`
}

// CurrentText is a text as it stands.
type CurrentText struct {
	Body string `json:"body" doc:"Markdown"`
	Rev  int    `json:"rev" doc:"Its edition"`
}

// Error is the problem's sentence.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are the headers that go with the document.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType is that of a problem document, whatever was negotiated.
func (p *Problem) ContentType(string) string { return problemType }

func (p *Problem) with(header, value string) *Problem {
	p.headers = http.Header{header: {value}}
	return p
}

func newProblem(status int, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
}

// absent is the one answer for what is not there and for what may not be seen.
func absent() *Problem {
	return newProblem(http.StatusNotFound, "There is nothing here, or nothing that you may see.")
}

// unacceptable is a 422 that names one field.
func unacceptable(location, message string) *Problem {
	problem := newProblem(http.StatusUnprocessableEntity, "The request cannot be accepted as it is.")
	problem.Errors = []FieldProblem{{Location: location, Message: message}}
	return problem
}

// internal is a failure of ours: a reference and nothing of the inside.
func internal() *Problem {
	var reference [6]byte
	_, _ = rand.Read(reference[:]) // documented to never return an error
	problem := newProblem(http.StatusInternalServerError, "Something went wrong here. The reference finds it in the server's log.")
	problem.Reference = hex.EncodeToString(reference[:])
	return problem
}

// send writes a problem outside an operation.
func send(c *fiber.Ctx, problem *Problem) error {
	c.Response().ResetBody()
	c.Status(problem.Status).Set(fiber.HeaderContentType, problemType)
	return format.Marshal(c.Context(), problem)
}

// Refuse answers a request that the site refuses before the API has seen it.
func Refuse(c *fiber.Ctx, status int) error {
	return send(c, newProblem(status, "The request is too large, or in a form that is not taken here."))
}

// problemOf makes the answer of an error. What it does not know is logged with the
// operation and a reference.
func problemOf(ctx context.Context, operation string, err error) *Problem {
	var (
		known    *Problem
		invalid  models.Invalid
		denied   access.Denied
		conflict *forum.Conflict
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, errNotFound):
		return absent()
	case errors.As(err, &invalid):
		return invalidProblem(invalid)
	case errors.As(err, &denied):
		return deniedProblem(denied)
	case errors.As(err, &conflict):
		problem := newProblem(http.StatusConflict, "The text was changed since the edition that you started from.")
		problem.Current = &CurrentText{Body: conflict.Current.Body, Rev: conflict.Current.Rev}
		problem.Yours = &conflict.Yours
		return problem
	case errors.Is(err, forum.ErrRemoved):
		return newProblem(http.StatusConflict, "The text was removed.")
	case errors.Is(err, forum.ErrKeyReused):
		return unacceptable("header.Idempotency-Key", "This key was used for another request: take a new one.")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return newProblem(http.StatusServiceUnavailable, "This took too long. Please try again.").with(fiber.HeaderRetryAfter, "2")
	}
	problem := internal()
	slog.ErrorContext(ctx, "the API failed", "operation", operation, "reference", problem.Reference, "error", err)
	return problem
}

func deniedProblem(denied access.Denied) *Problem {
	switch denied.Reason {
	case access.Hidden:
		return absent()
	case access.SignIn:
		return unauthorized("Only members may do this: send a personal access token.", false)
	case access.Removed:
		return newProblem(http.StatusConflict, "The text was removed.")
	case access.Locked:
		return newProblem(http.StatusForbidden, "The thread is locked.")
	case access.NotOwn:
		return newProblem(http.StatusForbidden, "Only whoever wrote it may do this.")
	case access.Suspended:
		return newProblem(http.StatusForbidden, "This membership is suspended.")
	case access.Agree:
		return newProblem(http.StatusForbidden, "The house rules have changed. Agree to them on the site first.")
	case access.Unmasked:
		return newProblem(http.StatusUnprocessableEntity, "This theme has no pseudonyms.")
	case access.Role:
		return newProblem(http.StatusForbidden, "Your role does not allow this.")
	}
	return newProblem(http.StatusForbidden, "You may not do this.")
}

// sentences say what a field wants, where the plain words for a problem do not.
var sentences = map[string]string{
	"header.Idempotency-Key": "Send an Idempotency-Key header of 1 to 255 characters, a new one for each new response.",
	"body.theme":             "Name the slug of a theme that you may read.",
	"body.kind":              "Choose one of question, challenge, insight, proposal and resource.",
	"query.kind":             "Choose one of question, challenge, insight, proposal and resource.",
	"body.level":             "Choose one of big picture and in practice.",
	"body.outcome":           "Choose one of insight, proposal and open challenge.",
	"body.reply_to":          "Name the number of a response in this thread.",
	"body.persona":           "Name your own handle, or the exact name of the pseudonym that you have in this theme.",
	"query.after":            "Give the next of the page before.",
}

// invalidProblem names each field that a room refused, in the order of the alphabet.
func invalidProblem(invalid models.Invalid) *Problem {
	problem := unacceptable("", "")
	problem.Errors = nil
	for field, what := range invalid {
		location := "body." + field
		if field == "after" {
			location = "query.after"
		}
		problem.Errors = append(problem.Errors, FieldProblem{Location: location, Message: sentence(location, what)})
	}
	slices.SortFunc(problem.Errors, func(a, b FieldProblem) int { return strings.Compare(a.Location, b.Location) })
	return problem
}

func sentence(location string, what models.Problem) string {
	if what == models.Wider {
		return "More people could read the thread there: choose a theme that the same people or fewer can read."
	}
	if fixed, ok := sentences[location]; ok {
		return fixed
	}
	switch what {
	case models.Empty:
		return "Write something here: it is empty."
	case models.TooLong:
		if location == "body.title" {
			return "The title is longer than 200 characters."
		}
		return "The text is longer than 100,000 characters."
	case models.Encoding:
		return "The text is not valid UTF-8."
	case models.Unknown:
		return "This value is not known."
	}
	return "This cannot be accepted."
}

// A problem names at most so many fields, each with so many bytes: both are the
// client's own choice.
const (
	maxNamed    = 25
	maxLocation = 100
)

// rewrite turns the library's own errors into problem documents in our words, without
// the values that it repeats.
func rewrite(_ huma.Context, _ string, value any) (any, error) {
	model, ok := value.(*huma.ErrorModel)
	if !ok {
		return value, nil
	}
	problem := newProblem(model.Status, model.Detail)
	switch model.Status {
	case http.StatusBadRequest:
		problem.Detail = "The body cannot be read as JSON."
	case http.StatusRequestEntityTooLarge:
		problem.Detail = "The body is larger than 16 MB."
	case http.StatusUnsupportedMediaType:
		problem.Detail = "Send the body as application/json."
		return problem, nil
	case http.StatusUnprocessableEntity:
		problem.Detail = "The request cannot be accepted as it is."
	default:
		problem.Detail = http.StatusText(model.Status) + "."
		return problem, nil
	}
	for _, detail := range model.Errors[:min(len(model.Errors), maxNamed)] {
		if detail != nil {
			problem.Errors = append(problem.Errors, fieldProblem(detail))
		}
	}
	return problem, nil
}

func fieldProblem(detail *huma.ErrorDetail) FieldProblem {
	location := strings.ToValidUTF8(detail.Location[:min(len(detail.Location), maxLocation)], "")
	message, ok := sentences[location]
	switch {
	case ok:
	case strings.HasPrefix(detail.Message, "json:"):
		message = "A number does not fit its field."
	default:
		message = capital(detail.Message)
	}
	return FieldProblem{Location: location, Message: message}
}

// capital makes a sentence of a message.
func capital(message string) string {
	first, size := utf8.DecodeRuneInString(message)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(message[size:], ".") + "."
}
