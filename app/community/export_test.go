package community

import "colloquy/models"

// ReadGuests is readGuests without groups, for fuzzing.
func ReadGuests(list string) (Guests, models.Problem) {
	head, all, problem := readGuests(list, nil)
	return Guests{Head: head, All: all}, problem
}
