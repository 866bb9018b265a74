package views

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"colloquy/models"
	"colloquy/views/words"
)

func page(t *testing.T, lang, name string) *html.Node {
	t.Helper()
	c, ok := communityPages(lang)[name]
	if !ok {
		t.Fatalf("no page %s", name)
	}
	return parse(t, render(t, c))
}

// reachable are the beginnings of the addresses that exist; a page leads nowhere else.
var reachable = []string{
	"/themes", "/threads", "/search", "/join", "/members", "/groups/", "/settings", "/sign-in", "/sign-out", "/invitations", "/look", "/demo/sign-in",
	"/workshops/", "/learning-agenda", "/about", "/house-rules", "/privacy", "/community", "/agreement", "/static/", "#", "?page=", "https://colloquy.example/",
	"mailto:secretariat@example.org", "mailto:a@example.org", "https://example.org/contact",
}

func TestPagesLeadOnlyToWhatExists(t *testing.T) {
	everyPage(t, func(t *testing.T, _ string, root *html.Node) {
		for _, n := range elements(root, tag("a", "form", "link")) {
			to, ok := attribute(n, "href")
			if n.Data == "form" {
				to, ok = attribute(n, "action")
			}
			known := to == "/"
			for _, beginning := range reachable {
				known = known || strings.HasPrefix(to, beginning)
			}
			if !ok || !known {
				t.Errorf("%s leads to %q", n.Data, to)
			}
		}
	})
}

func TestPagesFillOneButtonAtMost(t *testing.T) {
	everyPage(t, func(t *testing.T, _ string, root *html.Node) {
		filled := elements(root, func(n *html.Node) bool {
			class, _ := attribute(n, "class")
			has := func(name string) bool { return slices.Contains(strings.Fields(class), name) }
			return has("btn") && !has("line") && !has("small")
		})
		if len(filled) > 1 {
			t.Errorf("%d filled buttons", len(filled))
		}
	})
}

func TestTextsOfOthersSayTheirLanguage(t *testing.T) {
	for _, name := range []string{"home-visitor", "home-member", "themes", "theme", "search", "agenda", "profile"} {
		root := page(t, "fr", name)
		english := elements(root, func(n *html.Node) bool { lang, _ := attribute(n, "lang"); return lang == "en" && n.Data != "button" })
		if len(english) == 0 {
			t.Errorf("%s: nothing is marked as English on a French page", name)
		}
		for _, n := range elements(page(t, "en", name), func(n *html.Node) bool { lang, _ := attribute(n, "lang"); return lang == "ar" && n.Data != "button" }) {
			if dir, _ := attribute(n, "dir"); dir != "rtl" && n.Data != "bdi" {
				t.Errorf("%s: %s in Arabic runs %q", name, n.Data, dir)
			}
		}
	}
}

func TestFrontLines(t *testing.T) {
	home := fixtureHome()
	p := home.front(fixturePage("en", "", models.Viewer{}))
	want := "23 November|Five themes, 44 threads|214 members from six stakeholder groups"
	if got := strings.Join(p.FrontLines, "|"); got != want || !p.Front {
		t.Errorf("%s", got)
	}
	home.Themes, home.Members = nil, 0
	if got := home.front(fixturePage("en", "", models.Viewer{})).FrontLines; len(got) != 1 {
		t.Errorf("a new community: %v", got)
	}
}

func TestHomeSaysWhatHappened(t *testing.T) {
	text := textOf(page(t, "en", "home-visitor"))
	for _, want := range []string{
		"The February workshop, continued", "On 11 and 12 February,", "Hanna Lindqvist responded in When the global standard",
		"Rosa Quispe opened a resource: Overview", "Author unknown responded in Pair every", "A standard asks whether the room exists.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if text := textOf(page(t, "en", "home-suspended")); !strings.Contains(text, "write again from 25 November") {
		t.Error("a suspended member is not told until when")
	}
}

func TestThreadListQuotesTheLatestVoice(t *testing.T) {
	text := textOf(page(t, "en", "theme"))
	for _, want := range []string{
		"Hanna Lindqvist, 12 minutes ago: it is three countries, not two.", "Opened by Rosa Quispe, 2 days ago: The presentation",
		"Author unknown, 14 November: Nothing about us without us.", "Old Author: An old text.", "Pinned", "Closed", "Outcome: Open challenge",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestThemeTabsAndPages(t *testing.T) {
	all := links(page(t, "en", "theme-closed"))
	for _, want := range []string{"/themes/linkages?after=p.1&kind=question", "/themes/linkages?kind=challenge", "/threads/new?theme=linkages"} {
		if !strings.Contains(all, want) {
			t.Errorf("no link to %s", want)
		}
	}
	text := textOf(page(t, "en", "theme-closed"))
	if !strings.Contains(text, "Only these groups and the moderators can read this: Country level MSI actors and INGOs.") {
		t.Error("a theme for some groups does not say for which")
	}
	if all := links(page(t, "en", "theme-visitor")); strings.Contains(all, "/threads/new") || !strings.Contains(all, "/sign-in?next=%2Fthemes%2Flinkages") {
		t.Errorf("a visitor is led to %s", all)
	}
}

func TestSearchMarksWhatWasLookedFor(t *testing.T) {
	for _, c := range []struct {
		text  string
		terms []string
		want  string
	}{
		{"A record of who spoke and what changed", []string{"who", "spo"}, "A record of [who spoke] and what changed"},
		{"Whoever spoke", []string{"who", "spoke"}, "Whoever [spoke]"},
		{"Liberté, LIBERTE", []string{"liberte"}, "[Liberté], [LIBERTE]"},
		{"من تكلم، وفي أي بند", []string{"تكلم"}, "من [تكلم]، وفي أي بند"},
		{"(who) who", []string{"who"}, "([who]) [who]"},
		{"who", nil, "who"},
		{"", []string{"who"}, ""},
	} {
		var got strings.Builder
		for _, piece := range marked(c.text, c.terms) {
			if piece.Hit {
				got.WriteString("[" + piece.Text + "]")
			} else {
				got.WriteString(piece.Text)
			}
		}
		if got.String() != c.want {
			t.Errorf("%q: %q", c.text, got.String())
		}
	}
}

func TestInvitationNamesNothingOfTheCommunity(t *testing.T) {
	p := fixturePage("en", "Secret circle", models.Viewer{})
	p.CommunityName, p.Description, p.OpenGraph = "Secret circle", "Secret circle meets.", true
	for _, state := range []InvitationState{InvitationOpen, InvitationUsed, InvitationExpired, InvitationGone, InvitationMember, InvitationSent} {
		text := render(t, Invitation(p, InvitationPage{Token: "t0ken", State: state}))
		for _, never := range []string{"Secret circle", "og:", "canonical", "/workshops/", "colloquy.example"} {
			if strings.Contains(text, never) {
				t.Errorf("the page in state %q says %s", state, never)
			}
		}
		if !strings.Contains(text, `<meta name="robots" content="noindex">`) {
			t.Errorf("the page in state %q may be indexed", state)
		}
	}
}

func TestSignInAnswersAlikeForEveryAddress(t *testing.T) {
	p := fixturePage("en", "", models.Viewer{})
	page := render(t, SignInCode(p, SignInCodePage{Next: "/themes"}))
	for _, never := range []string{"@example.org", "unknown"} {
		if strings.Contains(page, never) {
			t.Errorf("the page after asking for a letter says %s", never)
		}
	}
}

func TestErrorPagesSayWhatWasKept(t *testing.T) {
	for status, want := range map[int]string{
		404: "No page at this address", 405: "This could not be done", 429: "You can go on in 10 minutes.", 502: "it is our fault",
	} {
		text := textOf(parse(t, render(t, ErrorPage(fixturePage("en", "", fixtureViewer(models.RoleMember)), ErrorView{Status: status, RetryAfter: 600, Text: "<i>kept</i>"}))))
		if !strings.Contains(text, want) || !strings.Contains(text, "<i>kept</i>") {
			t.Errorf("%d: %s", status, text)
		}
	}
}

func TestWorkshopDates(t *testing.T) {
	for _, c := range []struct {
		lang     string
		workshop models.Workshop
		want     string
	}{
		{"en", models.Workshop{Month: 2, FirstDay: 11, LastDay: 12}, "11 and 12 February"},
		{"en", models.Workshop{Month: 2, FirstDay: 11, LastDay: 14, Year: 2024}, "11 to 14 February 2024"},
		{"fr", models.Workshop{Month: 2, FirstDay: 1, LastDay: 2}, "1er et 2 février"},
		{"es", models.Workshop{Month: 2, FirstDay: 11, LastDay: 11, Year: 2024}, "11 de febrero de 2024"},
		{"en", models.Workshop{Month: 2}, "February"},
		{"en", models.Workshop{Year: 2024}, "2024"},
		{"en", models.Workshop{}, ""},
	} {
		if got := workshopDate(words.For(c.lang), &c.workshop); got != c.want {
			t.Errorf("%+v: %q", c.workshop, got)
		}
	}
}

func TestInvitationsShowTheLinkOnceAndWithdrawOnlyWaitingOnes(t *testing.T) {
	root := page(t, "en", "invitations")
	withdraw := elements(root, func(n *html.Node) bool {
		action, _ := attribute(n, "action")
		return strings.HasPrefix(action, "/invitations/") && strings.HasSuffix(action, "/delete")
	})
	if len(withdraw) != 2 {
		t.Errorf("%d invitations can be withdrawn", len(withdraw))
	}
	if n := strings.Count(render(t, communityPages("en")["invitations"]), "https://colloquy.example/invitations/t0ken"); n != 1 {
		t.Errorf("the link stands on the page %d times", n)
	}
	if strings.Contains(render(t, communityPages("en")["invitations-none"]), `name="role"`) {
		t.Error("a moderator is offered roles")
	}
}
