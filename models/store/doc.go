// Package store holds the only SQL of Colloquy. It opens SQLite (the embedded
// default) or PostgreSQL, brings either up to date, and offers reads that need a
// models.Scope and writes that happen in one transaction.
//
// Rules about who may do what live in the rooms above; the store guarantees that a
// read never returns what its scope may not see, that a thread's numbers are gapless
// and in commit order, and that both databases behave alike.
package store

import "errors"

var (
	// ErrNotFound is returned when nothing readable in the given scope matches. A
	// private thing and a thing that never existed are the same.
	ErrNotFound = errors.New("not found")
	// ErrTaken is returned when a unique value (address, handle, slug, key) exists.
	ErrTaken = errors.New("already taken")
)
