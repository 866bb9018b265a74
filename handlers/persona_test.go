package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
	"colloquy/models/store"
)

// checked is the choice that stands in the composer.
func checked(p *served.Page) string { return p.Find(`#reply [name="as"][checked]`).AttrOr("value", "") }

// TestTheComposerAsksAsWhom: only where there are pseudonyms; it begins with the profile,
// and with the pseudonym once there is one; what was chosen comes back with every refusal.
func TestTheComposerAsksAsWhom(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		s.Masks(t, frank, "Frank matters", models.AudienceMembers)
		open, id := s.Start(t, s.Rosa, forumtest.Public, "Open"), s.Start(t, s.Rosa, frank, "Frank")
		amina := s.SignedIn(t, s.Amina)
		if plain := amina.Get(path(t, s, open)).Status(http.StatusOK); plain.Find(`[name="as"]`).Length() != 0 {
			t.Error("one is asked where there is nothing to choose")
		}
		page := amina.Get(fmt.Sprintf("/threads/%d", id)).Follow().Status(http.StatusOK)
		if checked(page) != "me" || page.Find(`#reply [name="as"]`).Length() != 2 || page.Text("#reply .readers") == "" {
			t.Errorf("the composer offers %q", page.Text("#reply fieldset"))
		}
		for name, said := range map[string]string{
			"Lena Fischer": "somebody here goes by", "Amina Diallo": "somebody here goes by", "Moderator": "names an office", "": "cannot be empty",
			"P\u0430ul": "mixes letters", "<b>Heron": "",
		} {
			back := page.Submit(composer, form("body", "", "as", "new", "pseudonym", name, "show_group", "1")).Status(http.StatusUnprocessableEntity)
			if checked(back) != "new" || back.Find("#f-pseudonym").AttrOr("value", "") != name || back.Find("#f-show_group[checked]").Length() != 1 {
				t.Errorf("%q: the choice did not come back", name)
			}
			if said == "" {
				continue
			}
			back = page.Submit(composer, form("body", "Kept words.", "as", "new", "pseudonym", name)).Status(http.StatusUnprocessableEntity).Has("Kept words.", said)
			if back.Find(`#errors a[href="#f-pseudonym"]`).Length() != 1 || back.Find(`#f-pseudonym[aria-invalid]`).Length() != 1 {
				t.Errorf("%q: the sentence is not tied to its field", name)
			}
		}
		preview := page.Submit(composer, form("body", "Kept words.", "as", "new", "pseudonym", "Heron", "preview", "1")).Status(http.StatusOK)
		if checked(preview) != "new" {
			t.Error("a preview forgets the choice")
		}
		page.Submit(composer, form("body", "Kept words.", "as", "7")).Status(http.StatusUnprocessableEntity).Has("Kept words.", "Choose again as whom")
		page.Submit(composer, form("body", "Kept words.", "as", "pseudonym", "known_as", "Heron")).Status(http.StatusUnprocessableEntity).Has("Kept words.")
		posted := preview.Submit(composer, nil).Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
		if by := posted.Text("#r2 h3"); by != "Heron (pseudonym)" {
			t.Errorf("the byline is %q", by)
		}
		if checked(posted) != "pseudonym" || posted.Find(`#reply [value="new"]`).Length() != 0 || posted.Find(`#r2 .g`).Length() != 0 {
			t.Errorf("the composer begins with %q", checked(posted))
		}
		// A second tab is open still and wants a second one.
		again := page.Submit(composer, form("body", "Kept words.", "as", "new", "pseudonym", "Osprey", "key", "another")).
			Status(http.StatusUnprocessableEntity).Has("Kept words.", "already")
		if checked(again) != "" {
			t.Errorf("a face that cannot be had is exchanged for %q", checked(again))
		}
		posted.Submit(composer, form("body", "By name.", "as", "me")).Status(http.StatusSeeOther).Follow().Has("By name.")
		if by := amina.Get(posted.Path).Text("#r3 h3"); by != "Amina Diallo" {
			t.Errorf("the byline is %q", by)
		}
	})
}

// TestASessionThatEndsKeepsTheMask: whoever was signed out while writing under a pseudonym
// does not post by name after signing in again.
func TestASessionThatEndsKeepsTheMask(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		s.Masks(t, frank, "Frank matters", models.AudienceEveryone)
		id := s.Start(t, s.Rosa, frank, "Frank")
		amina := s.SignedIn(t, s.Amina)
		page := amina.Get(path(t, s, id))
		signOut := func() {
			amina.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil).Status(http.StatusSeeOther)
		}
		signIn := func(viewer models.Viewer) {
			token, err := s.Community.MemberLink(t.Context(), viewer.Member.Email)
			if err != nil {
				t.Fatal(err)
			}
			amina.Get("/sign-in/"+token).Submit(`form[action="/sign-in/`+token+`"]`, nil).Status(http.StatusSeeOther)
		}
		signOut()
		back := page.Submit(composer, form("body", "Frankly.", "as", "new", "pseudonym", "Heron")).Status(http.StatusUnauthorized)
		signIn(s.Amina)
		posted := back.Submit(composer, nil).Status(http.StatusForbidden).Submit(composer, nil).Status(http.StatusSeeOther).Follow()
		if by := posted.Text("#r2 h3"); by != "Heron (pseudonym)" {
			t.Errorf("the byline is %q", by)
		}
		signOut()
		back = posted.Submit(composer, form("body", "More.")).Status(http.StatusUnauthorized)
		signIn(s.Rosa) // somebody else at the same browser
		back.Submit(composer, nil).Status(http.StatusForbidden).Submit(composer, nil).Status(http.StatusUnprocessableEntity).Has("More.")
	})
}

// TestAPseudonymThroughTheAPI: by its exact name in its theme, and for nobody else.
func TestAPseudonymThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		m := newMasked(t, s)
		m.speak(t)
		token, err := s.Community.CreateToken(t.Context(), m.member.Member.Email, "script")
		if err != nil {
			t.Fatal(err)
		}
		other, err := s.Community.CreateToken(t.Context(), s.Lena.Member.Email, "script")
		if err != nil {
			t.Fatal(err)
		}
		send := func(token string, id int64, key, persona string) (int, string) {
			return postJSON(t, s, fmt.Sprintf("/api/v1/threads/%d/responses", id), token, key, `{"body":"By script.","lang":"en","persona":"`+persona+`"}`)
		}
		code, body := send(token, m.frank, "k1", "Heron")
		if code != http.StatusCreated || !strings.Contains(body, `"persona":{"name":"Heron","group":null,"pseudonym":true}`) {
			t.Errorf("%d %s", code, body)
		}
		if code, again := send(token, m.frank, "k1", "Heron"); code != http.StatusOK || again != body {
			t.Errorf("a retry: %d %s", code, again)
		}
		if code, body := send(token, m.frank, "k1", "zephyrine-quatrebarbes"); code != http.StatusUnprocessableEntity {
			t.Errorf("the same key with another face: %d %s", code, body)
		}
		_, unknown := send(token, m.frank, "k2", "Nobody")
		for what, try := range map[string]struct {
			token   string
			id      int64
			persona string
		}{
			"another theme's": {token, m.candid, "Heron"}, "a moderator's attempt": {other, m.frank, "Heron"}, "another case": {token, m.frank, "heron"},
			"a persona's id": {token, m.frank, fmt.Sprint(m.member.PersonaID)}, "a moderator": {token, m.frank, "lena-fischer"},
		} {
			if code, body := send(try.token, try.id, "k3"+what, try.persona); code != http.StatusUnprocessableEntity || body != unknown {
				t.Errorf("%s: %d %s", what, code, body)
			}
		}
		if code, body := send(token, m.frank, "k4", "zephyrine-quatrebarbes"); code != http.StatusCreated || !strings.Contains(body, `"handle":"zephyrine-quatrebarbes"`) {
			t.Errorf("%d %s", code, body)
		}
		code, body = postJSON(t, s, "/api/v1/threads", token, "k5",
			`{"theme":"`+candid+`","title":"A title","kind":"question","level":"in practice","body":"Text.","persona":"Kingfisher"}`)
		if code != http.StatusCreated || !strings.Contains(body, `"persona":{"name":"Kingfisher","group":"Funders","pseudonym":true}`) {
			t.Errorf("%d %s", code, body)
		}
	})
}

// TestWritingWaitsForTheAgreement: when the house rules have changed, a notice stands in
// place of the forms, and a text that is on its way comes back with it.
func TestWritingWaitsForTheAgreement(t *testing.T) {
	s := onSQLite(t)
	id := s.Start(t, s.Amina, forumtest.Public, "Before")
	rosa, amina, visitor := s.SignedIn(t, s.Rosa), s.SignedIn(t, s.Amina), s.Browser(t)
	address := path(t, s, id)
	open, opening := rosa.Get(address), rosa.Get("/threads/new?theme="+forumtest.Public)
	edit := fmt.Sprintf("/threads/%d/responses/1/edit", id)
	editing := amina.Get(edit).Status(http.StatusOK)
	changeRules(t, s)
	waits := func(page *served.Page, next string) {
		t.Helper()
		if page.Find(`.notice:not(.agree) a[href^="/agreement?next=`+next+`"]`).Length() != 1 || page.Find(`main textarea:not([readonly])`).Length() != 0 {
			t.Errorf("%s offers %q", page.Path, page.Text("main form"))
		}
	}
	waits(rosa.Get(address).Status(http.StatusOK), "%2Fthreads%2F")
	waits(rosa.Get("/threads/new?theme="+forumtest.Public).Status(http.StatusOK), "%2Fthreads%2Fnew")
	waits(amina.Get(edit).Status(http.StatusForbidden), "%2Fthreads%2F")
	if visitor.Get(address).Status(http.StatusOK).Find(`a[href^="/agreement"]`).Length() != 0 {
		t.Error("a visitor is asked to agree")
	}
	for _, back := range []*served.Page{
		open.Submit(composer, form("body", "An hour of words.")),
		open.Submit(composer, form("body", "An hour of words.", "preview", "1")),
		opening.Submit(`form[action="/threads"]`, form("title", "A title", "kind", "question", "level", "in practice", "body", "An hour of words.")),
		editing.Submit(`form[action="`+edit+`"]`, form("body", "An hour of words.")),
	} {
		back.Status(http.StatusForbidden)
		if !strings.Contains(back.Text(`main textarea[name="body"]`), "An hour of words.") || back.Find(`.notice[role="alert"] a[href^="/agreement?next=%2F"]`).Length() != 1 {
			t.Errorf("%s gives back %q", back.Path, back.Text("main"))
		}
	}
	token, err := s.Community.CreateToken(t.Context(), s.Rosa.Member.Email, "script")
	if err != nil {
		t.Fatal(err)
	}
	if code, body := postJSON(t, s, fmt.Sprintf("/api/v1/threads/%d/responses", id), token, "k", `{"body":"By script."}`); code != http.StatusForbidden ||
		!strings.Contains(body, "house rules have changed") {
		t.Errorf("%d %s", code, body)
	}
	if head, err := s.Forum.Thread(t.Context(), s.Rosa, id); err != nil || head.Responses != 0 || head.Seq != 1 {
		t.Errorf("something was written: %+v, %v", head.Thread, err)
	}
}

// TestAProfileIsRenamedFiveTimesADay: others know people by their names.
func TestAProfileIsRenamedFiveTimesADay(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, db *store.Store) {
		s := served.NewLimitedSite(t, forumtest.NewCast(t, db), nil)
		amina := s.SignedIn(t, s.Amina)
		rename := func(name string) *served.Page {
			return amina.Get("/settings").Submit(`form[action="/settings"]`, form("name", name))
		}
		for n := range 5 {
			rename(fmt.Sprint("Amina ", n)).Status(http.StatusSeeOther)
		}
		rename("Amina Diallo").Status(http.StatusTooManyRequests)
		rename("Amina 4").Status(http.StatusSeeOther) // no other name than before
	})
}

// TestOwnMarksKnowANewFaceAtOnce: a page that was open before a pseudonym was made is told,
// over the socket and the poll, that its text is the member's own; nobody else's page is.
func TestOwnMarksKnowANewFaceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		s.Masks(t, frank, "Frank matters", models.AudienceMembers)
		id := s.Start(t, s.Paul, frank, "Frank")
		amina, rosa := s.SignedIn(t, s.Amina), s.SignedIn(t, s.Rosa)
		page := amina.Get(fmt.Sprintf("/threads/%d", id)).Follow().Status(http.StatusOK)
		mine, hers := dial(t, s, amina), dial(t, s, rosa)
		for _, l := range []*line{mine, hers} {
			l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d","since":1}`, id))
			l.next("ok")
		}
		page.Submit(composer, form("body", "Frankly.", "as", "new", "pseudonym", "Heron")).Status(http.StatusSeeOther)
		if ev := mine.next("ev"); !strings.Contains(ev.HTML, "Heron") {
			t.Errorf("frame %+v", ev)
		}
		if own := mine.next("own"); fmt.Sprint(own.N) != "[2]" {
			t.Errorf("own are %v", own.N)
		}
		if first := hers.frame(); first.T != "ev" || !strings.Contains(first.HTML, "Heron") {
			t.Errorf("another page is told %s", first.raw)
		}
		poll := fmt.Sprintf("/live/changes?ch=thread:%d&since=1", id)
		if told := amina.Get(poll).Status(http.StatusOK); !strings.Contains(told.Body, `"t":"own"`) {
			t.Errorf("the poll lacks the own mark: %s", told.Body)
		}
		rosa.Get(poll).Status(http.StatusOK).Lacks(`"t":"own"`)
	})
}
