package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/forumtest"
	"colloquy/models"
)

// Whatever a stranger asks of a private thing, the answer is that of a thing that
// never existed, byte for byte.
func TestPrivateIsAbsent(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		desk, inside := w.start("Ana", "desk", "Behind doors"), w.start("Ana", "inside", "Among us")
		w.respond("Ana", desk, "k1", "A private text.").want(201)
		const absent = "/threads/99999"
		for _, c := range []struct{ method, below, body string }{
			{"GET", "", ""},
			{"GET", "/responses", ""},
			{"GET", "/responses?after=-1", ""},
			{"GET", "/changes?since=0", ""},
			{"GET", "/changes?since=9", ""},
			{"GET", "/changes?since=0&ep=other", ""},
			{"PATCH", "", `{"title":"Mine"}`},
			{"PATCH", "", `{"title":""}`},
			{"PATCH", "", `{"locked":true}`},
			{"POST", "/responses", `{"body":"Hello"}`},
			{"POST", "/responses", `{"body":" "}`},
			{"POST", "/responses", `{"body":"Hello","reply_to":2}`},
			{"PATCH", "/responses/2", `{"body":"Hello"}`},
			{"PATCH", "/responses/2", `{"body":""}`},
			{"PATCH", "/responses/2", `{"body":"Hello","rev":7}`},
			{"DELETE", "/responses/2", ""},
			{"DELETE", "/responses/9", ""},
		} {
			for _, stranger := range []struct{ as, thread string }{{"", desk}, {"", inside}, {"Ben", desk}} {
				private := w.call(stranger.as, c.method, stranger.thread+c.below, c.body, "Idempotency-Key", "x")
				never := w.call(stranger.as, c.method, absent+c.below, c.body, "Idempotency-Key", "x")
				private.header.Del("Date")
				never.header.Del("Date")
				if private.status < 400 || private.status != never.status || private.body != never.body ||
					len(private.header) != len(never.header) {
					t.Errorf("%s %s as %q: %d %s, but absent %d %s", c.method, stranger.thread+c.below, stranger.as,
						private.status, private.body, never.status, never.body)
				}
				if stranger.as == "" && c.method != "GET" {
					private.want(401)
				}
			}
		}
		for _, theme := range []string{"/themes/desk", "/themes/desk/threads"} {
			if got, never := w.call("Ben", "GET", theme, ""), w.call("Ben", "GET", strings.Replace(theme, "desk", "never", 1), ""); got.want(404).body != never.body {
				t.Errorf("%s: %s, but absent %s", theme, got.body, never.body)
			}
		}
		thread := `{"theme":"desk","title":"T","kind":"insight","level":"in practice","body":"B"}`
		got := w.call("Ben", "POST", "/threads", thread).want(422)
		got.names("body.theme")
		if never := w.call("Ben", "POST", "/threads", strings.Replace(thread, "desk", "never", 1)); got.body != never.body {
			t.Errorf("a thread in a private theme: %s, but absent %s", got.body, never.body)
		}
		if found := w.call("Ben", "GET", "/search?q=private", ""); len(found.items()) != 0 {
			t.Errorf("the search found %s", found.body)
		}
		if found := w.call("Ana", "GET", "/search?q=private", ""); len(found.items()) != 1 {
			t.Errorf("its reader's search found %s", found.body)
		}
		for as, themes := range map[string]int{"": 1, "Ben": 2, "Ana": 3, "Mona": 3} {
			if list := w.call(as, "GET", "/themes", "").want(200); len(list.items()) != themes || list.object()["next"] != nil {
				t.Errorf("%q sees the themes %s", as, list.body)
			}
		}
	})
}

func TestTokens(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for _, header := range []string{
			"Bearer wrong", "Bearer", "Bearer ", "Basic YTpi", w.tokens["Ana"],
			"Bearer " + w.tokens["Sam"], "Bearer " + w.tokens["Rex"],
		} {
			refused := w.call("", "GET", "/themes", "", "Authorization", header, "X-Session", "Ana").want(401)
			if !strings.HasPrefix(refused.header.Get("WWW-Authenticate"), "Bearer ") || refused.header.Get("Cache-Control") != "private, no-store" {
				t.Errorf("%q: %v", header, refused.header)
			}
		}
		if me := w.call("", "GET", "/me", "").want(401); me.header.Get("WWW-Authenticate") == "" {
			t.Errorf("a visitor's /me: %v", me.header)
		}
		me := w.call("", "GET", "/me", "", "Authorization", "bearer "+w.tokens["Mona"]).want(200)
		want := `{"handle":"mona","name":"Mona","group":"Researchers","role":"moderator","language":"","pseudonyms":[]}`
		if strings.TrimSpace(me.body) != want || me.header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("me: %s %v", me.body, me.header)
		}
		if open := w.call("", "GET", "/themes", "").want(200); open.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("anonymous: %v", open.header)
		}
	})
}

// Another site's page can send the session's cookie, but neither JSON nor this origin.
func TestSessionWrites(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "With the session")
		const text = `{"body":"Hello"}`
		session := []string{"X-Session", "Ana", "Idempotency-Key", "k"}
		for _, c := range []struct {
			status  int
			headers []string
		}{
			{403, nil},
			{403, []string{"Origin", "null"}},
			{403, []string{"Origin", "https://elsewhere.example"}},
			{403, []string{"Origin", origin, "Sec-Fetch-Site", "cross-site"}},
			{415, []string{"Origin", origin, "Content-Type", "text/plain"}},
			{415, []string{"Origin", origin, "Content-Type", "application/x-www-form-urlencoded"}},
			{415, []string{"Origin", origin, "Content-Type", ""}},
			{201, []string{"Origin", origin, "Content-Type", "application/json; charset=utf-8"}},
			{200, []string{"Origin", origin, "Sec-Fetch-Site", "same-origin"}},
		} {
			if got := w.call("", "POST", thread+"/responses", text, append(c.headers, session...)...); got.status != c.status {
				t.Errorf("%v: %d %s", c.headers, got.status, got.body)
			}
		}
		w.call("", "DELETE", thread+"/responses/2", "", "X-Session", "Ana").want(403)
		w.call("", "DELETE", thread+"/responses/2", "", "X-Session", "Ana", "Origin", origin).want(204)
		w.call("", "DELETE", thread+"/responses/2", "", "Origin", origin).want(401)
		// The session of a suspended member is no session.
		w.call("", "POST", thread+"/responses", text, "X-Session", "Sam", "Origin", origin, "Idempotency-Key", "k").want(401)
	})
}

func TestLimits(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "Limits")
		refused := ""
		w.limit = func(act string) (time.Duration, bool) { return 1500 * time.Millisecond, act != refused }
		for act, call := range map[string]func() answer{
			LimitRead:   func() answer { return w.call("", "GET", thread, "") },
			LimitSearch: func() answer { return w.call("", "GET", "/search?q=a", "") },
			LimitWrite:  func() answer { return w.respond("Ana", thread, "k-"+refused, "Hello") },
		} {
			refused = act
			if got := call().want(429); got.header.Get("Retry-After") != "2" {
				t.Errorf("%s: Retry-After %q", act, got.header.Get("Retry-After"))
			}
			refused = ""
			if got := call(); got.status >= 400 {
				t.Errorf("%s: %d %s", act, got.status, got.body)
			}
		}
	})
}

// A failure of ours says nothing of the inside.
func TestFailure(t *testing.T) {
	loud := slog.Default()
	slog.SetDefault(forumtest.Quiet())
	defer slog.SetDefault(loud)
	w := &world{t: t}
	w.app = site(Deps{Viewer: func(*fiber.Ctx) models.Viewer { panic("the secret inside") }})
	failed := w.call("", "GET", "/themes", "").want(500)
	if strings.Contains(failed.body, "secret") || failed.object()["reference"] == "" {
		t.Errorf("the answer: %s", failed.body)
	}
}

func TestOtherAddresses(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "Addresses")
		for _, path := range []string{
			"", "/", "/nothing", "/themes/open/nothing", "/threads", thread + "/responses/0", thread + "/responses/x",
			thread + "/responses/99999999999", "/threads/0", "/threads/-1", "/threads/abc", "/threads/01",
			"/threads/99999999999999999999", "/themes/%00", "/themes/%ff", "/me/notifications",
		} {
			method := "GET"
			switch {
			case path == "/threads":
				method = "PUT"
			case strings.Contains(path, "/responses/"):
				method = "DELETE"
			}
			want := 404
			if method == "PUT" {
				want = 405
			}
			if got := w.call("Ana", method, path, ""); got.status != want {
				t.Errorf("%s %s: %d %s", method, path, got.status, got.body)
			} else {
				got.want(want)
			}
		}
		if got := w.call("", "DELETE", thread, "").want(405); got.header.Get("Allow") != "GET, HEAD, PATCH" {
			t.Errorf("Allow: %q", got.header.Get("Allow"))
		}
		w.call("", "POST", "/openapi.json", "").want(405)
		if got := w.call("", "HEAD", thread, ""); got.status != 200 || got.body != "" {
			t.Errorf("HEAD: %d %q", got.status, got.body)
		}
		if got := send1(t, w.app, httptest.NewRequest(http.MethodGet, prefix+"x", nil)); got.body != "the site" {
			t.Errorf("an address of the site: %d %s", got.status, got.body)
		}
		for _, query := range []string{"?theme=%00", "?group=%ff", "?q=%ff", "?ep=%00"} {
			w.call("", "GET", "/search"+query, "").want(400)
		}
	})
}
