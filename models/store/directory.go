package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"colloquy/models"
)

// listedMember is the condition on members m that other members find them at a moment,
// which is its one value: what models.Listed.Shown says in Go.
const listedMember = "(m.directory AND " + hereMember + ")"

// hereMember is the condition that members m take part at a moment, which is its one
// value: what models.Listed.Here says in Go.
const hereMember = "(m.suspended_until IS NULL OR m.suspended_until <= ?)"

// People reads every member with a profile, hidden ones too, and in the same snapshot the
// counters that what is kept of them goes by: every change of who is found, and of how
// they are shown, moves one of them.
func (s *Store) People(ctx context.Context) ([]models.Listed, Counters, error) {
	var people []models.Listed
	var counters Counters
	err := s.snapshot(ctx, func(db *gorm.DB) (err error) {
		if counters, err = one[Counters](db.Raw("SELECT epoch, rights_seq, faces FROM community WHERE id = 1")); err != nil {
			return err
		}
		people, err = all[models.Listed](db.Raw(`SELECT ` + bylineColumns + `, m.id AS member_id, p.id AS persona_id,
			p.organisation, p.languages, m.role, m.directory, m.suspended_until
			FROM members m JOIN personas p ON p.member_id = m.id AND p.kind = 'named'
			LEFT JOIN stakeholder_groups g ON g.id = p.group_id ORDER BY p.id`))
		if err != nil || len(people) == 0 {
			return err
		}
		return fillPeople(db, people)
	})
	return people, counters, err
}

// fillPeople adds the initiatives and the themes that people moderate.
func fillPeople(db *gorm.DB, people []models.Listed) error {
	type pair struct{ Whose, What int64 }
	taken, err := all[pair](db.Raw("SELECT persona_id AS whose, initiative_id AS what FROM persona_initiatives ORDER BY 1, 2"))
	if err != nil {
		return err
	}
	moderated, err := all[pair](db.Raw("SELECT member_id AS whose, theme_id AS what FROM theme_moderators ORDER BY 1, 2"))
	if err != nil {
		return err
	}
	of := func(pairs []pair) map[int64][]int64 {
		lists := map[int64][]int64{}
		for _, p := range pairs {
			lists[p.Whose] = append(lists[p.Whose], p.What)
		}
		return lists
	}
	initiatives, themes := of(taken), of(moderated)
	for i := range people {
		people[i].Initiatives, people[i].Moderated = initiatives[people[i].PersonaID], themes[people[i].MemberID]
	}
	return nil
}

// GroupSaid is how much a group has said in what the scope may read.
func (s *Store) GroupSaid(ctx context.Context, scope models.Scope, groupID int64) (models.Said, error) {
	condition, values := where(scope, groupID)
	return one[models.Said](s.reader(ctx).Raw(`SELECT COALESCE(SUM(v.responses), 0) AS responses, COUNT(*) AS threads
		FROM thread_voices v JOIN threads t ON t.id = v.thread_id JOIN themes th ON th.id = t.theme_id`+condition+
		` AND v.group_id = ? AND v.responses > 0`, values...))
}

// MembersByGroup counts the members of each group who are found at the moment now.
func (s *Store) MembersByGroup(ctx context.Context, now time.Time) ([]models.Voice, error) {
	return all[models.Voice](s.reader(ctx).Raw("SELECT m.group_id, COUNT(*) AS responses FROM members m WHERE "+
		listedMember+" GROUP BY m.group_id ORDER BY m.group_id", now))
}
