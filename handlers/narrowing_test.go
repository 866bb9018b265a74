package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

const secret = "unmistakable"

// settled is longer than the hub lets anything rest.
const settled = 1500 * time.Millisecond

// everything is all that has come on a line by now: what is asked last is answered last.
func (l *line) everything() string {
	l.t.Helper()
	l.send(`{"t":"sub","ch":"the end"}`)
	var all strings.Builder
	for {
		f := l.frame()
		if f.Ch == "the end" {
			return all.String()
		}
		all.WriteString(f.raw)
	}
}

// TestWhatIsWrittenAfterANarrowingReachesNobodyElse moves a thread to a theme that fewer
// may read and writes in it at once. Nobody who lost the right sees a byte of that, on
// any path.
func TestWhatIsWrittenAfterANarrowingReachesNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Open to all")
		s.Respond(t, s.Paul, id, "Said in the open.")
		channel, address := ThreadChannel(id), path(t, s, id)
		outside := map[string]*served.Browser{"a visitor": s.Browser(t), "a member": s.SignedIn(t, s.Amina), "a slow visitor": s.Browser(t)}
		lines := map[string]*line{}
		for who, browser := range outside {
			for _, page := range []string{"/", "/themes", "/themes/" + forumtest.Public, address} {
				browser.Get(page).Status(http.StatusOK)
			}
			l := dial(t, s, browser)
			l.send(fmt.Sprintf(`[{"t":"sub","ch":"%s","since":1},{"t":"sub","ch":"front"},{"t":"sub","ch":"theme:%s"}]`, channel, forumtest.Public))
			for range 3 {
				l.next("ok")
			}
			lines[who] = l
		}
		paul := dial(t, s, s.SignedIn(t, s.Paul))
		paul.send(fmt.Sprintf(`{"t":"sub","ch":"%s","since":2}`, channel))
		paul.next("ok")

		narrow(t, s, id)

		<-time.After(settled)
		if came := paul.everything(); strings.Count(came, secret+" word") != 1 || !strings.Contains(came, secret+" title") {
			t.Errorf("who may read gets %s", came)
		}
		for who, l := range lines {
			came := l.everything()
			if strings.Contains(came, secret) {
				t.Errorf("%s got %s", who, came)
			}
			if strings.Count(came, `"t":"deny","ch":"`+channel+`"`) != 1 {
				t.Errorf("%s was not denied: %s", who, came)
			}
			if strings.Contains(came, `"seq":4`) || strings.Contains(came, `"seq":5`) {
				t.Errorf("%s was told how far the thread is: %s", who, came)
			}
		}
		for who, browser := range outside {
			closed(t, s, who, browser, channel, address)
		}
	})
}

// narrow moves the thread and writes at once, faster than anything can be told.
func narrow(t *testing.T, s *served.Site, id int64) {
	t.Helper()
	ctx := context.Background()
	_, err := s.Forum.EditThread(ctx, s.Teo, id, forum.ThreadEdit{Theme: new(forumtest.Boards)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Forum.Respond(ctx, s.Paul, id, forum.NewResponse{Body: "An " + secret + " word.", Lang: "en"}); err != nil {
		t.Fatal(err)
	}
	title := "An " + secret + " title"
	if _, err := s.Forum.EditThread(ctx, s.Teo, id, forum.ThreadEdit{Title: &title}); err != nil {
		t.Fatal(err)
	}
}

// closed asks on every path as somebody who lost the right, with what they knew before.
func closed(t *testing.T, s *served.Site, who string, browser *served.Browser, channel, address string) {
	t.Helper()
	for _, since := range []string{"", "&since=0", "&since=2", "&since=4"} {
		poll := browser.Get("/live/changes?ch=" + channel + since).Status(http.StatusOK).Lacks(secret)
		if want := `{"frames":[{"t":"deny","ch":"` + channel + `"}]}`; poll.Body != want {
			t.Errorf("%s polls %s", who, poll.Body)
		}
	}
	late := dial(t, s, browser)
	late.send(fmt.Sprintf(`[{"t":"sub","ch":"%s","since":2},{"t":"sub","ch":"front"},{"t":"sub","ch":"theme:%s"}]`, channel, forumtest.Boards))
	late.next("deny")
	if front := late.next("ok"); strings.Contains(front.raw, strings.TrimPrefix(channel, "thread:")+",") {
		t.Errorf("%s is told of the thread: %s", who, front.raw)
	}
	late.next("deny")
	if came := late.everything(); strings.Contains(came, secret) {
		t.Errorf("%s got %s", who, came)
	}
	browser.Get(address).Status(http.StatusNotFound).Lacks(secret)
	browser.Get(address + "/3").Status(http.StatusNotFound).Lacks(secret)
	for _, page := range []string{"/", "/themes", "/themes/" + forumtest.Public, "/search?q=" + secret, "/sitemap.xml", "/api/v1/search?q=" + secret} {
		if body := browser.Get(page).Status(http.StatusOK).Body; strings.Contains(strings.ReplaceAll(body, "/search?q="+secret, ""), secret+" ") {
			t.Errorf("%s reads it on %s", who, page)
		}
	}
}

// TestWhoIsTakenOutOfAThemeGetsNoFurtherFrame takes a member out of a group by page and
// by command, and suspends another.
func TestWhoIsTakenOutOfAThemeGetsNoFurtherFrame(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Teo, forumtest.Boards, "Behind the door")
		paul := dial(t, s, s.SignedIn(t, s.Paul))
		paul.send(fmt.Sprintf(`[{"t":"sub","ch":"%s"},{"t":"sub","ch":"theme:%s"},{"t":"sub","ch":"me"}]`, ThreadChannel(id), forumtest.Boards))
		for range 3 {
			paul.next("ok")
		}
		edit := s.SignedIn(t, s.Teo).Get("/members/paul-nkemelu/edit").Status(http.StatusOK)
		edit.Submit(`form[action="/members/paul-nkemelu/edit"]`, form("group", fmt.Sprint(s.Groups[3].ID))).Status(http.StatusSeeOther)
		s.Respond(t, s.Teo, id, "An "+secret+" word.")
		<-time.After(settled)
		came := paul.everything()
		if strings.Contains(came, secret) || strings.Count(came, `"t":"deny"`) != 2 {
			t.Errorf("who was taken out of the group got %s", came)
		}

		rosa := dial(t, s, s.SignedIn(t, s.Rosa))
		inside := s.Start(t, s.Teo, forumtest.Inside, "For members")
		rosa.send(fmt.Sprintf(`[{"t":"sub","ch":"%s"},{"t":"sub","ch":"me"}]`, ThreadChannel(inside)))
		rosa.next("ok")
		rosa.next("ok")
		if err := s.Community.SuspendMember(t.Context(), "rosa@example.org", s.Clock.Now().Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		s.Respond(t, s.Teo, inside, "An "+secret+" word.")
		if end := rosa.next("ev"); end.raw != `{"t":"ev","ch":"me","k":"end","why":"suspended"}` {
			t.Errorf("the line ends with %s", end.raw)
		}
		if _, _, err := rosa.conn.ReadMessage(); !websocket.IsCloseError(err, 4003) {
			t.Errorf("the line ended with %v", err)
		}
	})
}
