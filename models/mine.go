package models

import "time"

// OwnPersona is something that speaks for a member, with how much it has said.
type OwnPersona struct {
	ID    int64       `json:"-"`
	Kind  PersonaKind `json:"-"`
	Name  string      `json:"name"`
	Texts int         `json:"texts"`
	// ThemeTitle and ThemeLang are of the one theme of a pseudonym, as far as the member
	// may read it.
	ThemeTitle string `json:"theme,omitempty"`
	ThemeLang  string `json:"-"`
}

// Mine is all that is a member's own, but for their texts, as they take it away: see
// OwnText. It holds no secret, no hash, and nobody else's name or address. Days are to the
// day.
type Mine struct {
	MadeAt        time.Time       `json:"made_at"`
	Name          string          `json:"name"`
	Handle        string          `json:"handle"`
	Organisation  string          `json:"organisation"`
	About         string          `json:"about"`
	Group         string          `json:"group"`
	GroupKey      string          `json:"-"`
	Initiatives   []string        `json:"initiatives" gorm:"-"`
	Languages     []string        `json:"languages" gorm:"-"`
	Email         string          `json:"email"`
	Role          Role            `json:"role"`
	HereSince     time.Time       `json:"here_since"`
	Language      string          `json:"interface_language"`
	Appearance    string          `json:"appearance"`
	TimeZone      string          `json:"time_zone"`
	Directory     bool            `json:"in_directory"`
	AgreedVersion int             `json:"house_rules_agreed"`
	Password      bool            `json:"has_password"`
	SecondStepOn  *time.Time      `json:"second_step_since"`
	Sessions      []OwnSession    `json:"sessions" gorm:"-"`
	Passkeys      []OwnKey        `json:"passkeys" gorm:"-"`
	Services      []OwnKey        `json:"services" gorm:"-"`
	Tokens        []OwnKey        `json:"tokens" gorm:"-"`
	Pseudonyms    []OwnPersona    `json:"pseudonyms" gorm:"-"`
	Moderates     []string        `json:"moderates" gorm:"-"`
	Invitations   []OwnInvitation `json:"invitations_sent" gorm:"-"`
}

// OwnSession is a signed-in browser in a member's copy of what is theirs.
type OwnSession struct {
	Device    string    `json:"device"`
	CreatedOn time.Time `json:"created_on"`
	SeenOn    time.Time `json:"seen_on"`
}

// OwnKey is something to sign in with in a member's copy: its name and days.
type OwnKey struct {
	Name      string     `json:"name"`
	CreatedOn time.Time  `json:"created_on"`
	UsedOn    *time.Time `json:"used_on,omitempty"`
	RevokedAt *time.Time `json:"revoked_on,omitempty"`
}

// OwnInvitation is an invitation that a member sent, without whom it was for.
type OwnInvitation struct {
	Group     string    `json:"group"`
	GroupKey  string    `json:"-"`
	Role      Role      `json:"role"`
	CreatedOn time.Time `json:"created_on"`
	ExpiresAt time.Time `json:"expires_at"`
	Uses      int       `json:"uses"`
	MaxUses   int       `json:"max_uses"`
	Note      string    `json:"note"`
}

// OwnText is a text in its writer's copy of what is theirs. What they removed has no words
// left; what a moderator removed has.
type OwnText struct {
	ID       int64 `json:"-"`
	ThreadID int64 `json:"thread"`
	// Title, Slug and TitleLang are empty when the thread may not be read any more.
	Title     string `json:"title"`
	Slug      string `json:"-"`
	TitleLang string `json:"-"`
	// Address is the text's lasting address; empty when it may not be read any more.
	Address string `json:"address,omitempty" gorm:"-"`
	Number  int    `json:"number"`
	// ReplyTo is the number that it answers; 0 for none.
	ReplyTo   int          `json:"reply_to,omitempty"`
	Persona   string       `json:"as"`
	Body      string       `json:"markdown"`
	HTML      string       `json:"html" gorm:"column:html"`
	Lang      string       `json:"lang"`
	CreatedAt time.Time    `json:"written_at"`
	EditedAt  *time.Time   `json:"edited_at,omitempty"`
	Removed   bool         `json:"removed"`
	Editions  []OwnEdition `json:"editions,omitempty" gorm:"-"`
}

// OwnEdition is a former text of an OwnText.
type OwnEdition struct {
	ResponseID int64     `json:"-"`
	Rev        int       `json:"edition"`
	Body       string    `json:"markdown"`
	HTML       string    `json:"html" gorm:"column:html"`
	Lang       string    `json:"lang"`
	CreatedAt  time.Time `json:"written_at"`
}
