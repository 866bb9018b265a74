package handlers_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// copied is a thread's page as a script holds it: what it read, and the frames since.
type copied struct {
	t     *testing.T
	path  string
	head  string
	items map[int]string
	seq   int64
	ep    string
	asked bool // no ok yet: numbers come with gaps
}

// load reads all pages of a thread.
func load(t *testing.T, b *served.Browser, address string) *copied {
	t.Helper()
	c := &copied{t: t, items: map[int]string{}, asked: true}
	for page := 1; ; page++ {
		shown := b.Get(fmt.Sprintf("%s?page=%d", address, page)).Status(http.StatusOK)
		region := shown.Find("thread-live")
		if page == 1 {
			c.seq, _ = strconv.ParseInt(region.AttrOr("data-seq", ""), 10, 64)
			c.ep, c.path = region.AttrOr("data-ep", ""), region.AttrOr("data-path", "")
			c.head = outer(t, region.Find("#thread-head"))
		}
		region.Find("li[data-n]").Each(func(_ int, item *goquery.Selection) {
			// The viewer's own acts are filled in where the frame has an empty slot.
			item.Find("[data-own-acts]").Empty()
			n, _ := strconv.Atoi(item.AttrOr("data-n", ""))
			c.items[n] = outer(t, item)
		})
		if pages, _ := strconv.Atoi(region.AttrOr("data-pages", "1")); page >= pages {
			return c
		}
	}
}

func outer(t *testing.T, s *goquery.Selection) string {
	t.Helper()
	html, err := goquery.OuterHtml(s)
	if err != nil || html == "" {
		t.Fatalf("no markup: %v", err)
	}
	return html
}

// apply does what docs/live-protocol.md tells a client to do; false for a reset.
func (c *copied) apply(f frame) bool {
	c.t.Helper()
	last := max(f.Seq, f.To)
	switch f.T {
	case "ok":
		c.seq, c.asked = f.Seq, false
	case "reset":
		return false
	case "ev", "skip":
		if last <= c.seq {
			return true
		}
		if !c.asked {
			if f.Seq != c.seq+1 {
				c.t.Errorf("at %d came %s", c.seq, f.raw)
			}
			c.seq = last
		}
		if f.T == "ev" {
			c.put(f)
		}
	}
	return true
}

func (c *copied) put(f frame) {
	c.t.Helper()
	part, err := goquery.NewDocumentFromReader(strings.NewReader("<ol>" + f.HTML + "</ol>"))
	if err != nil {
		c.t.Fatal(err)
	}
	if f.K == "response" {
		n, _ := f.N.(float64)
		c.items[int(n)] = outer(c.t, part.Find("li[data-n]"))
		return
	}
	c.head = outer(c.t, part.Find("#thread-head"))
	if path := part.Find("#thread-head").AttrOr("data-path", ""); path != c.path {
		c.path = path
	}
}

// permalink is the one address in a response that holds the thread's title.
var permalink = regexp.MustCompile(`class="num" href="[^"]*/(\d+)"`)

// item is a response with its permalink as the thread is called now.
func (c *copied) item(n int) string {
	return permalink.ReplaceAllString(c.items[n], `class="num" href="`+c.path+`/$1"`)
}

var counted = regexp.MustCompile(`(?s)data-seq="\d+"|data-responses="\d+">[^<]*<`)

// equals compares with a page that was loaded just now. The count of responses in the
// head is what the script counts itself.
func (c *copied) equals(now *copied, who string) {
	c.t.Helper()
	if c.seq != now.seq || len(c.items) != len(now.items) || c.path != now.path {
		c.t.Errorf("%s stands at %d of %d with %d of %d responses, at %s of %s",
			who, c.seq, now.seq, len(c.items), len(now.items), c.path, now.path)
	}
	if got, want := counted.ReplaceAllString(c.head, ""), counted.ReplaceAllString(now.head, ""); got != want {
		c.t.Errorf("%s: the head is\n%s\non the page it is\n%s", who, got, want)
	}
	for n, want := range now.items {
		if c.item(n) != want {
			c.t.Errorf("%s: response %d is\n%s\non the page it is\n%s", who, n, c.item(n), want)
		}
	}
}

// history does random acts of all kinds in a thread.
type history struct {
	t      *testing.T
	s      *served.Site
	rnd    *rand.Rand
	thread int64
	people []models.Viewer
	wrote  map[int]models.Viewer
	last   int // the highest number
	acts   int
}

func (h *history) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("act %d: %v", h.acts, err)
	}
}

func (h *history) act() {
	h.t.Helper()
	h.acts++
	who := h.people[h.rnd.IntN(len(h.people))]
	ctx := h.t.Context()
	n := 1 + h.rnd.IntN(h.last)
	author, there := h.wrote[n]
	switch kind := h.rnd.IntN(20); {
	case kind < 10:
		reply := 0
		if h.rnd.IntN(3) == 0 {
			reply = n
		}
		posted, err := h.s.Forum.Respond(ctx, who, h.thread, forum.NewResponse{
			Body: fmt.Sprintf("Act %d *of* %s, see ¶%d", h.acts, who.Persona.PersonaName, n), ReplyTo: reply, Lang: []string{"en", "fr", "ar"}[h.rnd.IntN(3)],
		})
		h.must(err)
		h.wrote[posted.Number], h.last = who, posted.Number
	case kind < 13 && there:
		h.must(h.s.Forum.EditText(ctx, author, h.thread, n, forum.TextEdit{Body: fmt.Sprintf("Edited by act %d.", h.acts), Lang: "en"}))
	case kind < 15 && there && len(h.wrote) > 5:
		remover := author
		if h.rnd.IntN(2) == 0 {
			remover = h.s.Lena
		}
		h.must(h.s.Forum.RemoveText(ctx, remover, h.thread, n))
		delete(h.wrote, n)
	case kind < 18:
		h.must(h.edit())
	case kind < 19:
		_, err := h.s.Forum.EditThread(ctx, h.s.Lena, h.thread, forum.ThreadEdit{Theme: new([]string{forumtest.Public, "twin"}[h.rnd.IntN(2)])})
		h.must(err)
	default:
		h.must(h.s.Community.EditProfile(ctx, h.s.Rosa, community.ProfileEdit{
			Name: fmt.Sprintf("Rosa %d", h.acts), Language: "fr", Initiatives: []string{"ogp"}, TimeZone: "Pacific/Kiritimati", Directory: true,
		}))
		h.s.Community.Wait()
	}
	h.s.Clock.Pass(13_000_000_000)
}

// edit changes the thread's own head.
func (h *history) edit() error {
	var edit forum.ThreadEdit
	switch h.rnd.IntN(5) {
	case 0:
		edit.Title = new(fmt.Sprintf("Title %d & <more>", h.acts))
	case 1:
		edit.Outcome = &models.Outcomes[h.rnd.IntN(len(models.Outcomes))]
	case 2:
		edit.Pinned = new(h.rnd.IntN(2) == 0)
	case 3:
		edit.Level = &models.Levels[h.rnd.IntN(len(models.Levels))]
	default:
		edit.Kind = &models.Kinds[h.rnd.IntN(len(models.Kinds))]
	}
	_, err := h.s.Forum.EditThread(h.t.Context(), h.s.Lena, h.thread, edit)
	return err
}

// follower reads a thread in one variant: its page once, its line ever since.
type follower struct {
	who     string
	browser *served.Browser
	line    *line
	page    *copied
}

func (f *follower) catchUp(t *testing.T, id, head int64, address string) {
	t.Helper()
	for f.page.asked || f.page.seq < head {
		next := f.line.frame()
		if next.Ch != ThreadChannel(id) || f.page.apply(next) {
			continue
		}
		f.page = load(t, f.browser, address)
		f.line.follow(id, f.page)
	}
}

// ThreadChannel is the live channel of a thread.
func ThreadChannel(id int64) string { return fmt.Sprintf("thread:%d", id) }

func (l *line) follow(id int64, c *copied) {
	l.send(fmt.Sprintf(`{"t":"sub","ch":"%s","since":%d,"ep":"%s"}`, ThreadChannel(id), c.seq, c.ep))
}

// TestPageAndFramesAreOne does random acts of all kinds. In every language, class and zone,
// a page with the frames since, whether it followed all the while or was away, equals a
// page that is loaded now.
func TestPageAndFramesAreOne(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		s.Theme(t, "twin", "Open matters, too", models.AudienceEveryone)
		seed := uint64(s.Clock.Now().Unix()) + uint64(len(t.Name()))
		h := &history{
			t: t, s: s, rnd: rand.New(rand.NewPCG(seed, 1)), thread: s.Start(t, s.Amina, forumtest.Public, "One"),
			people: []models.Viewer{s.Amina, s.Rosa, s.Paul, s.Lena, s.Teo}, wrote: map[int]models.Viewer{1: s.Amina}, last: 1,
		}
		everybody := followers(t, s, path(t, s, h.thread), h.thread)
		var away []*follower
		for round := range 8 {
			for range 30 {
				h.act()
			}
			address := path(t, s, h.thread)
			for _, f := range everybody {
				fresh := load(t, f.browser, address)
				f.catchUp(t, h.thread, fresh.seq, address)
				f.page.equals(fresh, fmt.Sprintf("%s after round %d", f.who, round))
				if round%3 == 1 {
					away = append(away, &follower{who: f.who + ", who was away", browser: f.browser, page: fresh})
				}
			}
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
		address := path(t, s, h.thread)
		for _, f := range away {
			f.line = dial(t, s, f.browser)
			f.line.follow(h.thread, f.page)
			fresh := load(t, f.browser, address)
			f.catchUp(t, h.thread, fresh.seq, address)
			f.page.equals(fresh, f.who)
		}
	})
}

// followers are readers in all four languages, both classes and three zones, and a visitor.
func followers(t *testing.T, s *served.Site, address string, id int64) []*follower {
	t.Helper()
	all := []*follower{{who: "a visitor", browser: s.Browser(t)}}
	languages := []string{"en", "fr", "es", "ar"}
	// One member and one moderator read in zones where the day is often another one.
	s.Choose(t, s.Rosa, func(member *models.Member) { member.TimeZone = "Pacific/Kiritimati" })
	s.Choose(t, s.Lena, func(member *models.Member) { member.TimeZone = "America/Lima" })
	s.Rosa, s.Lena = s.Again(t, s.Rosa), s.Again(t, s.Lena)
	for i, viewer := range []models.Viewer{s.Amina, s.Rosa, s.Paul, s.Lena, s.Teo} {
		if err := s.Community.SetLook(t.Context(), viewer, languages[i%4], ""); err != nil {
			t.Fatal(err)
		}
		all = append(all, &follower{who: viewer.Persona.PersonaName, browser: s.SignedIn(t, viewer)})
	}
	all[2].browser.Get(address).Status(http.StatusOK).Has(`data-zone="Pacific/Kiritimati"`)
	for _, f := range all {
		f.page, f.line = load(t, f.browser, address), dial(t, s, f.browser)
		f.line.follow(id, f.page)
	}
	return all
}
