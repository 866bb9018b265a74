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
	// Skeleton is the name reduced to how it looks (Unicode TS #39), in one or more forms
	// separated by spaces: two names that share a form can be mistaken for each other.
	// Empty for a name that nobody has reduced yet.
	Skeleton string
	// Languages are the tags of the languages that a profile names, separated by spaces.
	Languages string
	CreatedAt time.Time
}

// SourceFormer is the SourceKey of the one persona that all texts belong to whose
// authorship was taken off. No hash is like it.
const SourceFormer = "former"

// FaceChoice says which of their faces a member chooses to speak with.
type FaceChoice string

// The choices.
const (
	FaceProfile   FaceChoice = ""          // their named profile
	FacePseudonym FaceChoice = "pseudonym" // the pseudonym that they have in the theme
	FaceNew       FaceChoice = "new"       // a pseudonym that is made with this text
)

// Face is as whom a member wants to speak. It never names a persona by its id, so that no
// form or request can name somebody else's. The zero Face is the named profile.
type Face struct {
	Choice FaceChoice
	// Name is the new pseudonym's name. Of a pseudonym that is there it is the name that
	// the writer was shown, which must still be the one in the theme; empty for whichever
	// it is.
	Name string
	// ShowGroup shows the member's group beside a new pseudonym, for good.
	ShowGroup bool
}

// Pseudonym is a member's other name in a theme, for their own eyes only.
type Pseudonym struct {
	Name string
	// GroupKey and GroupName are empty for a pseudonym that shows no group.
	GroupKey  string
	GroupName string
	// ThemeSlug, ThemeTitle and ThemeLang are empty when the member may not read the theme
	// any more.
	ThemeSlug  string
	ThemeTitle string
	ThemeLang  string
	// Open tells that the theme still lets members speak under other names.
	Open bool
}

// NameHolder is who goes by a name, for telling names apart that look alike.
type NameHolder struct {
	PersonaID int64
	Name      string
	Skeleton  string
}

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
