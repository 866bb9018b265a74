package models

import (
	"slices"
	"time"
)

// Viewer is who looks or acts: a visitor (the zero Viewer) or a member with the
// persona that speaks for them.
type Viewer struct {
	Member  *Member
	Persona *Byline
	// PersonaID is the id of that persona; 0 for a visitor.
	PersonaID int64
	// SessionID is the signed-in browser; 0 for visitors and API tokens.
	SessionID int64
	// MustAgree tells that the house rules have changed since the member agreed to them.
	MustAgree bool
	// Now is the moment of the request.
	Now time.Time
}

// SignedIn tells whether the viewer is a member.
func (v Viewer) SignedIn() bool { return v.Member != nil }

// MemberID is the member's id, 0 for a visitor.
func (v Viewer) MemberID() int64 {
	if v.Member == nil {
		return 0
	}
	return v.Member.ID
}

// Moderates tells whether the viewer is a moderator or a convener.
func (v Viewer) Moderates() bool { return v.Member != nil && v.Member.Moderates() }

// ModeratesTheme tells whether the viewer curates the theme: by role, or this one.
func (v Viewer) ModeratesTheme(themeID int64) bool {
	return v.Moderates() || v.Member != nil && slices.Contains(v.Member.Moderated, themeID)
}

// Speaks tells whether a persona is one of the viewer's.
func (v Viewer) Speaks(personaID int64) bool {
	return v.Member != nil && slices.Contains(v.Member.Faces, personaID)
}

// Scope is what a viewer may read, in the form that the store's one SQL condition
// takes. The zero Scope reads what everyone may read.
type Scope struct {
	// All reads every theme: moderators and conveners, and the operator's commands.
	All bool
	// Member reads themes for members.
	Member bool
	// GroupID reads themes for this group; 0 for none.
	GroupID int64
	// ThemeIDs are further themes, whoever may read them: those one moderates.
	ThemeIDs []int64
}

// Activity is one line of what happened lately, for the home page.
type Activity struct {
	ThreadRow
	// Opened tells that the thread itself is new; otherwise a response is.
	Opened bool
	At     time.Time
}

// Home is what the home page shows.
type Home struct {
	Themes    []ThemeRow
	Latest    []Activity
	Questions []QuestionRow
	Workshop  *Workshop
	Featured  *ResponseRow
	Threads   int
	Members   int
	Groups    int
}

// SearchHit is a found thread title or response.
type SearchHit struct {
	ThreadID    int64
	ThreadSlug  string
	ThreadTitle string
	ThreadLang  string
	Kind        Kind
	ThemeSlug   string
	ThemeTitle  string
	Number      int
	Byline
	Excerpt   string
	Lang      string
	CreatedAt time.Time
	Dating    Dating
}

// SitemapRow is a public page's place in the sitemap.
type SitemapRow struct {
	ID        int64
	Slug      string
	ChangedAt time.Time
}
