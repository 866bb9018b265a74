package handlers

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// guestsShow is the form to invite many.
func (s *Site) guestsShow(c *fiber.Ctx) error {
	return s.showGuests(c, http.StatusOK, views.InvitationsBulkPage{})
}

func (s *Site) showGuests(c *fiber.Ctx, code int, page views.InvitationsBulkPage) error {
	if err := access.Can(s.at(c).viewer, access.Invite, access.Thing{}); err != nil {
		return err
	}
	if err := s.fillOffer(c, &page.Offer); err != nil {
		return err
	}
	page.Most = community.MaxGuests
	p := s.page(c, "", views.SectionInvitations)
	p.Path = "/invitations/bulk"
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.InvitationsBulk(p, page))
}

// guestsInvite shows a list as it was understood; a list that was shown so and is sent
// again unchanged invites those whose lines are good.
func (s *Site) guestsInvite(c *fiber.Ctx) error {
	v := s.at(c)
	page := views.InvitationsBulkPage{List: c.FormValue("list"), Key: keyOr(c)}
	input := community.NewInvitations{List: page.List, Groups: groupNames(v.settings.Groups), Key: page.Key}
	page.Offer, input.Each = readOffer(c)
	page.Seen = listSeen(input)
	if !s.proven(c) {
		return s.showGuests(c, http.StatusForbidden, page)
	}
	if c.FormValue("act") == "send" && c.FormValue("seen") == page.Seen {
		return s.guestsSend(c, page, input)
	}
	if err := s.limit(c, "write"); err != nil {
		return err
	}
	guests, err := s.Community.PreviewInvitations(c.UserContext(), v.viewer, input)
	if err != nil {
		return s.guestsRefused(c, page, err)
	}
	page.Guests, page.Good = guestLines(v.words, guests), guests.Good()
	return s.showGuests(c, http.StatusOK, page)
}

// guestsSend invites everybody whose line is good; what is left to mend is given back.
func (s *Site) guestsSend(c *fiber.Ctx, page views.InvitationsBulkPage, input community.NewInvitations) error {
	if err := s.limit(c, "letter"); err != nil {
		return err
	}
	sent, guests, err := s.Community.InviteAll(c.UserContext(), s.at(c).viewer, input)
	if err != nil {
		return s.guestsRefused(c, page, err)
	}
	rest := guests.Rest()
	if rest == "" {
		return seeOther(c, "/invitations?sent="+strconv.Itoa(sent))
	}
	return s.showGuests(c, http.StatusOK, views.InvitationsBulkPage{Offer: page.Offer, List: rest, Sent: sent})
}

func (s *Site) guestsRefused(c *fiber.Ctx, page views.InvitationsBulkPage, err error) error {
	var invalid models.Invalid
	if !errors.As(err, &invalid) {
		return err
	}
	page.Errors = sentences(s.at(c).words, invalid)
	return s.showGuests(c, status(err), page)
}

// listSeen names a list and what is offered, so that only what was shown is sent.
func listSeen(input community.NewInvitations) string {
	offer := input.Each
	slices.Sort(offer.Themes)
	list := strings.ReplaceAll(input.List, "\r\n", "\n") // browsers change line ends on the way
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %q %d %q %q", offer.GroupID, offer.Role, offer.Themes, offer.Days, offer.Note, list))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// groupNames are all names by which the groups that take members are known: their own,
// and those of every language.
func groupNames(groups []models.Group) map[string]int64 {
	names := map[string]int64{}
	for _, group := range joinable(groups) {
		names[group.Name] = group.ID
		for _, language := range words.Languages() {
			names[words.For(language.Tag).GroupName(group.Key, group.Name)] = group.ID
		}
	}
	return names
}

// guestLines are the lines of a list with what is wrong with each in words.
func guestLines(w *words.Words, guests community.Guests) []views.GuestLine {
	lines := make([]views.GuestLine, 0, len(guests.All))
	for i := range guests.All {
		guest := &guests.All[i]
		line := views.GuestLine{Number: guest.Number, Email: guest.Email, Name: guest.Name, Group: guest.Group}
		if guest.Problem != "" {
			line.Problem = w.T("guests.problem." + strings.ReplaceAll(string(guest.Problem), " ", "-"))
		}
		if line.Email == "" {
			line.Email = guest.Text
		}
		lines = append(lines, line)
	}
	return lines
}
