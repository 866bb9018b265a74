package community

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// Limits of what conveners write about the community, in characters.
const (
	MaxCommunityName = 80
	MaxPurpose       = 1000
	MaxContact       = 200
	MaxJoinQuestion  = 300
)

// SettingsEdit is what conveners decide of the community as a whole.
type SettingsEdit struct {
	Name    string
	Purpose string
	// Languages are the tags of the interface languages to offer, at least one; Language
	// is the community's own, in which its name, purpose and groups are written.
	Languages    []string
	Language     string
	Contact      string
	Joining      models.Joining
	JoinQuestion string
}

// EditCommunity changes what the community says of itself and how people join. Every page
// shows it from the next request on. Two who do it at once: the later one holds, and
// neither touches anything else. Errors: access.Denied, Invalid.
func (c *Community) EditCommunity(ctx context.Context, viewer models.Viewer, edit SettingsEdit) error {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return err
	}
	invalid := Invalid{}
	wanted := models.Community{
		Name:         line(invalid, "name", edit.Name, MaxCommunityName, true),
		Purpose:      line(invalid, "purpose", edit.Purpose, MaxPurpose, false),
		Contact:      line(invalid, "contact", edit.Contact, MaxContact, false),
		JoinQuestion: line(invalid, "join_question", edit.JoinQuestion, MaxJoinQuestion, false),
		Joining:      edit.Joining,
		Languages:    offered(invalid, edit.Languages, edit.Language),
	}
	if !edit.Joining.Valid() {
		invalid["joining"] = models.Unknown
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	return c.convene(ctx, viewer, func(tx *store.Tx) error {
		row, err := tx.Community()
		if err != nil {
			return err
		}
		if same(row, wanted) {
			return errUnchanged
		}
		return tx.UpdateCommunity(&wanted)
	})
}

// offered are the tags as the community's row holds them: its own language first.
func offered(invalid Invalid, tags []string, first string) string {
	switch {
	case len(tags) == 0:
		invalid["languages"] = models.Empty
	case slices.ContainsFunc(tags, func(tag string) bool { return strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz") != "" }):
		invalid["languages"] = models.Unknown
	case !slices.Contains(tags, first):
		invalid["language"] = models.Unknown
	}
	rest := slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return tag == first })
	return strings.Join(append([]string{first}, rest...), " ")
}

// same tells whether two rows say the same of what conveners decide.
func same(a, b models.Community) bool {
	return a.Name == b.Name && a.Purpose == b.Purpose && a.Contact == b.Contact && a.JoinQuestion == b.JoinQuestion &&
		a.Joining == b.Joining && a.Languages == b.Languages
}

// convene runs what a convener does to the community. The community's row stays locked
// until the end, so that nobody else does anything of the kind meanwhile, and the
// viewer's right is looked at again behind the lock. When do returns errUnchanged,
// nothing moves.
func (c *Community) convene(ctx context.Context, viewer models.Viewer, do func(tx *store.Tx) error) error {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return err
	}
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.MoveFaces(); err != nil {
			return err
		}
		current, err := tx.Member(viewer.Member.ID)
		if err != nil {
			return err
		}
		if err := access.Can(models.Viewer{Member: &current, Now: c.now()}, access.Convene, access.Thing{}); err != nil {
			return err
		}
		return do(tx)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	} else if err != nil {
		return fmt.Errorf("convene: %w", err)
	}
	c.facesMoved(nil)
	c.rightsMoved() // by which other instances hear of it
	return nil
}

// spoken is a member's language, or the community's own when theirs is no longer offered.
// Before anybody has asked for the settings it is the member's.
func (c *Community) spoken(language string) string {
	c.settings.mu.Lock()
	defer c.settings.mu.Unlock()
	if c.settings.at == nil {
		return language
	}
	if tags := c.settings.at.Offered(); len(tags) > 0 && !slices.Contains(tags, language) {
		return tags[0]
	}
	return language
}
