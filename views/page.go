// Package views holds the pages of Colloquy as typed templates. A page takes a Page,
// which says who looks and in which language, and a struct of its own; parts that
// are also sent over the live line take words and models only, so that they look
// the same to everybody. All sentences come from views/words.
package views

import (
	"strconv"
	"time"
	"unicode/utf8"

	"colloquy/models"
	"colloquy/views/words"
)

// productName is the name that ends every title; it says nothing about a community.
const productName = "Colloquy"

// Sections of the site, for Page.Section.
const (
	SectionThemes      = "themes"
	SectionWorkshop    = "workshop"
	SectionAgenda      = "agenda"
	SectionSearch      = "search"
	SectionMembers     = "members"
	SectionAccount     = "account"
	SectionSettings    = "settings"
	SectionInvitations = "invitations"
	SectionCommunity   = "community"
	SectionSignIn      = "sign-in"
)

// Page is what every page needs besides its own matter.
type Page struct {
	// Title is the page's name, without the name of the product; empty on the front page.
	Title string
	// Section is the part of the site that the navigation marks as current, one of
	// the Section constants; empty for none.
	Section string
	Viewer  models.Viewer
	Words   *words.Words
	// Token is the form token; it is empty for visitors who have none.
	Token string
	// Path is the page's own path and query, where the forms in the foot return to.
	Path string
	// Appearance is light, dark, or empty for the device's own setting.
	Appearance string
	// Asset gives the address of a static file by its name, such as colloquy.css.
	Asset func(name string) string
	// Canonical is the page's absolute address; empty for none.
	Canonical   string
	Description string
	// OpenGraph adds the data for link previews. It must be set for pages that
	// everyone may read only.
	OpenGraph bool
	NoIndex   bool
	// Modules are the names of the scripts under js/ that the page loads.
	Modules []string
	// Preload are the scripts that the Modules import, fetched along with them.
	Preload []string
	// Demo marks a demonstration; DemoPersonas are the people as whom one may sign
	// in there with one click.
	Demo         bool
	DemoPersonas []models.Byline
	// CommunityName is what the community calls itself; empty on pages that must not
	// name it.
	CommunityName string
	// WorkshopSlug is the workshop that the navigation leads to; empty for none.
	WorkshopSlug string
	// Languages are those of the interface that the community offers; all when empty.
	Languages []words.Language
	Now       time.Time
	// Agreeing is set on the page where the notice of changed house rules leads.
	Agreeing bool
	// Joining says how people become members.
	Joining models.Joining
	// PasskeyHost is the host that passkeys are bound to; empty when there can be none.
	PasskeyHost string
	// Front sets the name of the community in full size over the page, with
	// FrontLines beside it.
	Front      bool
	FrontLines []string
	// DraftMark tells the drafts of those apart who use one browser; it names nobody.
	DraftMark string
	// Masked leaves the viewer's own name out of the navigation: the page is about what
	// they wrote under another one, and somebody may look over their shoulder.
	Masked bool
	// DraftClear is the key of the draft that has just been posted, for the script
	// that keeps drafts; empty for none.
	DraftClear string
}

// T is the message with this id in the page's language.
func (p Page) T(id string, pairs ...any) string { return p.Words.T(id, pairs...) }

// N is the message with this id in the plural form for n in the page's language.
func (p Page) N(id string, n int, pairs ...any) string { return p.Words.N(id, n, pairs...) }

// SiteName is the community's own name, or the product's on pages that must not
// name the community.
func (p Page) SiteName() string {
	if p.CommunityName == "" {
		return productName
	}
	return p.CommunityName
}

// longName tells whether the community's name is too long for the full size of the front
// page, which is made for one or two words.
func (p Page) longName() bool {
	const most = 14
	return utf8.RuneCountInString(p.SiteName()) > most
}

func (p Page) fullTitle() string {
	if p.Title == "" {
		return p.SiteName()
	}
	return p.Title + " · " + productName
}

// ownHandle is the handle of the viewer's own profile; empty without one.
func (p Page) ownHandle() string {
	if p.Viewer.Persona == nil {
		return ""
	}
	return p.Viewer.Persona.PersonaHandle
}

func (p Page) ownName() string {
	if p.Viewer.Persona == nil {
		return ""
	}
	return p.Viewer.Persona.PersonaName
}

// look is the viewer's appearance as the form in the foot names it.
func (p Page) look() string {
	if p.Appearance == "" {
		return "auto"
	}
	return p.Appearance
}

// languages are the languages of the interface that can be chosen.
func (p Page) languages() []words.Language {
	if len(p.Languages) == 0 {
		return words.Languages()
	}
	return p.Languages
}

// languageChoice are the languages of the pages that can be chosen, after one that leaves
// it to the browser, unless its label is empty.
func (p Page) languageChoice(auto string) []Option {
	var options []Option
	if auto != "" {
		options = append(options, Option{Label: auto})
	}
	for _, l := range p.languages() {
		options = append(options, Option{Value: l.Tag, Label: l.Name, Lang: l.Tag, Dir: l.Dir})
	}
	return options
}

func pressed(yes bool) string { return strconv.FormatBool(yes) }
