package handlers_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// Readers and moderators look at the same thread in turn: neither meets the page that
// was kept for the other.
func TestModeratorsAreOfferedToRemoveAnyText(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Curated")
		s.Respond(t, s.Rosa, id, "A text of Rosa.")
		s.Respond(t, s.Lena, id, "A text of the moderator.")
		address := path(t, s, id)
		visitor, amina, lena, teo := s.Browser(t), s.SignedIn(t, s.Amina), s.SignedIn(t, s.Lena), s.SignedIn(t, s.Teo)
		const removals = `.acts a[href$="/delete"]`
		for range 2 {
			if found := visitor.Get(address).Find(removals).Length(); found != 0 {
				t.Errorf("a visitor finds %d removals", found)
			}
			page := amina.Get(address)
			if page.Find("#r1 "+removals).Length() != 1 || page.Find(removals).Length() != 1 {
				t.Errorf("a member finds %d removals", page.Find(removals).Length())
			}
			for _, browser := range []*served.Browser{lena, teo} {
				page := browser.Get(address)
				for n := 1; n <= 3; n++ {
					if found := page.Find(fmt.Sprintf("#r%d %s", n, removals)).Length(); found != 1 {
						t.Errorf("a moderator finds %d removals on ¶%d", found, n)
					}
				}
			}
		}
		if own := lena.Get(address).Find("#r3 [data-own-acts] a"); own.Length() != 2 || !strings.HasSuffix(own.AttrOr("href", ""), "/edit") {
			t.Errorf("a moderator's own slot holds %d acts", own.Length())
		}
		to := lena.Get(address).Find("#r2 "+removals).AttrOr("href", "")
		page := lena.Get(to).Status(http.StatusOK).Submit(`form[action="`+to+`"]`, nil).Status(http.StatusSeeOther).Follow()
		page.Status(http.StatusOK).Lacks("A text of Rosa.")
		if page.Find("#r2.gone").Length() != 1 || page.Find("#r2 "+removals).Length() != 0 {
			t.Error("a removed text can be removed again")
		}
	})
}

// What the script of a live list finds on the pages that hold one.
func TestListsOfThreadsAreLive(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "In the list")
		visitor, member := s.Browser(t), s.SignedIn(t, s.Rosa)
		theme := "/themes/" + forumtest.Public
		row := fmt.Sprintf(`thread-list li[data-thread="%d"]`, id)
		pages := map[string]string{"/": "front", theme: "theme:" + forumtest.Public, theme + "?kind=question": "theme:" + forumtest.Public}
		for range 2 {
			head, err := s.Forum.Thread(t.Context(), s.Rosa, id)
			if err != nil {
				t.Fatal(err)
			}
			for address, channel := range pages {
				for browser, signedIn := range map[*served.Browser]bool{visitor: false, member: true} {
					page := browser.Get(address).Status(http.StatusOK)
					list := page.Find("thread-list")
					if got := list.AttrOr("data-channel", ""); list.Length() != 1 || got != channel {
						t.Errorf("%s holds %d lists, channel %s", address, list.Length(), got)
					}
					if _, has := list.Attr("data-member"); has != signedIn {
						t.Errorf("%s says that somebody is signed in: %v", address, has)
					}
					if seq := page.Find(row).AttrOr("data-seq", ""); seq != fmt.Sprint(head.Seq) {
						t.Errorf("%s shows the thread at %q, it is at %d", address, seq, head.Seq)
					}
					if script := page.Find(`script[src$="/js/live-list.js"]`); script.Length() != 1 {
						t.Errorf("%s loads the script of its list %d times", address, script.Length())
					}
				}
			}
			s.Respond(t, s.Amina, id, "It moves.")
		}
		if kind := member.Get(theme+"?kind=question").Find("thread-list").AttrOr("data-kind", ""); kind != string(models.KindQuestion) {
			t.Errorf("the narrowed list is of the kind %q", kind)
		}
	})
}

func TestOnlyTheFirstPageOfAListTakesNewThreads(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		for i := range 31 {
			s.Start(t, s.Amina, forumtest.Public, fmt.Sprintf("Thread %d", i))
		}
		first := s.Browser(t).Get("/themes/" + forumtest.Public)
		next := first.Find(`main a[rel="next"]`).AttrOr("href", "")
		second := s.Browser(t).Get(next).Status(http.StatusOK)
		for page, want := range map[*served.Page]bool{first: true, second: false} {
			if _, has := page.Find("thread-list").Attr("data-first"); has != want || page.Find("thread-list").Length() != 1 {
				t.Errorf("%s says of itself that it is the first page: %v", page.Path, has)
			}
		}
	})
}

// imported are the scripts that a script cannot begin without.
var imported = regexp.MustCompile(`(?m)^import .*from '\./([\w-]+\.js)';`)

// A browser learns of an import when it has read the script: what a page needs at once
// is named by the page, and nothing else is.
func TestPagesPreloadWhatTheirScriptsImport(t *testing.T) {
	s := onSQLite(t)
	id := s.Start(t, s.Amina, forumtest.Public, "Scripted")
	for _, browser := range []*served.Browser{s.Browser(t), s.SignedIn(t, s.Amina)} {
		for _, address := range []string{"/", "/themes/" + forumtest.Public, path(t, s, id), "/threads/new"} {
			page := browser.Get(address)
			if page.Code == http.StatusSeeOther {
				continue // a visitor is asked to sign in before starting a thread
			}
			var needed []string
			page.Find("script[src]").Each(func(_ int, script *goquery.Selection) {
				needed = append(needed, script.AttrOr("src", ""))
			})
			for i := 0; i < len(needed); i++ {
				folder := needed[i][:strings.LastIndex(needed[i], "/")+1]
				for _, name := range imported.FindAllStringSubmatch(browser.Get(needed[i]).Status(http.StatusOK).Body, -1) {
					if !slices.Contains(needed, folder+name[1]) {
						needed = append(needed, folder+name[1])
					}
				}
			}
			var named []string
			page.Find(`link[rel="modulepreload"]`).Each(func(_ int, link *goquery.Selection) {
				named = append(named, link.AttrOr("href", ""))
			})
			slices.Sort(needed)
			slices.Sort(named)
			if !slices.Equal(named, needed) {
				t.Errorf("%s preloads\n%q, its scripts need\n%q", address, named, needed)
			}
		}
	}
}
