package handlers_test

import (
	"bytes"
	"encoding/json"
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

// line is a live line as a script would hold it.
type line struct {
	t      *testing.T
	conn   *websocket.Conn
	frames []frame
}

type frame struct {
	T    string `json:"t"`
	Ch   string `json:"ch"`
	Seq  int64  `json:"seq"`
	To   int64  `json:"to"`
	K    string `json:"k"`
	N    any    `json:"n"`
	Rev  int    `json:"rev"`
	HTML string `json:"html"`
	Ep   string `json:"ep"`
	Why  string `json:"why"`
	raw  string
}

func dial(t *testing.T, s *served.Site, b *served.Browser) *line {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"colloquy.v1"}, HandshakeTimeout: 5 * time.Second, Jar: b.Cookies()}
	conn, response, err := dialer.Dial(strings.Replace(s.URL, "http", "ws", 1)+"/live", http.Header{"Origin": {s.URL}})
	if err != nil {
		t.Fatalf("dial: %v (%v)", err, response)
	}
	t.Cleanup(func() { _ = conn.Close() })
	l := &line{t: t, conn: conn}
	if hello := l.next("hello"); hello.Ep == "" {
		t.Error("hello without an epoch")
	}
	return l
}

func (l *line) send(text string) {
	l.t.Helper()
	if err := l.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		l.t.Fatal(err)
	}
}

// next reads until a frame of the kind arrives, within two seconds.
func (l *line) next(kind string) frame {
	l.t.Helper()
	for {
		if f := l.frame(); f.T == kind {
			return f
		}
	}
}

// frame is the next frame, which must arrive within two seconds.
func (l *line) frame() frame {
	l.t.Helper()
	for len(l.frames) == 0 {
		_ = l.conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		_, data, err := l.conn.ReadMessage()
		if err != nil {
			l.t.Fatalf("waiting for a frame: %v", err)
		}
		parts := []json.RawMessage{data}
		if bytes.HasPrefix(data, []byte("[")) {
			if err := json.Unmarshal(data, &parts); err != nil {
				l.t.Fatal(err)
			}
		}
		for _, part := range parts {
			f := frame{raw: string(part)}
			if err := json.Unmarshal(part, &f); err != nil {
				l.t.Fatal(err)
			}
			l.frames = append(l.frames, f)
		}
	}
	f := l.frames[0]
	l.frames = l.frames[1:]
	return f
}

func TestAResponseArrivesAsThePartOfThePage(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Live")
		visitor := s.Browser(t)
		page := visitor.Get(path(t, s, id)).Status(http.StatusOK)
		seq := page.Find("thread-live").AttrOr("data-seq", "")
		l := dial(t, s, visitor)
		l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d","since":%s,"ep":"%s"}`, id, seq, page.Find("thread-live").AttrOr("data-ep", "")))
		if ok := l.next("ok"); ok.Seq != 1 {
			t.Fatalf("ok at %d", ok.Seq)
		}
		s.Respond(t, s.Rosa, id, "It arrives *live*.")
		ev := l.next("ev")
		if ev.Seq != 2 || ev.K != "response" || ev.N != float64(2) || ev.Rev != 1 || !strings.Contains(ev.HTML, "<em>live</em>") {
			t.Fatalf("frame %+v", ev)
		}
		if now := visitor.Get(path(t, s, id)); !strings.Contains(now.Body, ev.HTML) {
			t.Error("the frame is not a part of the page")
		}
		if err := s.Forum.EditText(t.Context(), s.Rosa, id, 2, forum.TextEdit{Body: "Edited."}); err != nil {
			t.Fatal(err)
		}
		if ev := l.next("ev"); ev.Seq != 3 || ev.Rev != 2 || !strings.Contains(ev.HTML, "Edited.") {
			t.Errorf("edit %+v", ev)
		}
		if err := s.Forum.RemoveText(t.Context(), s.Rosa, id, 2); err != nil {
			t.Fatal(err)
		}
		if ev := l.next("ev"); ev.Seq != 4 || strings.Contains(ev.HTML, "Edited.") || strings.Contains(ev.HTML, "Rosa") {
			t.Errorf("removal %+v", ev)
		}
		locked := true
		if _, err := s.Forum.EditThread(t.Context(), s.Lena, id, forum.ThreadEdit{Locked: &locked}); err != nil {
			t.Fatal(err)
		}
		if ev := l.next("ev"); ev.Seq != 5 || ev.K != "thread" || !strings.Contains(visitor.Get(path(t, s, id)).Body, ev.HTML) {
			t.Errorf("head %+v", ev)
		}
		// Another reader, who was away since the beginning, gets the latest states only.
		late := dial(t, s, s.Browser(t))
		late.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d","since":1}`, id))
		if first, second := late.next("ev"), late.next("ev"); first.Seq != 4 || second.Seq != 5 {
			t.Errorf("resumed with %d, %d", first.Seq, second.Seq)
		}
		late.next("ok")
	})
}

func TestPrivateAndAbsentChannelsAreDeniedAlike(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		private := s.Start(t, s.Paul, forumtest.Boards, "Behind the door")
		for _, browser := range []*served.Browser{s.Browser(t), s.SignedIn(t, s.Amina)} {
			l := dial(t, s, browser)
			denied := func(ch string) string {
				l.send(`{"t":"sub","ch":"` + ch + `","since":0}`)
				return strings.ReplaceAll(l.next("deny").raw, ch, "")
			}
			of := denied(fmt.Sprintf("thread:%d", private))
			for _, ch := range []string{"thread:99999", "thread:0", "thread:-1", "thread:x", "nonsense"} {
				if got := denied(ch); got != of {
					t.Errorf("%s is denied with %s, the private one with %s", ch, got, of)
				}
			}
			s.Respond(t, s.Paul, private, "Not for them.")
			poll := browser.Get(fmt.Sprintf("/live/changes?ch=thread:%d&since=0", private)).Status(http.StatusOK).Lacks("Not for them")
			if absent := browser.Get("/live/changes?ch=thread:99999&since=0"); strings.ReplaceAll(absent.Body, "thread:99999", "") != strings.ReplaceAll(poll.Body, fmt.Sprintf("thread:%d", private), "") {
				t.Error("polling tells a private thread from an absent one")
			}
		}
		paul := dial(t, s, s.SignedIn(t, s.Paul))
		paul.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d","since":0}`, private))
		paul.next("ok")
	})
}

func TestSigningOutClosesTheLine(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Inside, "Members only")
		amina := s.SignedIn(t, s.Amina)
		l := dial(t, s, amina)
		l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d"}`, id))
		l.next("ok")
		amina.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil).Status(http.StatusSeeOther)
		_ = l.conn.SetReadDeadline(time.Now().Add(3 * time.Second))
		for {
			if _, _, err := l.conn.ReadMessage(); err != nil {
				if !websocket.IsCloseError(err, 4001) {
					t.Errorf("the line ended with %v", err)
				}
				return
			}
		}
	})
}

func TestTheLiveAddressRefusesStrangers(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		for name, header := range map[string]http.Header{
			"foreign origin": {"Origin": {"https://evil.example"}}, "no origin": {},
		} {
			dialer := websocket.Dialer{Subprotocols: []string{"colloquy.v1"}}
			_, response, err := dialer.Dial(strings.Replace(s.URL, "http", "ws", 1)+"/live", header)
			if err == nil || response == nil || response.StatusCode != http.StatusForbidden {
				t.Errorf("%s: %v, %v", name, response, err)
			}
		}
		if page := s.Browser(t).Get("/live"); page.Code != http.StatusUpgradeRequired {
			t.Errorf("a plain request gets %d", page.Code)
		}
	})
}
