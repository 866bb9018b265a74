package models

import "time"

// Kind is what a thread sets out to be; empty for imported conversations that do not say.
type Kind string

// The kinds of thread.
const (
	KindQuestion  Kind = "question"
	KindChallenge Kind = "challenge"
	KindInsight   Kind = "insight"
	KindProposal  Kind = "proposal"
	KindResource  Kind = "resource"
)

// Kinds lists every kind in the order pages show them.
var Kinds = []Kind{KindQuestion, KindChallenge, KindInsight, KindProposal, KindResource}

// Level says from where a thread looks; empty when unknown.
type Level string

// The levels.
const (
	LevelBigPicture Level = "big picture"
	LevelInPractice Level = "in practice"
)

// Levels lists every level in the order pages show them.
var Levels = []Level{LevelBigPicture, LevelInPractice}

// Outcome is where a thread arrived; empty while it has not. An open challenge is
// an honest end.
type Outcome string

// The outcomes.
const (
	OutcomeInsight       Outcome = "insight"
	OutcomeProposal      Outcome = "proposal"
	OutcomeOpenChallenge Outcome = "open challenge"
)

// Outcomes lists every outcome in the order pages show them.
var Outcomes = []Outcome{OutcomeInsight, OutcomeProposal, OutcomeOpenChallenge}

// PageSize is how many numbers a page of a thread holds: page p holds
// PageSize(p−1)+1 … PageSize·p, whatever was removed.
const PageSize = 50

// PageOf is the page on which response number n stands.
func PageOf(n int) int {
	if n < 1 {
		return 1
	}
	return (n-1)/PageSize + 1
}

// Dating says how much of a written date is known.
type Dating string

// The datings. Imported texts may carry a mere date or none.
const (
	DatedExactly Dating = "exact"
	DatedByDay   Dating = "day"
	Undated      Dating = "none"
)

// Thread is one conversation in a theme. Its opening is response number 1.
type Thread struct {
	ID      int64 `gorm:"primaryKey"`
	ThemeID int64
	Slug    string
	Title   string
	Lang    string
	Kind    Kind
	Level   Level
	Outcome Outcome
	Locked  bool
	Pinned  bool
	// Seq is the number of the thread's latest change, gapless and in commit order;
	// ChangedSeq the latest change of this row itself (title, lock, outcome, …), 0
	// when it never changed.
	Seq        int64
	ChangedSeq int64
	// LastNumber is the highest number given to a response.
	LastNumber int
	// Responses counts the visible responses, the opening not among them.
	Responses int
	// LatestNumber is the latest visible response's number, 0 when there is none but
	// the opening.
	LatestNumber int
	// ActiveAt is when the latest visible response, else the opening, was written.
	// Lists go by it; an edit never moves it.
	ActiveAt  time.Time
	PersonaID int64
	// WorkshopSessionID is the session that this thread continues.
	WorkshopSessionID *int64
	// ImportKey identifies an imported conversation; nil otherwise.
	ImportKey *string
	CreatedAt time.Time
	Dating    Dating
}

// Pages is how many pages the thread has, at least one.
func (t *Thread) Pages() int { return PageOf(t.LastNumber) }

// LastResponseAt is when the latest visible response was written; nil when there is none.
func (t *Thread) LastResponseAt() *time.Time {
	if t.Responses == 0 {
		return nil
	}
	return &t.ActiveAt
}

// ThreadHead is what stands above a thread's responses, and what the access rule
// needs to know about it.
type ThreadHead struct {
	Thread
	Byline
	ThemeSlug     string
	ThemeTitle    string
	ThemeLang     string
	ThemeAudience Audience
	// ThemePseudonyms tells that members may speak here under another name.
	ThemePseudonyms bool
	// SessionTitle and WorkshopSlug are empty when the thread continues no session.
	SessionTitle string
	SessionSlug  string
	WorkshopSlug string
	// AudienceGroupIDs are the groups that may read when ThemeAudience is AudienceGroups.
	AudienceGroupIDs []int64 `gorm:"-"`
	Voices           []Voice `gorm:"-"`
}

// ThreadRow is a thread as lists show it, with its latest voice.
type ThreadRow struct {
	Thread
	Byline
	ThemeSlug  string
	ThemeTitle string
	// Latest* describe the latest visible response; empty when there is only the opening.
	LatestName    string
	LatestKind    PersonaKind
	LatestExcerpt string
	LatestLang    string
	// Excerpt is the beginning of the opening.
	Excerpt string
	Voices  []Voice `gorm:"-"`
}
