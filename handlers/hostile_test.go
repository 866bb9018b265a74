package handlers_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

// awkward are strings that broke other programs; the fixtures beside the project add
// hundreds where they are there.
func awkward(t *testing.T) []string {
	t.Helper()
	list := []string{
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "[x](javascript:alert(1))",
		"<svg/onload=alert(1)>", "![x](https://evil.example/x.png)", "'; DROP TABLE threads; --", "{{.}} ${x} #{x} %s %n",
		"\u202eevil\u202c", "a\u0300\u0300\u0300\u0300\u0300\u0300\u0300\u0300\u0300\u0300", "\x00\x01\x02", "ﷺ", "🏳️‍🌈",
		"../../../etc/passwd", "\r\nSet-Cookie: a=b", "<a href=\"//evil.example\">x</a>", "new", "edit", "2", "%00", "%2e%2e%2f",
	}
	if raw, err := os.ReadFile(fixture("text/naughty-strings.json")); err == nil {
		var more []string
		if err := json.Unmarshal(raw, &more); err != nil {
			t.Fatal(err)
		}
		return append(list, more...)
	}
	forumtest.LeftOut(t, "the awkward strings of the fixtures", os.ErrNotExist)
	return list
}

func fixture(name string) string { return filepath.Join("..", "..", "shared", "fixtures", name) }

// safe demands that a page holds nothing that runs or asks anything of another site.
func safe(t *testing.T, p *served.Page) {
	t.Helper()
	if p.Code >= http.StatusInternalServerError {
		t.Errorf("%s answers %d", p.Path, p.Code)
	}
	doc, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	for node := range doc.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		for _, attribute := range node.Attr {
			value := strings.ToLower(strings.TrimSpace(attribute.Val))
			asks := attribute.Key == "src" || attribute.Key == "action" || node.Data == "link" && attribute.Key == "href"
			switch {
			case strings.HasPrefix(attribute.Key, "on"), attribute.Key == "style", attribute.Key == "srcdoc",
				attribute.Key == "href" && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "data:")),
				asks && strings.Contains(value, "//") && !strings.HasPrefix(value, "http://127.0.0.1"):
				t.Errorf("%s holds <%s %s=%q>", p.Path, node.Data, attribute.Key, attribute.Val)
			}
		}
		switch node.Data {
		case "img", "iframe", "object", "embed", "video", "audio", "svg", "base", "style":
			t.Errorf("%s holds <%s>", p.Path, node.Data)
		case "script":
			if node.FirstChild != nil {
				t.Errorf("%s holds a script of its own: %s", p.Path, node.FirstChild.Data)
			}
		}
	}
}

func TestAwkwardStringsInEveryField(t *testing.T) {
	list := awkward(t)
	each(t, func(t *testing.T, s *served.Site) {
		amina, stranger := s.SignedIn(t, s.Amina), s.Browser(t)
		new := amina.Get("/threads/new?theme=" + forumtest.Public)
		settings := amina.Get("/settings")
		thread := path(t, s, s.Start(t, s.Amina, forumtest.Public, "Awkward"))
		open := amina.Get(thread)
		for i, text := range list {
			started := new.Submit(`form[action="/threads"]`, form("title", text, "body", text, "kind", "question",
				"level", "in practice", "theme", forumtest.Public, "key", fmt.Sprint("n", i)))
			if started.Code != http.StatusSeeOther && started.Code != http.StatusUnprocessableEntity {
				t.Fatalf("%q starts a thread with %d", text, started.Code)
			}
			if started.Code == http.StatusSeeOther {
				safe(t, stranger.Get(started.Header.Get("Location")).Status(http.StatusOK))
			} else {
				safe(t, started)
			}
			answered := open.Submit(composer, form("body", text, "lang", text, "key", fmt.Sprint("r", i)))
			if answered.Code != http.StatusSeeOther && answered.Code != http.StatusUnprocessableEntity {
				t.Fatalf("%q responds with %d", text, answered.Code)
			}
			if i%10 != 0 {
				continue
			}
			safe(t, new.Submit(`form[action="/threads"]`, form("theme", text, "kind", text, "level", text, "lang", text, "body", text, "title", text)))
			safe(t, settings.Submit(`form[action="/settings"]`, form("name", text, "organisation", text, "about", text, "language", text, "initiatives", text)))
			safe(t, stranger.Get("/search?q="+url.QueryEscape(text)))
			safe(t, stranger.Get("/themes/"+url.PathEscape(text)))
			safe(t, stranger.Get("/members/"+url.PathEscape(text)))
			safe(t, stranger.Get("/sign-in?next="+url.QueryEscape(text)))
			safe(t, stranger.Get("/themes/"+forumtest.Public+"?kind="+url.QueryEscape(text)+"&after="+url.QueryEscape(text)))
			look := stranger.Post("/look", form("language", text, "appearance", text, "next", text)).Header.Get("Location")
			if !strings.HasPrefix(look, "/") || strings.HasPrefix(look, "//") || strings.ContainsAny(look, "\r\n") {
				t.Errorf("next=%q leads to %q", text, look)
			}
		}
		for page := 1; page <= 3; page++ {
			safe(t, stranger.Get(fmt.Sprintf("%s?page=%d", thread, page)))
		}
		safe(t, stranger.Get("/"))
		safe(t, stranger.Get("/themes/"+forumtest.Public))
	})
}

func TestInjectionPayloadsAreTextOnly(t *testing.T) {
	file, err := os.Open(fixture("xss/payloads.txt"))
	if err != nil {
		forumtest.LeftOut(t, "the injection payloads of the fixtures", err)
		return
	}
	defer file.Close()
	var bodies []string
	var body strings.Builder
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if body.WriteString(lines.Text() + "\n\n"); body.Len() > 20_000 {
			bodies = append(bodies, body.String())
			body.Reset()
		}
	}
	bodies = append(bodies, body.String())
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Payloads")
		amina, stranger := s.SignedIn(t, s.Amina), s.Browser(t)
		open := amina.Get(path(t, s, id))
		for i, body := range bodies {
			safe(t, open.Submit(composer, form("body", body, "key", fmt.Sprint("p", i), "preview", "1")).Status(http.StatusOK))
			open.Submit(composer, form("body", body, "key", fmt.Sprint("p", i))).Status(http.StatusSeeOther)
		}
		safe(t, stranger.Get(path(t, s, id)).Status(http.StatusOK))
	})
}

func TestLargeBodiesGetAClearAnswer(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Large")
		amina := s.SignedIn(t, s.Amina)
		open := amina.Get(path(t, s, id))
		million := strings.Repeat("long ", 200_000)
		back := open.Submit(composer, form("body", million)).Status(http.StatusUnprocessableEntity)
		if kept := served.Fields(back.Find(composer)).Get("body"); len(kept) != len(million) {
			t.Errorf("%d of %d bytes are given back", len(kept), len(million))
		}
		amina.Post(fmt.Sprintf("/threads/%d/responses", id), form("body", strings.Repeat("x", 17<<20))).
			Status(http.StatusRequestEntityTooLarge)
	})
}
