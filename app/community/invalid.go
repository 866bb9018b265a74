package community

import (
	"errors"
	"net/mail"
	"strings"

	"colloquy/app/prose"
	"colloquy/models"
)

// Invalid is models.Invalid, the error of an input that cannot be accepted.
type Invalid = models.Invalid

// line cleans a one-line field; an empty one is a problem only when needed.
func line(i Invalid, field, value string, max int, needed bool) string {
	clean, err := prose.CleanLine(value, max)
	switch {
	case err == nil:
		return clean
	case errors.Is(err, prose.ErrEmpty) && !needed:
		return ""
	}
	i[field] = models.Problem(prose.Fault(err))
	return ""
}

// maxEmail is the longest address that SMTP carries (RFC 5321).
const maxEmail = 254

// email checks an address and returns it with its folded form.
func address(i Invalid, value string) (given, key string) {
	value = strings.TrimSpace(value)
	if value == "" {
		i["email"] = models.Empty
		return "", ""
	}
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || len(value) > maxEmail || !strings.Contains(value, ".") ||
		strings.ContainsAny(value, "\r\n\x00 ") {
		i["email"] = models.Unknown
		return "", ""
	}
	return value, EmailKey(value)
}

// EmailKey is the folded form of an address under which it is unique.
func EmailKey(address string) string { return strings.ToLower(strings.TrimSpace(address)) }
