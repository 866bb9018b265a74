package community

import (
	"context"
	"errors"
	"slices"

	"colloquy/app/access"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// Limits of what conveners write about groups and initiatives, in characters.
const (
	MaxGroupName      = 80
	MaxExplains       = 300
	MaxInitiativeName = 80
)

// GroupEdit is a stakeholder group as a convener has written it.
type GroupEdit struct {
	Name     string
	Explains string
	Mark     models.Mark
}

// CreateGroup adds a group at the end of the order. Errors: access.Denied, Invalid.
func (c *Community) CreateGroup(ctx context.Context, viewer models.Viewer, edit GroupEdit) error {
	return c.convene(ctx, viewer, func(tx *store.Tx) error {
		groups, err := tx.Groups()
		if err != nil {
			return err
		}
		group, err := c.written(models.Group{}, edit, groups)
		if err != nil {
			return err
		}
		for _, other := range groups {
			group.Position = max(group.Position, other.Position+1)
		}
		return tx.CreateGroup(&group)
	})
}

// EditGroup changes a group. One of the workshop's six whose name or mark is changed is
// from then on named and drawn as it was written, in every language. Errors:
// access.Denied, store.ErrNotFound, Invalid.
func (c *Community) EditGroup(ctx context.Context, viewer models.Viewer, id int64, edit GroupEdit) error {
	return c.changeGroup(ctx, viewer, id, func(tx *store.Tx, groups []models.Group, at int) error {
		group, err := c.written(groups[at], edit, groups)
		if err != nil {
			return err
		}
		if group == groups[at] {
			return errUnchanged
		}
		return tx.UpdateGroup(&group)
	})
}

// MoveGroup changes places with the group before it (by -1) or after it (by 1). At the
// end of the order nothing happens.
func (c *Community) MoveGroup(ctx context.Context, viewer models.Viewer, id int64, by int) error {
	return c.changeGroup(ctx, viewer, id, func(tx *store.Tx, groups []models.Group, at int) error {
		to := at + by
		if by*by != 1 || to < 0 || to >= len(groups) {
			return errUnchanged
		}
		groups[at], groups[to] = groups[to], groups[at]
		for i, group := range groups {
			if group.Position == i+1 {
				continue
			}
			if err := tx.PlaceGroup(group.ID, i+1); err != nil {
				return err
			}
		}
		return nil
	})
}

// RetireGroup takes a group out of what new members can choose; its members and texts
// keep it. ReopenGroup undoes it. The last group that takes members cannot be retired:
// Invalid, models.InUse for the field "group".
func (c *Community) RetireGroup(ctx context.Context, viewer models.Viewer, id int64) error {
	return c.setRetired(ctx, viewer, id, true)
}

// ReopenGroup lets new members choose a retired group again.
func (c *Community) ReopenGroup(ctx context.Context, viewer models.Viewer, id int64) error {
	return c.setRetired(ctx, viewer, id, false)
}

func (c *Community) setRetired(ctx context.Context, viewer models.Viewer, id int64, retired bool) error {
	return c.changeGroup(ctx, viewer, id, func(tx *store.Tx, groups []models.Group, at int) error {
		if groups[at].Retired == retired {
			return errUnchanged
		}
		if retired && last(groups, at) {
			return Invalid{"group": models.InUse}
		}
		groups[at].Retired = retired
		return tx.UpdateGroup(&groups[at])
	})
}

// DeleteGroup deletes a group that nobody and nothing uses; for any other, and for the
// last one that takes members, it is Invalid, models.InUse for the field "group".
func (c *Community) DeleteGroup(ctx context.Context, viewer models.Viewer, id int64) error {
	err := c.changeGroup(ctx, viewer, id, func(tx *store.Tx, groups []models.Group, at int) error {
		if last(groups, at) {
			return Invalid{"group": models.InUse}
		}
		return tx.DeleteGroup(id)
	})
	if errors.Is(err, store.ErrUsed) {
		return Invalid{"group": models.InUse}
	}
	return err
}

// UnusedGroups lists the ids of the groups that could be deleted.
func (c *Community) UnusedGroups(ctx context.Context, viewer models.Viewer) ([]int64, error) {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return nil, err
	}
	return c.store.UnusedGroups(ctx)
}

// last tells whether nobody could join any more without the group.
func last(groups []models.Group, at int) bool {
	for i := range groups {
		if i != at && !groups[i].Retired {
			return false
		}
	}
	return true
}

func (c *Community) changeGroup(ctx context.Context, viewer models.Viewer, id int64,
	do func(tx *store.Tx, groups []models.Group, at int) error,
) error {
	return c.convene(ctx, viewer, func(tx *store.Tx) error {
		groups, err := tx.Groups()
		if err != nil {
			return err
		}
		at := slices.IndexFunc(groups, func(g models.Group) bool { return g.ID == id })
		if at < 0 {
			return store.ErrNotFound
		}
		return do(tx, groups, at)
	})
}

// written is a group with what a convener wrote, checked beside all others.
func (c *Community) written(group models.Group, edit GroupEdit, all []models.Group) (models.Group, error) {
	invalid := Invalid{}
	name := line(invalid, "name", edit.Name, MaxGroupName, true)
	group.Explains = line(invalid, "explains", edit.Explains, MaxExplains, false)
	edit.Mark.Letter = line(invalid, "letter", edit.Mark.Letter, 2*MaxGroupName, true)
	mark, ok := models.ParseMark(edit.Mark.Key())
	switch {
	case invalid["letter"] != "":
	case !models.OneLetter(edit.Mark.Letter):
		invalid["letter"] = models.NotALetter
	case !ok && !slices.Contains(models.MarkShapes, edit.Mark.Shape):
		invalid["shape"] = models.Unknown
	case !ok:
		invalid["colour"] = models.Unknown
	}
	if len(invalid) > 0 {
		return group, invalid
	}
	own := group.Mark()
	if group.Known() && name == group.Name && mark.Shape == own.Shape && mark.Colour == own.Colour &&
		slices.ContainsFunc(c.lettersOf(group), func(l string) bool { return l == mark.Letter }) {
		return group, nil
	}
	group.Name, group.Key = name, mark.Key()
	c.unlikeOthers(invalid, group, mark, all)
	return group, invalid.Err()
}

// unlikeOthers says in invalid when a group's name or mark could be taken for another's.
func (c *Community) unlikeOthers(invalid Invalid, group models.Group, mark models.Mark, all []models.Group) {
	for _, other := range all {
		if other.ID == group.ID {
			continue
		}
		if slices.ContainsFunc(c.namesOf(other), func(name string) bool { return alike(name, group.Name) }) {
			invalid["name"] = models.Alike
		}
		if other.Mark().Shape == mark.Shape &&
			slices.ContainsFunc(c.lettersOf(other), func(letter string) bool { return alike(letter, mark.Letter) }) {
			invalid["letter"] = models.SameMark
		}
	}
}

// namesOf are all names under which a group is shown, in any language.
func (c *Community) namesOf(group models.Group) []string {
	names := []string{group.Name}
	if group.Known() && c.hooks.GroupWords != nil {
		known, _ := c.hooks.GroupWords(group.Key)
		names = append(names, known...)
	}
	return names
}

// lettersOf are all letters that a group's mark shows, in any language.
func (c *Community) lettersOf(group models.Group) []string {
	if group.Known() && c.hooks.GroupWords != nil {
		_, letters := c.hooks.GroupWords(group.Key)
		return letters
	}
	if letter := group.Mark().Letter; letter != "" {
		return []string{letter}
	}
	return nil
}

// alike tells whether two names can be taken for each other: they are the same when
// folded, or look the same (Unicode TS #39).
func alike(a, b string) bool {
	return reduced(a) == reduced(b) || reduced(prose.Fold(a)) == reduced(prose.Fold(b))
}
