package handlers_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// packed is a form in parts, compressed: small on the line, large in memory.
func packed(t *testing.T) *bytes.Buffer {
	t.Helper()
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	_, err := io.WriteString(w, "--XX\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n"+
		strings.Repeat("a", 40<<20)+"\r\n--XX--\r\n")
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return &body
}

func TestPackedAndDividedFormsAreNotRead(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Amina, forumtest.Public, "Bombs")
		for _, address := range []string{"/sign-in", fmt.Sprintf("/threads/%d/responses", id), "/look", "/nowhere", "/api/v1/threads"} {
			for name, header := range map[string]http.Header{
				"packed and in parts": {"Content-Type": {"multipart/form-data; boundary=XX"}, "Content-Encoding": {"gzip"}},
				"packed":              {"Content-Type": {"application/x-www-form-urlencoded"}, "Content-Encoding": {"gzip"}},
				"in parts":            {"Content-Type": {"Multipart/Form-Data; boundary=XX"}},
			} {
				request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.URL+address, packed(t))
				if err != nil {
					t.Fatal(err)
				}
				request.Header = header
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				answer, err := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if err != nil || response.StatusCode != http.StatusUnsupportedMediaType || len(answer) > 100_000 {
					t.Errorf("%s, %s: %d with %d bytes, %v", address, name, response.StatusCode, len(answer), err)
				}
			}
		}
	})
}

func TestWhatIsPrivateIsKeptNowhere(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		id := s.Start(t, s.Paul, forumtest.Boards, "Behind the door")
		paul := s.SignedIn(t, s.Paul)
		bare := fmt.Sprintf("/threads/%d", id)
		for _, address := range []string{"/", "/search?q=door", "/members/paul-nkemelu", bare, bare + "/behind-the-door", bare + "/wrong", bare + "/behind-the-door/1", "/themes/" + forumtest.Boards} {
			page := paul.Get(address)
			if rule := page.Header.Get("Cache-Control"); rule != "no-store" {
				t.Errorf("%s (%d) may be kept: %q", address, page.Code, rule)
			}
		}
		out := paul.Get("/sign-out").Submit(`main form[action="/sign-out"]`, nil)
		if out.Header.Get("Clear-Site-Data") != `"cache"` {
			t.Error("signing out leaves pages behind")
		}
	})
}

func TestReturnAddressesStayHere(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		b := s.Browser(t)
		for _, next := range []string{
			"//evil.example", "https://evil.example/", "/\\evil.example", "/a; Domain=localhost", "/a\r\nX: y", "/a\x00", "javascript:x", "", "/\x7f",
		} {
			asked := b.Get("/sign-in").Submit(`form[action="/sign-in"]`, form("email", "amina@example.org", "how", "link", "next", next))
			if to := asked.Follow().Find(`main [name="next"]`).AttrOr("value", ""); to != "/" {
				t.Errorf("next=%q is kept as %q", next, to)
			}
			look := b.Post("/look", form("appearance", "dark", "next", next))
			if to := look.Header.Get("Location"); to != "/" {
				t.Errorf("next=%q leads to %q", next, to)
			}
			for _, page := range []*served.Page{asked, look} {
				for _, cookie := range page.Header.Values("Set-Cookie") {
					if strings.Contains(strings.ToLower(cookie), "domain=") || strings.ContainsAny(cookie, "\x00\x7f") {
						t.Errorf("next=%q sets %q", next, cookie)
					}
				}
			}
		}
	})
}

func TestGuessesAreCountedByAccount(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		limited := served.NewLimitedSite(t, s.Cast, []string{"127.0.0.1"})
		known, unknown := 0, 0
		for i := range 30 {
			from := http.Header{"X-Forwarded-For": {fmt.Sprintf("198.51.100.%d", i)}}
			for email, refused := range map[string]*int{"amina@example.org": &known, "nobody@example.org": &unknown} {
				b := limited.Browser(t)
				fields := served.Fields(b.Get("/sign-in").Find(`form[action="/sign-in"]`))
				fields.Set("email", email)
				fields.Set("password", "guess")
				if page := b.Do(http.MethodPost, "/sign-in", fields, from); page.Code == http.StatusTooManyRequests {
					*refused++
					if page.Header.Get("Retry-After") == "" {
						t.Error("a refusal without Retry-After")
					}
				}
			}
		}
		if known == 0 || known != unknown {
			t.Errorf("%d of 30 guesses at a known address refused, %d at an unknown one", known, unknown)
		}
	})
}

func TestForwardedAddressesAreReadFromTheRight(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		limited := served.NewLimitedSite(t, s.Cast, []string{"127.0.0.1"})
		for name, header := range map[string]func(i int) http.Header{
			"an address of the client's own before": func(i int) http.Header {
				return http.Header{"X-Forwarded-For": {fmt.Sprintf("203.0.113.%d, 198.51.100.7", i)}}
			},
			"a line of the client's own before": func(i int) http.Header {
				return http.Header{"X-Forwarded-For": {fmt.Sprintf("203.0.113.%d", i), "198.51.100.8"}}
			},
			"addresses of one network": func(i int) http.Header {
				return http.Header{"X-Forwarded-For": {fmt.Sprintf("2001:db8:1:2::%x", i+1)}}
			},
		} {
			refused := 0
			for i := range 20 {
				b := limited.Browser(t)
				fields := served.Fields(b.Get("/sign-in").Find(`form[action="/sign-in"]`))
				fields.Set("email", fmt.Sprintf("%s-%d@example.org", name[:2], i))
				fields.Set("password", "guess")
				if page := b.Do(http.MethodPost, "/sign-in", fields, header(i)); page.Code == http.StatusTooManyRequests {
					refused++
				}
			}
			if refused == 0 {
				t.Errorf("%s: none of 20 attempts was refused", name)
			}
		}
	})
}

// TestWhereOneHasAnotherNameNothingIsKept: the composer says which it is.
func TestWhereOneHasAnotherNameNothingIsKept(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		open := s.Start(t, s.Rosa, forumtest.Public, "By name")
		s.Masks(t, "other-names", "Other names", models.AudienceEveryone)
		masked := s.Start(t, s.Rosa, "other-names", "Under other names")
		amina, visitor := s.SignedIn(t, s.Amina), s.Browser(t)
		for id, want := range map[int64]string{open: "private, no-cache", masked: "no-store"} {
			if rule := amina.Get(path(t, s, id)).Status(http.StatusOK).Header.Get("Cache-Control"); rule != want {
				t.Errorf("thread %d: a member's page may be kept: %q", id, rule)
			}
			if rule := visitor.Get(path(t, s, id)).Header.Get("Cache-Control"); rule != "private, no-cache" {
				t.Errorf("thread %d: a visitor's page: %q", id, rule)
			}
		}
	})
}
