package views

import (
	"bytes"
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/views/words"
)

var fixtureNow = time.Date(2026, 11, 23, 14, 32, 0, 0, time.UTC)

var fixtureGroups = []models.Group{
	{ID: 1, Key: "s", Name: "MSI secretariats", Position: 1},
	{ID: 2, Key: "c", Name: "Country level MSI actors", Position: 2},
	{ID: 3, Key: "b", Name: "MSI boards", Position: 3},
	{ID: 4, Key: "r", Name: "Researchers", Position: 4},
	{ID: 5, Key: "f", Name: "Funders", Position: 5},
	{ID: 6, Key: "i", Name: "INGOs", Position: 6},
	{ID: 7, Name: "Youth", Position: 7},
}

func named(name, handle string, group int) models.Byline {
	g := fixtureGroups[group-1]
	return models.Byline{PersonaKind: models.PersonaNamed, PersonaName: name, PersonaHandle: handle, GroupID: g.ID, GroupKey: g.Key, GroupName: g.Name}
}

func fixtureViewer(role models.Role) models.Viewer {
	byline := named("Amina Diallo", "amina-diallo", 1)
	return models.Viewer{Member: &models.Member{ID: 9, Role: role, GroupID: 1}, Persona: &byline, PersonaID: 90, Now: fixtureNow}
}

func fixturePage(lang, title string, viewer models.Viewer) Page {
	return Page{
		Title: title, Section: SectionThemes, Viewer: viewer, Words: words.For(lang), Token: "token", Path: "/threads/12/closed-room",
		Asset: func(name string) string { return "/static/0123/" + name }, CommunityName: "Colloquy", WorkshopSlug: "february",
		DraftMark: "mark", Canonical: "https://colloquy.example/threads/12/closed-room", OpenGraph: true, Description: "A standard asks whether the room exists.",
		Modules: []string{"thread-live.js"}, Now: fixtureNow, Demo: true, DemoPersonas: []models.Byline{named("Rosa Quispe", "rosa-quispe", 2)},
	}
}

func fixtureHead() models.ThreadHead {
	return models.ThreadHead{
		Thread: models.Thread{
			ID: 12, Slug: "closed-room", Title: "When the global standard meets a closed national room, which one gives way?", Lang: "en",
			Kind: models.KindChallenge, Level: models.LevelInPractice, Outcome: models.OutcomeOpenChallenge, Pinned: true,
			Seq: 61, LastNumber: 53, Responses: 51, CreatedAt: fixtureNow.AddDate(0, 0, -14), Dating: models.DatedExactly,
		},
		Byline: named("Rosa Quispe", "rosa-quispe", 2), ThemeSlug: "linkages", ThemeTitle: "Global-national linkages", ThemeLang: "en",
		ThemeAudience: models.AudienceEveryone, SessionTitle: "Linkages", SessionSlug: "linkages", WorkshopSlug: "february",
		Voices: []models.Voice{{GroupID: 1, Responses: 4}, {GroupID: 2, Responses: 1206}, {GroupID: 3, Responses: 1}, {GroupID: 4, Responses: 4}, {GroupID: 6, Responses: 4}},
	}
}

// fixtureRows are one response of every sort.
func fixtureRows() []models.ResponseRow {
	written := fixtureNow.AddDate(0, 0, -14)
	edited := written.Add(32 * time.Minute)
	text := "<p>At the workshop we kept two conversations apart. In one we spoke of the big picture: theories of change, the standard, what a board will accept.</p><blockquote><p>In the other, of a Tuesday in a ministry corridor.</p></blockquote><ul><li>One</li><li>Two</li></ul>"
	row := func(n int, b models.Byline) models.ResponseRow {
		return models.ResponseRow{ID: int64(n), ThreadID: 12, Number: n, PersonaID: 70707, Byline: b, HTML: text, Lang: "en", Rev: 1, CreatedAt: written, Dating: models.DatedExactly}
	}
	rows := []models.ResponseRow{
		row(1, named("Rosa Quispe", "rosa-quispe", 2)), row(2, named("Joseph Mensah", "joseph-mensah", 1)), row(3, named("هدى", "huda", 7)),
		row(4, models.Byline{PersonaKind: models.PersonaImported, PersonaName: "A. Writer"}), row(5, models.Byline{PersonaKind: models.PersonaBlank}),
		row(6, models.Byline{}),
	}
	rows[1].ReplyTo, rows[1].EditedAt = 1, &edited
	rows[2].Lang, rows[2].HTML, rows[2].ReplyTo = "ar", "<p>حين تكون الغرفة مغلقة، فإن المعيار الذي يستمر الوفاء به ليس محايدًا.</p>", 2
	rows[3].Dating, rows[3].Lang = models.DatedByDay, ""
	rows[4].Dating, rows[4].Lang, rows[4].HTML = models.Undated, "fr", "<p>Nous comptons les présences.</p>"
	rows[5].HTML, rows[5].RemovedAt = "", &edited
	return rows
}

func fixtureRegion(lang string) Region {
	return Region{Words: words.For(lang), Head: fixtureHead(), Rows: fixtureRows(), Groups: fixtureGroups, Page: 1, Now: fixtureNow}
}

func fixtureThread(lang string, c Composer) ThreadPage {
	return ThreadPage{
		Head: fixtureHead(), Groups: fixtureGroups, Page: 1, Seq: 61, Epoch: "a1b2", Region: ThreadRegion(fixtureRegion(lang)),
		Own: []int{2, 6}, MayEditHead: true, Composer: c,
	}
}

// fixturePages are the pages of threads in every state.
func fixturePages(lang string) map[string]templ.Component {
	member, visitor := fixtureViewer(models.RoleModerator), models.Viewer{Now: fixtureNow}
	page := func(v models.Viewer) Page { return fixturePage(lang, "A closed room", v) }
	thread := func(v models.Viewer, c Composer) templ.Component { return Thread(page(v), fixtureThread(lang, c)) }
	locked := fixtureThread(lang, Composer{})
	locked.Head.Locked = true
	suspended := fixtureViewer(models.RoleMember)
	until := fixtureNow.AddDate(0, 1, 0)
	suspended.Member.SuspendedUntil = &until
	preview := prose.HTML("<p>The step exists in our case too.</p>")
	textProblem := FieldErrors{"body": "Write something first.", "lang": "Choose one."}
	headProblem := FieldErrors{"title": "A title is needed.", "kind": "Choose one.", "lang": "Choose one.", "theme": "More people could read it there."}
	openProblem := FieldErrors{"title": "A title is needed.", "kind": "Choose one.", "body": "Write something first."}
	body := "The step between silence and suspension exists in our case too."
	themes := []models.Theme{{Slug: "linkages", Title: "Global-national linkages", Lang: "en"}, {Slug: "space", Title: "Closing civic space", Lang: "en", Audience: models.AudienceMembers}}
	row := fixtureRows()[1]
	row.Body = "At the workshop"
	pages := map[string]templ.Component{
		"thread-visitor":    thread(visitor, Composer{}),
		"thread-member":     thread(member, Composer{Key: "key", ReplyTo: 2, Body: body, Preview: preview}),
		"thread-invalid":    thread(member, Composer{Key: "key", ReplyTo: 2, State: WritingInvalid, Errors: textProblem}),
		"thread-signed-out": thread(visitor, Composer{Key: "key", State: WritingSignedOut, Body: body}),
		"thread-again":      thread(member, Composer{Key: "key", State: WritingAgain, Body: body}),
		"thread-paused":     thread(member, Composer{Key: "key", State: WritingPaused, Pause: 40, Body: body}),
		"thread-closed":     thread(member, Composer{Key: "key", State: WritingClosed, Body: body}),
		"thread-suspended":  thread(suspended, Composer{}),
		"thread-locked":     Thread(page(member), locked),
		"thread-new":        ThreadNew(page(member), ThreadNewPage{Themes: themes, Form: ThreadForm{Theme: "space", Key: "key"}}),
		"thread-new-errors": ThreadNew(page(member), ThreadNewPage{Themes: themes, Form: ThreadForm{Theme: "space", Key: "key", Body: body, Preview: preview, State: WritingInvalid, Errors: openProblem}}),
		"thread-edit":       ThreadEdit(page(member), ThreadEditPage{Head: fixtureHead(), Themes: themes, Form: ThreadForm{Theme: "space", Title: "A closed room", Kind: models.KindChallenge, Key: "key", Errors: headProblem}}),
		"response-edit":     ResponseEdit(page(member), ResponseEditPage{Head: fixtureHead(), Row: row, Body: body, Rev: 1, Key: "key"}),
		"response-conflict": ResponseEdit(page(member), ResponseEditPage{Head: fixtureHead(), Row: row, Body: body, Rev: 2, Key: "key", Conflict: true, Errors: textProblem}),
		"response-closed":   ResponseEdit(page(member), ResponseEditPage{Head: fixtureHead(), Row: row, Body: body, Rev: 2, State: WritingClosed}),
		"response-delete":   ResponseDelete(page(member), ResponseDeletePage{Head: fixtureHead(), Row: row, Key: "key"}),
	}
	maps.Copy(pages, communityPages(lang))
	maps.Copy(pages, personaPages(lang))
	return pages
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func parse(t *testing.T, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// elements are all elements below a node that satisfy want, in document order.
func elements(root *html.Node, want func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && want(n) {
			found = append(found, n)
		}
	}
	return found
}

func tag(names ...string) func(*html.Node) bool {
	return func(n *html.Node) bool {
		for _, name := range names {
			if n.Data == name {
				return true
			}
		}
		return false
	}
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			text.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}
