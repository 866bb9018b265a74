package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/models/store"
)

// ErrNotEmpty is returned when the demo is asked for on a database that is in use.
var ErrNotEmpty = errors.New("the demo needs an empty database, and this one holds members or threads: " +
	"choose another one with COLLOQUY_DATA_DIR or DATABASE_URL")

const (
	// openedDaysAgo is the age of the threads that open the themes of the demo: a
	// little more than that of its oldest conversation.
	openedDaysAgo = 176
	// linkedThreads is how many threads of a theme speak to a question of the agenda.
	linkedThreads = 3
)

// WriteDemo fills an empty database with the demo community: fictional people, the
// themes, living threads in several languages. It returns ErrNotEmpty for any other
// database. The community's own row, groups and initiatives must be there.
func WriteDemo(ctx context.Context, s *store.Store, now time.Time) error {
	starter, err := Starter()
	if err != nil {
		return err
	}
	texts, err := Demo()
	if err != nil {
		return err
	}
	f, err := newFounding(ctx, s, starter, now)
	if err != nil {
		return err
	}
	err = s.Write(ctx, func(tx *store.Tx) error {
		sizes, err := tx.Sizes()
		if err != nil {
			return err
		}
		if sizes.Members > 0 || sizes.Threads > 0 {
			return ErrNotEmpty
		}
		return f.demo(tx, texts)
	})
	if err != nil && !errors.Is(err, ErrNotEmpty) {
		return fmt.Errorf("demo community: %w", err)
	}
	return err
}

func (f *founding) demo(tx *store.Tx, texts DemoTexts) error {
	if err := f.places(tx); err != nil {
		return err
	}
	if err := f.members(tx, texts.Members); err != nil {
		return err
	}
	if err := f.threads(tx, append(f.openings(openedDaysAgo), texts.Threads...)); err != nil {
		return err
	}
	if err := f.agenda(tx, linkedThreads); err != nil {
		return err
	}
	if err := tx.Founded(f.now); err != nil {
		return err
	}
	return tx.Started(f.now, true)
}

// members writes the fictional members with their profiles. They joined before the
// first thread.
func (f *founding) members(tx *store.Tx, members []Member) error {
	joined := f.ago(openedDaysAgo).Truncate(24 * time.Hour)
	rows := make([]models.Member, 0, len(members))
	for _, member := range members {
		groupID := f.groups[member.Group]
		if groupID == 0 {
			return fmt.Errorf("member %s: there is no group %q", member.Handle, member.Group)
		}
		address := member.Handle + "@example.org"
		rows = append(rows, models.Member{
			Email: address, EmailKey: community.EmailKey(address), Role: member.Role, GroupID: groupID,
			Language: member.Language, JoinedOn: joined, Directory: true,
		})
	}
	if err := tx.CreateMembers(rows); err != nil {
		return err
	}
	personas := make([]models.Persona, 0, len(members))
	for i, member := range members {
		personas = append(personas, models.Persona{
			Kind: models.PersonaNamed, MemberID: &rows[i].ID, Handle: &members[i].Handle, Name: member.Name,
			GroupID: &rows[i].GroupID, Organisation: member.Organisation, About: member.About, CreatedAt: joined,
		})
	}
	if err := tx.CreatePersonas(personas); err != nil {
		return err
	}
	for i, member := range members {
		f.personas[member.Handle] = personas[i]
		for _, slug := range member.Initiatives {
			if err := tx.AddInitiative(personas[i].ID, f.initiatives[slug]); err != nil {
				return fmt.Errorf("member %s, initiative %s: %w", member.Handle, slug, err)
			}
		}
	}
	return nil
}

// ago is the time so many days before now.
func (f *founding) ago(days float64) time.Time {
	return f.now.Add(-time.Duration(days * float64(24*time.Hour))).Truncate(time.Microsecond)
}
