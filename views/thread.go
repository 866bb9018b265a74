package views

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/views/words"
)

// Region is what ThreadRegion shows: the part of a thread's page that looks the same
// to everybody of one class who may read it in one language.
type Region struct {
	Words *words.Words
	// Class is the class of audience; empty for readers.
	Class Class
	Head  models.ThreadHead
	// Rows are the responses of the page in the order of their numbers, the opening
	// among them on page 1.
	Rows []models.ResponseRow
	// Groups are all groups of the community in their order.
	Groups []models.Group
	// Page is the number of the page, from 1.
	Page int
	Now  time.Time
}

// ThreadPage is a thread's page for one viewer.
type ThreadPage struct {
	Head models.ThreadHead
	// Groups are all groups of the community, for the line on who may read.
	Groups []models.Group
	// Page is the number of the page, from 1.
	Page int
	// Seq and Epoch are the position in the thread's changes that the region shows.
	Seq   int64
	Epoch string
	// Region is the rendered ThreadRegion, with the viewer's own acts filled in.
	Region templ.Component
	// Own are the numbers of the viewer's own responses.
	Own []int
	// MayEditHead offers the form for title, kind and outcome.
	MayEditHead bool
	Composer    Composer
}

// WritingState says what kept a text from being taken; empty for nothing.
type WritingState string

// The states of a form in which somebody writes.
const (
	// WritingSignedOut: the session ended while writing.
	WritingSignedOut WritingState = "signed out"
	// WritingAgain: the form's token was not valid any more; a fresh one is in the form.
	WritingAgain WritingState = "again"
	// WritingClosed: the thread was locked while writing. The text can be copied only.
	WritingClosed WritingState = "closed"
	// WritingPaused: too much was written in a short time.
	WritingPaused WritingState = "paused"
	// WritingAgree: the house rules have changed, and the member agrees to them first.
	WritingAgree WritingState = "agree"
	// WritingInvalid: the text was not accepted; Errors say why.
	WritingInvalid WritingState = "invalid"
)

// Composer is the form for a response with what stands in it.
type Composer struct {
	Body string
	// Lang is the language of the text; empty for the reader's own.
	Lang string
	// ReplyTo is the number of the response that is answered; 0 for none.
	ReplyTo int
	// As is as whom one speaks.
	As Speaking
	// Key makes a second submit of the same form harmless.
	Key string
	// Preview is the text as it would be shown; empty for none.
	Preview prose.HTML
	State   WritingState
	// Pause is how many seconds are left in the state WritingPaused.
	Pause  int
	Errors FieldErrors
}

// ThreadPath is a thread's address, with the page when it is not the first.
func ThreadPath(t *models.Thread, page int) string {
	path := "/threads/" + strconv.FormatInt(t.ID, 10) + "/" + t.Slug
	if page > 1 {
		path += "?page=" + strconv.Itoa(page)
	}
	return path
}

// ResponsePath is the lasting address of a response.
func ResponsePath(t *models.Thread, number int) string {
	return ThreadPath(t, 1) + "/" + strconv.Itoa(number)
}

// A response's links within its thread are relative to the thread's page: its address
// changes with the title, and what was rendered before must stay right.

// ReplyPath leads to the form for a response, set to answer number.
func ReplyPath(number int) string {
	n := strconv.Itoa(number)
	return "?page=" + strconv.Itoa(models.PageOf(number)) + "&reply=" + n + "#reply"
}

// referencePath leads from one response of a thread to another: within the page
// when both stand on the same one.
func referencePath(from, to int) string {
	if models.PageOf(from) == models.PageOf(to) {
		return "#r" + strconv.Itoa(to)
	}
	return "?page=" + strconv.Itoa(models.PageOf(to)) + "#r" + strconv.Itoa(to)
}

// cited is a response's text with its links to numbers leading to the page on which
// each stands; a number that the thread does not have yet stays within the page.
func cited(r *models.ResponseRow) prose.HTML {
	return prose.Cite(prose.HTML(r.HTML), func(number string) string {
		to, err := strconv.Atoi(number)
		if err != nil || models.PageOf(to) == models.PageOf(r.Number) {
			return ""
		}
		return templ.EscapeString(referencePath(r.Number, to))
	})
}

func responseAct(threadID int64, number, act string) string {
	return "/threads/" + strconv.FormatInt(threadID, 10) + "/responses/" + number + "/" + act
}

func threadAct(threadID int64, act string) string {
	return "/threads/" + strconv.FormatInt(threadID, 10) + "/" + act
}

func (r Region) opening() *models.ResponseRow {
	if len(r.Rows) > 0 && r.Rows[0].Number == 1 {
		return &r.Rows[0]
	}
	return nil
}

func (r Region) responses() []models.ResponseRow {
	if r.opening() != nil {
		return r.Rows[1:]
	}
	return r.Rows
}

// first is the number that the list of responses starts with.
func (r Region) first() int {
	if r.Page <= 1 {
		return 2
	}
	return models.PageSize*(r.Page-1) + 1
}

// pageRange is the numbers that a page of the thread holds.
func (r Region) pageRange(page int) (first, last string) {
	from := models.PageSize*(page-1) + 1
	to := min(models.PageSize*page, max(r.Head.LastNumber, from))
	return strconv.Itoa(from), strconv.Itoa(to)
}

func (r Region) rangeLabel(page int) string {
	first, last := r.pageRange(page)
	return r.Words.T("jump.range", "first", first, "last", last)
}

// pageLinks are the links of the pager: neighbours, the pages around this one and
// both ends.
func (r Region) pageLinks() []PageLink {
	pages := r.Head.Pages()
	if pages < 2 {
		return nil
	}
	var links []PageLink
	if r.Page > 1 {
		links = append(links, PageLink{Label: r.Words.T("pager.previous"), Href: ThreadPath(&r.Head.Thread, r.Page-1), Rel: "prev"})
	}
	for page := 1; page <= pages; page++ {
		if page == 1 || page == pages || (page >= r.Page-2 && page <= r.Page+2) {
			links = append(links, PageLink{Label: r.rangeLabel(page), Href: ThreadPath(&r.Head.Thread, page), Current: page == r.Page})
		}
	}
	if r.Page < pages {
		links = append(links, PageLink{Label: r.Words.T("pager.next"), Href: ThreadPath(&r.Head.Thread, r.Page+1), Rel: "next"})
	}
	return links
}

func sessionPath(h *models.ThreadHead) string {
	return "/workshops/" + h.WorkshopSlug + "#" + h.SessionSlug
}

// audienceLine says who can read what is written in the thread.
func audienceLine(w *words.Words, audience models.Audience, groupIDs []int64, groups []models.Group) string {
	switch audience {
	case models.AudienceEveryone:
		return w.T("audience.everyone")
	case models.AudienceGroups:
		var names []string
		for _, g := range groups {
			if slices.Contains(groupIDs, g.ID) {
				names = append(names, w.GroupName(g.Key, g.Name))
			}
		}
		return w.T("audience.groups", "groups", w.List(names))
	default:
		return w.T("audience.members")
	}
}

// channel is the name of the thread's live channel.
func (t ThreadPage) channel() string {
	return "thread:" + strconv.FormatInt(t.Head.ID, 10)
}

func (t ThreadPage) own() string {
	numbers := make([]string, len(t.Own))
	for i, n := range t.Own {
		numbers[i] = strconv.Itoa(n)
	}
	return strings.Join(numbers, ",")
}

// draftKey names the draft of this form in the browser.
func (t ThreadPage) draftKey() string {
	if t.Composer.ReplyTo == 0 {
		return t.channel()
	}
	return t.channel() + ":reply:" + strconv.Itoa(t.Composer.ReplyTo)
}

// writes tells whether the form is shown: to members in an open thread, and to
// whoever was signed out while writing in one.
func (t ThreadPage) writes(p Page) bool {
	if t.Head.Locked || t.Composer.State == WritingClosed {
		return false
	}
	if t.Composer.State == WritingSignedOut || t.Composer.State == WritingAgree {
		return true
	}
	return p.Viewer.SignedIn() && !p.Viewer.Member.Suspended(p.Now) && !p.Viewer.MustAgree
}

// DraftName is the name under which a browser keeps a draft: with a mark of the member in
// it, so that nobody else who signs in there is shown the text. The mark names nobody: a
// draft may be a pseudonym's.
func DraftName(p Page, draft string) string { return p.DraftMark + "/" + draft }

// langOr is the chosen language of a text, or the reader's own.
func langOr(lang string, w *words.Words) string {
	if lang == "" {
		return w.Tag()
	}
	return lang
}

// openedPieces is the sentence on who opened a thread and when.
func openedPieces(w *words.Words, h *models.ThreadHead) []words.Piece {
	if h.PersonaName == "" && h.PersonaKind != models.PersonaFormer {
		return w.Pieces("thread.opened-unknown")
	}
	return w.Pieces("thread.opened")
}

// signInPath leads to the sign-in page and back.
func signInPath(next string) string {
	return "/sign-in?next=" + url.QueryEscape(next)
}
