package models

import "time"

// Response is one contribution to a thread: the opening has number 1, responses
// follow with 2, 3, … and keep their number for good.
type Response struct {
	ID        int64 `gorm:"primaryKey"`
	ThreadID  int64
	Number    int
	PersonaID int64
	// Body is the writer's Markdown; HTML its safe rendering by version Renderer of
	// the prose package; Excerpt its first words as plain text.
	Body     string
	HTML     string `gorm:"column:html"`
	Excerpt  string
	Renderer int
	Lang     string
	// ReplyToID is the response that this one answers; nil when it answers none.
	ReplyToID *int64
	// Rev is the edition of the text, from 1.
	Rev int
	// ChangedSeq is the thread's number of this row's latest change.
	ChangedSeq int64
	// ImportKey identifies an imported text within its thread; nil otherwise.
	ImportKey *string
	CreatedAt time.Time
	Dating    Dating
	EditedAt  *time.Time
	// RemovedAt makes the row a tombstone: it keeps its number and shows no text.
	RemovedAt *time.Time
}

// ResponseRow is a response as pages, frames and the API show it. Body is filled
// only where the Markdown is asked for; text and byline are empty when removed.
type ResponseRow struct {
	ID       int64
	ThreadID int64
	Number   int
	// PersonaID is for rights checks and never shown.
	PersonaID int64
	Byline
	Body string
	HTML string `gorm:"column:html"`
	Lang string
	// ReplyTo is the number of the answered response in the same thread; 0 for none.
	ReplyTo    int
	Rev        int
	ChangedSeq int64
	CreatedAt  time.Time
	Dating     Dating
	EditedAt   *time.Time
	RemovedAt  *time.Time
}

// Removed tells whether only the tombstone is left to show.
func (r *ResponseRow) Removed() bool { return r.RemovedAt != nil }

// Edition is a former text of a response, kept when it is edited.
type Edition struct {
	ID         int64 `gorm:"primaryKey"`
	ResponseID int64
	Rev        int
	Body       string
	HTML       string `gorm:"column:html"`
	Lang       string
	CreatedAt  time.Time
}

// Changes is what happened in a thread after a number, read in one snapshot.
type Changes struct {
	Epoch string
	// Rights is the community's counter of rights in the same snapshot.
	Rights int64
	Head   ThreadHead
	// ThreadChanged tells that the thread's own row is among the changes.
	ThreadChanged bool
	// Rows are the changed responses in the order of their ChangedSeq.
	Rows []ResponseRow
	// Truncated tells that there were more rows than asked for: load the page anew.
	Truncated bool
}
