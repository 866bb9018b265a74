package community

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"colloquy/app/access"
	"colloquy/app/prose"
	"colloquy/models"
)

// This file is the one place that turns personas into people: who is found, counted,
// completed and written to. It goes by what other rooms and pages must not know, the
// member behind a profile.

// keptPeople are all members as they stood when the counters did.
type keptPeople struct {
	mu       sync.Mutex
	counters models.Counters
	at       *people
}

// people are all members, hidden ones too, in the order of lists: by group in the
// conveners' order, then by folded name. Nobody may change them.
type people struct {
	groups      []models.Group
	initiatives []models.Initiative
	inList      []person
}

// person is a member with what lists are ordered and searched by.
type person struct {
	models.Listed
	// place is where the group stands among the groups.
	place int
	// folded is the name for comparing, words are its words and the handle.
	folded string
	words  []string
}

// everybody are all members as they stand now. The counters are asked each time: whoever
// has just been hidden, at this or another instance, is so in every list.
func (c *Community) everybody(ctx context.Context) (*people, error) {
	counters, err := c.store.Counters(ctx)
	if err != nil {
		return nil, fmt.Errorf("everybody: %w", err)
	}
	c.people.mu.Lock()
	kept, at := c.people.at, c.people.counters
	c.people.mu.Unlock()
	if kept != nil && at == counters {
		return kept, nil
	}
	rows, counters, err := c.store.People(ctx)
	if err != nil {
		return nil, fmt.Errorf("everybody: %w", err)
	}
	settings, err := c.Settings(ctx, counters.Faces)
	if err != nil {
		return nil, err
	}
	read := inOrder(rows, settings)
	c.people.mu.Lock()
	defer c.people.mu.Unlock()
	c.people.at, c.people.counters = read, counters
	return read, nil
}

func inOrder(rows []models.Listed, settings *models.Settings) *people {
	groups := settings.Groups
	places := make(map[int64]int, len(groups))
	for i, group := range groups {
		places[group.ID] = i
	}
	all := &people{groups: groups, initiatives: settings.Initiatives, inList: make([]person, len(rows))}
	for i, row := range rows {
		folded := prose.Fold(row.PersonaName)
		place, known := places[row.GroupID]
		if !known {
			place = len(groups)
		}
		all.inList[i] = person{Listed: row, place: place, folded: folded, words: append(wordsOf(folded), row.PersonaHandle)}
	}
	slices.SortFunc(all.inList, func(a, b person) int { return a.compare(b.place, b.folded, b.PersonaHandle) })
	return all
}

// compare is the order of lists. The handle, which nobody shares, ends it.
func (p *person) compare(place int, folded, handle string) int {
	return cmp.Or(cmp.Compare(p.place, place), cmp.Compare(p.folded, folded), cmp.Compare(p.PersonaHandle, handle))
}

// maxNameQuery is how much of what somebody searches a name by is looked at, in bytes.
const maxNameQuery = 200

// wordsOf are the words of a folded name.
func wordsOf(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// nameQuery says whom a search for a name means: everybody without one, nobody when it
// has no letter.
type nameQuery struct {
	any   bool
	whole string
	words []string
}

func newNameQuery(text string) nameQuery {
	if len(text) > maxNameQuery {
		text = text[:maxNameQuery]
	}
	text = strings.TrimSpace(prose.Fold(strings.ToValidUTF8(text, "")))
	return nameQuery{any: text == "", whole: text, words: wordsOf(text)}
}

// fits tells whether each word of the query begins a word of the name, or the whole of it
// the handle.
func (q nameQuery) fits(words []string) bool {
	if q.any {
		return true
	}
	begins := func(beginning string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, beginning) })
	}
	if begins(q.whole) {
		return true
	}
	return len(q.words) > 0 && !slices.ContainsFunc(q.words, func(word string) bool { return !begins(word) })
}

// scope is what a member may read.
func (p *person) scope(now time.Time) models.Scope {
	return access.Scope(models.Viewer{
		Member: &models.Member{Role: p.Role, GroupID: p.GroupID, SuspendedUntil: p.SuspendedUntil, Moderated: p.Moderated}, Now: now,
	})
}

// maxMentions is how many completions are offered at once.
const maxMentions = 10

// Mentionable lists whom a text in a thread can mention and whose name begins like the
// prefix, at most ten: groups that may read the thread first, then members who let
// themselves be found and may read it. It is for members who may read the thread
// themselves: access.Denied for others, store.ErrNotFound for a thread they may not
// read. Pseudonyms are in no list.
func (c *Community) Mentionable(ctx context.Context, viewer models.Viewer, threadID int64, prefix string) ([]models.Mention, error) {
	if err := access.Can(viewer, access.Directory, access.Thing{}); err != nil {
		return nil, err
	}
	head, err := c.store.ThreadHead(ctx, access.Scope(viewer), threadID)
	if err != nil {
		return nil, err
	}
	all, err := c.everybody(ctx)
	if err != nil {
		return nil, err
	}
	thing, query, now := access.OfThread(&head, false), newNameQuery(prefix), c.now()
	found := mentionedGroups(all.groups, thing, query)
	members := make([]*person, 0, maxMentions)
	for i := range all.inList {
		p := &all.inList[i]
		if p.Shown(now) && p.MemberID != viewer.Member.ID && query.fits(p.words) && access.May(p.scope(now), thing) {
			members = append(members, p)
		}
	}
	// By name alone: the place is made the same.
	slices.SortFunc(members, func(a, b *person) int { return a.compare(a.place, b.folded, b.PersonaHandle) })
	for _, p := range members[:min(len(members), maxMentions-len(found))] {
		found = append(found, models.Mention{Handle: p.PersonaHandle, Name: p.PersonaName})
	}
	return found, nil
}

// mentionedGroups are the groups whose members may read a thing. Without a prefix there
// are none, so that they do not fill the list.
func mentionedGroups(groups []models.Group, thing access.Thing, query nameQuery) []models.Mention {
	var found []models.Mention
	for _, group := range groups {
		reads := access.May(models.Scope{Member: true, GroupID: group.ID}, thing)
		if !query.any && !group.Retired && reads && len(found) < maxMentions && query.fits(wordsOf(prose.Fold(group.Name))) {
			found = append(found, models.Mention{Group: group.ID, Name: group.Name})
		}
	}
	return found
}
