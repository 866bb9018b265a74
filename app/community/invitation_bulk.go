package community

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"colloquy/models"
	"colloquy/models/store"
)

// NewInvitations is a list of people to invite.
type NewInvitations struct {
	// Each is what everybody gets, without address and uses; a line that names a group of
	// its own goes there.
	Each NewInvitation
	// List is the text as it was given.
	List string
	// Groups are the names by which groups are known, with their ids.
	Groups map[string]int64
	// Key makes a second submit of the same list harmless.
	Key string
}

// Guests is a list of people to invite as it was understood.
type Guests struct {
	// Head is the line that names the columns, empty without one.
	Head string
	All  []Guest
}

// Good counts the lines by which somebody is invited.
func (g Guests) Good() int {
	good := 0
	for i := range g.All {
		if g.All[i].Problem == "" {
			good++
		}
	}
	return good
}

// Rest is the list without those lines that are done with: what is left to mend, empty
// when nothing is.
func (g Guests) Rest() string {
	var lines []string
	for i := range g.All {
		switch g.All[i].Problem {
		case "", models.Invited, models.Twice:
		default:
			lines = append(lines, g.All[i].Text)
		}
	}
	if len(lines) > 0 && g.Head != "" {
		lines = append([]string{g.Head}, lines...)
	}
	return strings.Join(lines, "\n")
}

// PreviewInvitations reads a list of people and says what is wrong with which line. It
// never tells whether an address is a member's. Invalid is for the list as a whole and
// for what is offered.
func (c *Community) PreviewInvitations(ctx context.Context, viewer models.Viewer, input NewInvitations) (Guests, error) {
	guests, _, _, err := c.guestList(ctx, viewer, input)
	return guests, err
}

func (c *Community) guestList(ctx context.Context, viewer models.Viewer, input NewInvitations) (Guests, models.Invitation, []int64, error) {
	invalid := Invalid{}
	invitation, themes, err := c.offered(ctx, viewer, invalid, input.Each)
	if err != nil {
		return Guests{}, invitation, nil, err
	}
	var guests Guests
	var problem models.Problem
	guests.Head, guests.All, problem = readGuests(input.List, input.Groups)
	if problem != "" {
		invalid["list"] = problem
	}
	if err := invalid.Err(); err != nil {
		return guests, invitation, nil, err
	}
	keys := make([]string, 0, len(guests.All))
	for i := range guests.All {
		if guests.All[i].Problem == "" {
			keys = append(keys, guests.All[i].Key)
		}
	}
	invited, err := c.store.InvitedAddresses(ctx, keys, c.now().UTC())
	if err != nil {
		return guests, invitation, nil, fmt.Errorf("a list of guests: %w", err)
	}
	for i := range guests.All {
		if guest := &guests.All[i]; guest.Problem == "" && slices.Contains(invited, guest.Key) {
			guest.Problem = models.Invited
		}
	}
	return guests, invitation, themes, nil
}

// InviteAll invites everybody on a list whose line is good, and returns how many those
// are; the same list with the same key invites once and returns the same number. Members
// get no letter, and nobody is told. Errors as of PreviewInvitations.
func (c *Community) InviteAll(ctx context.Context, viewer models.Viewer, input NewInvitations) (int, Guests, error) {
	guests, invitation, themes, err := c.guestList(ctx, viewer, input)
	if err != nil {
		return 0, guests, err
	}
	mac, err := c.seal(ctx, "invitations", strconv.FormatInt(viewer.MemberID(), 10), input.Key, input.List)
	if err != nil {
		return 0, guests, err
	}
	if known, err := c.store.Key(ctx, mac); err == nil {
		return known.Number, guests, nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return 0, guests, fmt.Errorf("invite all: %w", err)
	}
	var letters map[string]Letter
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		err := tx.RememberKey(&models.IdempotencyKey{
			Mac: mac, RequestHash: hashOf(input.List), Number: guests.Good(), CreatedOn: day(c.now()),
		})
		if err == nil {
			letters, err = inviteEach(tx, invitation, themes, guests.All)
		}
		return err
	})
	if errors.Is(err, store.ErrTaken) { // the same form, submitted twice
		known, err := c.store.Key(ctx, mac)
		return known.Number, guests, err
	} else if err != nil {
		return 0, guests, fmt.Errorf("invite all: %w", err)
	}
	return len(letters), guests, c.sendInvitations(ctx, letters)
}

// inviteEach writes an invitation for every good line and returns the letters by the keys
// of their addresses. A name is the inviter's note on whom they meant.
func inviteEach(tx *store.Tx, like models.Invitation, themes []int64, guests []Guest) (map[string]Letter, error) {
	letters := map[string]Letter{}
	for i := range guests {
		guest := &guests[i]
		if guest.Problem != "" {
			continue
		}
		invitation := like
		invitation.Email, invitation.EmailKey = guest.Email, guest.Key
		if guest.GroupID != 0 {
			invitation.GroupID = &guest.GroupID
		}
		if guest.Name != "" {
			invitation.Note = guest.Name
		}
		var token string
		token, invitation.TokenHash = newToken()
		if err := tx.CreateInvitation(&invitation, themes...); err != nil {
			return nil, err
		}
		letters[guest.Key] = Letter{To: guest.Email, Token: token}
	}
	return letters, nil
}
