package community

import "colloquy/models"

// BadPassword is badPassword for the tests.
func BadPassword(password string, about ...string) models.Problem { return badPassword(password, about...) }

// Compare replaces how passwords are compared.
func (c *Community) Compare(compare func(password, hash string) (bool, error)) { c.compare = compare }
