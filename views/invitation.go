package views

import (
	"strconv"
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
	// InvitationSent tells that the rest is in a letter. It looks the same for an address
	// that is known and one that is not.
	InvitationSent InvitationState = "sent"
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
	// Groups are the groups that take members; Lang is the language of what explains them.
	Groups []models.Group
	Lang   string
	// Initiatives are all that there are.
	Initiatives []models.Initiative
	// RulesVersion is the edition of the house rules on the page.
	RulesVersion int
	// The rest is what stands in the form: Chosen are the slugs of initiatives, Reading
	// the tags of languages.
	Name         string
	Email        string
	Organisation string
	Language     string
	GroupID      int64
	Chosen       map[string]bool
	Reading      map[string]bool
	Agreed       bool
	// Rules are the house rules that hold.
	Rules ShownText
	// PasswordLength is the least number of characters of a password.
	PasswordLength int
	Errors         FieldErrors
}

// JoinFinishPage is behind the link of the letter with which a guest confirms their
// address. A visit does not use it up; the button does.
type JoinFinishPage struct {
	// Token is the link's own, from the address.
	Token string
	// Gone tells that the link was used, ran out or never was.
	Gone bool
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

// reads tells whether a language is ticked as one that the guest reads, at first that of
// this page.
func (i *InvitationPage) reads(p Page, tag string) bool {
	if i.Reading == nil {
		return tag == p.Words.Tag()
	}
	return i.Reading[tag]
}

// Offer is what an invitation lets people join as, as it stands in a form.
type Offer struct {
	// Groups and Themes are all that can be offered.
	Groups []models.Group
	Themes []models.ThemeName
	// MayChooseRole tells that the viewer may invite moderators and conveners too.
	MayChooseRole bool
	GroupID       int64
	Role          models.Role
	// Chosen are the slugs of the themes; Days how long it holds.
	Chosen map[string]bool
	Days   int
	Note   string
}

// InvitationsPage is the list of invitations with the form for a new one.
type InvitationsPage struct {
	Rows []models.InvitationRow
	// Next is the id of the last row when the list goes on, else 0; Later tells that it
	// does not begin with the latest.
	Next  int64
	Later bool
	Offer Offer
	// Email and Uses are what stands in the form.
	Email  string
	Uses   int
	Errors FieldErrors
	// NewLink is the link of the invitation just made, shown this once; empty for none.
	NewLink string
	// Sent is how many invitations have just been sent by letter.
	Sent int
	// Requests is how many wishes to join wait for the viewer; Asking tells that they can come.
	Requests int
	Asking   bool
}

// InvitationsBulkPage is where many are invited by a list: first as text, then as it was
// understood.
type InvitationsBulkPage struct {
	Offer Offer
	// List is the text.
	List string
	// Key makes a second submit harmless; Seen is what was previewed, so that nothing else
	// is sent. Both are empty before the preview.
	Key  string
	Seen string
	// Guests are the lines as they were understood, Good how many invite somebody.
	Guests []GuestLine
	Good   int
	// Sent is how many have just been invited; then List is what is left to mend.
	Sent int
	// Most is how many lines a list can have.
	Most   int
	Errors FieldErrors
}

// GuestLine is a line of the list as it was understood.
type GuestLine struct {
	Number int
	Email  string
	Name   string
	Group  string
	// Problem is the sentence that says why nobody is invited by it; empty for a good one.
	Problem string
}

// invitationOpen tells whether an invitation can still be accepted.
func invitationOpen(i *models.InvitationRow, now time.Time) bool {
	return invitationLasts(i) && now.Before(i.ExpiresAt)
}

// invitationLasts tells whether an invitation is neither used up nor withdrawn: it can be
// sent again.
func invitationLasts(i *models.InvitationRow) bool { return i.AcceptedAt == nil && i.RevokedAt == nil }

// invitationState says in words how an invitation stands.
func invitationState(w *words.Words, i *models.InvitationRow, now time.Time) string {
	switch {
	case i.AcceptedAt != nil && i.MaxUses > 1:
		return w.T("invitations.used-up", "day", w.Day(*i.AcceptedAt, now))
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

// resendLabel is the word on the button that gives an invitation another link.
func resendLabel(w *words.Words, i *models.InvitationRow) string {
	if i.Email == "" {
		return w.T("invitations.renew")
	}
	return w.T("invitations.resend")
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

// initiativeOptions, offeredThemeOptions and readingOptions are boxes to tick.
func initiativeOptions(initiatives []models.Initiative) []Option {
	options := make([]Option, 0, len(initiatives))
	for _, i := range initiatives {
		options = append(options, Option{Value: i.Slug, Label: i.Name, Dir: "auto"})
	}
	return options
}

func offeredThemeOptions(themes []models.ThemeName) []Option {
	options := make([]Option, 0, len(themes))
	for _, t := range themes {
		options = append(options, Option{Value: t.Slug, Label: t.Title, Lang: t.Lang, Dir: words.DirOf(t.Lang)})
	}
	return options
}

func readingOptions(p Page, i *InvitationPage) ([]Option, map[string]bool) {
	ticked := map[string]bool{}
	options := languageOptions()
	for _, option := range options {
		ticked[option.Value] = i.reads(p, option.Value)
	}
	return options, ticked
}

// countValue is a number as it stands in a form, the usual one when it is 0.
func countValue(n, usual int) string {
	if n == 0 {
		n = usual
	}
	return strconv.Itoa(n)
}
