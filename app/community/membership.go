package community

import (
	"context"
	"errors"
	"fmt"
	"time"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// errUnchanged ends a transaction that has nothing to change, so that no counter moves.
var errUnchanged = errors.New("nothing to change")

// MembershipEdit is what changes about a membership; zero fields stay as they are.
type MembershipEdit struct {
	GroupID int64
	Role    models.Role
}

// Membership finds who stands behind a profile, for a convener to change. For everybody
// else there is no such thing: access.Denied with the reason access.Hidden, and
// store.ErrNotFound for a handle that nobody has.
func (c *Community) Membership(ctx context.Context, viewer models.Viewer, handle string) (models.Membership, error) {
	if err := access.Can(viewer, access.ChangeMember, access.Thing{}); err != nil {
		return models.Membership{}, err
	}
	return c.store.Membership(ctx, handle)
}

// EditMembership changes a member's group and role. What they have written shows the new
// group from then on, and rights go with group and role at once. The last convener stays
// one: Invalid.
func (c *Community) EditMembership(ctx context.Context, viewer models.Viewer, handle string, edit MembershipEdit) error {
	found, err := c.Membership(ctx, viewer, handle)
	if err != nil {
		return err
	}
	invalid := Invalid{}
	if edit.Role != "" && !edit.Role.Valid() {
		invalid["role"] = models.Unknown
	}
	if edit.GroupID != 0 && edit.GroupID != found.GroupID {
		if err := c.joinableGroup(ctx, invalid, edit.GroupID); err != nil {
			return err
		}
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	return c.edit(ctx, found.MemberID, edit, &viewer)
}

// Suspend keeps a member out until the given time, which must lie ahead, and ends their
// sessions. The last convener cannot be suspended: Invalid.
func (c *Community) Suspend(ctx context.Context, viewer models.Viewer, handle string, until time.Time) error {
	found, err := c.Membership(ctx, viewer, handle)
	if err != nil {
		return err
	}
	if !until.After(c.now()) {
		return Invalid{"until": models.NotAhead}
	}
	return c.suspend(ctx, found.MemberID, until, &viewer)
}

// Lift ends a suspension; where there is none, nothing happens. The member signs in anew.
func (c *Community) Lift(ctx context.Context, viewer models.Viewer, handle string) error {
	found, err := c.Membership(ctx, viewer, handle)
	if err != nil {
		return err
	}
	return c.lift(ctx, found.MemberID, &viewer)
}

// change runs do on a member whose rights nobody else changes meanwhile, and tells
// whether anything changed. The viewer's own right is looked at again in the same
// transaction; nil is the operator.
func (c *Community) change(ctx context.Context, memberID int64, viewer *models.Viewer,
	do func(tx *store.Tx, member models.Member) error,
) (bool, error) {
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		member, err := tx.MemberToChange(memberID)
		if err != nil {
			return err
		}
		if viewer != nil {
			current, err := tx.Member(viewer.Member.ID)
			if err != nil {
				return err
			}
			acting := models.Viewer{Member: &current, Now: c.now()}
			if err := access.Can(acting, access.ChangeMember, access.Thing{}); err != nil {
				return err
			}
		}
		return do(tx, member)
	})
	if errors.Is(err, errUnchanged) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("change a member: %w", err)
	}
	return true, nil
}

func (c *Community) edit(ctx context.Context, memberID int64, edit MembershipEdit, viewer *models.Viewer) error {
	var moved int64 // the persona that shows another group
	changed, err := c.change(ctx, memberID, viewer, func(tx *store.Tx, member models.Member) error {
		newRole := edit.Role != "" && edit.Role != member.Role
		newGroup := edit.GroupID != 0 && edit.GroupID != member.GroupID
		if !newRole && !newGroup {
			return errUnchanged
		}
		if newRole {
			if err := c.setRole(tx, &member, edit.Role); err != nil {
				return err
			}
		}
		if !newGroup {
			return nil
		}
		persona, err := tx.NamedPersona(member.ID)
		if err != nil {
			return err
		}
		moved = persona.ID
		return tx.SetGroup(member.ID, &persona, edit.GroupID)
	})
	if err != nil || !changed {
		return err
	}
	c.rightsMoved()
	if moved != 0 {
		c.facesMoved(nil)
		c.stamp(ctx, moved)
	}
	return nil
}

func (c *Community) setRole(tx *store.Tx, member *models.Member, role models.Role) error {
	if err := c.notLast(tx, member, "role"); err != nil {
		return err
	}
	if role != models.RoleConvener { // what somebody may not give any more, their links do not give
		if err := tx.RevokeInvitationsOf(member.ID, role == models.RoleMember, c.moment()); err != nil {
			return err
		}
	}
	if err := tx.SetRole(member.ID, role); err != nil || role != models.RoleConvener {
		return err
	}
	return tx.Founded(c.now().UTC().Truncate(time.Microsecond))
}

// notLast is Invalid for the convener without whom nobody would run the community.
func (c *Community) notLast(tx *store.Tx, member *models.Member, field string) error {
	if member.Role != models.RoleConvener {
		return nil
	}
	others, err := tx.OtherConveners(member.ID, c.now().UTC())
	if err == nil && others == 0 {
		return Invalid{field: models.LastConvener}
	}
	return err
}

func (c *Community) suspend(ctx context.Context, memberID int64, until time.Time, viewer *models.Viewer) error {
	until = until.UTC().Truncate(time.Microsecond)
	changed, err := c.change(ctx, memberID, viewer, func(tx *store.Tx, member models.Member) error {
		if member.SuspendedUntil != nil && member.SuspendedUntil.Equal(until) {
			return errUnchanged
		}
		if viewer != nil {
			if err := c.notLast(tx, &member, "until"); err != nil {
				return err
			}
		}
		if err := tx.RevokeInvitationsOf(member.ID, true, c.moment()); err != nil {
			return err
		}
		return tx.Suspend(member.ID, until, day(c.now()))
	})
	if err != nil || !changed {
		return err
	}
	if c.hooks.MemberEnded != nil {
		c.hooks.MemberEnded(memberID)
	}
	c.rightsMoved()
	return nil
}

func (c *Community) lift(ctx context.Context, memberID int64, viewer *models.Viewer) error {
	changed, err := c.change(ctx, memberID, viewer, func(tx *store.Tx, member models.Member) error {
		if member.SuspendedUntil == nil {
			return errUnchanged
		}
		return tx.Lift(member.ID)
	})
	if err != nil || !changed {
		return err
	}
	c.rightsMoved()
	return nil
}
