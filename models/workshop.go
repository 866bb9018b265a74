package models

// Workshop is the event that conversations continue from. Year is 0 when it is
// not known, and pages then say so.
type Workshop struct {
	ID          int64 `gorm:"primaryKey"`
	Slug        string
	Title       string
	Lang        string
	Year        int
	Month       int
	FirstDay    int
	LastDay     int
	ConvenedBy  string
	SupportedBy string
	Summary     string
	// Unknown says in words what is not known about the workshop.
	Unknown string
}

// WorkshopSession is one session of a workshop.
type WorkshopSession struct {
	ID         int64 `gorm:"primaryKey"`
	WorkshopID int64
	Slug       string
	Title      string
	Summary    string
	Position   int
}

// WorkshopResource is a paper or presentation of a workshop.
type WorkshopResource struct {
	ID         int64 `gorm:"primaryKey"`
	WorkshopID int64
	Title      string
	Note       string
	// State is "slides" or "in preparation".
	State    string
	Position int
}

// WorkshopPage is a workshop with all that its page shows.
type WorkshopPage struct {
	Workshop
	Sessions  []WorkshopSessionRow
	Resources []WorkshopResource
	// Members counts the members of each group today.
	Members []Voice
}

// WorkshopSessionRow is a session with the readable threads that continue it.
type WorkshopSessionRow struct {
	WorkshopSession
	Threads []ThreadRow
}

// QuestionStatus is how far a question of the learning agenda has come.
type QuestionStatus string

// The statuses.
const (
	QuestionOpen      QuestionStatus = "open"
	QuestionGathering QuestionStatus = "gathering"
	QuestionAnswered  QuestionStatus = "answered in part"
	QuestionAside     QuestionStatus = "set aside"
)

// Question is an open question of the community's learning agenda.
type Question struct {
	ID       int64 `gorm:"primaryKey"`
	Slug     string
	Question string
	Lang     string
	Status   QuestionStatus
	SoFar    string
	// UnderWay lists the research under way, one a line.
	UnderWay string
	Position int
}

// QuestionRow is a question with the readable threads that speak to it.
type QuestionRow struct {
	Question
	Threads []ThreadRow
}
