package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"colloquy/models"
)

// Community returns the community's row, ErrNotFound before it was made.
func (s *Store) Community(ctx context.Context) (models.Community, error) {
	return one[models.Community](s.reader(ctx).Raw("SELECT * FROM community WHERE id = 1"))
}

// Settings reads the community's row, groups and initiatives in one snapshot.
func (s *Store) Settings(ctx context.Context) (models.Settings, error) {
	var settings models.Settings
	err := s.snapshot(ctx, func(db *gorm.DB) (err error) {
		if settings.Community, err = one[models.Community](db.Raw("SELECT * FROM community WHERE id = 1")); err != nil {
			return err
		}
		if settings.Groups, err = all[models.Group](db.Raw(groupsInOrder)); err != nil {
			return err
		}
		settings.Initiatives, err = all[models.Initiative](db.Raw(initiativesInOrder))
		return err
	})
	return settings, err
}

// Counters reads the community's counters.
func (s *Store) Counters(ctx context.Context) (Counters, error) {
	return one[Counters](s.reader(ctx).Raw("SELECT epoch, rights_seq, faces FROM community WHERE id = 1"))
}

// CreateCommunity writes the community's row; ErrTaken when it is there.
func (tx *Tx) CreateCommunity(community *models.Community) error {
	community.ID = 1
	return translate(tx.db.Create(community).Error)
}

// Community finds the community's row within the transaction.
func (tx *Tx) Community() (models.Community, error) {
	return one[models.Community](tx.db.Raw("SELECT * FROM community WHERE id = 1"))
}

// UpdateCommunity writes what conveners decide of the community: its name, purpose,
// languages and contact, and how people join. Nothing else of the row is touched.
func (tx *Tx) UpdateCommunity(community *models.Community) error {
	return tx.db.Exec("UPDATE community SET name = ?, purpose = ?, languages = ?, contact = ?, joining = ?, join_question = ? WHERE id = 1",
		community.Name, community.Purpose, community.Languages, community.Contact, community.Joining, community.JoinQuestion).Error
}

// Started marks that the starter or demo community was written at the time now.
func (tx *Tx) Started(now time.Time, demo bool) error {
	return tx.db.Exec("UPDATE community SET started_at = ?, demo = ? WHERE id = 1", now, demo).Error
}

// Founded marks that the first convener joined at the time now.
func (tx *Tx) Founded(now time.Time) error {
	return tx.db.Exec("UPDATE community SET founded_at = COALESCE(founded_at, ?) WHERE id = 1", now).Error
}

// MoveRights is called in the transaction of every change of a right, before rows that
// exist are changed. The community's row stays locked until the transaction ends: it is
// locked first, then members and personas, then threads in the order of their ids, so
// that no two transactions wait for each other.
func (tx *Tx) MoveRights() error {
	return tx.db.Exec("UPDATE community SET rights_seq = rights_seq + 1 WHERE id = 1").Error
}

// MoveFaces is called in the transaction of every change of how a speaker or theme
// is shown; see MoveRights.
func (tx *Tx) MoveFaces() error {
	return tx.db.Exec("UPDATE community SET faces = faces + 1 WHERE id = 1").Error
}

// Touch writes the community's row as it is: a transaction that has nothing else to write
// then takes as long as one that has.
func (tx *Tx) Touch() error {
	return tx.db.Exec("UPDATE community SET demo = demo WHERE id = 1").Error
}

// RenewEpoch gives the database a new life: numbers may come again.
func (tx *Tx) RenewEpoch(epoch string) error {
	return tx.db.Exec("UPDATE community SET epoch = ?, rights_seq = rights_seq + 1 WHERE id = 1", epoch).Error
}

// Sizes counts what a community holds.
type Sizes struct {
	Members int
	Threads int
}

// Sizes counts members and all threads.
func (s *Store) Sizes(ctx context.Context) (Sizes, error) {
	return one[Sizes](s.reader(ctx).Raw(
		"SELECT (SELECT COUNT(*) FROM members) AS members, (SELECT COUNT(*) FROM threads) AS threads"))
}
