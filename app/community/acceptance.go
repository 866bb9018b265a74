package community

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"colloquy/models"
	"colloquy/models/store"
)

// proveHours is how long a guest has to confirm their address.
const proveHours = 24

// Acceptance is what a guest says of themselves.
type Acceptance struct {
	Name         string
	Email        string
	GroupID      int64
	Organisation string
	// Language is that of the pages, Reading are the tags of those that they read.
	Language    string
	Reading     []string
	Initiatives []string // slugs
	Password    string
	// Rules tells that the guest agrees to the house rules, RulesVersion which edition
	// they were shown.
	Rules        bool
	RulesVersion int
}

// Joined is what a browser gets when a guest has joined.
type Joined struct {
	Entry
	// Themes are the slugs of the invitation's themes that the new member reads.
	Themes []string
	// Letter tells that nobody was let in: all that follows is in a letter to the address
	// that was given, whether it is known here or not.
	Letter bool
}

// guest is a person who joins, with what they said of themselves after it was checked.
// While they confirm their address it waits in a ceremony.
type guest struct {
	InvitationID int64
	Email, Key   string
	Name         string
	GroupID      int64
	Organisation string
	Language     string
	Languages    string
	Initiatives  []int64
	PasswordHash string
	Agreed       int
	// Browser is a hash of the secret of the browser in which they chose all this.
	Browser []byte
}

// Accept makes a member of an open invitation and lets them in. Whoever comes with a link
// that was sent to no address confirms their own first. An address that is a member's
// gets a sign-in letter, and nobody is told; only the operator's own link says so.
// Errors: Invalid, and those of Invitation.
func (c *Community) Accept(ctx context.Context, token string, input Acceptance, from Arrival) (Joined, error) {
	invitation, err := c.Invitation(ctx, token)
	if err != nil {
		return Joined{}, err
	}
	g, err := c.checkGuest(ctx, &invitation, input)
	if err != nil {
		return Joined{}, err
	}
	if invitation.Email == "" && invitation.PersonaID != nil {
		return Joined{Letter: true}, c.afterAnswer(ctx, func(ctx context.Context) error {
			g.Browser = browserHash("joining", from.Browser)
			return c.proveAddress(ctx, &g)
		})
	}
	joined, err := c.enroll(ctx, &invitation, &g, from, nil)
	switch {
	case !errors.Is(err, store.ErrTaken):
		return joined, err
	case invitation.Email == "":
		return Joined{}, Invalid{"email": models.Taken}
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error { return tx.AcceptInvitation(invitation.ID, c.now().UTC()) })
	if err != nil {
		return Joined{}, err
	}
	return Joined{Letter: true}, c.afterAnswer(ctx, func(ctx context.Context) error { return c.sendLink(ctx, g.Key, nil, false) })
}

// checkGuest checks what a guest says of themselves. An address and a group that the
// invitation sets are not theirs to choose.
func (c *Community) checkGuest(ctx context.Context, invitation *models.InvitationRow, input Acceptance) (guest, error) {
	invalid := Invalid{}
	g := guest{InvitationID: invitation.ID, Language: input.Language}
	if invitation.Email != "" {
		input.Email = invitation.Email
	}
	g.Email, g.Key = address(invalid, input.Email)
	g.Name = line(invalid, "name", input.Name, MaxName, true)
	g.Organisation = line(invalid, "organisation", input.Organisation, MaxOrganisation, false)
	g.Languages = languageTags(invalid, "reading", input.Reading)
	var err error
	if g.GroupID, err = c.guestGroup(ctx, invalid, invitation.GroupID, input.GroupID); err != nil {
		return g, err
	}
	if invitation.PersonaID == nil && invitation.Email != "" && invitation.GroupID == nil {
		// Nobody has invited this guest: they choose no group that reads what others do not.
		if reads, err := c.store.GroupReadsMore(ctx, g.GroupID); err != nil {
			return g, fmt.Errorf("accept: %w", err)
		} else if reads {
			invalid["group"] = models.Reserved
		}
	}
	if g.Initiatives, err = c.initiativeIDs(ctx, invalid, input.Initiatives); err != nil {
		return g, err
	}
	if !input.Rules {
		invalid["rules"] = models.NotAgreed
	}
	if problem := badPassword(input.Password, g.Name, g.Email); input.Password != "" && problem != "" {
		invalid["password"] = problem
	}
	if invalid["name"] == "" {
		// Asked again when they join; here, so that they are told before they wait for a letter.
		err = c.store.Write(ctx, func(tx *store.Tx) error { return c.mayBeNamed(tx, g.Name, 0, invitation.Role) })
		var named Invalid
		if errors.As(err, &named) {
			maps.Copy(invalid, named)
		} else if err != nil {
			return g, fmt.Errorf("accept: %w", err)
		}
	}
	if err := invalid.Err(); err != nil {
		return g, err
	}
	community, err := c.store.Community(ctx)
	if err != nil {
		return g, fmt.Errorf("accept: %w", err)
	}
	g.Agreed = min(input.RulesVersion, community.RulesVersion)
	if input.Password != "" {
		g.PasswordHash, err = c.hash(ctx, input.Password)
	}
	return g, err
}

// guestGroup is the group that the invitation sets, if that still takes members, else
// the one that the guest chose.
func (c *Community) guestGroup(ctx context.Context, invalid Invalid, set *int64, chosen int64) (int64, error) {
	if set != nil {
		retired := Invalid{}
		if err := c.joinableGroup(ctx, retired, *set); err != nil || retired.Err() == nil {
			return *set, err
		}
	}
	if chosen == 0 {
		invalid["group"] = models.Empty
		return 0, nil
	}
	return chosen, c.joinableGroup(ctx, invalid, chosen)
}

// proveAddress sends the letter with which a guest confirms their address, or signs in
// when it is a member's.
func (c *Community) proveAddress(ctx context.Context, g *guest) error {
	_, err := c.store.MemberByEmail(ctx, g.Key)
	if err == nil {
		return c.sendLink(ctx, g.Key, nil, false)
	} else if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("prove an address: %w", err)
	}
	var token string
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		token, err = c.begin(tx, models.CeremonyJoining, nil, g, proveHours*time.Hour)
		return err
	})
	if err != nil {
		return fmt.Errorf("prove an address: %w", err)
	}
	c.letter(ctx, Letter{Kind: LetterJoining, To: g.Email, Language: g.Language, Token: token})
	return nil
}
