package main_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

func TestHelpVersionAndWrongCalls(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	if out := p.done("version"); out != "colloquy "+stamped+"\n" {
		t.Errorf("version prints %q", out)
	}
	help := p.done("--help")
	for _, name := range []string{
		"serve", "migrate", "migrate status", "demo", "bench-data", "import threads", "epoch renew", "member add",
		"member change", "member suspend", "member lift", "member leave", "member link", "token create", "token list", "token revoke", "doctor", "version",
	} {
		if !regexp.MustCompile(`(?m)^ +` + name + `\b`).MatchString(help) {
			t.Errorf("--help does not name %s:\n%s", name, help)
		}
		if got := p.run(append(strings.Fields(name), "--help")...); got.code != 0 || name != "version" && !strings.Contains(got.out+got.said, name) {
			t.Errorf("%s --help ends with %d: %s%s", name, got.code, got.out, got.said)
		}
	}
	p.refused("--help", "nonsense")
	p.refused("--help", "member", "forget")
	p.refused("--help", "migrate", "now")
	p.refused("--help", "member", "link")
	p.refused("nonsense", "serve", "--nonsense")
	p.refused("--threads", "bench-data", "--threads", "0")
	p.refused("number", "token", "revoke", "first")
	p.refused("no-such-file", "import", "threads", "no-such-file.jsonl")
}

func TestMigrateStatus(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, p *place) {
		if p.env["DATABASE_URL"] == "" {
			p.refused("no database", "migrate", "status")
			if _, err := os.Stat(p.data); !os.IsNotExist(err) {
				t.Errorf("migrate status made the data directory: %v", err)
			}
		} else if out := p.done("migrate", "status"); !strings.Contains(out, "waiting") || strings.Contains(out, "applied") {
			t.Errorf("before anything the status is %q", out)
		}
		if out := p.done("migrate"); !regexp.MustCompile(`^[1-9]\d* migrations applied`).MatchString(out) {
			t.Errorf("migrate prints %q", out)
		}
		if out := p.done("migrate", "status"); !strings.Contains(out, "applied") || strings.Contains(out, "waiting") {
			t.Errorf("afterwards the status is %q", out)
		}
		if out := p.done("migrate"); !strings.HasPrefix(out, "0 migrations applied") {
			t.Errorf("the second migrate prints %q", out)
		}
	})
}

// founding finds the sign-up link that a server printed, "" when it printed none.
func founding(s *server) string {
	return regexp.MustCompile(`/invitations/\S+`).FindString(s.out.String())
}

// welcomed waits until a server has said where it is and returns its sign-up link.
func welcomed(t *testing.T, s *server) string {
	t.Helper()
	_, port, err := net.SplitHostPort(s.addr)
	must(t, err)
	s.await(seen, "the address is printed", func() bool { return strings.Contains(s.out.String(), "http://localhost:"+port) })
	return founding(s)
}

func TestFirstStartAndFirstConvener(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, p *place) {
		s := p.serve()
		first := welcomed(t, s)
		checkStarter(t, p)
		b := p.browser()
		for range 2 { // looking uses nothing up
			b.Get(first).Status(http.StatusOK)
		}
		s.stop()
		s = p.serve()
		second := welcomed(t, s)
		if first == "" || second == "" || first == second {
			t.Fatalf("the first start prints %q, the second %q", first, second)
		}
		checkStarter(t, p)
		page := b.Get(second).Status(http.StatusOK)
		fill := url.Values{"name": {"Ada First"}, "email": {"ada@example.org"}, "rules": {"1"}, "password": {"a long enough phrase"}}
		fill.Set("group", page.Find(`input[name="group"]`).First().AttrOr("value", ""))
		form := served.Fields(page.Find(`form[action="` + second + `"]`).First())
		for name, values := range fill {
			form[name] = values
		}
		b.Get(first).Status(http.StatusNotFound)
		b.Post(first, form).Status(http.StatusNotFound)
		page.Submit(`form[action="`+second+`"]`, fill).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("/sign-out")
		b.Get("/invitations").Status(http.StatusOK)
		p.browser().Get(second).Status(http.StatusGone)
		var me struct{ Role, Name string }
		c := p.caller(strings.TrimSpace(p.done("token", "create", "--member", "ada@example.org")))
		c.ask(t, http.MethodGet, "/me", nil, http.StatusOK, &me)
		if me.Role != "convener" || me.Name != "Ada First" {
			t.Errorf("who signed up is %+v", me)
		}
		s.stop()
		if link := welcomed(t, p.serve()); link != "" {
			t.Errorf("with a convener the start still prints %s", link)
		}
	})
}

// checkStarter looks at the starter community as a visitor.
func checkStarter(t *testing.T, p *place) {
	t.Helper()
	b := p.browser()
	var themes []string
	b.Get("/themes").Status(http.StatusOK).Find(`main a[href^="/themes/"]`).Each(func(_ int, link *goquery.Selection) {
		themes = append(themes, link.AttrOr("href", ""))
	})
	if len(themes) != 6 {
		t.Fatalf("the starter community has the themes %q", themes)
	}
	for _, theme := range themes {
		threads := map[string]bool{}
		b.Get(theme).Status(http.StatusOK).Find(`main a[href^="/threads/"]`).Each(func(_ int, link *goquery.Selection) {
			if path, _, _ := strings.Cut(link.AttrOr("href", ""), "?"); path != "/threads/new" {
				threads[path] = true
			}
		})
		if len(threads) != 1 {
			t.Errorf("%s holds the threads %v, want one opening", theme, threads)
		}
		for thread := range threads {
			if texts := b.Get(thread).Status(http.StatusOK).Find("#r1, #r2").Length(); texts != 1 {
				t.Errorf("%s holds %d texts, want its opening", thread, texts)
			}
		}
	}
	workshop := b.Get("/").Status(http.StatusOK).Find(`a[href^="/workshops/"]`).First().AttrOr("href", "/workshops/none")
	b.Get(workshop).Status(http.StatusOK)
	if questions := b.Get("/learning-agenda").Status(http.StatusOK).Find(`main section[id^="q-"]`).Length(); questions != 4 {
		t.Errorf("the learning agenda has %d questions", questions)
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	const oneClick = `form[action="/demo/sign-in"]`
	eachDatabase(t, func(t *testing.T, p *place) {
		p.done("demo")
		p.refused("empty database", "demo")
		s := p.serve()
		if link := welcomed(t, s); link != "" {
			t.Errorf("a demo prints the sign-up link %s", link)
		}
		b := p.browser()
		page := b.Get("/sign-in").Status(http.StatusOK)
		handle := page.Find(oneClick+` button[name="handle"]`).First().AttrOr("value", "")
		page.Submit(oneClick, url.Values{"handle": {handle}}).Status(http.StatusSeeOther).Follow().Status(http.StatusOK).Has("/sign-out")
		s.stop()
		p.env["COLLOQUY_ADDR"] = strings.Replace(p.addr, "127.0.0.1", "0.0.0.0", 1)
		s = p.serve()
		if p.browser().Get("/sign-in").Status(http.StatusOK).Find(oneClick).Length() != 0 {
			t.Error("a demo that other machines reach offers one-click sign-in")
		}
		p.browser().Post("/demo/sign-in", url.Values{"handle": {handle}}).Status(http.StatusNotFound)
		if strings.Contains(s.out.String(), "Sign in as one of them") {
			t.Errorf("it says on the terminal what it does not offer: %s", s.out.String())
		}
	})
}

func TestOneClickSignInOnADemoOnly(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	p.member("sam@example.org", "member")
	s := p.serve()
	b := p.browser()
	page := b.Get("/sign-in").Status(http.StatusOK).Lacks("/demo/")
	form := served.Fields(page.Find(`form[action="/sign-in"]`).First())
	form.Set("handle", "somebody-else")
	b.Post("/demo/sign-in", form).Status(http.StatusNotFound)
	b.Get("/").Lacks("/sign-out")
	s.stop()
	p.refused("empty database", "demo")
}

// sample is a small thread archive: two conversations, the second with a reply, a
// blank author and a mere date.
var sample = []string{
	`{"source":"https://lists.example.org/msi","licence":"CC0-1.0","title":"Who pays for the secretariat?","posts":[` +
		`{"n":1,"author":"Ines","date":"2021-03-04T10:00:00Z","body":"Does *anybody* know?","format":"markdown"}]}`,
	`{"source":"https://lists.example.org/msi","licence":"CC0-1.0","title":"Minutes of the board","posts":[` +
		`{"n":10,"author":"Omar","date":"2021-03-05","body":"<p>They are <b>late</b>.</p>","format":"html"},` +
		`{"n":11,"body":"They are always late.","format":"text","parent":10}]}`,
}

// writeSample writes lines into a file.
func writeSample(t *testing.T, name string, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	content := []byte(strings.Join(lines, "\n") + "\n")
	if strings.HasSuffix(name, ".gz") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, err := w.Write(content)
		must(t, err)
		must(t, w.Close())
		content = packed.Bytes()
	}
	must(t, os.WriteFile(file, content, 0o600))
	return file
}

func TestImportBesideARunningServer(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, p *place) {
		s := p.serve()
		b := p.browser()
		b.Get("/themes").Status(http.StatusOK).Lacks("Imported conversations")
		b.Get("/").Status(http.StatusOK).Lacks("Minutes of the board")
		file := writeSample(t, "sample.jsonl", sample...)
		if out := p.done("import", "threads", file); !strings.HasPrefix(out, "2 threads added, 0 added to, 0 unchanged; 3 responses added") {
			t.Errorf("the import says %q", out)
		}
		s.await(seen, "the theme and its threads are shown", func() bool {
			link := b.Get("/themes").Find(`main a:contains("Imported conversations")`).First().AttrOr("href", "")
			return link != "" && strings.Contains(b.Get(link).Body, "Minutes of the board") && strings.Contains(b.Get("/").Body, "Imported conversations")
		})
		for _, name := range []string{"again.jsonl", "again.jsonl.gz"} {
			if out := p.done("import", "threads", writeSample(t, name, sample...)); !strings.HasPrefix(out, "0 threads added, 0 added to, 2 unchanged; 0 responses") {
				t.Errorf("the import of %s says %q", name, out)
			}
		}
		var found struct{ Items []conversation }
		p.caller("").ask(t, http.MethodGet, "/themes/imported-conversations/threads", nil, http.StatusOK, &found)
		if len(found.Items) != 2 {
			t.Fatalf("the theme holds %+v", found.Items)
		}
		longer := strings.Replace(sample[1], "]}", `,{"n":12,"author":"Omar","body":"Now they are here.","format":"text"}]}`, 1)
		got := p.run("import", "threads", writeSample(t, "more.jsonl", "not a conversation", longer))
		if got.code != 1 || !strings.HasPrefix(got.said, "line 1: ") || !strings.HasPrefix(got.out, "0 threads added, 1 added to") {
			t.Errorf("an import with a malformed line ends with %d: %s%s", got.code, got.out, got.said)
		}
		minutes := found.Items[0]
		if minutes.Responses != 1 {
			minutes = found.Items[1]
		}
		s.await(seen, "the added response is shown", func() bool {
			return strings.Contains(b.Get(threadPath(minutes.ID)+"/"+minutes.Slug).Status(http.StatusOK).Text("#r3"), "Now they are here.")
		})
	})
}

func TestBenchData(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, p *place) {
		s := p.serve()
		size := strings.Fields("bench-data --threads 9 --responses 300 --members 7 --longest 120")
		if out := p.done(size...); out != "9 threads with 300 responses by 7 members are written\n" {
			t.Errorf("bench-data says %q", out)
		}
		if out := p.done(size...); !strings.Contains(out, "already") {
			t.Errorf("the second bench-data says %q", out)
		}
		c := p.caller("")
		s.await(seen, "all responses are shown", func() bool {
			var themes struct{ Items []conversation }
			c.ask(t, http.MethodGet, "/themes", nil, http.StatusOK, &themes)
			responses, longest := 0, 0
			for _, theme := range themes.Items {
				var list struct{ Items []conversation }
				c.ask(t, http.MethodGet, "/themes/"+theme.Slug+"/threads", nil, http.StatusOK, &list)
				for _, thread := range list.Items {
					responses, longest = responses+thread.Responses, max(longest, thread.Responses)
				}
			}
			return responses == 300 && longest == 120
		})
	})
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	forumtest.EachDatabase(t, func(t *testing.T, database string) {
		p := newPlace(t, database)
		if out := p.done("doctor"); strings.Contains(out, "WRONG") || strings.Count(out, "\n") < 5 {
			t.Errorf("the doctor says %q", out)
		}
		for name, value := range map[string]string{
			"COLLOQUY_SMTP_URL": "smtp://" + freeAddress(t),
			"COLLOQUY_NATS_URL": "nats://" + freeAddress(t),
			"COLLOQUY_ADDR":     "0.0.0.0:8080",
			"COLLOQUY_DATA_DIR": "/dev/null/data",
		} {
			p := newPlace(t, database)
			p.env[name] = value
			wrong := regexp.MustCompile(`(?m)^WRONG .*$`).FindAllString(p.refused("something wrong", "doctor").out, -1)
			if len(wrong) == 0 || name != "COLLOQUY_ADDR" && !strings.Contains(strings.Join(wrong, "\n"), name) {
				t.Errorf("with %s=%s the doctor finds %q", name, value, wrong)
			}
		}
		p.env["COLLOQUY_LOG_FORMAT"] = "poem"
		p.refused("COLLOQUY_LOG_FORMAT", "doctor")
	})
}

func TestDatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "postgres://"+freeAddress(t)+"/none")
	if out := p.refused("something wrong", "doctor").out; !regexp.MustCompile(`(?m)^WRONG +database .*DATABASE_URL`).MatchString(out) {
		t.Errorf("the doctor says %q", out)
	}
	p.refused("DATABASE_URL", "serve")
	p.refused("DATABASE_URL", "token", "list")
	p.refused("DATABASE_URL", "migrate", "status")
}

func TestWrongConfigurationStopsTheStart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value string }{
		{"COLLOQUY_ADDR", "localhost"},
		{"COLLOQUY_ADDR", "127.0.0.1:eighty"},
		{"COLLOQUY_ADDR", "127.0.0.1:99999"},
		{"COLLOQUY_ADMIN_ADDR", "9090"},
		{"COLLOQUY_ADMIN_ADDR", "127.0.0.1:ninety"},
		{"COLLOQUY_BASE_URL", "forum.example.org"},
		{"COLLOQUY_BASE_URL", "https://example.org/forum"},
		{"COLLOQUY_TRUSTED_PROXIES", "10.0.0.0/8, proxy"},
		{"COLLOQUY_DATA_DIR", "/dev/null/data"},
		{"DATABASE_URL", "mysql://localhost/forum"},
		{"DATABASE_URL", "postgres://localhost:port/forum"},
		{"COLLOQUY_NATS_URL", "localhost"},
		{"COLLOQUY_SMTP_URL", "mail.example.org"},
		{"COLLOQUY_SMTP_URL", "http://mail.example.org"},
		{"COLLOQUY_MAIL_FROM", "nobody"},
		{"COLLOQUY_MAIL_FROM", "a@b@c <"},
		{"COLLOQUY_UPLOADS_URL", "ftp://files.example.org"},
		{"COLLOQUY_RATE_LIMITS", "sometimes"},
		{"COLLOQUY_LOG_LEVEL", "loud"},
		{"COLLOQUY_LOG_FORMAT", "xml"},
	} {
		t.Run(fmt.Sprintf("%s=%s", c.name, c.value), func(t *testing.T) {
			p := newPlace(t, "")
			p.env[c.name] = c.value
			p.refused(c.name, "serve")
		})
	}
	t.Run("limits off for others", func(t *testing.T) {
		p := newPlace(t, "")
		p.env["COLLOQUY_ADDR"], p.env["COLLOQUY_RATE_LIMITS"] = strings.Replace(p.addr, "127.0.0.1", "0.0.0.0", 1), "off"
		p.refused("COLLOQUY_RATE_LIMITS", "serve")
	})
}
