package models

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Cut is what is left to be done for a persona whose authorship is taken off: its texts
// are led to the one former member, some at a time. The row goes with the last of them.
// It names no member.
type Cut struct {
	ID        int64 `gorm:"primaryKey"`
	PersonaID int64
	// GroupID is the group that the texts of a persona that ends were counted for as a voice;
	// nil for none, and while the persona itself tells.
	GroupID *int64
	// UpTo is the id of the last response that is meant: what is written later stays.
	UpTo int64
	// Removes tells that the texts are erased too.
	Removes bool
	// Ends tells that the persona itself goes at the end.
	Ends bool
}

// ErasureKind says what was erased for good.
type ErasureKind string

// The kinds of erasure.
const (
	ErasedMember     ErasureKind = "member" // somebody left
	ErasedAuthorship ErasureKind = "cut"    // the authorship of a text was taken off
	ErasedText       ErasureKind = "erased" // a text was removed by its author
)

// Erasure is one final act as erasures.log keeps it, so that no backup brings back what
// it has erased. It names nobody: a member by their opaque name, which stands nowhere
// once they have left, a text by its place in public.
type Erasure struct {
	Kind ErasureKind
	// Opaque and Leaving are of ErasedMember alone, the others of the other kinds.
	Opaque   string
	Leaving  Leaving
	ThreadID int64
	Number   int
	// WrittenAt tells a text from another one that got its number after a restore.
	WrittenAt time.Time
}

// String is the erasure as a line of erasures.log, without the end of the line.
func (e Erasure) String() string {
	if e.Kind == ErasedMember {
		return fmt.Sprintf("%s %s %s", e.Kind, e.Opaque, e.Leaving)
	}
	return fmt.Sprintf("%s %d:%d %s", e.Kind, e.ThreadID, e.Number, e.WrittenAt.UTC().Format(time.RFC3339Nano))
}

// ParseErasure reads a line of erasures.log and tells whether it is one.
func ParseErasure(line string) (Erasure, bool) {
	words := strings.Split(line, " ")
	if len(words) != 3 {
		return Erasure{}, false
	}
	e := Erasure{Kind: ErasureKind(words[0])}
	switch e.Kind {
	case ErasedMember:
		e.Opaque, e.Leaving = words[1], Leaving(words[2])
		return e, e.Opaque != "" && (e.Leaving == LeavingKeeps || e.Leaving == LeavingRemoves)
	case ErasedAuthorship, ErasedText:
		thread, number, _ := strings.Cut(words[1], ":")
		var noThread, noNumber, noTime error
		e.ThreadID, noThread = strconv.ParseInt(thread, 10, 64)
		e.Number, noNumber = strconv.Atoi(number)
		e.WrittenAt, noTime = time.Parse(time.RFC3339Nano, words[2])
		return e, noThread == nil && noNumber == nil && noTime == nil
	}
	return Erasure{}, false
}
