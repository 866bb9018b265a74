package models

import "time"

// Listed is a member as lists of people know them, hidden ones among them: the byline of
// their profile, what the directory shows of it, and what decides who finds them. It
// stays behind the rooms, because it carries a member's id.
type Listed struct {
	Byline
	MemberID     int64
	PersonaID    int64
	Organisation string
	// Languages are tags separated by spaces.
	Languages      string
	Role           Role
	Directory      bool
	SuspendedUntil *time.Time
	// Initiatives are the ids of the persona's initiatives.
	Initiatives []int64 `gorm:"-"`
	// Moderated are the themes that the member moderates beyond what their role says.
	Moderated []int64 `gorm:"-"`
}

// Shown tells whether other members find the member at the moment now: not whoever stays
// out of the directory or is suspended.
func (l *Listed) Shown(now time.Time) bool {
	return l.Directory && l.Here(now)
}

// Here tells whether the member takes part at the moment now: not whoever is suspended.
func (l *Listed) Here(now time.Time) bool {
	return l.SuspendedUntil == nil || !now.Before(*l.SuspendedUntil)
}

// DirectoryRow is a member as the directory shows them.
type DirectoryRow struct {
	Byline
	Organisation string
	// Languages are tags separated by spaces.
	Languages   string
	Initiatives []Initiative
}

// Directory is one page of the directory. Its counts count only who is listed.
type Directory struct {
	Rows []DirectoryRow
	// Total is how many fit the whole question, Groups how many of each group would fit
	// it if it asked for that group.
	Total  int
	Groups map[int64]int
	// Next is the place after which the list goes on; empty at its end.
	Next string
}

// Said is how much somebody has said in what a viewer may read.
type Said struct {
	Responses int
	Threads   int
}

// Mention is somebody or a group that a text in a thread can name.
type Mention struct {
	// Group is a group's id; 0 for a member.
	Group int64
	// Handle is the profile of a member; empty for a group.
	Handle string
	Name   string
}
