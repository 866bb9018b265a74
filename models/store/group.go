package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

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

// Groups lists the groups within the transaction.
func (tx *Tx) Groups() ([]models.Group, error) { return all[models.Group](tx.db.Raw(groupsInOrder)) }

// UpdateGroup writes a group's key, name, explanation and whether it is retired;
// ErrNotFound when there is none.
func (tx *Tx) UpdateGroup(group *models.Group) error {
	return changedOne(tx.db.Exec("UPDATE stakeholder_groups SET key = ?, name = ?, explains = ?, retired = ? WHERE id = ?",
		group.Key, group.Name, group.Explains, group.Retired, group.ID))
}

// PlaceGroup gives a group its place in the order.
func (tx *Tx) PlaceGroup(id int64, position int) error {
	return tx.db.Exec("UPDATE stakeholder_groups SET position = ? WHERE id = ?", position, id).Error
}

// DeleteGroup deletes a group; ErrUsed when anything refers to it, ErrNotFound when there
// is none. Counts of no voices are nothing.
func (tx *Tx) DeleteGroup(id int64) error {
	if err := tx.db.Exec("DELETE FROM thread_voices WHERE group_id = ? AND responses = 0", id).Error; err != nil {
		return err
	}
	err := changedOne(tx.db.Exec("DELETE FROM stakeholder_groups WHERE id = ?", id))
	if errors.Is(err, gorm.ErrForeignKeyViolated) {
		return ErrUsed
	}
	return err
}

// UnusedGroups lists the ids of the groups that nothing refers to.
func (s *Store) UnusedGroups(ctx context.Context) ([]int64, error) {
	return all[int64](s.reader(ctx).Raw(`SELECT g.id FROM stakeholder_groups g WHERE
		NOT EXISTS (SELECT 1 FROM members x WHERE x.group_id = g.id) AND
		NOT EXISTS (SELECT 1 FROM personas x WHERE x.group_id = g.id) AND
		NOT EXISTS (SELECT 1 FROM theme_groups x WHERE x.group_id = g.id) AND
		NOT EXISTS (SELECT 1 FROM thread_voices x WHERE x.group_id = g.id AND x.responses > 0) AND
		NOT EXISTS (SELECT 1 FROM invitations x WHERE x.group_id = g.id) AND
		NOT EXISTS (SELECT 1 FROM join_requests x WHERE x.group_id = g.id) ORDER BY g.id`))
}

// GroupReadsMore tells whether a group is named in the audience of any theme.
func (s *Store) GroupReadsMore(ctx context.Context, groupID int64) (bool, error) {
	count, err := one[int](s.reader(ctx).Raw(`SELECT COUNT(*) FROM theme_groups tg JOIN themes th ON th.id = tg.theme_id
		WHERE tg.group_id = ? AND th.audience = ?`, groupID, models.AudienceGroups))
	return count > 0, err
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

// Initiatives lists the initiatives within the transaction.
func (tx *Tx) Initiatives() ([]models.Initiative, error) {
	return all[models.Initiative](tx.db.Raw(initiativesInOrder))
}

// InitiativeUses lists the initiatives by name, with how many personas name each.
func (s *Store) InitiativeUses(ctx context.Context) ([]models.InitiativeUse, error) {
	return all[models.InitiativeUse](s.reader(ctx).Raw(`SELECT i.*, (SELECT COUNT(*) FROM persona_initiatives x
		WHERE x.initiative_id = i.id) AS personas FROM initiatives i ORDER BY i.name, i.id`))
}

// RenameInitiative gives an initiative another name; ErrNotFound when there is none.
func (tx *Tx) RenameInitiative(id int64, name string) error {
	return changedOne(tx.db.Exec("UPDATE initiatives SET name = ? WHERE id = ?", name, id))
}

// DeleteInitiative deletes an initiative and takes it off all profiles; ErrNotFound when
// there is none.
func (tx *Tx) DeleteInitiative(id int64) error {
	if err := tx.db.Exec("DELETE FROM persona_initiatives WHERE initiative_id = ?", id).Error; err != nil {
		return err
	}
	return changedOne(tx.db.Exec("DELETE FROM initiatives WHERE id = ?", id))
}
