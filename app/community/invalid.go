package community

import (
	"errors"

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
