package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

const (
	settingsForm = `form[action="/community/settings"]`
	rulesForm    = `form[action="/community/texts/rules"]`
)

func TestOnlyConvenersReachTheCommunitysSettings(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		group := fmt.Sprintf("/community/groups/%d/", s.Groups[0].ID)
		gets := []string{
			"/community", "/community/settings", "/community/texts", "/community/texts/rules", "/community/texts/privacy",
			"/community/groups", "/community/groups/new", group + "edit", "/community/initiatives", "/community/initiatives/1/delete",
		}
		posts := []string{
			"/community/settings", "/community/texts/rules", "/community/groups", group + "edit", group + "move", group + "retirement",
			group + "retirement/delete", group + "delete", "/community/initiatives", "/community/initiatives/1", "/community/initiatives/1/delete",
		}
		stranger, member, moderator, convener := s.Browser(t), s.SignedIn(t, s.Amina), s.SignedIn(t, s.Lena), s.SignedIn(t, s.Teo)
		for _, path := range gets {
			to := stranger.Get(path).Status(http.StatusSeeOther).Header.Get("Location")
			if want := "/sign-in?next=" + url.QueryEscape(path); to != want {
				t.Errorf("%s leads a stranger to %s, want %s", path, to, want)
			}
			member.Get(path).Status(http.StatusForbidden)
			moderator.Get(path).Status(http.StatusForbidden)
			if page := convener.Get(path).Status(http.StatusOK); page.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s may be kept: %s", path, page.Header.Get("Cache-Control"))
			}
		}
		token := served.Fields(moderator.Get("/settings").Find(`form[action="/settings"]`)).Get("token")
		for _, path := range posts {
			stranger.Post(path, form("name", "Stolen", "to", "down")).Status(http.StatusUnauthorized)
			moderator.Post(path, form("name", "Stolen", "to", "down", "token", token)).Status(http.StatusForbidden)
			convener.Post(path, form("name", "Stolen", "to", "down")).Status(http.StatusForbidden) // without a token
		}
		convener.Get("/community/texts/terms").Status(http.StatusNotFound)
		convener.Get("/community/groups/999/edit").Status(http.StatusNotFound)
		convener.Get("/community/initiatives/999/delete").Status(http.StatusNotFound)
		member.Get("/about").Status(http.StatusOK).Lacks(`href="/community"`, "Stolen")
		moderator.Get("/about").Lacks(`href="/community"`)
		convener.Get("/about").Has(`href="/community"`, "MSI secretariats")
	})
}

func TestTheCommunitysSettingsHoldEverywhere(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		teo, amina, visitor := s.SignedIn(t, s.Teo), s.SignedIn(t, s.Amina), s.Browser(t)
		visitor.Get("/").Has("Colloquy") // kept from now on
		amina.Get("/settings").Submit(`form[action="/look"]:has([value="fr"])`, form("language", "fr")).Status(http.StatusSeeOther)
		amina.Get("/about").Has(`<html lang="fr"`)
		page := teo.Get("/community/settings").Status(http.StatusOK)
		if ticked := page.Find(`[name="languages"][checked]`).Length(); ticked != 4 {
			t.Errorf("%d languages are offered", ticked)
		}
		// A form that is not accepted comes back as it was, with the reason at its field.
		bad := page.Submit(settingsForm, url.Values{"name": {""}, "purpose": {"Kept purpose"}, "languages": {"xx"}, "joining": {"never"}}).
			Status(http.StatusUnprocessableEntity).Has("Kept purpose", `id="f-name-error"`, `id="f-languages-error"`, `id="f-joining-error"`)
		if bad.Find(`[name="languages"][checked]`).Length() != 0 {
			t.Error("an unknown language is ticked")
		}
		page.Submit(settingsForm, url.Values{"token": {"forged"}, "name": {"Kept name"}}).Status(http.StatusForbidden).Has("Kept name")
		page.Submit(settingsForm, url.Values{
			"name": {"Open <Table>"}, "purpose": {"To carry on & on."}, "languages": {"ar", "en", "xx"}, "language": {"ar"}, "contact": {"desk@example.org"},
			"joining": {"open"}, "epoch": {"feed"}, "secret": {"x"}, "rules_version": {"9"},
		}).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("It holds from now on", `value="Open &lt;Table&gt;"`)
		row, err := s.Store.Community(t.Context())
		if err != nil || row.Epoch != s.Row.Epoch || string(row.Secret) != string(s.Row.Secret) || row.RulesVersion != 0 || row.Languages != "ar en" {
			t.Errorf("%+v, %v", row, err)
		}
		home := visitor.Get("/").Status(http.StatusOK).Has("Open &lt;Table&gt;", `lang="ar" dir="rtl">To carry on &amp; on.`)
		if buttons := home.Find(`.foot [name="language"]`).Length(); buttons != 2 {
			t.Errorf("the foot offers %d languages", buttons)
		}
		visitor.Get("/about").Has("Whoever would like to take part can join.", `href="mailto:desk@example.org"`, "English", "العربية").Lacks("Français")
		visitor.Get("/privacy").Has("desk@example.org")
		// Who asks for French, by browser, cookie or setting, gets what is offered.
		visitor.Language = "fr, en;q=0.5"
		visitor.Get("/about").Has(`<html lang="en"`)
		visitor.Language = "fr"
		visitor.Get("/about").Has(`<html lang="ar" dir="rtl"`)
		amina.Get("/about").Has(`<html lang="en"`)
		if options := amina.Get("/settings").Find(`[name="language"] option`).Length(); options != 3 {
			t.Errorf("the settings offer %d choices of language", options)
		}
		amina.Get("/settings").Submit(`form[action="/look"]:has([value="ar"])`, form("language", "fr")).Status(http.StatusSeeOther)
		amina.Get("/about").Has(`<html lang="en"`)
	})
}

// TestSettingsFollowAtAnotherInstance: a second instance over the same database shows what
// the first one changed as soon as it has looked, kept pages included.
func TestSettingsFollowAtAnotherInstance(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		beside := *s.Cast
		other := served.NewSite(t, &beside)
		visitor := other.Browser(t)
		visitor.Get("/").Status(http.StatusOK).Has("For tests.")
		visitor.Get("/house-rules").Status(http.StatusOK).Has("Say what you know")
		teo := s.SignedIn(t, s.Teo)
		teo.Get("/community/settings").Submit(settingsForm, form("purpose", "Moved on.")).Status(http.StatusSeeOther)
		teo.Get("/community/texts/rules").Submit(rulesForm, form("text_en", "Only one rule.", "text_fr", "", "text_es", "", "text_ar", "")).Status(http.StatusSeeOther)
		if err := other.Forum.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		visitor.Get("/").Has("Moved on.").Lacks("For tests.")
		visitor.Get("/house-rules").Has("Only one rule.").Lacks("Say what you know")
	})
}

func TestTextsAreWrittenWithoutJavaScript(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		teo, amina, visitor := s.SignedIn(t, s.Teo), s.SignedIn(t, s.Amina), s.Browser(t)
		visitor.Get("/house-rules").Has("Say what you know").Lacks("Edition 1")
		teo.Get("/community").Status(http.StatusOK).Has(`href="/community/texts"`)
		teo.Get("/community/texts").Status(http.StatusOK).Has("comes with Colloquy", `href="/community/texts/rules"`)
		edit := teo.Get("/community/texts/rules").Status(http.StatusOK).Has("**Say what you know, and how you know it.**", "**Dites ce que vous savez")
		if edit.Find(`textarea[lang="ar"][dir="rtl"]`).Length() != 1 {
			t.Error("the Arabic field does not run from right to left")
		}
		hostile := "# First\n\nBe *brief*. <script>alert(1)</script> [x](javascript:alert(1)) ![p](https://example.org/p.png)"
		fill := form("text_en", hostile, "text_fr", "", "text_es", "", "text_ar", "")
		preview := url.Values{"preview": {"1"}}
		for k, v := range fill {
			preview[k] = v
		}
		edit.Submit(rulesForm, preview).Status(http.StatusOK).Has("<em>brief</em>", "alert(1)").Lacks("<script>", "<img", "javascript:alert(1)\"")
		visitor.Get("/house-rules").Has("Say what you know") // a preview changes nothing
		edit.Submit(rulesForm, form("text_en", strings.Repeat("é", 20_001), "text_fr", "Gardé")).Status(http.StatusUnprocessableEntity).
			Has("20,000", "Gardé", `id="f-text_en-error"`)
		edit.Submit(rulesForm, form("token", "forged", "text_en", "Kept words")).Status(http.StatusForbidden).Has("Kept words")
		edit.Submit(rulesForm, fill).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("Edition 1 holds")
		edit.Submit(rulesForm, fill).Status(http.StatusSeeOther) // a double submit makes no edition
		page := visitor.Get("/house-rules").Status(http.StatusOK).Has("Edition 1", "<h2>First</h2>", "<em>brief</em>").
			Lacks("<script>", "<img", `href="javascript`, "Say what you know", "/house-rules/editions")
		if page.Find("h1").Length() != 1 {
			t.Error("not one heading of the first order")
		}
		visitor.Language = "ar"
		visitor.Get("/house-rules").Has(`class="prose" lang="en" dir="ltr"`)
		// The other text was not touched, and a second editor is told of the first.
		visitor.Language = "en"
		visitor.Get("/privacy").Has("IP addresses are neither stored")
		late := edit.Submit(rulesForm, form("text_en", "Mine.", "text_fr", "", "text_es", "", "text_ar", "")).Status(http.StatusUnprocessableEntity).
			Has("Somebody else has changed this meanwhile", "<em>brief</em>", "Mine.")
		late.Submit(rulesForm, nil).Status(http.StatusSeeOther)
		visitor.Get("/house-rules").Has("Edition 2", "Mine.")
		visitor.Get("/house-rules/editions").Status(http.StatusSeeOther)
		visitor.Get("/house-rules/editions/1").Status(http.StatusSeeOther)
		amina.Get("/house-rules").Status(http.StatusOK).Has("/house-rules/editions")
		amina.Get("/house-rules/editions").Status(http.StatusOK).Has("/house-rules/editions/1", "/house-rules/editions/2", "/house-rules/editions/0")
		amina.Get("/house-rules/editions/1").Status(http.StatusOK).Has("<em>brief</em>", "former edition", "IP addresses").Lacks("<script>")
		amina.Get("/house-rules/editions/0").Status(http.StatusOK).Has("Say what you know")
		for _, none := range []string{"3", "01", "-1", "x", "99999999999999999999"} {
			amina.Get("/house-rules/editions/" + none).Status(http.StatusNotFound)
		}
		// Guests read the rules that hold before they join.
		token, err := s.Community.Invite(t.Context(), s.Lena, community.NewInvitation{})
		if err != nil {
			t.Fatal(err)
		}
		s.Browser(t).Get("/invitations/" + token).Status(http.StatusOK).Has("Mine.").Lacks("Say what you know")
	})
}

// TestWhatAConvenerWroteSurvivesTheEndOfTheSession: the texts come back with the refusal.
func TestWhatAConvenerWroteSurvivesTheEndOfTheSession(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		teo := s.SignedIn(t, s.Teo)
		edit := teo.Get("/community/texts/privacy")
		teo.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil).Status(http.StatusSeeOther)
		edit.Submit(`form[action="/community/texts/privacy"]`, form("text_en", "Long work.", "text_fr", "Long travail.")).
			Status(http.StatusUnauthorized).Has("Long work.", "Long travail.")
	})
}

func TestMembersReadWhatChangedAndAgree(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Rosa, forumtest.Public, "Going on")
		teo, amina, visitor := s.SignedIn(t, s.Teo), s.SignedIn(t, s.Amina), s.Browser(t)
		write := func(text string, ask string) {
			t.Helper()
			teo.Get("/community/texts/rules").Submit(rulesForm, form("text_en", text, "text_fr", "", "text_es", "", "text_ar", "", "ask", ask)).Status(http.StatusSeeOther)
		}
		const notice = "Read what has changed"
		write("Be brief.\n\nBe kind.", "")
		address := path(t, s, id)
		amina.Get(address).Lacks(notice)
		amina.Get("/agreement").Status(http.StatusOK).Has("You have agreed")
		write("Be brief.\n\nBe <b>very</b> kind.", "1")
		visitor.Get(address).Lacks(notice)
		visitor.Get("/agreement").Status(http.StatusSeeOther)
		visitor.Post("/agreement", form("version", "2")).Status(http.StatusForbidden)
		for _, where := range []string{"/", "/themes", address, "/settings", "/about"} {
			if found := amina.Get(where).Status(http.StatusOK).Find(".notice.agree a").Length(); found != 1 {
				t.Errorf("%s has %d notices", where, found)
			}
		}
		link := amina.Get(address).Find(".notice.agree a").AttrOr("href", "")
		page := amina.Get(link).Status(http.StatusOK).Has("Edition 2", "<ins>Be &lt;b&gt;very&lt;/b&gt; kind.</ins>").Lacks("<b>very</b>")
		if page.Find(".notice.agree").Length() != 0 {
			t.Error("the page nags on itself")
		}
		// She joined before there was any edition: the program's rules are what she knew.
		page.Has("The texts that come with Colloquy", "<del>", "Say what you know")
		agree := `form[action="/agreement"]`
		page.Submit(agree, form("token", "forged")).Status(http.StatusForbidden)
		page.Submit(agree, form("version", "7")).Status(http.StatusUnprocessableEntity)
		page.Submit(agree, form("version", "<x>")).Status(http.StatusUnprocessableEntity)
		write("Be brief.", "1")
		late := page.Submit(agree, nil).Status(http.StatusUnprocessableEntity).Has("another edition since", "Edition 3")
		if to := late.Submit(agree, nil).Status(http.StatusSeeOther).Header.Get("Location"); to != address {
			t.Errorf("agreeing leads to %s, not back to %s", to, address)
		}
		amina.Get(address).Lacks(notice).Submit(composer, form("body", "Agreed.")).Status(http.StatusSeeOther)
		amina.Get("/agreement").Has("You have agreed").Lacks(agree)
		// The second time only what is new is shown.
		write("Be brief.\n\nBe clear.", "1")
		page = amina.Get("/agreement?next=https://evil.example/").Has("<ins>Be clear.</ins>").Lacks("<del>")
		if to := page.Submit(agree, nil).Status(http.StatusSeeOther).Header.Get("Location"); to != "/" {
			t.Errorf("agreeing leads to %s", to)
		}
	})
}

func TestGroupsAreKeptWithoutJavaScript(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "With a mark")
		address := path(t, s, id)
		teo, visitor := s.SignedIn(t, s.Teo), s.Browser(t)
		visitor.Get(address).Has(`class="sg s"`)
		own := fmt.Sprintf("/community/groups/%d/", s.Groups[0].ID)
		edit := teo.Get(own+"edit").Status(http.StatusOK).Has(`value="MSI secretariats"`, `value="S"`)
		edit.Submit(`form[action="`+own+`edit"]`, form("letter", "XY", "name", "Kept name")).Status(http.StatusUnprocessableEntity).
			Has("Kept name", `value="XY"`, `id="f-letter-error"`)
		edit.Submit(`form[action="`+own+`edit"]`, form("name", "Desks <1>", "letter", "د", "shape", "leaf", "colour", "i", "explains", "Who keeps it running.")).
			Status(http.StatusSeeOther).Follow().Has("Desks &lt;1&gt;", `class="sg shape-leaf colour-i"`)
		page := visitor.Get(address).Status(http.StatusOK).Has("Desks &lt;1&gt;", `class="sg shape-leaf colour-i"`).Lacks("MSI secretariats", `class="sg s"`)
		mark := page.Find(".resp .sg").First().Text()
		if voice := page.Find(".voices li").First(); mark != "د" || voice.Find(".sg").Text() != "د" || voice.AttrOr("data-voice", "") != page.Find("[data-group]").First().AttrOr("data-group", "-") {
			t.Errorf("the mark is %q, the voice %s", mark, voice.Text())
		}
		visitor.Get("/about").Has("Desks &lt;1&gt;", "Who keeps it running.")
		visitor.Language = "fr"
		visitor.Get(address).Has("Desks &lt;1&gt;") // as written, in every language
		visitor.Language = "en"

		add := teo.Get("/community/groups/new").Status(http.StatusOK)
		add.Submit(`form[action="/community/groups"]`, form("name", "INGOs", "letter", "U", "shape", "circle", "colour", "c")).
			Status(http.StatusUnprocessableEntity).Has("looks like it")
		list := add.Submit(`form[action="/community/groups"]`, form("name", "Trade unions", "letter", "U", "shape", "circle", "colour", "c")).
			Status(http.StatusSeeOther).Follow().Status(http.StatusOK)
		groups, err := s.Store.Groups(t.Context())
		if err != nil || len(groups) != 7 {
			t.Fatalf("%+v, %v", groups, err)
		}
		unions, boards := fmt.Sprintf("/community/groups/%d/", groups[6].ID), fmt.Sprintf("/community/groups/%d/", s.Groups[2].ID)
		if list.Find(`form[action="`+unions+`delete"]`).Length() != 1 || list.Find(`form[action$="/delete"]`).Length() != 1 {
			t.Error("not only what is unused can be deleted")
		}
		list = list.Submit(`form[action="`+unions+`move"]`, form("to", "up")).Status(http.StatusSeeOther).Follow()
		if name := list.Find(".entries > li h3").Eq(5).Text(); !strings.Contains(name, "Trade unions") {
			t.Errorf("the sixth is %s", name)
		}
		list = list.Submit(`form[action="`+boards+`retirement"]`, nil).Status(http.StatusSeeOther).Follow().Has("Retired")
		visitor.Get(address).Lacks("MSI boards") // they have not spoken here
		s.Respond(t, s.Paul, id, "From a board.")
		visitor.Get(address).Has("MSI boards")
		visitor.Get("/about").Lacks("MSI boards")
		token, err := s.Community.Invite(t.Context(), s.Lena, community.NewInvitation{})
		if err != nil {
			t.Fatal(err)
		}
		s.Browser(t).Get("/invitations/" + token).Has("Trade unions").Lacks("MSI boards")
		teo.Get("/invitations").Has("Trade unions").Lacks("MSI boards")
		teo.Get("/members/paul-nkemelu/edit").Has("MSI boards")
		teo.Get("/members/amina-diallo/edit").Lacks("MSI boards")
		list.Submit(`form[action="`+boards+`retirement/delete"]`, nil).Status(http.StatusSeeOther)
		list.Submit(`form[action="`+unions+`delete"]`, nil).Status(http.StatusSeeOther).Follow().Lacks("Trade unions")
		fields := served.Fields(list.Find(`form[action="` + boards + `retirement/delete"]`))
		teo.Post(boards+"delete", fields).Status(http.StatusUnprocessableEntity).Has("still needs this group")
	})
}

func TestInitiativesAreKeptWithoutJavaScript(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		teo, amina := s.SignedIn(t, s.Teo), s.SignedIn(t, s.Amina)
		amina.Get("/settings").Submit(`form[action="/settings"]`, url.Values{"initiatives": {"eiti"}}).Status(http.StatusSeeOther)
		list := teo.Get("/community/initiatives").Status(http.StatusOK).Has("Named on 1 page")
		list.Submit(`form[action="/community/initiatives"]`, form("new_name", "eiti")).Status(http.StatusUnprocessableEntity).Has(`id="f-new_name-error"`)
		list.Submit(`form[action="/community/initiatives"]`, form("new_name", "<FTI>")).Status(http.StatusSeeOther).Follow().Has("&lt;FTI&gt;")
		initiatives, err := s.Store.Initiatives(t.Context())
		if err != nil || len(initiatives) != 3 || initiatives[1].Slug != "eiti" {
			t.Fatalf("%+v, %v", initiatives, err)
		}
		eiti := fmt.Sprintf("/community/initiatives/%d", initiatives[1].ID)
		list.Submit(`form[action="`+eiti+`"]`, form("name", "OGP")).Status(http.StatusUnprocessableEntity).Has(`id="f-name-error"`)
		list.Submit(`form[action="`+eiti+`"]`, form("name", "Extractive Industries")).Status(http.StatusSeeOther)
		amina.Get("/members/amina-diallo").Has("Extractive Industries")
		ask := teo.Get(eiti+"/delete").Status(http.StatusOK).Has("Extractive Industries", "from 1 member")
		amina.Get("/members/amina-diallo").Has("Extractive Industries") // to ask removes nothing
		ask.Submit(`form[action="`+eiti+`/delete"]`, nil).Status(http.StatusSeeOther).Follow().Lacks("Extractive Industries")
		amina.Get("/members/amina-diallo").Status(http.StatusOK).Lacks("Extractive Industries")
		ask.Submit(`form[action="`+eiti+`/delete"]`, nil).Status(http.StatusNotFound)
		if _, err := s.Community.AddMember(t.Context(), "late@example.org", "Late", "Funders", models.RoleMember); err != nil {
			t.Error(err)
		}
	})
}
