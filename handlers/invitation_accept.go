package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// invitationShow is where the link of an invitation leads: a visit does not use it up.
func (s *Site) invitationShow(c *fiber.Ctx) error {
	page, err := s.invitation(c)
	if err != nil {
		return err
	}
	code := http.StatusOK
	switch page.State {
	case views.InvitationUsed, views.InvitationExpired:
		code = http.StatusGone
	case views.InvitationGone:
		code = http.StatusNotFound
	}
	return s.showInvitation(c, code, page)
}

// invitation finds the invitation of the address and how it stands.
func (s *Site) invitation(c *fiber.Ctx) (views.InvitationPage, error) {
	settings := s.at(c).settings
	page := views.InvitationPage{
		Token: c.Params("token"), Groups: joinable(settings.Groups), Initiatives: settings.Initiatives,
		Lang: words.First(settings.Offered()), RulesVersion: settings.RulesVersion, PasswordLength: community.MinPassword,
	}
	var err error
	if page.Rules, err = s.shownAt(c, models.TextRules, settings.RulesVersion); err != nil {
		return page, err
	}
	row, err := s.Community.Invitation(c.UserContext(), page.Token)
	switch {
	case invitationClosed(err) != "":
		page.State = invitationClosed(err)
	case err != nil:
		return page, err
	case s.at(c).viewer.SignedIn():
		page.State = views.InvitationMember
	default:
		page.Inviter, page.AsksEmail = row.InviterName, row.Email == ""
		if row.GroupID != nil && hasGroup(page.Groups, *row.GroupID) {
			page.FixedGroup, page.GroupID = *row.GroupID, *row.GroupID
		}
	}
	return page, nil
}

// invitationClosed is the state of an invitation that is not open, by the error that says so; empty
// for any other error.
func invitationClosed(err error) views.InvitationState {
	switch {
	case errors.Is(err, community.ErrInvitationUsed):
		return views.InvitationUsed
	case errors.Is(err, community.ErrInvitationExpired):
		return views.InvitationExpired
	case errors.Is(err, models.ErrNotFound):
		return views.InvitationGone
	}
	return ""
}

// joinable are the groups that take new members.
func joinable(groups []models.Group) []models.Group {
	var open []models.Group
	for _, group := range groups {
		if !group.Retired {
			open = append(open, group)
		}
	}
	return open
}

func hasGroup(groups []models.Group, id int64) bool {
	for _, group := range groups {
		if group.ID == id {
			return true
		}
	}
	return false
}

func (s *Site) showInvitation(c *fiber.Ctx, code int, page views.InvitationPage) error {
	p := s.page(c, "", "")
	p.Path = "/invitations/" + page.Token
	s.withToken(c, &p)
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Invitation(p, page))
}

// invitationAccept makes a member of a guest and signs them in, or asks them to look for
// a letter first.
func (s *Site) invitationAccept(c *fiber.Ctx) error {
	page, err := s.invitation(c)
	if err != nil {
		return err
	}
	if page.State != views.InvitationOpen {
		return s.invitationShow(c)
	}
	s.readGuest(c, &page)
	if !s.proven(c) {
		return s.showInvitation(c, http.StatusForbidden, page)
	}
	if page.AsksEmail {
		if err := s.limitAccount(c, "letters", "", page.Email); err != nil {
			return err
		}
	}
	joined, err := s.Community.Accept(c.UserContext(), page.Token, acceptanceOf(c, &page), s.arrival(c))
	var invalid models.Invalid
	switch {
	case errors.As(err, &invalid):
		page.Errors = sentences(s.at(c).words, invalid)
		return s.showInvitation(c, status(err), page)
	case invitationClosed(err) != "":
		return s.invitationShow(c) // somebody was quicker
	case err != nil:
		return err
	case joined.Letter:
		page.State = views.InvitationSent
		return s.showInvitation(c, http.StatusOK, page)
	}
	return s.enter(c, joined.Entry, welcomePath(joined.Themes))
}

// readGuest reads what the guest says of themselves into the form.
func (s *Site) readGuest(c *fiber.Ctx, page *views.InvitationPage) {
	page.Name, page.Email, page.Organisation = c.FormValue("name"), c.FormValue("email"), c.FormValue("organisation")
	page.Language, page.Agreed = c.FormValue("language"), c.FormValue("rules") != ""
	page.Chosen, page.Reading = tickedSet(values(c, "initiatives")), tickedSet(values(c, "reading"))
	if page.FixedGroup == 0 {
		page.GroupID, _ = strconv.ParseInt(c.FormValue("group"), 10, 64)
	}
	if !s.at(c).offers(page.Language) {
		page.Language = s.at(c).language
	}
}

func acceptanceOf(c *fiber.Ctx, page *views.InvitationPage) community.Acceptance {
	version, _ := strconv.Atoi(c.FormValue("rules_version")) // 0 asks again, which harms nobody
	return community.Acceptance{
		Name: page.Name, Email: page.Email, GroupID: page.GroupID, Organisation: page.Organisation,
		Language: page.Language, Reading: values(c, "reading"), Initiatives: values(c, "initiatives"),
		Password: c.FormValue("password"), Rules: page.Agreed, RulesVersion: version,
	}
}

// tickedSet are the boxes that a form brought, by their values.
func tickedSet(values []string) map[string]bool {
	set := make(map[string]bool, len(values))
	for _, value := range values {
		set[value] = true
	}
	return set
}

// welcomePath is the first page of a new member, with the themes to begin with.
func welcomePath(themes []string) string {
	if len(themes) == 0 {
		return "/welcome"
	}
	return "/welcome?" + url.Values{"theme": themes}.Encode()
}
