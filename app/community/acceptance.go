package community

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// proveHours is how long a guest has to confirm their address.
const proveHours = 24

// maxReading is how many languages a guest can name.
const maxReading = 20

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
	g.Languages = reading(invalid, input.Reading)
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

// reading joins the tags of languages, each once.
func reading(invalid Invalid, tags []string) string {
	var kept []string
	for _, tag := range tags {
		if !languageTag.MatchString(tag) || len(tags) > maxReading {
			invalid["reading"] = models.Unknown
			return ""
		}
		if !slices.Contains(kept, tag) {
			kept = append(kept, tag)
		}
	}
	return strings.Join(kept, " ")
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
