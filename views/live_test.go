package views

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"colloquy/models"
	"colloquy/views/words"
)

// removals are the addresses for removing a text to which a part of a page leads, in order.
func removals(root *html.Node) []string {
	var found []string
	for _, a := range elements(root, tag("a")) {
		if href, _ := attribute(a, "href"); strings.HasSuffix(href, "/delete") {
			found = append(found, href)
		}
	}
	return found
}

func TestModeratorsFindARemovalOnEveryResponseThatIsThere(t *testing.T) {
	region := fixtureRegion("en")
	if found := removals(parse(t, render(t, ThreadRegion(region)))); len(found) != 0 {
		t.Errorf("readers are offered %v", found)
	}
	region.Class = ClassModerator
	var want []string
	for _, row := range region.Rows {
		if !row.Removed() {
			want = append(want, "/threads/12/responses/"+strconv.Itoa(row.Number)+"/delete")
		}
	}
	root := parse(t, render(t, ThreadRegion(region)))
	if found := removals(root); len(want) != 5 || !slices.Equal(found, want) {
		t.Errorf("moderators are offered %v, want %v", found, want)
	}
	for _, a := range elements(byID(t, root, "r2"), tag("a")) {
		if href, _ := attribute(a, "href"); strings.HasSuffix(href, "/delete") {
			wantAttributes(t, a, map[string]string{"aria-label": "Remove paragraph 2"})
		}
	}
}

func TestOwnActsAddNoSecondRemoval(t *testing.T) {
	for viewer, want := range map[models.Role][2]int{models.RoleMember: {1, 3}, models.RoleModerator: {0, 2}, models.RoleConvener: {0, 2}} {
		class := ClassOf(fixtureViewer(viewer), 1)
		acts := parse(t, render(t, OwnActs(words.For("en"), class, 12, 2)))
		if got := [2]int{len(removals(acts)), len(elements(acts, tag("a")))}; got != want {
			t.Errorf("a %s is offered %v removals and links in the slot, want %v", viewer, got, want)
		}
		page := parse(t, render(t, Thread(fixturePage("en", "A", fixtureViewer(viewer)), fixtureThread("en", Composer{}))))
		template := byID(t, page, "own-acts")
		if got := [2]int{len(removals(template)), len(elements(template, tag("a")))}; got != want {
			t.Errorf("the template of a %s holds %v removals and links, want %v", viewer, got, want)
		}
	}
	if class := ClassOf(models.Viewer{}, 1); class != ClassReader {
		t.Errorf("visitors are of the class %s", class)
	}
}

// liveListOn is the one live list of a page with what its script needs.
func liveListOn(t *testing.T, lang, name string) *html.Node {
	t.Helper()
	root := page(t, lang, name)
	lists := elements(root, tag("thread-list"))
	if len(lists) != 1 {
		t.Fatalf("%s holds %d live lists", name, len(lists))
	}
	for _, place := range []struct{ name, class, role string }{{"news", "live", ""}, {"said", "vh", "status"}, {"state", "meta", "status"}} {
		found := elements(lists[0], func(n *html.Node) bool { v, _ := attribute(n, "data-live"); return v == place.name })
		if len(found) != 1 || textOf(found[0]) != "" {
			t.Fatalf("%s: %d places for %s", name, len(found), place.name)
		}
		class, _ := attribute(found[0], "class")
		role, _ := attribute(found[0], "role")
		if class != place.class || role != place.role {
			t.Errorf("%s: the place for %s has the class %q and the role %q", name, place.name, class, role)
		}
	}
	return lists[0]
}

func TestLiveListsSayWhereTheyStand(t *testing.T) {
	for name, want := range map[string]map[string]string{
		"home-visitor":     {"data-channel": "front", "data-path": "/", "data-kind": "", "data-first": "", "data-w-new-one": "{n} new", "data-w-new-other": "{n} new"},
		"home-bare":        {"data-channel": "front", "data-first": ""},
		"home-member":      {"data-channel": "front", "data-path": "/", "data-kind": "", "data-first": "", "data-member": ""},
		"home-bare-member": {"data-channel": "front", "data-member": ""},
		"theme": {
			"data-channel": "theme:linkages", "data-path": "/themes/linkages", "data-kind": "", "data-first": "", "data-member": "",
			"data-w-new-one": "{n} new thread", "data-w-new-other": "{n} new threads", "data-w-live": "Live", "data-w-reconnecting": "Reconnecting",
			"data-w-offline": "Not live", "data-w-back": "Back in touch.", "data-w-denied": "Your access has ended. This page is no longer open to you.",
			"data-w-signed-out": "You were signed out. Sign in again to go on.", "data-w-suspended": "Your account is suspended or has ended.",
		},
		"theme-closed":    {"data-channel": "theme:linkages", "data-path": "/themes/linkages", "data-kind": "question"},
		"theme-kind-none": {"data-kind": "question"},
		"theme-empty":     {"data-channel": "theme:open-contracting", "data-first": ""},
	} {
		wantAttributes(t, liveListOn(t, "en", name), want)
	}
	for name, lacks := range map[string]string{"home-visitor": "data-member", "theme-visitor": "data-member", "theme-closed": "data-first"} {
		if value, has := attribute(liveListOn(t, "en", name), lacks); has {
			t.Errorf("%s has %s=%q", name, lacks, value)
		}
	}
}

// Every plural form of a language is there for the script, which counts by itself.
func TestLiveWordsHaveEveryPluralForm(t *testing.T) {
	for _, l := range words.Languages() {
		forms := words.For(l.Tag).Forms("live.news")
		list := liveListOn(t, l.Tag, "theme")
		thread := elements(parse(t, render(t, fixturePages(l.Tag)["thread-visitor"])), tag("thread-live"))[0]
		for form := range forms {
			for prefix, n := range map[string]*html.Node{"data-w-new-": list, "data-w-news-": thread, "data-w-reading-": thread, "data-w-responses-": thread} {
				if text, _ := attribute(n, prefix+form); text == "" {
					t.Errorf("%s: no %s%s", l.Tag, prefix, form)
				}
			}
		}
	}
}

// A frame of a list is the very bytes of the page, and says which thread it is.
func TestRowIsTheSameOnPageAndInFrame(t *testing.T) {
	for _, l := range words.Languages() {
		w, rows := words.For(l.Tag), fixtureThreads()
		for i := range rows {
			rows[i].Seq = int64(40 + i)
		}
		theme := ThemePage{Theme: fixtureThemes()[2], Groups: fixtureGroups, Threads: rows}
		themePage := render(t, Theme(fixturePage(l.Tag, "", fixtureViewer(models.RoleModerator)), theme))
		home := fixtureHome()
		home.Latest = home.Latest[:0]
		for _, row := range rows {
			row.Voices = nil // as the front page reads its threads
			home.Latest = append(home.Latest, models.Activity{ThreadRow: row, At: row.ActiveAt})
		}
		homePage := render(t, Home(fixturePage(l.Tag, "", fixtureViewer(models.RoleMember)), home))
		for i := range rows {
			item := render(t, ThreadRowItem(w, fixtureGroups, &rows[i], false, fixtureNow))
			begins := `<li data-thread="` + strconv.Itoa(i+1) + `" data-seq="` + strconv.Itoa(40+i) + `" data-kind="` + string(rows[i].Kind) + `">`
			if !strings.HasPrefix(item, begins) {
				t.Errorf("%s: the row begins %.80s", l.Tag, item)
			}
			if !strings.Contains(themePage, item) {
				t.Errorf("%s: thread %d differs between theme and frame", l.Tag, i+1)
			}
			front := render(t, ThreadRowItem(w, fixtureGroups, &home.Latest[i].ThreadRow, false, fixtureNow))
			if !strings.Contains(homePage, front) {
				t.Errorf("%s: thread %d differs between front page and frame", l.Tag, i+1)
			}
		}
	}
}

func TestActivityNamesItsThread(t *testing.T) {
	lines := elements(liveListOn(t, "en", "home-visitor"), func(n *html.Node) bool { _, ok := attribute(n, "data-thread"); return ok && n.Data == "li" })
	if len(lines) != 6 {
		t.Fatalf("%d lines", len(lines))
	}
	wantAttributes(t, lines[1], map[string]string{"data-thread": "2", "data-seq": "0"})
}
