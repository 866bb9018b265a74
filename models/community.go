package models

import (
	"strings"
	"time"
)

// Community is the one row that describes the community itself and holds the
// counters that the whole site goes by. Its ID is always 1.
type Community struct {
	ID      int64 `gorm:"primaryKey"`
	Name    string
	Purpose string
	// Epoch names the life of this database: random at its creation, renewed
	// after a restore, because thread numbers may then come again.
	Epoch string
	// Secret keys the HMACs of forms and idempotency keys. It never leaves the
	// server and is not exported.
	Secret []byte
	// RightsSeq moves in the transaction of every change of a right: member,
	// group, session, theme audience.
	RightsSeq int64
	// Faces moves in the transaction of every change of how a speaker or a theme
	// is shown: persona, group, theme title.
	Faces int64
	// Demo marks a database filled with fictional people; only such a database
	// offers one-click sign-in.
	Demo bool
	// FoundedAt is when the first convener joined; nil before.
	FoundedAt *time.Time
	// StartedAt is when the starter or demo community was written; nil before.
	StartedAt *time.Time
	CreatedAt time.Time
	// Joining says how people become members; JoinQuestion is what the convener asks of
	// those who request it.
	Joining      Joining
	JoinQuestion string
	// Languages are the tags of the interface languages that are offered, separated by
	// spaces; empty offers all.
	Languages string
	// Contact is how to reach the conveners from outside, as they wrote it.
	Contact string
	// RulesVersion is the edition of the house rules and the privacy text that holds,
	// AgreeVersion the latest one that every member must have agreed to. 0 are the texts
	// that come with the program.
	RulesVersion int
	AgreeVersion int
	// RequestsToldOn is the day of the latest letter to the conveners about requests to
	// join; nil before the first.
	RequestsToldOn *time.Time
}

// Joining says how people become members of the community.
type Joining string

// The ways to become a member.
const (
	JoiningInvited Joining = "invited" // by invitation only
	JoiningRequest Joining = "request" // whoever asks, when a convener agrees
	JoiningOpen    Joining = "open"    // whoever has an address
)

// Valid tells whether j is one of the ways.
func (j Joining) Valid() bool {
	return j == JoiningInvited || j == JoiningRequest || j == JoiningOpen
}

// TextKind names a text of the community's own.
type TextKind string

// The texts.
const (
	TextRules   TextKind = "rules"   // the house rules
	TextPrivacy TextKind = "privacy" // what is kept of people, and how long
)

// TextKinds lists the texts in the order pages show them.
var TextKinds = []TextKind{TextRules, TextPrivacy}

// Valid tells whether k is one of the texts.
func (k TextKind) Valid() bool { return k == TextRules || k == TextPrivacy }

// CommunityText is one of the community's own texts in one language and edition. A
// language without a text of its own is shown the one in the community's first language.
type CommunityText struct {
	ID      int64 `gorm:"primaryKey"`
	Kind    TextKind
	Version int
	Lang    string
	// Body is Markdown, empty where an edition takes the language's text away; HTML its
	// rendering by version Renderer of the prose package.
	Body      string
	HTML      string `gorm:"column:html"`
	Renderer  int
	CreatedOn time.Time
}

// Offered are the tags of the interface languages that are offered, the community's own
// language first; none when all are.
func (c *Community) Offered() []string { return strings.Fields(c.Languages) }

// TextEdition is an edition of the house rules and the privacy text: they hold together,
// so that whichever is written anew makes an edition of both.
type TextEdition struct {
	Version   int
	CreatedOn time.Time
	// Changed are the texts that are not those of the edition before.
	Changed []TextKind `gorm:"-"`
}

// Settings are the community as every page shows it. They are read once and kept for as
// long as Counters.Faces stands still.
type Settings struct {
	Community
	Groups      []Group
	Initiatives []Initiative
}

// TableName is singular: there is one community.
func (Community) TableName() string { return "community" }

// Counters are the community's numbers that caches and live updates go by.
type Counters struct {
	Epoch     string
	RightsSeq int64
	Faces     int64
}
