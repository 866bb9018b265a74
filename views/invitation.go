package views

import (
	"time"

	"colloquy/models"
	"colloquy/views/words"
)

// InvitationState says whether an invitation can be accepted.
type InvitationState string

// The states of an invitation for whoever opens its link.
const (
	InvitationOpen    InvitationState = ""
	InvitationUsed    InvitationState = "used"
	InvitationExpired InvitationState = "expired"
	// InvitationGone is for one that was withdrawn and one that never was.
	InvitationGone InvitationState = "gone"
	// InvitationMember tells that the viewer is a member already.
	InvitationMember InvitationState = "member"
)

// InvitationPage is where the link of an invitation leads. A visit does not use it
// up, and the page names nothing of the community to link previews.
type InvitationPage struct {
	// Token is the invitation's own, from the address.
	Token string
	State InvitationState
	// Inviter is who sent it; empty for the operator's own link.
	Inviter string
	// FixedGroup is the group that the invitation sets, 0 when the person chooses.
	FixedGroup int64
	// AsksEmail tells that the invitation was sent to no address.
	AsksEmail bool
	// Groups are the community's groups; Lang is the language of what explains them.
	Groups []models.Group
	Lang   string
	// Name, Email, Organisation, Language and GroupID are what stands in the form.
	Name         string
	Email        string
	Organisation string
	Language     string
	GroupID      int64
	Agreed       bool
	// Rules are the house rules that hold.
	Rules ShownText
	// PasswordLength is the least number of characters of a password.
	PasswordLength int
	Errors         FieldErrors
}

// neutral is the page as link previews may see it: with a title that says nothing
// about the community, and outside of search engines.
func neutral(p Page, title string) Page {
	p.Title = title
	p.Description = p.T("invitation.preview")
	p.CommunityName, p.WorkshopSlug, p.Canonical = "", "", ""
	p.OpenGraph, p.NoIndex = false, true
	p.Demo, p.DemoPersonas = false, nil
	return p
}

// path is where the form goes.
func (i *InvitationPage) path() string { return "/invitations/" + i.Token }

// language is the chosen language of the pages, at first that of this page.
func (i *InvitationPage) language(p Page) string {
	if i.Language == "" {
		return p.Words.Tag()
	}
	return i.Language
}

// InvitationsPage is the list of invitations with the form for a new one.
type InvitationsPage struct {
	Rows   []models.InvitationRow
	Groups []models.Group
	// MayChooseRole tells that the viewer may invite moderators and conveners too.
	MayChooseRole bool
	// Email, GroupID and Role are what stands in the form.
	Email   string
	GroupID int64
	Role    models.Role
	Errors  FieldErrors
	// NewLink is the link of the invitation just made, shown this once; NewEmail is
	// where it was sent, empty when nowhere.
	NewLink  string
	NewEmail string
}

// invitationWaits tells whether an invitation can still be accepted.
func invitationWaits(i *models.InvitationRow, now time.Time) bool {
	return i.AcceptedAt == nil && i.RevokedAt == nil && now.Before(i.ExpiresAt)
}

// invitationState says in words how an invitation stands.
func invitationState(w *words.Words, i *models.InvitationRow, now time.Time) string {
	switch {
	case i.AcceptedAt != nil:
		return w.T("invitations.accepted", "day", w.Day(*i.AcceptedAt, now))
	case i.RevokedAt != nil:
		return w.T("invitations.revoked", "day", w.Day(*i.RevokedAt, now))
	case !now.Before(i.ExpiresAt):
		return w.T("invitations.expired", "day", w.Day(i.ExpiresAt, now))
	}
	return w.T("invitations.waiting", "day", w.Day(i.ExpiresAt, now))
}

// invitationFor is whom an invitation is for: the address it was sent to, if any.
func invitationFor(w *words.Words, i *models.InvitationRow) string {
	if i.Email == "" {
		return w.T("invitations.by-hand")
	}
	return i.Email
}

// invitationGroup is the sentence on the group that an invitation sets, if any.
func invitationGroup(w *words.Words, i *models.InvitationRow) []words.Piece {
	if i.GroupName == "" {
		return w.Pieces("invitations.group-chosen")
	}
	return w.Pieces("invitations.for-group")
}

// invitationBy is the sentence on who invited, and when.
func invitationBy(w *words.Words, i *models.InvitationRow, now time.Time) []words.Piece {
	day := w.Day(i.CreatedOn, now)
	if i.PersonaID == nil {
		return w.Pieces("invitations.by-operator", "day", day)
	}
	return w.Pieces("invitations.by", "day", day)
}

// groupOptions are the groups as choices of a list, after one that leaves it open. Of
// retired ones there is only the chosen one.
func groupOptions(w *words.Words, open string, groups []models.Group, chosen int64) []Option {
	options := []Option{{Label: open}}
	for _, g := range joinable(groups, chosen) {
		options = append(options, Option{Value: idValue(g.ID), Label: w.GroupName(g.Key, g.Name)})
	}
	return options
}

// roleOptions are the roles with what each may do.
func roleOptions(w *words.Words) []Option {
	var options []Option
	for _, role := range []models.Role{models.RoleMember, models.RoleModerator, models.RoleConvener} {
		options = append(options, Option{Value: string(role), Label: w.T("role." + string(role)), Hint: w.T("role-hint." + string(role))})
	}
	return options
}
