package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
)

const (
	secretariats = "MSI secretariats"
	researchers  = "Researchers"
	origin       = "https://colloquy.example"
)

// world is a small community behind the API. Ana is of the secretariats, Ben and the
// moderator Mona are researchers, Sam of the secretariats is suspended. The themes are
// "open" for everyone, "inside" for members and "desk" for the secretariats.
type world struct {
	t      *testing.T
	app    *fiber.App
	forum  *forum.Forum
	deps   Deps
	tokens map[string]string
	limit  func(act string) (time.Duration, bool)
}

// eachWorld runs a test on both databases.
func eachWorld(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	forumtest.EachDatabase(t, func(t *testing.T, url string) { run(t, newWorld(t, url)) })
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	ctx := t.Context()
	s := forumtest.Open(t, url)
	groups := []models.Group{{Name: secretariats}, {Name: researchers}}
	row, err := community.Establish(ctx, s, time.Now(), "Test", "", groups, nil)
	must(t, err)
	w := &world{t: t, tokens: map[string]string{"nobody": "wrong"}}
	people := community.New(s, time.Now, community.Hooks{})
	w.forum = forum.New(s, row.Secret, time.Now, forum.Hooks{})
	for _, member := range []struct {
		name, group string
		role        models.Role
	}{
		{"Ana", secretariats, models.RoleMember},
		{"Ben", researchers, models.RoleMember},
		{"Mona", researchers, models.RoleModerator},
		{"Sam", secretariats, models.RoleMember},
		{"Rex", secretariats, models.RoleMember},
	} {
		email := member.name + "@example.org"
		_, err := people.AddMember(ctx, email, member.name, member.group, member.role)
		must(t, err)
		w.tokens[member.name], err = people.CreateToken(ctx, email, "test")
		must(t, err)
	}
	must(t, people.SuspendMember(ctx, "Sam@example.org", time.Now().Add(time.Hour)))
	tokens, err := people.Tokens(ctx)
	must(t, err)
	must(t, people.RevokeToken(ctx, tokens[0].ID)) // Rex's, the newest
	for _, theme := range []models.Theme{
		{Slug: "open", Title: "Open", Audience: models.AudienceEveryone},
		{Slug: "inside", Title: "Inside", Audience: models.AudienceMembers},
		{Slug: "desk", Title: "Desk", Audience: models.AudienceGroups},
	} {
		theme.Lang, theme.CreatedAt = "en", time.Now().UTC().Truncate(time.Microsecond)
		must(t, makeTheme(ctx, s.Write, &theme, groups[0].ID))
	}
	w.deps = Deps{
		Forum: w.forum, Community: people, Origins: []string{origin}, BaseURL: origin, Version: "test",
		Viewer: func(c *fiber.Ctx) models.Viewer {
			viewer, _ := people.ViewerByToken(c.UserContext(), w.tokens[c.Get("X-Session")])
			return viewer
		},
		Limit: func(_ *fiber.Ctx, act string, _ models.Viewer) (time.Duration, bool) {
			if w.limit == nil {
				return 0, true
			}
			return w.limit(act)
		},
	}
	w.app = site(w.deps)
	return w
}

func site(deps Deps) *fiber.App {
	app := fiber.New(fiber.Config{Immutable: true, BodyLimit: 32 << 20, DisableStartupMessage: true})
	Register(app, deps)
	app.Use(func(c *fiber.Ctx) error { return c.Status(fiber.StatusTeapot).SendString("the site") })
	return app
}

// makeTheme writes a theme; the type of the transaction is the store's own business.
func makeTheme[Tx interface {
	CreateTheme(theme *models.Theme, groupIDs []int64) error
}](ctx context.Context, write func(context.Context, func(Tx) error) error, theme *models.Theme, groupID int64) error {
	return write(ctx, func(tx Tx) error {
		if theme.Audience == models.AudienceGroups {
			return tx.CreateTheme(theme, []int64{groupID})
		}
		return tx.CreateTheme(theme, nil)
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what came back.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// object reads the body as JSON.
func (a answer) object() map[string]any {
	a.t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(a.body), &object); err != nil {
		a.t.Fatalf("%d %q: %v", a.status, a.body, err)
	}
	return object
}

// items reads the body as a list.
func (a answer) items() []map[string]any {
	a.t.Helper()
	list, _ := a.object()["items"].([]any)
	items := make([]map[string]any, 0, len(list))
	for _, item := range list {
		object, _ := item.(map[string]any)
		items = append(items, object)
	}
	return items
}

// want fails unless the status is the given one, and a problem is a problem document.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if status >= 400 {
		problem := a.object()
		if a.header.Get("Content-Type") != problemType || problem["status"] != float64(status) || problem["detail"] == "" {
			a.t.Errorf("no problem document: %s %s", a.header.Get("Content-Type"), a.body)
		}
	}
	return a
}

// names fails unless the problem names the field with a sentence.
func (a answer) names(location string) {
	a.t.Helper()
	list, _ := a.object()["errors"].([]any)
	for _, item := range list {
		field, _ := item.(map[string]any)
		message, _ := field["message"].(string)
		if field["location"] == location && strings.HasSuffix(message, ".") && strings.Contains(message, " ") {
			return
		}
	}
	a.t.Errorf("%s is not named: %s", location, a.body)
}

// call makes a request. As is whose token goes with it, "" for none; headers are pairs.
func (w *world) call(as, method, path, body string, headers ...string) answer {
	w.t.Helper()
	request := httptest.NewRequestWithContext(context.Background(), method, prefix+path, strings.NewReader(body))
	if as != "" {
		request.Header.Set("Authorization", "Bearer "+w.tokens[as])
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return send1(w.t, w.app, request)
}

func send1(t *testing.T, app *fiber.App, request *http.Request) answer {
	t.Helper()
	response, err := app.Test(request, -1)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return answer{t: t, status: response.StatusCode, header: response.Header, body: string(body)}
}

// start opens a thread and returns its path.
func (w *world) start(as, theme, title string) string {
	w.t.Helper()
	made := w.call(as, "POST", "/threads", fmt.Sprintf(
		`{"theme":%q,"title":%q,"kind":"question","level":"in practice","body":"The opening."}`, theme, title)).want(201)
	return strings.TrimPrefix(made.header.Get("Location"), prefix)
}

// respond writes a response and returns its JSON.
func (w *world) respond(as, thread, key, body string) answer {
	w.t.Helper()
	text, err := json.Marshal(map[string]string{"body": body})
	must(w.t, err)
	return w.call(as, "POST", thread+"/responses", string(text), "Idempotency-Key", key)
}
