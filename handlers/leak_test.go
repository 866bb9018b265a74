package handlers_test

import (
	"archive/zip"
	"context"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gorilla/websocket"

	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// The unmistakable member, and words that only she writes.
const (
	herName    = "Zephyrine Quaxworth"
	herHandle  = "zephyrine-quaxworth"
	herAddress = "zq-heliotrope@quaxwell.example"
	herHouse   = "Quaxwell Observatory"
	herTitle   = "Vermiculite deliberations"
	herOpening = "The opening says bergamot."
	herWords   = "And this response says tourmaline."
	herFormer  = "Before it was edited it said cinnabar."
	herRemoved = "What was removed again said malachite."
	herPrivate = "Board matters"
)

// TestNothingLeaks has an unmistakable member act where few may read, and then searches
// every byte that anybody else can obtain: every address with everything that can be put
// into it, all that its pages lead to, the API, the live lines and the polls.
func TestNothingLeaks(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		her := s.Add(t, herAddress, herName, "Funders", models.RoleMember)
		err := s.Community.EditProfile(context.Background(), her, community.ProfileEdit{Name: herName, Organisation: herHouse, Directory: false})
		if err != nil {
			t.Fatal(err)
		}
		lines := map[string]*listener{}
		people := everybody(t, s)
		for _, who := range people {
			lines[who.name] = listen(t, s, who.browser)
		}
		acts(t, s, her)
		for _, who := range people {
			var needles []string
			switch who.name {
			case "a visitor", "a member", "a moderator of another theme":
				needles = []string{"Quaxw", "Zephyrine", herHandle, "Vermiculite", "vermiculite", "bergamot", "tourmaline", herPrivate, forumtest.Boards}
			}
			outside := needles
			// Her address and what was edited away or removed are nobody's, whatever their role.
			needles = append(needles, herAddress, "cinnabar", "malachite")
			seen := obtain(t, s, who)
			if who.viewer.SignedIn() {
				seen["their copy of all that is theirs"] = copyOf(t, who)
			}
			heard := strings.Join(lines[who.name].stop(), "\n")
			if outside != nil {
				seen["a live frame"] = heard
			} else if strings.Contains(heard, herAddress) {
				t.Errorf("%s hears her address", who.name)
			}
			for where, text := range seen {
				for _, needle := range needles {
					if at := strings.Index(text, needle); at >= 0 {
						t.Errorf("%s finds %q in %s: …%.160s…", who.name, needle, where, text[max(0, at-80):])
					}
				}
			}
			t.Logf("%s: %d answers searched", who.name, len(seen))
		}
	})
}

// unasked is an answer without what it merely repeats of the question.
func unasked(address, answer string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return answer
	}
	repeats := []string{address, html.EscapeString(address), url.QueryEscape(address), parsed.Path, url.QueryEscape(parsed.Path)}
	for _, values := range parsed.Query() {
		for _, value := range values {
			repeats = append(repeats, value, url.QueryEscape(value), html.EscapeString(value))
		}
	}
	for _, repeat := range repeats {
		if len(repeat) > 3 {
			answer = strings.ReplaceAll(answer, repeat, "")
		}
	}
	return answer
}

// copyOf is what somebody gets who asks for all that is theirs.
func copyOf(t *testing.T, who somebody) string {
	t.Helper()
	packed := who.browser.Post("/settings/export", form("token", who.token())).Status(http.StatusOK).Body
	archive, err := zip.NewReader(strings.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range archive.File {
		content, err := file.Open()
		if err == nil {
			_, err = io.Copy(&all, content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// acts has her do all that leaves a trace in a private theme.
func acts(t *testing.T, s *served.Site, her models.Viewer) {
	t.Helper()
	ctx := context.Background()
	posted, err := s.Forum.StartThread(ctx, her, forum.NewThread{
		Theme: forumtest.Boards, Title: herTitle, Kind: models.KindQuestion, Level: models.LevelInPractice, Lang: "en", Body: herOpening,
	})
	if err != nil {
		t.Fatal(err)
	}
	id := posted.ThreadID
	first := s.Respond(t, her, id, herFormer)
	second := s.Respond(t, her, id, herRemoved)
	for _, err := range []error{
		s.Forum.EditText(ctx, her, id, first, forum.TextEdit{Body: herWords, Lang: "en"}),
		s.Forum.RemoveText(ctx, her, id, second),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	// Others speak in the open meanwhile, so that there is something to find.
	open := s.Start(t, s.Amina, forumtest.Public, "In the open")
	s.Respond(t, s.Paul, open, "Words for everybody.")
	inside := s.Start(t, s.Paul, forumtest.Inside, "Among members")
	s.Respond(t, s.Amina, inside, "Words for members.")
}

// obtain asks for every address with everything that can be put into it, and follows what
// the pages lead to. It gives what was answered by where it was found.
func obtain(t *testing.T, s *served.Site, who somebody) map[string]string {
	t.Helper()
	queue := slices.Collect(maps.Keys(filled(s)))
	slices.Sort(queue)
	seen, linked := map[string]string{}, map[string]string{}
	for len(queue) > 0 && len(seen) < 2000 {
		address := queue[0]
		queue = queue[1:]
		if _, done := seen[address]; done {
			continue
		}
		var page *served.Page
		if strings.HasPrefix(address, "/api/") {
			page = who.browser.JSON(http.MethodGet, address, "")
		} else {
			page = who.browser.Get(address)
		}
		if page.Code >= http.StatusInternalServerError {
			t.Errorf("%s, %s: %d", who.name, address, page.Code)
		}
		if from := linked[address]; from != "" && page.Code == http.StatusNotFound {
			t.Errorf("%s: %s leads to %s, where nothing is", who.name, from, address)
		}
		answer := page.Body
		for name, values := range page.Header {
			answer += "\n" + name + ": " + strings.Join(values, ", ")
		}
		seen[address] = unasked(address, answer)
		if !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
			continue
		}
		page.Find("[href], [src], [action]").Each(func(_ int, element *goquery.Selection) {
			for _, attribute := range []string{"href", "src", "action"} {
				to, _ := element.Attr(attribute)
				to, _, _ = strings.Cut(to, "#")
				if strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "/static/") && !strings.HasPrefix(to, "/sign-out") && !strings.HasPrefix(to, "/sign-in?") {
					queue = append(queue, to)
					if attribute == "href" && page.Code == http.StatusOK && !strings.Contains(to, "{n}") { // not the script's pattern
						linked[to] = address
					}
				}
			}
		})
	}
	return seen
}

// inserted are all addresses that can be asked for, with every value that a guess may find.
func filled(s *served.Site) map[string]bool {
	values := map[string][]string{
		":id": {"1", "2", "3", "4"}, ":slug": {forumtest.Public, forumtest.Boards, forumtest.Inside, "vermiculite-deliberations", "x"},
		":number": {"1", "2", "3"}, ":handle": {herHandle, "amina-diallo", "paul-nkemelu"}, ":token": {"guessed"}, ":file": {"1", "2"},
		":service": {"none"}, ":version": {"1"}, ":kind": {"rules", "privacy"}, "*": {"css/colloquy.css"},
	}
	addresses := map[string]bool{}
	for _, route := range s.Routes {
		pattern, isGet := strings.CutPrefix(route, "GET ")
		if !isGet || pattern == "/live" || pattern == "/sign-out" || strings.HasPrefix(pattern, "/static") {
			continue
		}
		for _, address := range insert(pattern, values) {
			addresses[address] = true
		}
	}
	for _, query := range []string{"tourmaline", "vermiculite", "bergamot", "cinnabar", "malachite", "Quaxworth", "zq-heliotrope@quaxwell.example", "board matters"} {
		q := url.QueryEscape(query)
		addresses["/search?q="+q], addresses["/api/v1/search?q="+q] = true, true
	}
	for _, query := range []string{"", "?page=2", "?kind=question", "?since=0"} {
		addresses["/themes/"+forumtest.Boards+query] = true
		addresses["/api/v1/threads/1/responses"+query] = true
	}
	for _, channel := range []string{"thread:1", "thread:2", "theme:" + forumtest.Boards, "front", "me"} {
		addresses["/live/changes?since=0&ch="+url.QueryEscape(channel)] = true
	}
	return addresses
}

// insert puts every value into every part of an address that takes one.
func insert(pattern string, values map[string][]string) []string {
	list := []string{""}
	for _, segment := range strings.Split(strings.TrimPrefix(pattern, "/"), "/") {
		options := []string{segment}
		for name, of := range values {
			if strings.Contains(segment, name) {
				options = nil
				for _, value := range of {
					options = append(options, strings.ReplaceAll(segment, name, value))
				}
			}
		}
		var longer []string
		for _, before := range list {
			for _, option := range options {
				longer = append(longer, before+"/"+option)
			}
		}
		list = longer
	}
	return list
}

// listener keeps all that a live line tells somebody who asks for everything.
type listener struct {
	conn *websocket.Conn
	got  chan []string
}

func listen(t *testing.T, s *served.Site, b *served.Browser) *listener {
	t.Helper()
	line := dial(t, s, b)
	for _, channel := range []string{"thread:1", "thread:2", "thread:3", "theme:" + forumtest.Boards, "theme:" + forumtest.Public, "front", "me"} {
		line.send(fmt.Sprintf(`{"t":"sub","ch":%q}`, channel))
	}
	l := &listener{conn: line.conn, got: make(chan []string, 1)}
	_ = l.conn.SetReadDeadline(time.Time{})
	go func() {
		var texts []string
		for {
			_, data, err := l.conn.ReadMessage()
			if err != nil {
				l.got <- texts
				return
			}
			// What one asks for oneself comes back in the answer.
			texts = append(texts, strings.ReplaceAll(string(data), `"ch":"theme:`+forumtest.Boards+`"`, ""))
		}
	}()
	return l
}

// stop ends the line and gives what came.
func (l *listener) stop() []string {
	_ = l.conn.Close()
	return <-l.got
}
