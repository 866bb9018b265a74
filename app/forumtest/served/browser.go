package served

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"colloquy/models"
)

// Browser is somebody's browser without JavaScript: it keeps cookies, fills in forms
// and does not follow redirects by itself.
type Browser struct {
	t      testing.TB
	site   *Site
	client *http.Client
	// Language is what it asks for.
	Language string
}

// Browser opens a fresh browser.
func (s *Site) Browser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &Browser{t: t, site: s, Language: "en", client: &http.Client{
		Jar: jar, Timeout: 20 * time.Second, Transport: s.Line,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// SignedIn opens a browser in which a member is signed in.
func (s *Site) SignedIn(t testing.TB, viewer models.Viewer) *Browser {
	t.Helper()
	b := s.Browser(t)
	token, err := s.Community.MemberLink(context.Background(), viewer.Member.Email)
	must(t, err)
	b.Get("/sign-in/"+token).Submit(`form[action="/sign-in/`+token+`"]`, nil).Status(http.StatusSeeOther)
	return b
}

// Page is an answer as a browser sees it.
type Page struct {
	t       testing.TB
	browser *Browser
	Path    string
	Code    int
	Header  http.Header
	Body    string
	doc     *goquery.Document
}

// Get asks for a page.
func (b *Browser) Get(path string) *Page {
	b.t.Helper()
	return b.Do(http.MethodGet, path, nil, nil)
}

// Post sends a form as it is, without a token.
func (b *Browser) Post(path string, form url.Values) *Page {
	b.t.Helper()
	return b.Do(http.MethodPost, path, form, nil)
}

// JSON sends a request to the API as a script of the site does: with the session, and
// an idempotency key of its own. An empty body is none.
func (b *Browser) JSON(method, path, body string) *Page {
	b.t.Helper()
	header := http.Header{"Origin": {b.site.URL}, "Idempotency-Key": {rand.Text()}}
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	return b.send(method, path, strings.NewReader(body), header)
}

// Do sends a request with headers of its own.
func (b *Browser) Do(method, path string, form url.Values, header http.Header) *Page {
	b.t.Helper()
	if form == nil {
		return b.send(method, path, nil, header)
	}
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(method, path, strings.NewReader(form.Encode()), header)
}

func (b *Browser) send(method, path string, body io.Reader, header http.Header) *Page {
	b.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, b.site.URL+path, body)
	must(b.t, err)
	request.Header.Set("Accept-Language", b.Language)
	for name, list := range header {
		request.Header[name] = list
	}
	response, err := b.client.Do(request)
	must(b.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(b.t, err)
	page := &Page{t: b.t, browser: b, Path: path, Code: response.StatusCode, Header: response.Header, Body: string(text)}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		page.doc, err = goquery.NewDocumentFromReader(strings.NewReader(page.Body))
		must(b.t, err)
	}
	return page
}

// Status demands a status and returns the page.
func (p *Page) Status(want int) *Page {
	p.t.Helper()
	if p.Code != want {
		p.t.Fatalf("%s answers %d, want %d: %.600s", p.Path, p.Code, want, p.Text("main"))
	}
	return p
}

// Follow goes where a redirect leads.
func (p *Page) Follow() *Page {
	p.t.Helper()
	to := p.Header.Get("Location")
	if to == "" {
		p.t.Fatalf("%s answers %d and leads nowhere: %.600s", p.Path, p.Code, p.Text("main"))
	}
	parsed, err := url.Parse(to)
	must(p.t, err)
	return p.browser.Get(parsed.RequestURI())
}

// Has demands words in the page.
func (p *Page) Has(words ...string) *Page {
	p.t.Helper()
	for _, word := range words {
		if !strings.Contains(p.Body, word) {
			p.t.Errorf("%s (%d) lacks %q: %.800s", p.Path, p.Code, word, p.Text("main"))
		}
	}
	return p
}

// Lacks demands that words are not in the page.
func (p *Page) Lacks(words ...string) *Page {
	p.t.Helper()
	for _, word := range words {
		if strings.Contains(p.Body, word) {
			p.t.Errorf("%s (%d) holds %q", p.Path, p.Code, word)
		}
	}
	return p
}

// Find selects elements of the page.
func (p *Page) Find(selector string) *goquery.Selection {
	p.t.Helper()
	if p.doc == nil {
		p.t.Fatalf("%s is no page: %d %.300s", p.Path, p.Code, p.Body)
	}
	return p.doc.Find(selector)
}

// Text is the text of the selected elements, spaces folded.
func (p *Page) Text(selector string) string {
	if p.doc == nil {
		return p.Body
	}
	return strings.Join(strings.Fields(p.doc.Find(selector).Text()), " ")
}

// Submit fills in a form of the page and sends it: what stands in its fields, with
// the given values in their place.
func (p *Page) Submit(selector string, fill url.Values) *Page {
	p.t.Helper()
	form := p.Find(selector).First()
	if form.Length() == 0 {
		p.t.Fatalf("%s (%d) has no form %s: %.600s", p.Path, p.Code, selector, p.Text("main"))
	}
	values := Fields(form)
	for name, list := range fill {
		values[name] = list
	}
	action, _ := form.Attr("action")
	return p.browser.Post(action, values)
}

// Fields are the values that stand in a form.
func Fields(form *goquery.Selection) url.Values {
	values := url.Values{}
	form.Find("input[name]").Each(func(_ int, field *goquery.Selection) {
		kind := field.AttrOr("type", "text")
		_, checked := field.Attr("checked")
		if (kind == "radio" || kind == "checkbox") && !checked || kind == "submit" {
			return
		}
		values.Add(field.AttrOr("name", ""), field.AttrOr("value", ""))
	})
	form.Find("textarea[name]").Each(func(_ int, field *goquery.Selection) {
		values.Add(field.AttrOr("name", ""), strings.TrimPrefix(field.Text(), "\n"))
	})
	form.Find("select[name]").Each(func(_ int, field *goquery.Selection) {
		chosen := field.Find("option[selected]").First()
		if chosen.Length() == 0 {
			chosen = field.Find("option").First()
		}
		values.Add(field.AttrOr("name", ""), chosen.AttrOr("value", strings.TrimSpace(chosen.Text())))
	})
	return values
}

// Cookies are the browser's cookies, for a live line beside it.
func (b *Browser) Cookies() http.CookieJar { return b.client.Jar }
