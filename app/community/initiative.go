package community

import (
	"context"
	"slices"
	"strconv"

	"colloquy/app/access"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// CreateInitiative adds an initiative that members can name on their profiles. Errors:
// access.Denied, Invalid.
func (c *Community) CreateInitiative(ctx context.Context, viewer models.Viewer, name string) error {
	return c.convene(ctx, viewer, func(tx *store.Tx) error {
		known, err := tx.Initiatives()
		if err != nil {
			return err
		}
		name, err := initiativeName(name, 0, known)
		if err != nil {
			return err
		}
		slug := prose.Slug(name)
		for n := 2; slices.ContainsFunc(known, func(i models.Initiative) bool { return i.Slug == slug }); n++ {
			slug = prose.Slug(name) + "-" + strconv.Itoa(n)
		}
		return tx.CreateInitiative(&models.Initiative{Slug: slug, Name: name})
	})
}

// RenameInitiative gives an initiative another name; profiles go along. Errors:
// access.Denied, store.ErrNotFound, Invalid.
func (c *Community) RenameInitiative(ctx context.Context, viewer models.Viewer, id int64, name string) error {
	return c.convene(ctx, viewer, func(tx *store.Tx) error {
		known, err := tx.Initiatives()
		if err != nil {
			return err
		}
		name, err := initiativeName(name, id, known)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(known, func(i models.Initiative) bool { return i.ID == id && i.Name == name }) {
			return errUnchanged
		}
		return tx.RenameInitiative(id, name)
	})
}

// DeleteInitiative deletes an initiative and takes it off all profiles. Errors:
// access.Denied, store.ErrNotFound.
func (c *Community) DeleteInitiative(ctx context.Context, viewer models.Viewer, id int64) error {
	return c.convene(ctx, viewer, func(tx *store.Tx) error { return tx.DeleteInitiative(id) })
}

// InitiativeUses lists the initiatives with how many profiles name each.
func (c *Community) InitiativeUses(ctx context.Context, viewer models.Viewer) ([]models.InitiativeUse, error) {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return nil, err
	}
	return c.store.InitiativeUses(ctx)
}

// initiativeName checks the name of the initiative with an id, 0 for a new one.
func initiativeName(name string, id int64, known []models.Initiative) (string, error) {
	invalid := Invalid{}
	name = line(invalid, "name", name, MaxInitiativeName, true)
	if len(invalid) == 0 && slices.ContainsFunc(known, func(i models.Initiative) bool { return i.ID != id && alike(i.Name, name) }) {
		invalid["name"] = models.Alike
	}
	return name, invalid.Err()
}
