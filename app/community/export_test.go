package community

import (
	"time"

	"colloquy/models"
)

// BadPassword is badPassword for the tests.
func BadPassword(password string, about ...string) models.Problem {
	return badPassword(password, about...)
}

// Compare replaces how passwords are compared.
func (c *Community) Compare(compare func(password, hash string) (bool, error)) { c.compare = compare }

// StepOf is stepOf for the tests.
func StepOf(secret []byte, code string, now time.Time) (int64, bool) {
	return stepOf(secret, code, now)
}

// ReadGuests is readGuests without groups, for fuzzing.
func ReadGuests(list string) (Guests, models.Problem) {
	head, all, problem := readGuests(list, nil)
	return Guests{Head: head, All: all}, problem
}
