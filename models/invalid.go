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
	// Changed is a form that was filled in while somebody else changed the same.
	Changed Problem = "changed"
	// LastConvener is a change after which nobody would run the community.
	LastConvener Problem = "last convener"
	// Common is a password that many people have, Guessable one that is soon found.
	Common    Problem = "common"
	Guessable Problem = "guessable"
	// Same is a change to what is there already.
	Same Problem = "same"
	// Invited is an address to which an open invitation was sent, Twice one that a list
	// holds before, NoGroup a group that nobody knows, TooMany a list of too many lines.
	Invited Problem = "invited"
	Twice   Problem = "twice"
	NoGroup Problem = "no group"
	TooMany Problem = "too many"
	// Reserved is a group into which one comes by an invitation of a member only.
	Reserved Problem = "reserved"
	// OutOfRange is a number beyond its limits.
	OutOfRange Problem = "out of range"
	// NotAhead is a day that is none, or not after today.
	NotAhead Problem = "not ahead"
	// Impersonates is a name that looks like a moderator's or convener's.
	Impersonates Problem = "impersonates"
	// OfficeName is a name that is the word for an office.
	OfficeName Problem = "office name"
	// MixedScripts is a name with letters of two scripts in one word.
	MixedScripts Problem = "mixed scripts"
	// NameTaken is a pseudonym that looks like somebody's name.
	NameTaken Problem = "name taken"
	// HasPseudonym is a second pseudonym in one theme.
	HasPseudonym Problem = "has pseudonym"
	// NoFace is a face that the writer does not have where they want to speak.
	NoFace Problem = "no face"
	// Alike is a name that another one of its kind has, or that looks like it.
	Alike Problem = "alike"
	// SameMark is a letter in a shape in which another group has it.
	SameMark Problem = "same mark"
	// NotALetter is what is not exactly one letter or digit.
	NotALetter Problem = "not a letter"
	// InUse is what cannot be removed because something depends on it.
	InUse Problem = "in use"
	// Newer is a form that began from what somebody else has changed meanwhile.
	Newer Problem = "newer"
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
