package community

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// Profile finds a named persona's page with what of it the viewer may read. Members read
// all of whoever is in the directory; of anybody else there is the byline, as it stands
// beside a text, and nothing when no text that the viewer may read carries it:
// store.ErrNotFound, as for a handle that nobody has. Visitors are shown no more of
// anybody. One's own page is whole, and so is every page for conveners.
func (c *Community) Profile(ctx context.Context, viewer models.Viewer, handle string) (models.Profile, error) {
	profile, err := c.store.Profile(ctx, access.Scope(viewer), handle, c.now().UTC())
	if err != nil {
		return models.Profile{}, err
	}
	own := viewer.Persona != nil && viewer.Persona.PersonaHandle == handle
	convenes := access.Can(viewer, access.ChangeMember, access.Thing{}) == nil
	found := profile.Shown && access.Can(viewer, access.Directory, access.Thing{}) == nil
	switch {
	case own || convenes || found:
		profile.Initiatives, err = c.store.InitiativesOf(ctx, handle)
		return profile, err
	case !profile.Bylined:
		return models.Profile{}, store.ErrNotFound
	}
	return models.Profile{
		Byline: profile.Byline, Responses: profile.Responses, Threads: profile.Threads, Bylined: true,
	}, nil
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
	// Languages are the tags of the languages that they read and write.
	Languages []string
	// Language and Appearance are how pages are shown; empty as the browser says.
	Language   string
	Appearance string
	// TimeZone is one of models.TimeZones, empty for UTC.
	TimeZone string
	// Directory lets other members find them in the directory.
	Directory bool
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
	member.Language, member.Appearance, member.Directory = edit.Language, edit.Appearance, edit.Directory
	member.TimeZone = timeZone(invalid, edit.TimeZone)
	named := persona
	named.Name = line(invalid, "name", edit.Name, MaxName, true)
	named.Organisation = line(invalid, "organisation", edit.Organisation, MaxOrganisation, false)
	named.About = line(invalid, "about", edit.About, MaxAbout, false)
	named.Languages = languageTags(invalid, "languages", edit.Languages)
	initiatives, err := c.initiativeIDs(ctx, invalid, edit.Initiatives)
	if err != nil {
		return err
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	named.Skeleton = skeleton(named.Name)
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.MemberToChange(member.ID); err != nil { // who has left meanwhile has no profile
			return err
		}
		if named.Name != persona.Name { // who has a name keeps it, whoever moderates since
			if err := c.mayBeNamed(tx, named.Name, persona.ID, member.Role); err != nil {
				return err
			}
		}
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

// timeZone refuses a zone that is not offered.
func timeZone(invalid Invalid, name string) string {
	if name != "" && !models.IsTimeZone(name) {
		invalid["time_zone"] = models.Unknown
	}
	return name
}

// languageTag is the form of the tags that a profile takes; which there are is the
// interface's to offer.
var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$`)

// MaxLanguages is how many languages a profile names at most.
const MaxLanguages = 20

// languageTags joins the tags that a field brought, each once.
func languageTags(invalid Invalid, field string, tags []string) string {
	wrong := func(tag string) bool { return !languageTag.MatchString(tag) }
	if len(tags) > MaxLanguages || slices.ContainsFunc(tags, wrong) {
		invalid[field] = models.Unknown
		return ""
	}
	var kept []string
	for _, tag := range tags {
		if !slices.Contains(kept, tag) {
			kept = append(kept, tag)
		}
	}
	return strings.Join(kept, " ")
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
