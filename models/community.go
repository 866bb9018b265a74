package models

import "time"

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
}

// TableName is singular: there is one community.
func (Community) TableName() string { return "community" }

// Counters are the community's numbers that caches and live updates go by.
type Counters struct {
	Epoch     string
	RightsSeq int64
	Faces     int64
}
