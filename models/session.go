package models

import "time"

// Session is one signed-in browser. Only the hash of its token is kept; times are
// to the day.
type Session struct {
	ID        int64 `gorm:"primaryKey"`
	TokenHash []byte
	MemberID  int64
	CreatedOn time.Time
	SeenOn    time.Time
	ExpiresOn time.Time
}

// Link signs a member in once, without a password. A GET never consumes it: it
// shows a button.
type Link struct {
	ID        int64 `gorm:"primaryKey"`
	TokenHash []byte
	MemberID  int64
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// Invitation lets one person join, into a group and role, once, until it expires.
type Invitation struct {
	ID        int64 `gorm:"primaryKey"`
	TokenHash []byte
	// Email is the address it was sent to; empty for a link handed over by other means.
	Email   string
	GroupID *int64
	Role    Role
	// PersonaID is the persona of the member who invited; nil for the operator's own
	// link, with which the first convener signs up.
	PersonaID  *int64
	CreatedOn  time.Time
	ExpiresAt  time.Time
	AcceptedAt *time.Time
	RevokedAt  *time.Time
}

// InvitationRow is an invitation with the names that pages show.
type InvitationRow struct {
	Invitation
	GroupKey    string
	GroupName   string
	InviterName string
}

// Token is a personal access token for the API. Only its hash is kept.
type Token struct {
	ID        int64 `gorm:"primaryKey"`
	TokenHash []byte
	MemberID  int64
	Name      string
	CreatedOn time.Time
	RevokedAt *time.Time
}

// IdempotencyKey remembers the answer to a request, so that a retry gets the same
// answer and does nothing twice. Owner and key are held as one HMAC only.
type IdempotencyKey struct {
	ID          int64 `gorm:"primaryKey"`
	Mac         []byte
	RequestHash []byte
	ThreadID    int64
	Number      int
	CreatedOn   time.Time
}
