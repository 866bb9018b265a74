package models

import "time"

// PersonaKind says what sort of public face a persona is.
type PersonaKind string

// The kinds of persona that exist so far.
const (
	PersonaNamed     PersonaKind = "named"     // a member's own profile
	PersonaConvener  PersonaKind = "convener"  // "The convener": the starter community's own voice
	PersonaImported  PersonaKind = "imported"  // an author of an imported conversation, without a member
	PersonaBlank     PersonaKind = "blank"     // an imported text whose author is not known
	PersonaPseudonym PersonaKind = "pseudonym" // a member's other name in one theme
	PersonaFormer    PersonaKind = "former"    // "Former member": nobody stands behind it any more
	PersonaSite      PersonaKind = "site"      // another web site that speaks of a thread here
)

// Persona is the public face that speaks. Every thread and response belongs to a
// persona, never directly to a member.
type Persona struct {
	ID   int64 `gorm:"primaryKey"`
	Kind PersonaKind
	// MemberID is who stands behind the persona. Only rights checks and the
	// member's own pages read it; nil when nobody does or the link was cut.
	MemberID *int64
	// Handle is the profile's name in addresses; nil without a profile.
	Handle       *string
	Name         string
	GroupID      *int64
	Organisation string
	About        string
	// SourceKey identifies an imported author: a hash of source and name; it is "former" for
	// the one former member, nil otherwise.
	SourceKey *string
	// ThemeID is the one theme that a pseudonym speaks in; nil otherwise.
	ThemeID *int64
	// Skeleton is the name reduced to how it looks (Unicode TS #39): two names with one
	// skeleton can be mistaken for each other.
	Skeleton string
	// Languages are the tags of the languages that a profile names, separated by spaces.
	Languages string
	CreatedAt time.Time
}

// SourceFormer is the SourceKey of the one persona that all texts belong to whose
// authorship was taken off. No hash is like it.
const SourceFormer = "former"

// Byline is what a page needs to show of a persona beside a text.
type Byline struct {
	PersonaKind PersonaKind `gorm:"column:persona_kind"`
	PersonaName string      `gorm:"column:persona_name"`
	// PersonaHandle is empty without a profile.
	PersonaHandle string `gorm:"column:persona_handle"`
	GroupID       int64  `gorm:"column:group_id"`
	GroupKey      string `gorm:"column:group_key"`
	// GroupName is empty for a persona without a group.
	GroupName string `gorm:"column:group_name"`
}

// Profile is a persona's page: the persona, its group and initiatives, and how
// much it has said.
type Profile struct {
	Byline
	Organisation string
	About        string
	Initiatives  []Initiative `gorm:"-"`
	// Languages are tags separated by spaces.
	Languages string
	Responses int
	Threads   int
	JoinedOn  time.Time
	// Shown tells that the directory lists its member, Bylined that the name stands
	// somewhere that the viewer may read: over a thread, beside a text, or as a moderator.
	Shown   bool
	Bylined bool
}
