package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
	"colloquy/models/store"
)

func TestTheDirectoryIsForMembersOnly(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		stranger := s.Browser(t)
		for _, query := range []string{"", "?q=amina", "?group=1", "?after=x", "?q=nobody"} {
			page := stranger.Get("/members" + query).Status(http.StatusSeeOther)
			if to := page.Header.Get("Location"); to != "/sign-in?next="+url.QueryEscape("/members"+query) {
				t.Errorf("%s leads a visitor to %s", query, to)
			}
		}
		stranger.Get("/").Lacks(`href="/members"`)
		rosa := s.SignedIn(t, s.Rosa)
		page := rosa.Get("/members").Status(http.StatusOK).Has("Amina Diallo", "Paul Nkemelu", `href="/members/paul-nkemelu"`, `href="/groups/`, "5 members")
		page.Lacks("@example.org", "member_id")
		if page.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the directory may be kept: %q", page.Header.Get("Cache-Control"))
		}
		for _, hostile := range []string{"?after=x", "?after=" + url.QueryEscape("1.%.x")} {
			rosa.Get("/members" + hostile).Status(http.StatusUnprocessableEntity)
		}
		for _, nobody := range []string{"?q=nobody", "?group=999999", "?group=1;drop", "?initiative=none", "?q=%FF%00", "?q=" + strings.Repeat("x", 3000)} {
			page := rosa.Get("/members" + nobody).Status(http.StatusOK)
			if found := page.Find("main .members li").Length(); found != 0 && nobody != "?group=1;drop" {
				t.Errorf("%s finds %d", nobody, found)
			}
			safe(t, page)
		}
		page = rosa.Get("/members").Submit(`main form[action="/members"]`, form("q", "ILIC"))
		if page.Code != http.StatusNotFound { // the form is a GET: a POST has no such page
			t.Errorf("a POST is answered with %d", page.Code)
		}
		rosa.Get("/members?q=ILIC").Status(http.StatusOK).Has("Teodora Ilić", `value="ILIC"`).Lacks("Amina Diallo")

		// Who stays out is gone from the page, its counts and its choices, at once.
		s.Choose(t, s.Paul, func(member *models.Member) { member.Directory = false })
		rosa.Get("/members").Status(http.StatusOK).Has("4 members", "MSI boards, 0").Lacks("Paul Nkemelu", "paul-nkemelu")
		rosa.Get("/members/paul-nkemelu").Status(http.StatusNotFound)
		hidden, unknown := rosa.Get("/members/paul-nkemelu"), rosa.Get("/members/nobody-at-all")
		if clean(hidden, "") != clean(unknown, "") {
			t.Error("a hidden profile is told from one that never was")
		}
		if err := s.Community.SuspendMember(t.Context(), "rosa@example.org", s.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		rosa.Get("/members").Status(http.StatusSeeOther)
	})
}

func TestThePagesOfGroups(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		s.Start(t, s.Paul, forumtest.Boards, "Behind the door")
		s.Start(t, s.Paul, forumtest.Public, "In the open")
		stranger, rosa, paul := s.Browser(t), s.SignedIn(t, s.Rosa), s.SignedIn(t, s.Paul)
		boards := fmt.Sprintf("/groups/%d", s.Groups[2].ID)
		for _, browser := range []*served.Browser{stranger, rosa} {
			for _, forged := range []string{"/groups/999999", "/groups/0", "/groups/-1", "/groups/x", "/groups/01", "/groups/1%00", "/groups/"} {
				browser.Get(forged).Status(http.StatusNotFound)
			}
		}
		stranger.Get(boards).Status(http.StatusOK).Has("MSI boards", "1 text in 1 thread", "/sign-in?next=").Lacks("Paul", "Board matters")
		rosa.Get(boards).Status(http.StatusOK).Has("Paul Nkemelu", "1 text in 1 thread").Lacks("Board matters", "Amina")
		paul.Get(boards).Status(http.StatusOK).Has("Paul Nkemelu", "2 texts in 2 threads", "Board matters")
		stranger.Get("/about").Status(http.StatusOK).Has(`href="` + boards + `"`)
		rosa.Get("/members/paul-nkemelu").Status(http.StatusOK).Has(`href="` + boards + `"`)
		s.Choose(t, s.Paul, func(member *models.Member) { member.Directory = false })
		rosa.Get(boards).Status(http.StatusOK).Lacks("Paul")
	})
}

func TestAVisitorSeesTheBylineOfAProfile(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		if err := s.Community.EditProfile(t.Context(), s.Amina, community.ProfileEdit{
			Directory: true,
			Name:      "Amina Diallo", Organisation: "Unmistakable Organisation", About: "Unmistakable about.", Initiatives: []string{"ogp"},
		}); err != nil {
			t.Fatal(err)
		}
		stranger, rosa := s.Browser(t), s.SignedIn(t, s.Rosa)
		unknown := stranger.Get("/members/nobody-at-all").Status(http.StatusNotFound)
		if known := stranger.Get("/members/amina-diallo").Status(http.StatusNotFound); clean(known, "") != clean(unknown, "") {
			t.Error("a visitor learns who is a member")
		}
		s.Start(t, s.Amina, forumtest.Inside, "Unmistakable thread")
		stranger.Get("/members/amina-diallo").Status(http.StatusNotFound)
		s.Start(t, s.Amina, forumtest.Public, "In the open")
		stranger.Get("/members/amina-diallo").Status(http.StatusOK).
			Has("Amina Diallo", "MSI secretariats", "In the open", "1 text in 1 thread").Lacks("Unmistakable", "OGP", "Here since")
		rosa.Get("/members/amina-diallo").Status(http.StatusOK).
			Has("Unmistakable Organisation", "Unmistakable about", "OGP", "Unmistakable thread", "Here since")
		stranger.Get("/search?q=open").Has(`href="/members/amina-diallo"`)
	})
}

func TestPagesOfPeopleAskTheDatabaseLittle(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		cast := forumtest.NewCast(t, s)
		site := served.NewSite(t, cast)
		teo := site.SignedIn(t, cast.Teo)
		addresses := []string{
			"/members", "/members?q=a", fmt.Sprintf("/groups/%d", cast.Groups[0].ID), "/members/amina-diallo", "/members/amina-diallo/edit",
			"/themes/" + forumtest.Public, "/themes/" + forumtest.Public + "/access", "/themes/" + forumtest.Public + "/access?q=a",
		}
		asked := func() map[string]int64 {
			counts := map[string]int64{}
			for _, address := range addresses {
				counts[address] = 1 << 30
				for range 3 { // the least: who comes is looked up anew every three seconds
					cast.Forum.FacesMoved() // cold
					before := s.Queries()
					teo.Get(address).Status(http.StatusOK)
					counts[address] = min(counts[address], s.Queries()-before)
				}
				if counts[address] > 8 {
					t.Errorf("%s asks %d times", address, counts[address])
				}
			}
			return counts
		}
		few := asked()
		for n := range 60 {
			cast.Add(t, fmt.Sprintf("n%d@example.org", n), fmt.Sprintf("Ama %d", n), "MSI secretariats", models.RoleMember)
			if n%10 == 0 {
				if err := cast.Community.AddModerator(t.Context(), cast.Teo, forumtest.Public, fmt.Sprintf("ama-%d", n)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := site.Forum.Refresh(t.Context()); err != nil { // as the server does every few seconds
			t.Fatal(err)
		}
		teo.Get("/members").Status(http.StatusOK)
		for address, count := range asked() {
			if count > few[address] {
				t.Errorf("%s asks %d times with many, %d with few", address, count, few[address])
			}
		}
	})
}

func TestTimesAreTheReadersOwn(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "By the clock")
		s.Choose(t, s.Rosa, func(member *models.Member) { member.TimeZone = "Pacific/Kiritimati" }) // UTC+14: already the 10th
		s.Choose(t, s.Paul, func(member *models.Member) { member.TimeZone = "Nowhere/Such" })
		address := path(t, s, id)
		rosa, paul, visitor := s.SignedIn(t, s.Rosa), s.SignedIn(t, s.Paul), s.Browser(t)
		for range 2 { // the second is a kept page
			rosa.Get(address).Status(http.StatusOK).Has("10 Nov, 06:1", "10 November", `datetime="2026-11-09T16:1`, "Times: Pacific/Kiritimati.").Lacks("9 Nov", "Times are in UTC.")
			for _, browser := range []*served.Browser{paul, visitor} {
				browser.Get(address).Status(http.StatusOK).Has("9 Nov, 16:1", `datetime="2026-11-09T16:1`, "Times are in UTC.").Lacks("10 Nov", "Kiritimati", "Nowhere")
			}
		}
		rosa.Get("/").Status(http.StatusOK).Has("10 November")
		l := dial(t, s, rosa)
		l.send(fmt.Sprintf(`{"t":"sub","ch":"thread:%d"}`, id))
		l.next("ok")
		s.Respond(t, s.Amina, id, "Said live.")
		if ev := l.next("ev"); !strings.Contains(ev.HTML, "10 Nov, 06:1") || !strings.Contains(rosa.Get(address).Body, ev.HTML) {
			t.Errorf("the frame says %s", ev.HTML)
		}
		poll := rosa.Get(fmt.Sprintf("/live/changes?ch=thread:%d&since=1", id)).Status(http.StatusOK)
		if !strings.Contains(poll.Body, "10 Nov, 06:1") {
			t.Errorf("polling says %s", poll.Body)
		}
	})
}
