package models

import "errors"

var (
	// ErrNotFound says that nothing which the viewer may see matches. A private thing
	// and a thing that never existed are the same.
	ErrNotFound = errors.New("not found")
	// ErrTaken says that a unique value (address, handle, slug, key) exists.
	ErrTaken = errors.New("already taken")
	// ErrUsed says that something cannot be removed because other rows refer to it.
	ErrUsed = errors.New("still in use")
)
