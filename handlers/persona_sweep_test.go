package handlers_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"colloquy/app/archive"
	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
	"colloquy/models/store"
)

const (
	frank  = "frank-matters"
	candid = "candid-matters"
)

// masked is a member with an unmistakable name who speaks as Heron in one theme and as
// Kingfisher in another, in threads of Rosa's.
type masked struct {
	*served.Site
	member models.Viewer
	// own is the member's own browser, others are those of everybody else, by role.
	own    *served.Browser
	others map[string]*served.Browser
	frank  int64
	candid int64
	// opened is a thread that Heron opened.
	opened int64
	// elsewhere is a thread in which the member speaks by name; 0 before they do.
	elsewhere int64
}

// tells are the words that say who the member is.
var tells = []string{
	"Zephyrine", "Quatrebarbes", "zephyrine", "quatrebarbes", "zq@hidden.example", "hidden.example", "Obelisk",
}

// manyIDs moves the ids of personas and members so far that none is a number of anything
// else on a page.
const manyIDs = 70_000

func newMasked(t *testing.T, s *served.Site) *masked {
	t.Helper()
	ctx := t.Context()
	if err := s.Store.Write(ctx, func(tx *store.Tx) error {
		// One database counts on from what was taken, the other from the highest there is.
		if _, err := tx.ReserveIDs("personas", manyIDs); err != nil {
			return err
		}
		if _, err := tx.ReserveIDs("members", 2*manyIDs); err != nil {
			return err
		}
		if err := tx.CreatePersona(&models.Persona{ID: manyIDs, Kind: models.PersonaBlank, CreatedAt: s.Clock.Now()}); err != nil {
			return err
		}
		return tx.CreateMember(&models.Member{
			ID: 2 * manyIDs, Email: "far@example.org", EmailKey: "far@example.org", Role: models.RoleMember, GroupID: s.Groups[0].ID, JoinedOn: s.Clock.Now(),
		})
	}); err != nil {
		t.Fatal(err)
	}
	s.Masks(t, frank, "Frank matters", models.AudienceEveryone)
	s.Masks(t, candid, "Candid matters", models.AudienceEveryone)
	m := &masked{Site: s, member: s.Add(t, "zq@hidden.example", "Zephyrine Quatrebarbes", "Funders", models.RoleMember)}
	if m.member.PersonaID < manyIDs || m.member.Member.ID < manyIDs {
		t.Fatalf("ids %d, %d can be numbers of something else", m.member.PersonaID, m.member.Member.ID)
	}
	if err := s.Community.EditProfile(ctx, m.member, community.ProfileEdit{Directory: true, Name: "Zephyrine Quatrebarbes", Organisation: "Obelisk Institute"}); err != nil {
		t.Fatal(err)
	}
	m.frank, m.candid = s.Start(t, s.Rosa, frank, "What is frank"), s.Start(t, s.Rosa, candid, "What is candid")
	m.own = s.SignedIn(t, m.member)
	m.others = map[string]*served.Browser{
		"visitor": s.Browser(t), "member": s.SignedIn(t, s.Rosa), "moderator": s.SignedIn(t, s.Lena), "convener": s.SignedIn(t, s.Teo),
	}
	return m
}

// speak writes under both pseudonyms in the member's own browser, edits, and opens a thread.
func (m *masked) speak(t *testing.T) {
	t.Helper()
	heron := m.own.Get(path(t, m.Site, m.frank)).Status(http.StatusOK)
	posted := heron.Submit(composer, form("body", "Heronwords in frank.", "as", "new", "pseudonym", "Heron")).Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
	if own := posted.Find("thread-live").AttrOr("data-own", ""); own != "2" {
		t.Errorf("the member's own numbers are %q", own)
	}
	if posted.Find(`#r2 [data-own-acts] a`).Length() != 3 {
		t.Error("the member has no acts on their own text")
	}
	edit := fmt.Sprintf("/threads/%d/responses/2/edit", m.frank)
	m.own.Get(edit).Status(http.StatusOK).Submit(`form[action="`+edit+`"]`, form("body", "Heronwords in frank, edited.")).Status(http.StatusSeeOther)
	again := m.own.Get(path(t, m.Site, m.frank)).Submit(composer, form("body", "More heronwords.")).Status(http.StatusSeeOther).Follow()
	again.Has("More heronwords.")
	m.own.Get(path(t, m.Site, m.candid)).Submit(composer, form("body", "Fisherwords in candid.", "as", "new", "pseudonym", "Kingfisher", "show_group", "1")).
		Status(http.StatusSeeOther)
	opened := m.own.Get("/threads/new?theme="+frank).Status(http.StatusOK).Submit(`form[action="/threads"]`, form(
		"title", "Heronwords open a thread", "kind", "question", "level", "in practice", "body", "Frankly.", "theme", frank)).Status(http.StatusSeeOther)
	if _, err := fmt.Sscanf(opened.Header.Get("Location"), "/threads/%d/", &m.opened); err != nil {
		t.Fatal(err)
	}
}

// addresses are every page, answer of the API and poll in which a pseudonym may be met.
func (m *masked) addresses() []string {
	list := []string{
		"/search?q=heronwords", "/search?q=fisherwords", "/search?q=heron", "/themes", "/themes/" + frank, "/themes/" + candid,
		"/sitemap.xml", "/members/heron", "/members/Heron", "/members/kingfisher",
		"/api/v1/themes/" + frank, "/api/v1/themes/" + frank + "/threads", "/api/v1/themes/" + candid + "/threads",
		"/api/v1/search?q=heronwords", "/api/v1/search?q=fisherwords", "/api/v1/search?q=fisherwords&group=Funders",
		"/live/changes?ch=theme:" + frank, "/live/changes?ch=front",
	}
	for _, id := range []int64{m.frank, m.candid, m.opened} {
		thread := fmt.Sprintf("/threads/%d", id)
		list = append(list, thread, "/api/v1"+thread, "/api/v1"+thread+"/responses", "/api/v1"+thread+"/changes?since=0",
			fmt.Sprintf("/live/changes?ch=thread:%d&since=0", id), thread+"/edit")
		for _, n := range []string{"1", "2", "3"} {
			list = append(list, thread+"/responses/"+n+"/edit", thread+"/responses/"+n+"/delete")
		}
	}
	return list
}

// read is the page of an address, whatever it answers, with where it leads.
func read(b *served.Browser, address string) string {
	page := b.Get(address)
	for range 3 {
		if to := page.Header.Get("Location"); page.Code < 300 || page.Code > 399 || to == "" || strings.HasPrefix(to, "http") {
			break
		}
		page = page.Follow()
	}
	headers := ""
	for name, list := range page.Header {
		headers += name + ": " + strings.Join(list, " ") + "\n"
	}
	return headers + page.Body
}

var number = regexp.MustCompile(`[0-9]+`)

// ids are the ids of all personas of the member, and the member's own.
func (m *masked) ids(t *testing.T) []string {
	t.Helper()
	ids := []string{fmt.Sprint(m.member.Member.ID)}
	faces := m.Again(t, m.member).Member.Faces
	if len(faces) != 3 {
		t.Fatalf("the member has %d faces", len(faces))
	}
	for _, id := range faces {
		ids = append(ids, fmt.Sprint(id))
	}
	return ids
}

// sweep demands that a text holds none of the words, and no id.
func sweep(t *testing.T, where, text string, ids []string, words ...string) {
	t.Helper()
	for _, word := range words {
		if at := strings.Index(text, word); at >= 0 {
			t.Errorf("%s holds %q: …%s…", where, word, text[max(0, at-80):min(len(text), at+80)])
		}
	}
	for _, found := range number.FindAllString(text, -1) {
		if slices.Contains(ids, found) {
			t.Errorf("%s holds the id %s", where, found)
		}
	}
}

// TestPseudonymSweep: whatever anybody is given of what a pseudonym wrote tells neither
// who is behind it, nor that another pseudonym is theirs.
func TestPseudonymSweep(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		m := newMasked(t, s)
		lines := map[string]*line{}
		for who, browser := range m.others {
			lines[who] = dial(t, s, browser)
			for _, id := range []int64{m.frank, m.candid} {
				lines[who].send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d","since":0}`, id))
				lines[who].next("ok")
			}
		}
		m.speak(t)
		ids := m.ids(t)
		for who, l := range lines {
			for heard := ""; !strings.Contains(heard, "Fisherwords") || !strings.Contains(heard, "More heronwords"); {
				f := l.frame()
				heard += f.raw
				sweep(t, who+"'s frame", f.raw, ids, tells...)
				if f.T == "own" {
					t.Errorf("%s is told of own numbers: %s", who, f.raw)
				}
			}
		}
		for range 2 { // before and after the member has spoken by name
			for who, browser := range m.others {
				for _, address := range m.addresses() {
					sweep(t, who+"'s "+address, read(browser, address), ids, tells...)
				}
				m.profile(t, who, browser)
			}
			if m.elsewhere == 0 {
				m.elsewhere = s.Start(t, m.member, forumtest.Public, "By name")
				s.Respond(t, m.member, m.elsewhere, "By name again.")
			}
		}
		m.ownPages(t)
		m.exported(t, ids)
	})
}

// profile demands that the member's own profile tells nothing of the pseudonyms. It is the
// page that shows that the words above can be found at all.
func (m *masked) profile(t *testing.T, who string, browser *served.Browser) {
	t.Helper()
	page := browser.Get("/members/zephyrine-quatrebarbes")
	switch {
	case who != "visitor":
		page.Status(http.StatusOK).Has("Zephyrine Quatrebarbes", "Obelisk Institute")
	case m.elsewhere == 0: // to visitors there is nobody who has said nothing by that name
		page.Status(http.StatusNotFound)
		return
	default:
		page.Status(http.StatusOK).Has("Zephyrine Quatrebarbes").Lacks("Obelisk Institute")
	}
	page.Lacks("Heron", "heron", "Kingfisher", "Fisherwords", "Frankly.", "Frank matters", "What is candid")
	if who == "convener" {
		browser.Get("/members/zephyrine-quatrebarbes/edit").Status(http.StatusOK).Lacks("Heron", "Kingfisher", "seudonym")
	}
	if m.elsewhere != 0 {
		browser.Get(path(t, m.Site, m.elsewhere)).Status(http.StatusOK).Has("Zephyrine").Lacks("Heron", "Kingfisher")
	}
}

// ownPages demands that the member's own pages name, beside what one pseudonym wrote, no
// other face of theirs that somebody could read over their shoulder.
func (m *masked) ownPages(t *testing.T) {
	t.Helper()
	edit := func(id int64, n int) string { return fmt.Sprintf("/threads/%d/responses/%d/edit", id, n) }
	for address, words := range map[string][]string{
		edit(m.frank, 2): {"Kingfisher"}, edit(m.frank, 3): {"Kingfisher"}, edit(m.opened, 1): {"Kingfisher"}, edit(m.candid, 2): {"Heron"},
		fmt.Sprintf("/threads/%d/responses/2/delete", m.frank): {"Kingfisher"},
	} {
		sweep(t, "the member's "+address, read(m.own, address), m.ids(t), append(words, tells...)...)
	}
	for address, word := range map[string]string{path(t, m.Site, m.frank): "Kingfisher", path(t, m.Site, m.candid): "Heron"} {
		sweep(t, "the member's "+address, read(m.own, address), m.ids(t), word)
	}
	m.own.Get(edit(m.frank, 2)).Status(http.StatusOK).Has("Heron")
	list := m.own.Get("/settings/pseudonyms").Status(http.StatusOK).Has("Heron", "Kingfisher", "Frank matters", "Funders")
	if rule := list.Header.Get("Cache-Control"); rule != "no-store" {
		t.Errorf("the own list may be kept: %q", rule)
	}
	me := m.own.Get("/api/v1/me").Status(http.StatusOK).Has(`"pseudonyms":[{"name":"Heron","theme":"frank-matters","group":null},{"name":"Kingfisher","theme":"candid-matters","group":"Funders"}]`)
	sweep(t, "/me", me.Body, m.ids(t))
	for who, browser := range m.others {
		if page := browser.Get("/settings/pseudonyms"); strings.Contains(page.Body, "Heron") || who == "visitor" && page.Code != http.StatusSeeOther {
			t.Errorf("%s is shown the list: %d", who, page.Code)
		}
	}
}

// exported demands the same of the operator's export: of its files about threads, and of
// the names of all files.
func (m *masked) exported(t *testing.T, ids []string) {
	t.Helper()
	var file bytes.Buffer
	if _, err := archive.Export(t.Context(), m.Store, &file, archive.ExportOptions{Now: m.Clock.Now()}); err != nil {
		t.Fatal(err)
	}
	zipped, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, entry := range zipped.File {
		sweep(t, "the name of a file", entry.Name, ids, append([]string{"heron", "Heron", "ingfisher"}, tells...)...)
		open, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(open)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "Heron") || strings.Contains(string(text), "Kingfisher") {
			found++
			sweep(t, "the export's "+entry.Name, string(text), ids, tells...)
		}
	}
	if found != 2 {
		t.Errorf("%d files hold what pseudonyms wrote", found)
	}
}
