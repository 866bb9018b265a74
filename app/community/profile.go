package community

import (
	"context"
	"fmt"
	"slices"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// Profile finds a named persona's page with what of it the viewer may read.
func (c *Community) Profile(ctx context.Context, viewer models.Viewer, handle string) (models.Profile, error) {
	return c.store.Profile(ctx, access.Scope(viewer), handle)
}

// Personas lists the fictional members of a demo.
func (c *Community) Personas(ctx context.Context) ([]models.Byline, error) {
	return c.store.DemoPersonas(ctx)
}

// Groups lists the stakeholder groups.
func (c *Community) Groups(ctx context.Context) ([]models.Group, error) { return c.store.Groups(ctx) }

// Initiatives lists the initiatives.
func (c *Community) Initiatives(ctx context.Context) ([]models.Initiative, error) {
	return c.store.Initiatives(ctx)
}

// ProfileEdit is what a member changes about themselves.
type ProfileEdit struct {
	Name         string
	Organisation string
	About        string
	Initiatives  []string // slugs
	Language     string
}

// EditProfile changes the viewer's own profile and preferences. Every text of theirs
// is stamped anew, so that open pages show the new name.
func (c *Community) EditProfile(ctx context.Context, viewer models.Viewer, edit ProfileEdit) error {
	invalid := Invalid{}
	persona, err := c.store.NamedPersona(ctx, viewer.Member.ID)
	if err != nil {
		return err
	}
	member := *viewer.Member
	member.Language = edit.Language
	named := persona
	named.Name = line(invalid, "name", edit.Name, MaxName, true)
	named.Organisation = line(invalid, "organisation", edit.Organisation, MaxOrganisation, false)
	named.About = line(invalid, "about", edit.About, MaxAbout, false)
	initiatives, err := c.initiativeIDs(ctx, invalid, edit.Initiatives)
	if err != nil {
		return err
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.UpdatePersona(&named, initiatives); err != nil {
			return err
		}
		return tx.UpdateMember(&member)
	})
	if err != nil {
		return fmt.Errorf("edit profile: %w", err)
	}
	c.rightsMoved()
	c.facesMoved(nil)
	if named.Name != persona.Name {
		c.stamp(ctx, persona.ID)
	}
	return nil
}

func (c *Community) initiativeIDs(ctx context.Context, invalid Invalid, slugs []string) ([]int64, error) {
	known, err := c.store.Initiatives(ctx)
	if err != nil {
		return nil, fmt.Errorf("initiatives: %w", err)
	}
	var ids []int64
	for _, initiative := range known {
		if slices.Contains(slugs, initiative.Slug) {
			ids = append(ids, initiative.ID)
		}
	}
	if len(ids) != len(slugs) {
		invalid["initiatives"] = models.Unknown
	}
	return ids, nil
}

// SetLook keeps a member's language or appearance; an empty value keeps the old one.
func (c *Community) SetLook(ctx context.Context, viewer models.Viewer, language, appearance string) error {
	member := *viewer.Member
	if language != "" {
		member.Language = language
	}
	if appearance != "" {
		member.Appearance = appearance
	}
	return c.store.Write(ctx, func(tx *store.Tx) error { return tx.UpdateMember(&member) })
}
