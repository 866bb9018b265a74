package prose

import "errors"

// Fault is the word for what Clean or CleanLine found wrong: "empty", "too long", or
// "encoding" for everything else.
func Fault(err error) string {
	switch {
	case errors.Is(err, ErrTooLong):
		return "too long"
	case errors.Is(err, ErrEmpty):
		return "empty"
	}
	return "encoding"
}
