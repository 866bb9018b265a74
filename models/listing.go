package models

// Listing is a list of threads as it stands at one moment: those that lead it, in its
// order, and after them those that were asked for by id and belong to it.
type Listing struct {
	Epoch  string
	Rights int64
	// Audience and GroupIDs say who may see the list itself, ThemeID is its theme, 0 for
	// the list of all.
	ThemeID  int64
	Audience Audience
	GroupIDs []int64
	Threads  []ListedThread
}

// ListedThread is a thread of a list with who may read it.
type ListedThread struct {
	ThreadRow
	ThemeAudience    Audience
	AudienceGroupIDs []int64 `gorm:"-"`
	// Leading tells that it stands among the first of the list.
	Leading bool
}
