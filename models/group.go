package models

import (
	"slices"
	"strings"
	"unicode"
)

// Group is a stakeholder group: the place in the field from which a persona
// speaks. Key says how it is drawn and named: one of s, c, b, r, f, i for the six groups
// of the workshop, whose names and marks the interface knows in every language; the key
// of a Mark for a group that a convener has written or changed, which is shown by Name
// as written; empty for one that has no mark of its own.
type Group struct {
	ID       int64 `gorm:"primaryKey"`
	Key      string
	Name     string
	Explains string
	Position int
	// Retired groups take no new members; their texts keep them.
	Retired bool
}

// TableName avoids GROUPS, a key word of SQL.
func (Group) TableName() string { return "stakeholder_groups" }

// Known tells whether the group is one of the six of the workshop as they came.
func (g *Group) Known() bool {
	_, known := knownMarks[g.Key]
	return known
}

// Mark is how the group is drawn. The letter of a group of the workshop is the language's
// and left empty here; a group without a mark of its own has the zero Mark.
func (g *Group) Mark() Mark {
	if mark, known := knownMarks[g.Key]; known {
		return mark
	}
	mark, _ := ParseMark(g.Key)
	return mark
}

// Mark is a letter in a shape and a colour: the siglum of a group. Its key is the three
// with dots between them, such as "L.arch.r". A letter and a shape name a group; the
// colour only helps.
type Mark struct {
	// Letter is one letter or digit with the marks that belong to it.
	Letter string
	// Shape is one of MarkShapes, Colour one of MarkColours.
	Shape  string
	Colour string
}

// MarkShapes are the shapes that a group can have, as the design draws them.
var MarkShapes = []string{"square", "circle", "arch", "leaf", "shield", "drop"}

// MarkColours are the colours that a group can have: the tokens --g-s to --g-i.
var MarkColours = []string{"s", "c", "b", "r", "f", "i"}

// knownMarks are the marks of the six groups of the workshop, by their keys.
var knownMarks = map[string]Mark{
	"s": {Shape: "square", Colour: "s"}, "c": {Shape: "circle", Colour: "c"}, "b": {Shape: "arch", Colour: "b"},
	"r": {Shape: "leaf", Colour: "r"}, "f": {Shape: "shield", Colour: "f"}, "i": {Shape: "drop", Colour: "i"},
}

// Key is the mark as Group.Key holds it.
func (m Mark) Key() string { return m.Letter + "." + m.Shape + "." + m.Colour }

// ParseMark reads a key of Mark.Key; false when it is none.
func ParseMark(key string) (Mark, bool) {
	parts := strings.Split(key, ".")
	if len(parts) != 3 {
		return Mark{}, false
	}
	mark := Mark{Letter: parts[0], Shape: parts[1], Colour: parts[2]}
	if !OneLetter(mark.Letter) || !slices.Contains(MarkShapes, mark.Shape) || !slices.Contains(MarkColours, mark.Colour) {
		return Mark{}, false
	}
	return mark, true
}

// OneLetter tells whether a text is a single letter or digit, with at most three marks on
// it: no script needs more, and they have to fit into a siglum.
func OneLetter(text string) bool {
	const most = 4
	for i, r := range []rune(text) {
		if i == 0 && !unicode.IsLetter(r) && !unicode.IsDigit(r) || i > 0 && !unicode.IsMark(r) || i == most {
			return false
		}
	}
	return text != ""
}

// Initiative is a multi-stakeholder initiative such as OGP or EITI: the second,
// independent facet of a persona.
type Initiative struct {
	ID   int64 `gorm:"primaryKey"`
	Slug string
	Name string
}

// InitiativeUse is an initiative with how many personas name it.
type InitiativeUse struct {
	Initiative
	Personas int
}

// Voice says how many visible texts a group has in a thread or theme.
type Voice struct {
	ThreadID  int64
	ThemeID   int64
	GroupID   int64
	Responses int
}
