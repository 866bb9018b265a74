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
	// PasswordCurrent proves the member when they have a password; PasswordNew is the
	// new one, empty to keep things as they are.
	PasswordCurrent string
	PasswordNew     string
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
	if edit.PasswordNew != "" {
		if err := c.newPassword(ctx, invalid, &member, edit); err != nil {
			return err
		}
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	named.Skeleton = skeleton(named.Name)
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		if named.Name != persona.Name { // who has a name keeps it, whoever moderates since
			if err := c.mayBeNamed(tx, named.Name, persona.ID, member.Role); err != nil {
				return err
			}
		}
		if err := tx.UpdatePersona(&named, initiatives); err != nil {
			return err
		}
		if err := tx.UpdateMember(&member); err != nil {
			return err
		}
		if edit.PasswordNew == "" {
			return nil
		}
		return tx.EndSessions(member.ID, viewer.SessionID)
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

func (c *Community) newPassword(ctx context.Context, invalid Invalid, member *models.Member, edit ProfileEdit) error {
	if problem := badPassword(edit.PasswordNew); problem != "" {
		invalid["password_new"] = problem
		return nil
	}
	if member.PasswordHash != "" {
		match, err := c.matches(ctx, edit.PasswordCurrent, member.PasswordHash)
		if err != nil {
			return err
		}
		if !match {
			invalid["password_current"] = models.Wrong
			return nil
		}
	}
	var err error
	member.PasswordHash, err = c.hash(ctx, edit.PasswordNew)
	return err
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
