package community

import (
	"context"
	"errors"
	"fmt"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// maxFound is how many members are offered to a convener who looks for one.
const maxFound = 20

// Moderators lists who moderates a theme alone, for whoever has read the theme.
func (c *Community) Moderators(ctx context.Context, themeID int64) ([]models.Byline, error) {
	return c.store.Moderators(ctx, themeID, c.now().UTC())
}

// ModeratedThemes lists the themes that the member behind a profile moderates alone, for
// conveners; errors as of Membership.
func (c *Community) ModeratedThemes(ctx context.Context, viewer models.Viewer, handle string) ([]models.ThemeName, error) {
	found, err := c.Membership(ctx, viewer, handle)
	if err != nil {
		return nil, err
	}
	return c.store.ModeratedThemes(ctx, access.Scope(viewer), found.MemberID)
}

// FindMembers lists members by the beginning of any word of their name, or by their
// handle, for conveners to choose from: those too who stay out of the directory, at most
// twenty. Without a name it finds nobody.
func (c *Community) FindMembers(ctx context.Context, viewer models.Viewer, name string) ([]models.Byline, error) {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return nil, err
	}
	all, err := c.everybody(ctx)
	if err != nil {
		return nil, err
	}
	var found []models.Byline
	query, now := newNameQuery(name), c.now()
	for i := range all.inList {
		p := &all.inList[i]
		if !query.any && len(found) < maxFound && p.Here(now) && query.fits(p.words) {
			found = append(found, p.Byline)
		}
	}
	return found, nil
}

// AddModerator lets a member moderate one theme, for conveners: from then on they read all
// of it, whoever else may. A handle that no member has is Invalid; adding them again is no
// error.
func (c *Community) AddModerator(ctx context.Context, viewer models.Viewer, slug, handle string) error {
	return c.moderate(ctx, viewer, slug, handle, func(tx *store.Tx, themeID int64, member models.Member) (bool, error) {
		return tx.AddModerator(themeID, member.ID)
	})
}

// RemoveModerator ends it. Removing who is none is no error.
func (c *Community) RemoveModerator(ctx context.Context, viewer models.Viewer, slug, handle string) error {
	return c.moderate(ctx, viewer, slug, handle, func(tx *store.Tx, themeID int64, member models.Member) (bool, error) {
		return tx.RemoveModerator(themeID, member.ID)
	})
}

func (c *Community) moderate(ctx context.Context, viewer models.Viewer, slug, handle string,
	do func(tx *store.Tx, themeID int64, member models.Member) (changed bool, err error),
) error {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return err
	}
	theme, err := c.store.Theme(ctx, access.Scope(viewer), slug)
	if err != nil {
		return err
	}
	found, err := c.store.Membership(ctx, handle)
	if errors.Is(err, store.ErrNotFound) {
		return Invalid{"handle": models.Unknown}
	} else if err != nil {
		return fmt.Errorf("moderate: %w", err)
	}
	changed, err := c.change(ctx, found.MemberID, &viewer, func(tx *store.Tx, member models.Member) error {
		changed, err := do(tx, theme.ID, member)
		if err == nil && !changed {
			return errUnchanged
		}
		return err
	})
	if err == nil && changed {
		c.rightsMoved()
	}
	return err
}
