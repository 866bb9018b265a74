package models

import "time"

// Role is what a member may do beyond taking part.
type Role string

// The roles. A moderator curates all themes; a convener runs the community and
// may do all that a moderator may.
const (
	RoleMember    Role = "member"
	RoleModerator Role = "moderator"
	RoleConvener  Role = "convener"
)

// Valid tells whether r is one of the roles.
func (r Role) Valid() bool {
	return r == RoleMember || r == RoleModerator || r == RoleConvener
}

// Member is an account: the person behind personas. Nothing public carries its
// id or address; pages speak of personas.
type Member struct {
	ID int64 `gorm:"primaryKey"`
	// Email is the address as given, EmailKey its folded form that must be unique.
	Email    string
	EmailKey string
	// PasswordHash is an argon2id hash in its standard encoding, empty when the
	// member signs in by mailed links only.
	PasswordHash string
	Role         Role
	GroupID      int64
	// Language and Appearance are the member's choices for pages; empty means as
	// the browser says.
	Language   string
	Appearance string
	// SuspendedUntil ends a suspension; nil when there is none.
	SuspendedUntil *time.Time
	JoinedOn       time.Time
	// Opaque names the member in erasures.log and nowhere else: random, of no meaning.
	Opaque string
	// TimeZone is an IANA name such as Africa/Nairobi; empty means as the browser says.
	TimeZone string
	// Directory tells that other members find this one in the directory.
	Directory bool
	// AgreedVersion is the edition of the house rules that the member agreed to last.
	AgreedVersion int
	// PasskeyUser is the random name under which the member's passkeys know them; nil
	// until the first one.
	PasskeyUser []byte
	// Moderated are the themes that the member moderates beyond what their role says.
	Moderated []int64 `gorm:"-"`
	// Faces are the ids of all personas that speak for the member.
	Faces []int64 `gorm:"-"`
}

// Leaving says what happens to the texts of somebody who leaves.
type Leaving string

// The ways to leave.
const (
	LeavingKeeps   Leaving = "keeps"   // the texts stay, as a former member's
	LeavingRemoves Leaving = "removes" // the texts are removed
)

// Membership is a member as conveners see and change them: the byline of their profile,
// their role, and whether they are kept out. It carries no address.
type Membership struct {
	Byline
	// MemberID is for the change itself and never shown.
	MemberID int64
	Role     Role
	// SuspendedUntil ends a suspension; nil when there is none.
	SuspendedUntil *time.Time
}

// Suspended tells whether the member may not take part at the moment now.
func (m *Member) Suspended(now time.Time) bool {
	return m.SuspendedUntil != nil && now.Before(*m.SuspendedUntil)
}

// Moderates tells whether the member curates themes and threads.
func (m *Member) Moderates() bool {
	return m.Role == RoleModerator || m.Role == RoleConvener
}
