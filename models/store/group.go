package store

import (
	"context"

	"colloquy/models"
)

const (
	groupsInOrder      = "SELECT * FROM stakeholder_groups ORDER BY position, id"
	initiativesInOrder = "SELECT * FROM initiatives ORDER BY name, id"
)

// Groups lists the stakeholder groups in the convener's order.
func (s *Store) Groups(ctx context.Context) ([]models.Group, error) {
	return all[models.Group](s.reader(ctx).Raw(groupsInOrder))
}

// GroupByName finds a group by its exact name.
func (s *Store) GroupByName(ctx context.Context, name string) (models.Group, error) {
	return one[models.Group](s.reader(ctx).Raw("SELECT * FROM stakeholder_groups WHERE name = ?", name))
}

// CreateGroup writes a group.
func (tx *Tx) CreateGroup(group *models.Group) error { return translate(tx.db.Create(group).Error) }

// Initiatives lists the initiatives by name.
func (s *Store) Initiatives(ctx context.Context) ([]models.Initiative, error) {
	return all[models.Initiative](s.reader(ctx).Raw(initiativesInOrder))
}

// CreateInitiative writes an initiative.
func (tx *Tx) CreateInitiative(initiative *models.Initiative) error {
	return translate(tx.db.Create(initiative).Error)
}
