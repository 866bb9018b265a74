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

// Limits of what profiles hold, in characters.
const (
	MaxName         = 80
	MaxOrganisation = 120
	MaxAbout        = 1000
)

// FoundingLink makes the link with which the first convener signs up, and closes the
// ones made before. It returns "" when there is a convener.
func (c *Community) FoundingLink(ctx context.Context) (string, error) {
	founded, err := c.store.HasConvener(ctx)
	if err != nil || founded {
		return "", err
	}
	token, hash := newToken()
	now := c.now().UTC().Truncate(time.Microsecond)
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.RevokeFounding(now); err != nil {
			return err
		}
		return tx.CreateInvitation(&models.Invitation{
			TokenHash: hash, Role: models.RoleConvener, CreatedOn: day(now), ExpiresAt: now.Add(foundingHours * time.Hour),
		})
	})
	if err != nil {
		return "", fmt.Errorf("founding link: %w", err)
	}
	return token, nil
}

// NewInvitation is whom to invite.
type NewInvitation struct {
	// Email sends the link there; empty gives it to the inviter only.
	Email string
	// GroupID is the group to join, 0 lets the guest choose.
	GroupID int64
	Role    models.Role
}

// Invite makes a single-use link that expires. Moderators invite members, conveners
// choose the role too. The token is shown this once.
func (c *Community) Invite(ctx context.Context, viewer models.Viewer, input NewInvitation) (string, error) {
	if input.Role == "" {
		input.Role = models.RoleMember
	}
	act := access.Invite
	if input.Role != models.RoleMember {
		act = access.Convene
	}
	if err := access.Can(viewer, act, access.Thing{}); err != nil {
		return "", err
	}
	invalid := Invalid{}
	if input.Email != "" {
		input.Email, _ = address(invalid, input.Email)
	}
	if !input.Role.Valid() {
		invalid["role"] = models.Unknown
	}
	var groupID *int64
	if input.GroupID != 0 {
		groupID = &input.GroupID
		if err := c.knownGroup(ctx, invalid, input.GroupID); err != nil {
			return "", err
		}
	}
	if err := invalid.Err(); err != nil {
		return "", err
	}
	token, hash := newToken()
	now := c.now().UTC().Truncate(time.Microsecond)
	personaID := viewer.PersonaID
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		return tx.CreateInvitation(&models.Invitation{
			TokenHash: hash, Email: input.Email, GroupID: groupID, Role: input.Role, PersonaID: &personaID,
			CreatedOn: day(now), ExpiresAt: now.AddDate(0, 0, inviteDays),
		})
	})
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	if input.Email != "" {
		c.letter(ctx, Letter{Kind: LetterInvitation, To: input.Email, Token: token})
	}
	return token, nil
}

// knownGroup says in invalid when there is no such group that takes new members.
func (c *Community) knownGroup(ctx context.Context, invalid Invalid, id int64) error {
	groups, err := c.store.Groups(ctx)
	if err != nil {
		return fmt.Errorf("groups: %w", err)
	}
	for _, group := range groups {
		if group.ID == id && !group.Retired {
			return nil
		}
	}
	invalid["group"] = models.Unknown
	return nil
}

// Invitations lists the latest invitations for whoever may invite.
func (c *Community) Invitations(ctx context.Context, viewer models.Viewer) ([]models.InvitationRow, error) {
	if err := access.Can(viewer, access.Invite, access.Thing{}); err != nil {
		return nil, err
	}
	return c.store.Invitations(ctx, 200)
}

// RevokeInvitation closes an open invitation; store.ErrNotFound when it is not open.
func (c *Community) RevokeInvitation(ctx context.Context, viewer models.Viewer, id int64) error {
	if err := access.Can(viewer, access.Invite, access.Thing{}); err != nil {
		return err
	}
	return c.store.Write(ctx, func(tx *store.Tx) error {
		return tx.RevokeInvitation(id, c.now().UTC().Truncate(time.Microsecond))
	})
}

// Invitation finds an open invitation by its token. One that is not open is
// ErrInvitationUsed, ErrInvitationExpired, or store.ErrNotFound when it was withdrawn
// or never was.
func (c *Community) Invitation(ctx context.Context, token string) (models.InvitationRow, error) {
	row, err := c.store.InvitationByToken(ctx, hashOf(token))
	switch {
	case err != nil:
		return row, err
	case row.AcceptedAt != nil:
		return row, ErrInvitationUsed
	case row.RevokedAt != nil:
		return models.InvitationRow{}, store.ErrNotFound
	case !c.now().Before(row.ExpiresAt):
		return row, ErrInvitationExpired
	}
	return row, nil
}

// Acceptance is what a guest says of themselves.
type Acceptance struct {
	Name         string
	Email        string
	GroupID      int64
	Organisation string
	Language     string
	Password     string
	// Rules tells that the guest agrees to the house rules.
	Rules bool
}

// Accept makes a member of an open invitation and lets them in. Errors: Invalid,
// store.ErrNotFound for a link that is not open.
func (c *Community) Accept(ctx context.Context, token string, input Acceptance, from Arrival) (Entry, error) {
	invitation, err := c.Invitation(ctx, token)
	if err != nil {
		return Entry{}, err
	}
	invalid := Invalid{}
	j := joining{role: invitation.Role, language: input.Language, groupID: input.GroupID}
	if invitation.Email != "" {
		input.Email = invitation.Email
	}
	if invitation.GroupID != nil {
		j.groupID = *invitation.GroupID
	}
	j.email, j.key = address(invalid, input.Email)
	j.name = line(invalid, "name", input.Name, MaxName, true)
	j.organisation = line(invalid, "organisation", input.Organisation, MaxOrganisation, false)
	if j.groupID == 0 {
		invalid["group"] = models.Empty
	} else if err := c.knownGroup(ctx, invalid, j.groupID); err != nil {
		return Entry{}, err
	}
	if !input.Rules {
		invalid["rules"] = models.NotAgreed
	}
	if problem := badPassword(input.Password); input.Password != "" && problem != "" {
		invalid["password"] = problem
	}
	if err := invalid.Err(); err != nil {
		return Entry{}, err
	}
	if input.Password != "" {
		if j.passwordHash, err = c.hash(ctx, input.Password); err != nil {
			return Entry{}, err
		}
	}
	var entry Entry
	var member models.Member
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AcceptInvitation(invitation.ID, c.now().UTC()); err != nil {
			return err
		}
		member, err = c.join(tx, j)
		if err != nil {
			return err
		}
		entry.Session, err = c.openSession(tx, member.ID, from.Device)
		return err
	})
	if errors.Is(err, store.ErrTaken) {
		return Entry{}, Invalid{"email": models.Taken}
	}
	if err != nil {
		return Entry{}, err
	}
	c.rightsMoved()
	entry.Device, err = c.DeviceMark(ctx, member.EmailKey) // whoever has just joined need not be told
	return entry, err
}
