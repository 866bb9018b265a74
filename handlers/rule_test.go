package handlers_test

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"colloquy/app/access"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

func TestEveryAddressHasItsRule(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		for _, route := range s.Routes {
			if rule, ok := rules[route]; !ok {
				t.Errorf("%s: nobody has said who may have it; add it to rules", route)
			} else if rule.about == alone && rule.why == "" {
				t.Errorf("%s stands alone, and nobody has said why", route)
			}
		}
		for route := range rules {
			if !slices.Contains(s.Routes, route) {
				t.Errorf("%s has a rule and is no address any more", route)
			}
		}
	})
}

var update = flag.Bool("update", false, "write docs/addresses.md anew")

// TestTheAddressesInTheDocsAreTheRules holds docs/addresses.md to the table.
func TestTheAddressesInTheDocsAreTheRules(t *testing.T) {
	const file = "../docs/addresses.md"
	var b strings.Builder
	b.WriteString("# Addresses, and who may have them\n\nGenerated from the rules that every address is tried against, as everybody in themes of every audience " +
		"(`go test ./handlers -run Addresses -update`). The acts are those of [access.md](access.md).\n\n| address | is about | who may have it |\n|---|---|---|\n")
	for _, route := range slices.Sorted(maps.Keys(rules)) {
		r := rules[route]
		who := "everybody"
		switch {
		case r.why != "":
			who = r.why
		case r.about == account:
			who = "members, each for themselves"
		case r.act != "":
			who = "whoever may: *" + string(r.act) + "*"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", route, r.about, who)
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != b.String() {
		t.Error("docs/addresses.md is old: go test ./handlers -run Addresses -update")
	}
}

// somebody is one who may come, with their browser.
type somebody struct {
	name    string
	viewer  models.Viewer
	browser *served.Browser
}

// everybody are all who may come, strangers first.
func everybody(t *testing.T, s *served.Site) []somebody {
	t.Helper()
	people := []somebody{{"a visitor", s.Visitor, s.Browser(t)}}
	theirs := func(viewer models.Viewer) models.Viewer { // with what they moderate
		now, err := s.Store.ViewerOfMember(context.Background(), viewer.Member.ID)
		if err != nil {
			t.Fatal(err)
		}
		now.Now = viewer.Now
		return now
	}
	for _, of := range []struct {
		name   string
		viewer models.Viewer
	}{
		{"a member", s.Amina},
		{"the author, of a group", s.Paul},
		{"a moderator of another theme", s.Rosa},
		{"a moderator of the theme", moderator(t, s)},
		{"a moderator", s.Lena},
		{"a convener", s.Teo},
	} {
		people = append(people, somebody{of.name, theirs(of.viewer), s.SignedIn(t, of.viewer)})
	}
	return people
}

// moderator is a member who moderates the theme of the boards and nothing else; Rosa
// moderates another one.
func moderator(t *testing.T, s *served.Site) models.Viewer {
	t.Helper()
	chosen := s.Add(t, "mira@example.org", "Mira Osei", "INGOs", models.RoleMember)
	elsewhere := "elsewhere"
	s.Theme(t, elsewhere, "Elsewhere", models.AudienceMembers)
	for slug, handle := range map[string]string{forumtest.Boards: chosen.Persona.PersonaHandle, elsewhere: s.Rosa.Persona.PersonaHandle} {
		if err := s.Community.AddModerator(context.Background(), s.Teo, slug, handle); err != nil {
			t.Fatal(err)
		}
	}
	return chosen
}

// spot is where an address is tried: a theme, and in it a thread with a response, both
// by one member.
type spot struct {
	theme  string
	thread int64
	number int
	thing  access.Thing
	author models.Viewer
}

// placed makes a thread of Paul's in a theme.
func placed(t *testing.T, s *served.Site, slug string) spot {
	t.Helper()
	id := s.Start(t, s.Paul, slug, "Heliotrope")
	number := s.Respond(t, s.Paul, id, "Saffron.")
	head, err := s.Forum.Thread(context.Background(), s.Teo, id)
	if err != nil {
		t.Fatal(err)
	}
	return spot{theme: slug, thread: id, number: number, thing: access.OfThread(&head, false), author: s.Paul}
}

// nowhere is a spot that never was.
var nowhere = spot{theme: "no-such-theme", thread: 99_999_999, number: 2}

// at fills in an address.
func (p spot) at(pattern string) string {
	return strings.NewReplacer(":id", strconv.FormatInt(p.thread, 10), ":slug/:number", "heliotrope/"+strconv.Itoa(p.number),
		":number", strconv.Itoa(p.number), "/themes/:slug", "/themes/"+p.theme, ":slug", "heliotrope",
		":handle", "nina-berg").Replace(pattern)
}

// try does what an address is for.
func (who somebody) try(route string, r rule, p spot) *served.Page {
	method, pattern, _ := strings.Cut(route, " ")
	if r.loose {
		pattern = strings.NewReplacer(":id", "99999999", ":kind", "rules", ":service", "none").Replace(pattern)
	}
	address := p.at(pattern) + r.query
	switch {
	case strings.HasPrefix(pattern, "/api/"):
		return who.browser.JSON(method, address, strings.ReplaceAll(r.body, "SLUG", p.theme))
	case method == http.MethodGet:
		return who.browser.Get(address)
	}
	fields := url.Values{"token": {who.token()}, "key": {rand.Text()}, "theme": {p.theme}}
	maps.Copy(fields, r.form)
	return who.browser.Post(address, fields)
}

// token is a form token of the browser.
func (who somebody) token() string {
	page := "/sign-in"
	if who.viewer.SignedIn() {
		page = "/sign-out"
	}
	return who.browser.Get(page).Find(`input[name="token"]`).AttrOr("value", "")
}

// reason is why the one rule refuses; empty when it does not.
func (who somebody) reason(r rule, p spot) access.Reason {
	switch {
	case r.about == account:
		if !who.viewer.SignedIn() {
			return access.SignIn
		}
		return ""
	case r.act == "":
		return ""
	}
	thing := p.thing
	if r.about == site || r.about == member {
		thing = access.Thing{Audience: models.AudienceEveryone}
	}
	if err := access.Can(who.viewer, access.Read, thing); err != nil {
		return access.Hidden // whatever else it would be
	}
	thing.Own = who.viewer.SignedIn() && who.viewer.Member.ID == p.author.Member.ID
	var denied access.Denied
	if errors.As(access.Can(who.viewer, r.act, thing), &denied) {
		return denied.Reason
	}
	return ""
}

// TestEveryAddressFollowsTheRule tries every address as everybody in themes of every
// audience, strangers first: what the one rule says is what the site answers, and what
// is hidden answers as what never was.
func TestEveryAddressFollowsTheRule(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		people := everybody(t, s)
		s.Add(t, "nina@example.org", "Nina Berg", "Researchers", models.RoleMember)
		for _, audience := range []string{forumtest.Boards, forumtest.Inside, forumtest.Public} {
			for _, route := range slices.Sorted(maps.Keys(rules)) {
				r := rules[route]
				elsewhere := r.about == site || r.about == account || r.about == member
				if r.about == alone || elsewhere && audience != forumtest.Public {
					continue
				}
				for _, who := range people {
					follows(t, s, who, route, r, audience)
				}
			}
		}
	})
}

// TestEveryAddressWaitsForTheAgreement tries every address as members who have not agreed
// to the new house rules: they read, take back and leave, and add nothing.
func TestEveryAddressWaitsForTheAgreement(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		people := everybody(t, s)
		s.Add(t, "nina@example.org", "Nina Berg", "Researchers", models.RoleMember)
		changeRules(t, s)
		for i := range people {
			if people[i].viewer.SignedIn() {
				people[i].viewer = s.Again(t, people[i].viewer)
			}
		}
		for _, route := range slices.Sorted(maps.Keys(rules)) {
			if r := rules[route]; r.about == thread || r.about == text || r.about == theme && r.act == access.StartThread {
				for _, who := range people {
					answers(t, who, route, r, placed(t, s, forumtest.Public))
				}
			}
		}
	})
}

func follows(t *testing.T, s *served.Site, who somebody, route string, r rule, audience string) {
	t.Helper()
	here := placed(t, s, audience)
	if who.reason(r, here) != access.Hidden || r.about == member {
		answers(t, who, route, r, here)
		return
	}
	answer, never := who.try(route, r, here), who.try(route, r, nowhere)
	said := fmt.Sprintf("%s, %s, %s: %d", who.name, route, audience, answer.Code)
	if answer.Code < http.StatusBadRequest && answer.Code != http.StatusSeeOther {
		t.Errorf("%s, and the rule hides it", said)
	}
	if a, b := bare(answer, here), bare(never, nowhere); answer.Code != never.Code || a != b {
		t.Errorf("%s, what never was: %d\n%s\n%s", said, never.Code, a, b)
	}
	answer.Lacks("Heliotrope", "Saffron", "Nkemelu")
	// As many questions to the database: that is what time tells.
	if a, b := least(s, func() { who.try(route, r, here) }), least(s, func() { who.try(route, r, nowhere) }); a != b {
		t.Errorf("%s, and asks the database %d times, of what never was %d times", said, a, b)
	}
}

// answers tries an address that is not hidden.
func answers(t *testing.T, who somebody, route string, r rule, here spot) {
	t.Helper()
	method, pattern, _ := strings.Cut(route, " ")
	reason := who.reason(r, here)
	answer := who.try(route, r, here)
	said := fmt.Sprintf("%s, %s, %s: %d", who.name, route, here.theme, answer.Code)
	switch {
	case reason == "" && r.loose:
		if answer.Code == http.StatusUnauthorized || answer.Code == http.StatusForbidden || answer.Code >= http.StatusInternalServerError {
			t.Errorf("%s, and the rule allows it: %.200s", said, answer.Text("main"))
		}
	case reason == "":
		if answer.Code >= http.StatusBadRequest || strings.HasPrefix(answer.Header.Get("Location"), "/sign-in") {
			t.Errorf("%s, and the rule allows it: %.200s", said, answer.Text("main"))
		}
	default:
		if want := refusals(reason, method, strings.HasPrefix(pattern, "/api/")); answer.Code != want {
			t.Errorf("%s, want %d (%s)", said, want, reason)
		}
	}
}

// least is the fewest questions that something asks the database, of three times: what is
// kept in memory and what runs in the background ask now and then besides.
func least(s *served.Site, do func()) int64 {
	fewest := int64(math.MaxInt64)
	for range 3 {
		before := s.Store.Queries()
		do()
		fewest = min(fewest, s.Store.Queries()-before)
	}
	return fewest
}

// random is what is random in every answer: form tokens and keys.
var random = regexp.MustCompile(`value="[\w-]{20,}"|"reference":"\w+"`)

// bare is all of an answer but what names the place that was asked for, and what is random
// anew for each answer.
func bare(page *served.Page, p spot) string {
	text := random.ReplaceAllString(page.Body, "DRAWN")
	id := strconv.FormatInt(p.thread, 10)
	names := strings.NewReplacer("/threads/"+id, "PLACE", "%2Fthreads%2F"+id, "PLACE", "thread:"+id, "PLACE", p.theme, "PLACE")
	text = names.Replace(text)
	headers := []string{}
	for _, name := range []string{"Content-Type", "Cache-Control", "Location", "Vary", "Etag", "Last-Modified", "Retry-After"} {
		headers = append(headers, name+": "+names.Replace(page.Header.Get(name)))
	}
	return strings.Join(headers, "\n") + "\n" + text
}
