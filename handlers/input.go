package handlers

import (
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// id reads a number from the address; anything else does not exist.
func id(c *fiber.Ctx, name string) (int64, error) {
	text := c.Params(name)
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 1 || strconv.FormatInt(number, 10) != text {
		return 0, models.ErrNotFound
	}
	return number, nil
}

// number reads a response's number from the address.
func number(c *fiber.Ctx) (int, error) {
	n, err := id(c, "number")
	if err != nil || n > 1<<30 {
		return 0, models.ErrNotFound
	}
	return int(n), nil
}

// name reads a name (slug, handle) from the address. What cannot be one does not exist.
func name(c *fiber.Ctx, param string) (string, error) {
	text, err := url.PathUnescape(c.Params(param))
	if err != nil || text == "" || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", models.ErrNotFound
	}
	return text, nil
}

// newKey is a fresh idempotency key for a form.
func newKey() string {
	bytes := make([]byte, 15)
	_, _ = rand.Read(bytes) // documented to never return an error
	return base64.RawURLEncoding.EncodeToString(bytes)
}

// keyOr is the form's key, or a fresh one.
func keyOr(c *fiber.Ctx) string {
	if key := c.FormValue("key"); key != "" && len(key) <= 200 {
		return key
	}
	return newKey()
}

// limitsOf are the most characters that fields take, for the sentence that says so.
var limitsOf = map[string]int{
	"body": forum.MaxText, "title": forum.MaxTitle, "name": community.MaxName,
	"pseudonym": community.MaxName, "organisation": community.MaxOrganisation, "about": community.MaxAbout,
	"purpose": community.MaxPurpose, "contact": community.MaxContact, "join_question": community.MaxJoinQuestion,
	"explains": community.MaxExplains, "new_name": community.MaxInitiativeName, "letter": 1,
	"password": community.MaxPassword, "password_new": community.MaxPassword,
	"note": community.MaxNote, "answer": community.MaxAnswer, "list": community.MaxGuestList,
}

// limitOf is the most characters of a field; a field in several languages ends with one.
func limitOf(field string) int {
	if strings.HasPrefix(field, community.TextField("")) {
		return community.MaxCommunityText
	}
	return limitsOf[field]
}

// sentences turns the problems of a form's fields into the viewer's language.
func sentences(w *words.Words, problems models.Invalid) views.FieldErrors {
	said := make(views.FieldErrors, len(problems))
	for field, problem := range problems {
		name := strings.ReplaceAll(string(problem), " ", "-")
		switch {
		case field == "email" && name == "unknown":
			name = "address"
		case name == "too-short":
			said[field] = w.N("problem.too-short", community.MinPassword)
			continue
		case name == "too-long":
			said[field] = w.N("problem.too-long", limitOf(field))
			continue
		}
		said[field] = w.T("problem." + name)
	}
	return said
}

// seconds is a wait for a sentence, at least one second.
func seconds(wait time.Duration) int {
	return max(1, int((wait+time.Second-1)/time.Second))
}
