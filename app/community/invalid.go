package community

import (
	"errors"
	"net/mail"
	"strings"

	"colloquy/app/prose"
)

// Invalid is the error of an input that cannot be accepted: for each field a word
// that says why. Nothing was changed.
type Invalid map[string]Problem

// Problem says what is wrong with a field.
type Problem string

// The problems.
const (
	Empty     Problem = "empty"
	TooLong   Problem = "too long"
	TooShort  Problem = "too short"
	Encoding  Problem = "encoding"
	Unknown   Problem = "unknown"
	Taken     Problem = "taken"
	NotAgreed Problem = "not agreed"
	Wrong     Problem = "wrong"
)

// Error lists the fields.
func (i Invalid) Error() string {
	parts := make([]string, 0, len(i))
	for field, problem := range i {
		parts = append(parts, field+" is "+string(problem))
	}
	return "invalid: " + strings.Join(parts, ", ")
}

func (i Invalid) err() error {
	if len(i) == 0 {
		return nil
	}
	return i
}

// line cleans a one-line field; an empty one is a problem only when needed.
func (i Invalid) line(field, value string, max int, needed bool) string {
	clean, err := prose.CleanLine(value, max)
	switch {
	case err == nil:
		return clean
	case errors.Is(err, prose.ErrEmpty) && !needed:
		return ""
	}
	i[field] = problem(err)
	return ""
}

func problem(err error) Problem {
	switch {
	case errors.Is(err, prose.ErrTooLong):
		return TooLong
	case errors.Is(err, prose.ErrEmpty):
		return Empty
	}
	return Encoding
}

// maxEmail is the longest address that SMTP carries (RFC 5321).
const maxEmail = 254

// email checks an address and returns it with its folded form.
func (i Invalid) email(value string) (address, key string) {
	value = strings.TrimSpace(value)
	if value == "" {
		i["email"] = Empty
		return "", ""
	}
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || len(value) > maxEmail || !strings.Contains(value, ".") ||
		strings.ContainsAny(value, "\r\n\x00 ") {
		i["email"] = Unknown
		return "", ""
	}
	return value, EmailKey(value)
}

// EmailKey is the folded form of an address under which it is unique.
func EmailKey(address string) string { return strings.ToLower(strings.TrimSpace(address)) }
