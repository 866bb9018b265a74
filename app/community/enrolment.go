package community

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// JoiningOpen tells whether the link of a letter with which a guest confirms their
// address can still be used, without using it; errors as of FinishJoining.
func (c *Community) JoiningOpen(ctx context.Context, token string) error {
	_, _, err := c.waitingGuest(ctx, token)
	return err
}

func (c *Community) waitingGuest(ctx context.Context, token string) (guest, models.InvitationRow, error) {
	var g guest
	if _, err := c.peek(ctx, models.CeremonyJoining, token, &g); err != nil {
		return g, models.InvitationRow{}, err
	}
	invitation, err := c.store.Invitation(ctx, g.InvitationID)
	if err == nil {
		invitation, err = c.open(ctx, invitation)
	}
	return g, invitation, err
}

// FinishJoining makes a member of a guest who confirmed their address, and lets them in.
// It returns store.ErrNotFound when the link was used, ran out or never was, and the
// errors of Invitation when the invitation is not open any more.
func (c *Community) FinishJoining(ctx context.Context, token string, from Arrival) (Joined, error) {
	g, invitation, err := c.waitingGuest(ctx, token)
	if err != nil {
		return Joined{}, err
	}
	if !bytes.Equal(g.Browser, browserHash("joining", from.Browser)) {
		// The address is proved here, the password was chosen elsewhere: perhaps by somebody
		// who has typed another's address.
		g.PasswordHash = ""
	}
	joined, err := c.enroll(ctx, &invitation, &g, from, func(tx *store.Tx) error {
		_, err := c.take(tx, models.CeremonyJoining, token, &guest{})
		return err
	})
	if errors.Is(err, store.ErrTaken) { // by another letter of their own
		return Joined{Letter: true}, c.afterAnswer(ctx, func(ctx context.Context) error { return c.sendLink(ctx, g.Key, nil, false) })
	}
	return joined, err
}

// stillThere looks again, when a guest joins, at what they chose before: a group that takes
// nobody any more is store.ErrNotFound, an initiative that is gone is left out.
func stillThere(tx *store.Tx, g *guest) error {
	groups, err := tx.Groups()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(groups, func(group models.Group) bool { return group.ID == g.GroupID && !group.Retired }) {
		return store.ErrNotFound
	}
	initiatives, err := tx.Initiatives()
	g.Initiatives = slices.DeleteFunc(g.Initiatives, func(id int64) bool {
		return !slices.ContainsFunc(initiatives, func(initiative models.Initiative) bool { return initiative.ID == id })
	})
	return err
}

// enroll makes a member of a guest and lets them in, in the transaction that uses the
// invitation. before runs in it first. Errors: store.ErrTaken for a member's address,
// ErrInvitationUsed when somebody was quicker, store.ErrNotFound when the invitation was
// closed meanwhile.
func (c *Community) enroll(ctx context.Context, invitation *models.InvitationRow, g *guest, from Arrival, before func(tx *store.Tx) error) (Joined, error) {
	var joined Joined
	var member models.Member
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.MoveRights(); err != nil { // the community's row first: see there
			return err
		}
		if before != nil {
			if err := before(tx); err != nil {
				return err
			}
		}
		if err := stillThere(tx, g); err != nil {
			return err
		}
		if err := tx.AcceptInvitation(invitation.ID, c.now().UTC()); err != nil {
			return err
		}
		var err error
		if member, err = c.joinAs(tx, invitation, g); err != nil {
			return err
		}
		joined.Session, err = c.openSession(tx, member.ID, from.Device)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		if row, again := c.store.Invitation(ctx, invitation.ID); again == nil && row.AcceptedAt != nil {
			err = ErrInvitationUsed
		}
	}
	if err != nil {
		return Joined{}, err
	}
	c.rightsMoved()
	if joined.Device, err = c.DeviceMark(ctx, member.EmailKey); err != nil { // whoever has just joined need not be told
		return joined, err
	}
	scope := access.Scope(models.Viewer{Member: &member, Now: c.now()})
	themes, err := c.store.InvitationThemes(ctx, scope, []int64{invitation.ID})
	for _, theme := range themes[invitation.ID] {
		joined.Themes = append(joined.Themes, theme.Slug)
	}
	return joined, err
}

// joinAs writes a new member as their invitation says: a moderator of some themes is a
// member who moderates those.
func (c *Community) joinAs(tx *store.Tx, invitation *models.InvitationRow, g *guest) (models.Member, error) {
	themes, err := tx.InvitationThemeIDs(invitation.ID)
	if err != nil {
		return models.Member{}, err
	}
	j := joining{
		email: g.Email, key: g.Key, name: g.Name, groupID: g.GroupID, role: invitation.Role, organisation: g.Organisation,
		language: g.Language, passwordHash: g.PasswordHash, languages: g.Languages, initiatives: g.Initiatives, agreed: g.Agreed,
	}
	someThemes := j.role == models.RoleModerator && len(themes) > 0
	if someThemes {
		j.role = models.RoleMember
	}
	member, err := c.join(tx, j)
	if err != nil {
		return member, err
	}
	if someThemes {
		member.Moderated = themes
		if err := tx.ModerateInvited(invitation.ID, member.ID); err != nil {
			return member, err
		}
	}
	if err := tx.EndJoinRequest(g.Key); err != nil {
		return member, err
	}
	return member, tx.ForgetOwnAddress(invitation.ID)
}
