package community

import (
	"context"
	"errors"
	"fmt"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// Pseudonyms lists the viewer's own pseudonyms, for their eyes only.
func (c *Community) Pseudonyms(ctx context.Context, viewer models.Viewer) ([]models.Pseudonym, error) {
	if !viewer.SignedIn() {
		return nil, access.Denied{Act: access.Mask, Reason: access.SignIn}
	}
	if len(viewer.Member.Faces) < 2 { // the profile alone
		return nil, nil
	}
	found, err := c.store.Pseudonyms(ctx, access.Scope(viewer), viewer.Member.ID)
	if err != nil {
		return nil, fmt.Errorf("pseudonyms: %w", err)
	}
	return found, nil
}

// PseudonymIn is the viewer's own pseudonym in a theme; store.ErrNotFound when they have
// none.
func (c *Community) PseudonymIn(ctx context.Context, viewer models.Viewer, themeID int64) (models.Pseudonym, error) {
	if !viewer.SignedIn() || len(viewer.Member.Faces) < 2 {
		return models.Pseudonym{}, store.ErrNotFound
	}
	return c.store.Pseudonym(ctx, viewer.Member.ID, themeID)
}

// NewPseudonym makes the viewer's pseudonym in a theme, in the transaction of the first
// text that it speaks. Whether they may have one there, the caller has asked. It shares
// nothing with the member that others see: no handle, no profile, no day, and their group
// only when they choose so, as it is now. Invalid is for a name that cannot be taken, and
// for a second pseudonym in one theme.
func (c *Community) NewPseudonym(tx *store.Tx, viewer models.Viewer, themeID int64, face models.Face) (models.Persona, error) {
	// Sessions learn of the new face by the counter of rights. Its lock keeps others from
	// taking a name that looks like this one, and this member from a second pseudonym.
	if err := tx.MoveRights(); err != nil {
		return models.Persona{}, err
	}
	if _, err := tx.Pseudonym(viewer.Member.ID, themeID); err == nil {
		return models.Persona{}, Invalid{"persona": models.HasPseudonym}
	} else if !errors.Is(err, store.ErrNotFound) {
		return models.Persona{}, err
	}
	invalid := Invalid{}
	name := line(invalid, "pseudonym", face.Name, MaxName, true)
	if err := invalid.Err(); err != nil {
		return models.Persona{}, err
	}
	problem, err := c.pseudonymProblem(tx, name, themeID)
	if err != nil {
		return models.Persona{}, err
	}
	if problem != "" {
		return models.Persona{}, Invalid{"pseudonym": problem}
	}
	theme, err := tx.ThemeByID(themeID)
	if err != nil {
		return models.Persona{}, err
	}
	persona := models.Persona{
		Kind: models.PersonaPseudonym, MemberID: &viewer.Member.ID, Name: name, Skeleton: skeleton(name), ThemeID: &themeID,
		CreatedAt: day(theme.CreatedAt), // the same for all: when somebody came or wrote says who they are
	}
	if face.ShowGroup {
		persona.GroupID = &viewer.Member.GroupID
	}
	return persona, tx.CreatePersona(&persona)
}
