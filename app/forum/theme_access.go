package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// ThemeAccess says who may read a theme, and whether members may speak there under other
// names.
type ThemeAccess struct {
	Audience models.Audience
	// Groups are the ids of the groups that may read where Audience is
	// models.AudienceGroups; with another audience they count for nothing.
	Groups     []int64
	Pseudonyms bool
	// Seen is the Stamp that the change started from; empty for whatever holds.
	Seen string
}

// AccessOf is the access of a theme as it stands.
func AccessOf(theme *models.ThemeRow) ThemeAccess {
	return ThemeAccess{Audience: theme.Audience, Groups: theme.GroupIDs, Pseudonyms: theme.Pseudonyms}
}

// Stamp names what an access says, so that a form can tell what it was filled in from.
func (a ThemeAccess) Stamp() string {
	stamp := string(a.Audience) + " " + strconv.FormatBool(a.Pseudonyms)
	for _, group := range a.readers() {
		stamp += " " + strconv.FormatInt(group, 10)
	}
	return stamp
}

// readers are the groups that count, in order, each once.
func (a ThemeAccess) readers() []int64 {
	if a.Audience != models.AudienceGroups {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(a.Groups)))
}

// ThemeToConvene finds a theme for conveners as the database has it now; access.Denied for
// others, store.ErrNotFound when there is no such theme.
func (f *Forum) ThemeToConvene(ctx context.Context, viewer models.Viewer, slug string) (models.ThemeRow, error) {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return models.ThemeRow{}, err
	}
	return f.store.Theme(ctx, access.Scope(viewer), slug)
}

// EditThemeAccess changes who may read a theme, for conveners. A theme that holds a thread
// is never opened to more people: people wrote there for those who could read it then. What
// is wrong is Invalid, with models.Wider for that and models.Changed when somebody else
// was faster. Who loses the right to read has lost it when it returns, at every instance
// within seconds. Without pseudonyms nobody takes a new one, and texts stay as they are.
func (f *Forum) EditThemeAccess(ctx context.Context, viewer models.Viewer, slug string, edit ThemeAccess) error {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return err
	}
	groups, err := f.store.Groups(ctx)
	if err != nil {
		return fmt.Errorf("edit theme access: %w", err)
	}
	if err := edit.check(groups); err != nil {
		return err
	}
	err = f.store.Write(ctx, func(tx *store.Tx) error { return f.editThemeAccess(tx, viewer, slug, edit) })
	if errors.Is(err, errUnchanged) {
		return nil
	} else if err != nil {
		return err
	}
	f.FacesMoved()
	if f.hooks.RightsMoved != nil {
		f.hooks.RightsMoved()
	}
	return nil
}

// check tells what cannot be accepted whatever holds now.
func (a ThemeAccess) check(known []models.Group) error {
	invalid := Invalid{}
	switch a.Audience {
	case models.AudienceEveryone, models.AudienceMembers:
	case models.AudienceGroups:
		if len(a.Groups) == 0 {
			invalid["groups"] = models.Empty
		}
		for _, id := range a.Groups {
			if !slices.ContainsFunc(known, func(group models.Group) bool { return group.ID == id }) {
				invalid["groups"] = models.Unknown
			}
		}
	default:
		invalid["audience"] = choice(string(a.Audience))
	}
	return invalid.Err()
}

// editThemeAccess does what EditThemeAccess says within its transaction. The counter of
// rights is moved first, so that one of two conveners comes after the other; what they may
// is looked at again then.
func (f *Forum) editThemeAccess(tx *store.Tx, viewer models.Viewer, slug string, edit ThemeAccess) error {
	if err := tx.MoveRights(); err != nil {
		return err
	}
	current, err := tx.Member(viewer.Member.ID)
	if err != nil {
		return err
	}
	acting := models.Viewer{Member: &current, Now: f.now()}
	if err := access.Can(acting, access.Convene, access.Thing{}); err != nil {
		return err
	}
	theme, err := tx.ThemeToChange(access.Scope(acting), slug)
	if err != nil {
		return err
	}
	groups, err := tx.ThemeGroups(theme.ID)
	if err != nil {
		return err
	}
	before := ThemeAccess{Audience: theme.Audience, Groups: groups, Pseudonyms: theme.Pseudonyms}
	if before.Stamp() == edit.Stamp() {
		return errUnchanged
	}
	if edit.Seen != "" && edit.Seen != before.Stamp() {
		return Invalid{"audience": models.Changed}
	}
	if access.Widens(before.thing(), edit.thing()) {
		holds, err := tx.HoldsThreads(theme.ID)
		if err != nil {
			return err
		}
		if holds {
			return Invalid{"audience": models.Wider}
		}
	}
	if err := tx.MoveFaces(); err != nil {
		return err
	}
	theme.Audience, theme.Pseudonyms = edit.Audience, edit.Pseudonyms
	return tx.SetThemeAccess(&theme, edit.readers())
}

// thing is what the access rule compares.
func (a ThemeAccess) thing() access.Thing {
	return access.Thing{Audience: a.Audience, Groups: a.readers()}
}
