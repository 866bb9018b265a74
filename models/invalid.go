package models

import (
	"slices"
	"strings"
)

// Invalid is the error of an input that cannot be accepted: for each field a word
// that says why, which the interface turns into a sentence. Nothing was changed.
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
	// Wider is a move after which more people could read.
	Wider Problem = "wider"
	// LastConvener is a change after which nobody would run the community.
	LastConvener Problem = "last convener"
	// Invited is an address to which an open invitation was sent, Twice one that a list
	// holds before, NoGroup a group that nobody knows, TooMany a list of too many lines.
	Invited Problem = "invited"
	Twice   Problem = "twice"
	NoGroup Problem = "no group"
	TooMany Problem = "too many"
	// OutOfRange is a number beyond its limits.
	OutOfRange Problem = "out of range"
	// NotAhead is a day that is none, or not after today.
	NotAhead Problem = "not ahead"
)

// Error lists the fields.
func (i Invalid) Error() string {
	parts := make([]string, 0, len(i))
	for field, problem := range i {
		parts = append(parts, field+" is "+string(problem))
	}
	slices.Sort(parts)
	return "invalid: " + strings.Join(parts, ", ")
}

// Err is the error itself when any field has a problem, else nil.
func (i Invalid) Err() error {
	if len(i) == 0 {
		return nil
	}
	return i
}
