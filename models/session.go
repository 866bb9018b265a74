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
	// Device says coarsely where the session is, such as "Firefox on Linux".
	Device string
}

// Link signs a member in once, without a password. A GET never consumes it: it
// shows a button.
type Link struct {
	ID        int64 `gorm:"primaryKey"`
	TokenHash []byte
	MemberID  int64
	ExpiresAt time.Time
	UsedAt    *time.Time
	// BrowserHash binds the code to the browser that asked for it; CodeMac is the keyed
	// hash of the code, Tries how often a wrong one was given. All empty for a link
	// without a code.
	BrowserHash []byte
	CodeMac     []byte
	Tries       int
	// Known tells that the member was known in the browser that asked, or that the
	// operator made the link: requests from elsewhere do not end it.
	Known bool
}

// Invitation lets people join, into a group, themes and role, as often as it says, until
// it expires.
type Invitation struct {
	ID        int64 `gorm:"primaryKey"`
	TokenHash []byte
	// Email is the address it was sent to; empty for a link handed over by other means.
	Email    string
	EmailKey string
	GroupID  *int64
	Role     Role
	// PersonaID is the persona of the member who invited; nil for the operator's own
	// link, with which the first convener signs up.
	PersonaID *int64
	CreatedOn time.Time
	ExpiresAt time.Time
	// AcceptedAt is when it was used up, to the day.
	AcceptedAt *time.Time
	RevokedAt  *time.Time
	// MaxUses is how many people may join with it, Uses how many did.
	MaxUses int
	Uses    int
	// Note is the inviter's own reminder of what a link is for.
	Note string
}

// InvitationRow is an invitation with the names that pages show.
type InvitationRow struct {
	Invitation
	GroupKey    string
	GroupName   string
	InviterName string
	// Themes are the slugs and titles of the themes it names, as far as the viewer may
	// read them.
	Themes []ThemeName `gorm:"-"`
}

// ThemeName is a theme in a list of names.
type ThemeName struct {
	ID    int64
	Slug  string
	Title string
	Lang  string
}

// JoinRequest is somebody's wish to become a member. It is deleted when it is decided.
type JoinRequest struct {
	ID        int64 `gorm:"primaryKey"`
	Email     string
	EmailKey  string
	Name      string
	GroupID   *int64
	Answer    string
	Language  string
	CreatedOn time.Time
}

// Passkey is a member's key pair of the Web Authentication standard. Credential is the
// record that the library keeps of it, without anything private.
type Passkey struct {
	ID           int64 `gorm:"primaryKey"`
	MemberID     int64
	CredentialID []byte
	Credential   []byte
	Name         string
	CreatedOn    time.Time
	UsedOn       *time.Time
}

// Authenticator is a member's second factor: one-time codes by time (RFC 6238). LastStep
// is the latest time step that was used, so that no code works twice.
type Authenticator struct {
	ID        int64 `gorm:"primaryKey"`
	MemberID  int64
	Secret    []byte
	LastStep  int64
	CreatedOn time.Time
}

// RecoveryCode replaces a code of the authenticator once.
type RecoveryCode struct {
	ID       int64 `gorm:"primaryKey"`
	MemberID int64
	Mac      []byte
	UsedOn   *time.Time
}

// Identity is how another service names a member who signs in through it.
type Identity struct {
	ID        int64 `gorm:"primaryKey"`
	MemberID  int64
	Issuer    string
	Subject   string
	CreatedOn time.Time
}

// Ceremony is what is remembered between the steps of signing in or of changing how one
// signs in. It is used once, expires within minutes and is in no backup.
type Ceremony struct {
	ID        int64 `gorm:"primaryKey"`
	Kind      CeremonyKind
	TokenHash []byte
	// MemberID is whose it is; nil while that is not known.
	MemberID *int64
	Data     []byte
	// Tries is how many answers were given, right or wrong.
	Tries     int
	ExpiresAt time.Time
}

// CeremonyKind says which steps a ceremony is between.
type CeremonyKind string

// The kinds of ceremony.
const (
	CeremonySecondStep    CeremonyKind = "second step"   // password or link was right, the code is to come
	CeremonyAuthenticator CeremonyKind = "authenticator" // a new secret waits for its first code
	CeremonyPasskeyNew    CeremonyKind = "passkey new"   // a passkey is being made
	CeremonyPasskey       CeremonyKind = "passkey"       // somebody signs in with a passkey
	CeremonyIdentity      CeremonyKind = "identity"      // somebody was sent to another service
	CeremonyAddress       CeremonyKind = "address"       // a new address waits to be confirmed
	CeremonyJoining       CeremonyKind = "joining"       // a guest with a link waits to prove their address
)

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
