package main_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestOperatorsMembers(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, p *place) {
		add := func(email, name, group, role string) []string {
			return []string{"member", "add", "--email", email, "--name", name, "--group", group, "--role", role}
		}
		said := p.refused(`"MSI boards"`, add("eva@example.org", "Eva", "Bankers", "member")...).said
		for _, group := range []string{"MSI secretariats", "Country level MSI actors", "Researchers", "Funders", "INGOs"} {
			if !strings.Contains(said, `"`+group+`"`) {
				t.Errorf("the sentence does not name %s: %s", group, said)
			}
		}
		p.refused("--email", add("eva", "Eva", "Funders", "member")...)
		p.refused("--name", add("eva@example.org", " ", "Funders", "member")...)
		p.refused("--role", add("eva@example.org", "Eva", "Funders", "queen")...)
		p.done(add("eva@example.org", "Eva Marín", "Funders", "moderator")...)
		p.refused("--email", add("EVA@example.org", "Eva Again", "Funders", "member")...)
		for _, command := range []string{"member link", "member suspend", "member lift", "member change --role member", "token create --member"} {
			p.refused("nobody@example.org", append(strings.Fields(command), "nobody@example.org")...)
		}
		p.refused("--days", "member", "suspend", "eva@example.org", "--days", "0")
		p.refused("--group", "member", "change", "eva@example.org")
		p.refused(`"MSI boards"`, "member", "change", "eva@example.org", "--group", "Bankers")
		p.refused("--role", "member", "change", "eva@example.org", "--role", "queen")

		s := p.serve()
		b := p.signIn("eva@example.org")
		b.Get("/").Status(http.StatusOK).Has("/sign-out")
		link := pathOf(t, p.done("member", "link", "eva@example.org"))
		other := p.browser()
		stale := other.Get(link).Status(http.StatusOK)
		stale.Submit(`form[action="`+link+`"]`, nil).Status(http.StatusSeeOther)
		third := p.browser()
		third.Get(link).Status(http.StatusGone)
		line := p.live(b.Cookies())
		unused := pathOf(t, p.done("member", "link", "eva@example.org"))
		p.done("member", "suspend", "eva@example.org")
		s.await(seen, "the session has ended", func() bool { return !strings.Contains(b.Get("/").Body, "/sign-out") })
		if code, err := closeCode(line); err != nil || code != 4003 {
			t.Errorf("the live line of a suspended member is closed with %d (%v)", code, err)
		}
		third.Get(unused).Submit(`form[action="`+unused+`"]`, nil).Status(http.StatusForbidden)
		for range 2 { // again changes nothing
			p.done("member", "lift", "eva@example.org")
		}
		third.Get(unused).Submit(`form[action="`+unused+`"]`, nil).Status(http.StatusSeeOther)
		third.Get("/").Status(http.StatusOK).Has("/sign-out")
		b.Get("/").Lacks("/sign-out") // what has ended stays ended
	})
}

// TestOperatorsChanges changes members beside a running site, which follows.
func TestOperatorsChanges(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, p *place) {
		s := p.serve()
		for name, role := range map[string]string{"Ada First": "convener", "Kim": "member"} {
			email := strings.ToLower(strings.Fields(name)[0]) + "@example.org"
			p.done("member", "add", "--email", email, "--name", name, "--group", "Researchers", "--role", role)
		}
		said := p.refused("last convener", "member", "change", "ada@example.org", "--role", "member").said
		if !strings.Contains(said, "another member") {
			t.Errorf("the sentence does not say what to do: %s", said)
		}
		kim := p.caller(strings.TrimSpace(p.done("token", "create", "--member", "kim@example.org")))
		var thread struct{ ID int64 }
		var themes struct{ Items []struct{ Slug string } }
		kim.ask(t, http.MethodGet, "/themes", nil, http.StatusOK, &themes)
		opening := map[string]string{
			"theme": themes.Items[0].Slug, "title": "Of which group", "kind": "question", "level": "in practice", "body": "Mine.",
		}
		kim.ask(t, http.MethodPost, "/threads", opening, http.StatusCreated, &thread)
		visitor := p.browser()
		address := visitor.Get(fmt.Sprintf("/threads/%d", thread.ID)).Status(http.StatusFound).Header.Get("Location")
		visitor.Get(address).Status(http.StatusOK).Has("Researchers")
		b := p.signIn("kim@example.org")
		b.Get("/invitations").Status(http.StatusForbidden)

		p.done("member", "change", "kim@example.org", "--group", "Funders", "--role", "convener")
		p.done("member", "change", "kim@example.org", "--role", "convener") // again changes nothing
		var me struct{ Role, Group string }
		kim.ask(t, http.MethodGet, "/me", nil, http.StatusOK, &me)
		if me.Role != "convener" || me.Group != "Funders" {
			t.Errorf("Kim is %+v", me)
		}
		b.Get("/invitations").Status(http.StatusOK)
		s.await(seen, "the text shows the new group", func() bool {
			return strings.Contains(visitor.Get(address).Text("#r1"), "Funders")
		})
		p.done("member", "change", "ada@example.org", "--role", "member") // there is another one now
	})
}

func TestOperatorsTokens(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, p *place) {
		s := p.serve() // the commands run beside it
		p.done("member", "add", "--email", "kim@example.org", "--name", "Kim", "--group", "Researchers")
		p.refused("--member", "token", "create")
		out := p.done("token", "create", "--member", "Kim@example.org", "--name", "a script")
		if !regexp.MustCompile(`^\S{20,}\n$`).MatchString(out) {
			t.Fatalf("token create prints %q", out)
		}
		c := p.caller(strings.TrimSpace(out))
		c.ask(t, http.MethodGet, "/me", nil, http.StatusOK, nil)
		list := p.done("token", "list")
		row := regexp.MustCompile(`(?m)^(\d+)\tkim@example\.org\ta script\t\S+\topen$`).FindStringSubmatch(list)
		if row == nil || strings.Contains(list, c.token) {
			t.Fatalf("token list prints %q", list)
		}
		p.done("token", "revoke", row[1])
		s.await(seen, "the token has ended", func() bool {
			code, _, err := c.call(t.Context(), http.MethodGet, "/me", "", nil)
			must(t, err)
			return code == http.StatusUnauthorized
		})
		p.refused(row[1], "token", "revoke", row[1])
		if list := p.done("token", "list"); !strings.Contains(list, "revoked") || strings.Contains(list, "open") {
			t.Errorf("after the revocation token list prints %q", list)
		}
	})
}
