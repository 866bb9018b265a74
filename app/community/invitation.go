package community

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// Limits of invitations.
const (
	// MaxUses is how many people one link can let in.
	MaxUses = 500
	// InviteDays is how long an invitation holds unless its inviter says otherwise,
	// MaxInviteDays how long at most.
	InviteDays    = inviteDays
	MaxInviteDays = 90
	// MaxNote is the most characters of an inviter's note.
	MaxNote = 200

	listedInvitations = 50 // on one page
	keepDays          = 90 // an invitation that ran out unused
	ownDays           = 7  // an invitation that somebody asked for with their own address
)

// FoundingLink makes the link with which the first convener signs up, and closes the
// ones made before. It returns "" when there is a convener.
func (c *Community) FoundingLink(ctx context.Context) (string, error) {
	founded, err := c.store.HasConvener(ctx)
	if err != nil || founded {
		return "", err
	}
	token, hash := newToken()
	now := c.moment()
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

// moment is now as rows keep it.
func (c *Community) moment() time.Time { return c.now().UTC().Truncate(time.Microsecond) }

// NewInvitation is whom to invite, and as what.
type NewInvitation struct {
	// Email sends the link there, for one person; empty gives it to the inviter only.
	Email string
	// GroupID is the group to join, 0 lets the guest choose.
	GroupID int64
	// Role is member when it is empty.
	Role models.Role
	// Themes are the slugs of the themes that the guest finds first, and of those that
	// they moderate when their role is moderator; without any, moderators moderate all.
	Themes []string
	// MaxUses is how many people may join with a link that is not sent, 0 for one.
	MaxUses int
	// Days is how long the invitation holds, 0 for InviteDays.
	Days int
	// Note is the inviter's own reminder.
	Note string
}

// Invite makes a link that expires. Moderators invite members, conveners choose the role
// too. The token is shown this once, and only to whom it is for: with an address it goes
// by letter. An address that is a member's already gets none, and nobody is told.
func (c *Community) Invite(ctx context.Context, viewer models.Viewer, input NewInvitation) (string, error) {
	invalid := Invalid{}
	invitation, themes, err := c.offered(ctx, viewer, invalid, input)
	if err != nil {
		return "", err
	}
	invitation.MaxUses = input.MaxUses
	if input.Email != "" {
		invitation.MaxUses = 1
		if invitation.Email, invitation.EmailKey = address(invalid, input.Email); invitation.EmailKey != "" {
			invited, err := c.store.InvitedAddresses(ctx, []string{invitation.EmailKey}, c.now().UTC())
			if err != nil {
				return "", fmt.Errorf("invite: %w", err)
			} else if len(invited) > 0 {
				invalid["email"] = models.Invited
			}
		}
	} else if input.MaxUses < 0 || input.MaxUses > MaxUses {
		invalid["uses"] = models.OutOfRange
	}
	if err := invalid.Err(); err != nil {
		return "", err
	}
	var token string
	token, invitation.TokenHash = newToken()
	err = c.store.Write(ctx, func(tx *store.Tx) error { return tx.CreateInvitation(&invitation, themes...) })
	if err != nil {
		return "", fmt.Errorf("invite: %w", err)
	}
	if invitation.Email == "" {
		return token, nil
	}
	return token, c.sendInvitations(ctx, map[string]Letter{invitation.EmailKey: {To: invitation.Email, Token: token}})
}

// sendInvitations sends the letters, by the key of their address, of those who are no
// members.
func (c *Community) sendInvitations(ctx context.Context, letters map[string]Letter) error {
	keys := make([]string, 0, len(letters))
	for key := range letters {
		keys = append(keys, key)
	}
	members, err := c.store.MemberAddresses(ctx, keys)
	if err != nil {
		return fmt.Errorf("send invitations: %w", err)
	}
	for key, letter := range letters {
		if !slices.Contains(members, key) {
			letter.Kind = LetterInvitation
			c.letter(ctx, letter)
		}
	}
	return nil
}

// offered checks what an invitation offers and who offers it, and returns the invitation
// as far as that goes, with its themes.
func (c *Community) offered(ctx context.Context, viewer models.Viewer, invalid Invalid, offer NewInvitation) (models.Invitation, []int64, error) {
	if offer.Role == "" {
		offer.Role = models.RoleMember
	}
	if offer.Days == 0 {
		offer.Days = InviteDays
	}
	if err := mayInvite(viewer, offer.Role); err != nil {
		return models.Invitation{}, nil, err
	}
	now := c.moment()
	invitation := models.Invitation{
		Role: offer.Role, PersonaID: &viewer.PersonaID, CreatedOn: day(now), ExpiresAt: now.AddDate(0, 0, offer.Days),
		Note: line(invalid, "note", offer.Note, MaxNote, false),
	}
	if !offer.Role.Valid() {
		invalid["role"] = models.Unknown
	}
	if offer.Days < 1 || offer.Days > MaxInviteDays {
		invalid["days"] = models.OutOfRange
	}
	if offer.GroupID != 0 {
		invitation.GroupID = &offer.GroupID
		if err := c.joinableGroup(ctx, invalid, offer.GroupID); err != nil {
			return invitation, nil, err
		}
	}
	themes, err := c.offeredThemes(ctx, viewer, invalid, offer.Themes)
	return invitation, themes, err
}

// mayInvite tells whether somebody may invite people of a role.
func mayInvite(viewer models.Viewer, role models.Role) error {
	if err := access.Can(viewer, access.Invite, access.Thing{}); err != nil || role == models.RoleMember {
		return err
	}
	return access.Can(viewer, access.Convene, access.Thing{})
}

// offeredThemes finds themes that the viewer reads by their slugs.
func (c *Community) offeredThemes(ctx context.Context, viewer models.Viewer, invalid Invalid, slugs []string) ([]int64, error) {
	if len(slugs) == 0 {
		return nil, nil
	}
	known, err := c.store.ThemeNames(ctx, access.Scope(viewer))
	if err != nil {
		return nil, fmt.Errorf("themes to offer: %w", err)
	}
	var ids []int64
	for _, theme := range known {
		if slices.Contains(slugs, theme.Slug) {
			ids = append(ids, theme.ID)
		}
	}
	if len(ids) != len(slugs) {
		invalid["themes"] = models.Unknown
	}
	return ids, nil
}

// OfferedThemes lists the themes that whoever may invite can offer.
func (c *Community) OfferedThemes(ctx context.Context, viewer models.Viewer) ([]models.ThemeName, error) {
	if err := access.Can(viewer, access.Invite, access.Thing{}); err != nil {
		return nil, err
	}
	return c.store.ThemeNames(ctx, access.Scope(viewer))
}

// joinableGroup says in invalid when there is no such group that takes new members.
func (c *Community) joinableGroup(ctx context.Context, invalid Invalid, id int64) error {
	groups, err := c.store.Groups(ctx)
	if err != nil {
		return fmt.Errorf("groups: %w", err)
	}
	if !slices.ContainsFunc(groups, func(group models.Group) bool { return group.ID == id && !group.Retired }) {
		invalid["group"] = models.Unknown
	}
	return nil
}

// Invitations lists the latest invitations for whoever may invite, or those before one
// of them. Next is where the list goes on, 0 at its end.
func (c *Community) Invitations(ctx context.Context, viewer models.Viewer, before int64) (rows []models.InvitationRow, next int64, err error) {
	if err := access.Can(viewer, access.Invite, access.Thing{}); err != nil {
		return nil, 0, err
	}
	rows, err = c.store.Invitations(ctx, access.Scope(viewer), before, listedInvitations+1)
	if err != nil {
		return nil, 0, fmt.Errorf("invitations: %w", err)
	}
	if len(rows) > listedInvitations {
		rows = rows[:listedInvitations]
		next = rows[listedInvitations-1].ID
	}
	return rows, next, nil
}

// ResendInvitation gives an invitation another link and sends it to the address it is
// for; without an address the token is returned, to be shown this once. The old link
// stops working. One that ran out holds anew. Who may not have made the invitation
// may not renew it either. store.ErrNotFound when it is used up or revoked.
func (c *Community) ResendInvitation(ctx context.Context, viewer models.Viewer, id int64) (string, error) {
	if err := access.Can(viewer, access.Invite, access.Thing{}); err != nil {
		return "", err
	}
	row, err := c.store.Invitation(ctx, id)
	if err != nil {
		return "", err
	}
	if err := mayInvite(viewer, row.Role); err != nil {
		return "", err
	}
	expires := row.ExpiresAt
	if now := c.moment(); !now.Before(expires) {
		expires = now.AddDate(0, 0, InviteDays)
	}
	token, hash := newToken()
	err = c.store.Write(ctx, func(tx *store.Tx) error { return tx.RenewInvitation(id, hash, expires) })
	if err != nil || row.Email == "" {
		return token, err
	}
	return "", c.sendInvitations(ctx, map[string]Letter{row.EmailKey: {To: row.Email, Token: token}})
}

// RevokeInvitation closes an open invitation; store.ErrNotFound when it is not open.
func (c *Community) RevokeInvitation(ctx context.Context, viewer models.Viewer, id int64) error {
	if err := access.Can(viewer, access.Invite, access.Thing{}); err != nil {
		return err
	}
	return c.store.Write(ctx, func(tx *store.Tx) error { return tx.RevokeInvitation(id, c.moment()) })
}

// Invitation finds an open invitation by its token. One that is not open is
// ErrInvitationUsed, ErrInvitationExpired, or store.ErrNotFound when it was withdrawn
// or never was.
func (c *Community) Invitation(ctx context.Context, token string) (models.InvitationRow, error) {
	row, err := c.store.InvitationByToken(ctx, hashOf(token))
	if err != nil {
		return row, err
	}
	return c.open(ctx, row)
}

// open gives back an invitation that is open, or why it is not.
func (c *Community) open(ctx context.Context, row models.InvitationRow) (models.InvitationRow, error) {
	var closed error
	switch {
	case row.AcceptedAt != nil:
		closed = ErrInvitationUsed
	case row.RevokedAt != nil:
		closed = store.ErrNotFound
	case !c.now().Before(row.ExpiresAt):
		closed = ErrInvitationExpired
	case row.PersonaID == nil && row.Email != "": // asked for by whoever holds it
		community, err := c.store.Community(ctx)
		if err == nil && community.Joining != models.JoiningOpen {
			err = store.ErrNotFound
		}
		closed = err
	}
	if closed != nil {
		return models.InvitationRow{}, closed
	}
	return row, nil
}

// sweepJoining deletes invitations that ran out long ago, and tells the conveners of
// requests that came after they last heard.
func (c *Community) sweepJoining(ctx context.Context) error {
	now := c.now().UTC()
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		return tx.SweepInvitations(now.AddDate(0, 0, -keepDays), now)
	})
	return errors.Join(err, c.tellConveners(ctx))
}
