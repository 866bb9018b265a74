package views

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"colloquy/models"
	"colloquy/views/words"
)

func byID(t *testing.T, root *html.Node, id string) *html.Node {
	t.Helper()
	found := elements(root, func(n *html.Node) bool { v, _ := attribute(n, "id"); return v == id })
	if len(found) != 1 {
		t.Fatalf("%d elements with the id %s", len(found), id)
	}
	return found[0]
}

func wantAttributes(t *testing.T, n *html.Node, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got, ok := attribute(n, name); !ok || got != value {
			t.Errorf("%s: %s is %q, want %q", n.Data, name, got, value)
		}
	}
}

// What the live script finds on a thread's page.
func TestListContract(t *testing.T) {
	root := parse(t, render(t, Thread(fixturePage("en", "A", fixtureViewer(models.RoleMember)), fixtureThread("en", Composer{ReplyTo: 4}))))
	live := elements(root, tag("thread-live"))
	if len(live) != 1 {
		t.Fatalf("%d live elements", len(live))
	}
	wantAttributes(t, live[0], map[string]string{
		"data-channel": "thread:12", "data-seq": "61", "data-ep": "a1b2", "data-page": "1", "data-pages": "2", "data-last": "53",
		"data-own": "2,6", "data-path": "/threads/12/closed-room", "data-w-live": "Live", "data-w-reconnecting": "Reconnecting",
		"data-w-offline": "Not live", "data-w-back": "Back in touch.", "data-member": "",
		"data-w-denied":     "Your access has ended. This page is no longer open to you.",
		"data-w-signed-out": "You were signed out. Sign in again to go on. What you have written stays here.",
		"data-w-suspended":  "Your account is suspended or has ended. What you have written stays here.",
		"data-w-pages":      "Other pages", "data-w-range": "¶{first} to ¶{last}", "data-w-previous": "Previous", "data-w-next": "Next",
		"data-w-news-one": "{n} new response", "data-w-news-other": "{n} new responses",
		"data-w-reading-one": "{n} reading", "data-w-reading-other": "{n} reading",
	})
	wantAttributes(t, byID(t, root, "thread-head"), map[string]string{"data-path": "/threads/12/closed-room", "data-seq": "61"})
	for _, id := range []string{"live-reading", "live-quiet"} {
		wantAttributes(t, byID(t, root, id), map[string]string{"hidden": ""})
	}
	wantAttributes(t, byID(t, root, "live-quiet"), map[string]string{"type": "button", "aria-pressed": "false"})
	wantAttributes(t, byID(t, root, "responses"), map[string]string{"class": "posts", "start": "2"})
	wantAttributes(t, byID(t, root, "live-news"), map[string]string{"class": "live"})
	wantAttributes(t, byID(t, root, "live-said"), map[string]string{"class": "vh", "role": "status"})
	wantAttributes(t, byID(t, root, "live-state"), map[string]string{"class": "meta", "role": "status"})
	items := elements(root, func(n *html.Node) bool { _, ok := attribute(n, "data-n"); return ok })
	if len(items) != 6 {
		t.Fatalf("%d items", len(items))
	}
	if class, _ := attribute(items[0].Parent, "class"); class != "posts first" {
		t.Errorf("the opening stands in %q", class)
	}
	if id, _ := attribute(items[1].Parent, "id"); id != "responses" {
		t.Errorf("responses stand in %q", id)
	}
	wantAttributes(t, items[1], map[string]string{"data-n": "2", "data-group": "g1"})
	template := byID(t, root, "own-acts")
	if text := render(t, OwnActs(words.For("en"), ClassReader, 12, 2)); !strings.Contains(text, `href="/threads/12/responses/2/edit"`) {
		t.Error(text)
	}
	if links := elements(template, tag("a")); len(links) != 3 {
		t.Errorf("%d links in the template", len(links))
	}
	wantAttributes(t, byID(t, root, FieldID("body")), map[string]string{"name": "body", "data-draft": "mark/thread:12:reply:4", "dir": "auto"})
}

// A frame is the very bytes of the page, and the slot is what the server looks for.
func TestItemIsTheSameOnPageAndInFrame(t *testing.T) {
	for _, l := range words.Languages() {
		for _, class := range []Class{ClassReader, ClassModerator} {
			region := fixtureRegion(l.Tag)
			region.Class = class
			page := render(t, ThreadRegion(region))
			for i := range region.Rows {
				item := render(t, ResponseItem(region.Words, class, &region.Head.Thread, &region.Rows[i], fixtureNow))
				if !strings.Contains(page, item) {
					t.Errorf("%s, %s: response %d differs from its frame", l.Tag, class, region.Rows[i].Number)
				}
			}
			if head := render(t, ThreadHead(region.Words, &region.Head, fixtureNow)); !strings.Contains(page, head) {
				t.Errorf("%s, %s: the head differs from its frame", l.Tag, class)
			}
			if !strings.Contains(page, `<span class="own" data-own-acts="2"></span>`) {
				t.Errorf("%s, %s: no slot for the writer's own acts", l.Tag, class)
			}
			if strings.Contains(page, `data-own-acts="6"`) {
				t.Errorf("%s, %s: a removed response has a slot", l.Tag, class)
			}
			if strings.Contains(page, "70707") {
				t.Errorf("%s, %s: the number of a persona is in the page", l.Tag, class)
			}
		}
	}
}

func TestLockIsNotBakedIntoItems(t *testing.T) {
	region := fixtureRegion("en")
	open := render(t, ThreadRegion(region))
	head := render(t, ThreadHead(region.Words, &region.Head, fixtureNow))
	region.Head.Locked = true
	locked := render(t, ThreadRegion(region))
	lockedHead := render(t, ThreadHead(region.Words, &region.Head, fixtureNow))
	if strings.Replace(open, head, lockedHead, 1) != locked {
		t.Error("a lock changes more than the head")
	}
	if !strings.Contains(lockedHead, `<header class="head locked" id="thread-head" data-seq="61" data-path="/threads/12/closed-room">`) {
		t.Error("the head does not say that the thread is locked")
	}
}

func TestItems(t *testing.T) {
	root := parse(t, render(t, ThreadRegion(fixtureRegion("en"))))
	item := func(n string) *html.Node { return byID(t, root, "r"+n) }
	if len(elements(item("1"), tag("h2"))) != 1 || len(elements(item("2"), tag("h3"))) != 1 {
		t.Error("the opening takes an h2, responses an h3")
	}
	for n, want := range map[string]string{
		"1": "¶1 Rosa Quispe C Country level MSI actors 9 Nov, 14:32",
		"2": "¶2 Joseph Mensah S MSI secretariats 9 Nov, 14:32 edited 9 Nov, 15:04",
		"4": "¶4 A. Writer 9 November", "5": "¶5 author unknown date unknown", "6": "¶6 Removed 9 Nov, 14:32",
	} {
		if got := spaced(elements(item(n), tag("header"))[0]); got != want {
			t.Errorf("byline of %s: %q, want %q", n, got, want)
		}
	}
	for n, links := range map[string]int{"1": 2, "4": 1, "5": 1, "6": 1} {
		if got := len(elements(elements(item(n), tag("header"))[0], tag("a"))); got != links {
			t.Errorf("%d links in the byline of %s, want %d", got, n, links)
		}
	}
	if class, _ := attribute(item("6"), "class"); class != "resp gone" || strings.Contains(textOf(item("6")), "Rosa") {
		t.Error("a removed response shows more than its tombstone")
	}
	re := elements(item("2"), func(n *html.Node) bool { _, ok := attribute(n, "data-re"); return ok })
	if len(re) != 1 || textOf(re[0]) != "To ¶1" {
		t.Error("a reply does not name the number it answers")
	}
}

// spaced is the text of the inner elements of a node with spaces between them.
func spaced(n *html.Node) string {
	var parts []string
	for c := range n.Descendants() {
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
			parts = append(parts, strings.TrimSpace(c.Data))
		}
	}
	return strings.ReplaceAll(strings.Join(parts, " "), "¶ ", "¶")
}

func TestLanguagesOfTexts(t *testing.T) {
	for _, c := range []struct{ page, number, lang, dir string }{
		{"en", "2", "", ""},
		{"en", "3", "ar", "rtl"},
		{"en", "4", "", "auto"},
		{"en", "5", "fr", ""},
		{"ar", "2", "en", "ltr"},
		{"ar", "3", "", ""},
	} {
		root := parse(t, render(t, ThreadRegion(fixtureRegion(c.page))))
		text := elements(byID(t, root, "r"+c.number), func(n *html.Node) bool { class, _ := attribute(n, "class"); return class == "prose" })[0]
		lang, _ := attribute(text, "lang")
		dir, _ := attribute(text, "dir")
		if lang != c.lang || dir != c.dir {
			t.Errorf("response %s on a page in %s: lang %q, dir %q", c.number, c.page, lang, dir)
		}
	}
}

func TestLaterPages(t *testing.T) {
	region := fixtureRegion("en")
	region.Page = 2
	region.Rows = region.Rows[1:4]
	for i := range region.Rows {
		region.Rows[i].Number = 51 + i
	}
	region.Rows[1].ReplyTo = 51
	root := parse(t, render(t, ThreadRegion(region)))
	wantAttributes(t, byID(t, root, "responses"), map[string]string{"start": "51"})
	if len(elements(root, tag("ol"))) != 2 {
		t.Error("the opening stands on a later page")
	}
	var hrefs []string
	for _, a := range elements(root, tag("a")) {
		href, _ := attribute(a, "href")
		hrefs = append(hrefs, href)
	}
	all := strings.Join(hrefs, " ")
	for _, want := range []string{
		"?page=1#r1 ", "#r51", "?page=2&reply=51#reply", "/threads/12/closed-room/51 ",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no link to %s in %s", want, all)
		}
	}
}

func TestComposerFollowsTheViewer(t *testing.T) {
	pages := fixturePages("en")
	for name, want := range map[string]struct {
		form bool
		text string
	}{
		"thread-visitor":    {false, "Sign in to respond"},
		"thread-member":     {true, "Posting as"},
		"thread-signed-out": {true, "You were signed out."},
		"thread-again":      {true, "post it again"},
		"thread-paused":     {true, "in 40 seconds"},
		"thread-closed":     {false, "Your response was not posted."},
		"thread-suspended":  {false, "suspended until 23 December"},
		"thread-locked":     {false, "This thread is closed."},
	} {
		root := parse(t, render(t, pages[name]))
		section := byID(t, root, "reply")
		if got := len(elements(section, tag("form"))) == 1; got != want.form {
			t.Errorf("%s: form %v", name, got)
		}
		if !strings.Contains(textOf(section), want.text) {
			t.Errorf("%s does not say %q: %s", name, want.text, textOf(section))
		}
	}
	kept := byID(t, parse(t, render(t, pages["thread-closed"])), "kept")
	if _, readonly := attribute(kept, "readonly"); !readonly || !strings.HasPrefix(textOf(kept), "The step") {
		t.Error("the text is not kept when the thread was closed")
	}
}

func TestComposerSaysWhoReads(t *testing.T) {
	for audience, want := range map[models.Audience]string{
		models.AudienceEveryone: "Everyone can read this, members or not.",
		models.AudienceMembers:  "Only members can read this.",
		models.AudienceGroups:   "Only these groups and the moderators can read this: MSI boards and Funders.",
	} {
		thread := fixtureThread("en", Composer{})
		thread.Head.ThemeAudience, thread.Head.AudienceGroupIDs = audience, []int64{3, 5}
		root := parse(t, render(t, Thread(fixturePage("en", "A", fixtureViewer(models.RoleMember)), thread)))
		if text := textOf(byID(t, root, "reply")); !strings.Contains(text, want) {
			t.Errorf("%s: %s", audience, text)
		}
	}
}
