package models

import "time"

// Audience says who may read a theme and all its threads.
type Audience string

// The audiences.
const (
	AudienceEveryone Audience = "everyone"
	AudienceMembers  Audience = "members"
	AudienceGroups   Audience = "groups"
)

// Theme is a standing subject, curated by moderators.
type Theme struct {
	ID    int64 `gorm:"primaryKey"`
	Slug  string
	Title string
	// Line is the one sentence under the title in lists; Purpose the paragraph on
	// the theme's own page.
	Line      string
	Purpose   string
	Lang      string
	Position  int
	Audience  Audience
	CreatedAt time.Time
	// Pseudonyms tells that members may speak here under another name.
	Pseudonyms bool
}

// ThemeModerator is a member who moderates one theme beyond what their role says.
type ThemeModerator struct {
	ThemeID  int64
	MemberID int64
}

// ThemeRow is a theme as lists show it: with its size and the groups heard.
type ThemeRow struct {
	Theme
	Threads   int
	Responses int
	// LatestAt is the time of the latest thread or response; nil for an empty theme.
	LatestAt *time.Time
	// GroupIDs are the groups of the audience when it is AudienceGroups.
	GroupIDs []int64 `gorm:"-"`
	Voices   []Voice `gorm:"-"`
}
