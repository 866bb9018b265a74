// Package store holds the only SQL of Colloquy. It opens SQLite (the embedded
// default) or PostgreSQL, brings either up to date, and offers reads that need a
// models.Scope and writes that happen in one transaction.
//
// Rules about who may do what live in the rooms above; the store guarantees that a
// read never returns what its scope may not see, that a thread's numbers are gapless
// and in commit order, and that both databases behave alike.
package store

import "colloquy/models"

var (
	// ErrNotFound is models.ErrNotFound, returned when nothing readable in the given
	// scope matches.
	ErrNotFound = models.ErrNotFound
	// ErrTaken is models.ErrTaken, returned when a unique value exists.
	ErrTaken = models.ErrTaken
	// ErrUsed is models.ErrUsed, returned when other rows refer to what is to be removed.
	ErrUsed = models.ErrUsed
)

// Counters are the community's numbers that caches and live updates go by.
type Counters = models.Counters
