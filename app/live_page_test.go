package main_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unique"

	"github.com/PuerkitoBio/goquery"
)

// wholeThread is a thread with all its pages, as one reader sees it.
type wholeThread struct {
	seq   int64
	epoch string
	path  string
	head  string
	items map[int]text
	own   map[int]bool
}

// viewer is somebody who reads: a session or none, and a language.
type viewer struct {
	name     string
	language string
	jar      http.CookieJar // nil for a visitor
	client   *http.Client
}

func newViewer(name, language string, jar http.CookieJar) *viewer {
	return &viewer{name: name, language: language, jar: jar, client: &http.Client{
		Jar: jar, Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4, DisableCompression: true},
	}}
}

// header is what this viewer sends with every request.
func (v *viewer) header() http.Header { return http.Header{"Accept-Language": {v.language}} }

// answered is the error of an answer that is no success.
type answered struct {
	code int
	text string
}

func (a answered) Error() string { return fmt.Sprintf("the answer is %d: %.300s", a.code, a.text) }

// get reads an answer, which must be a success.
func (v *viewer) get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header = v.header()
	response, err := v.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = answered{response.StatusCode, string(body)}
	}
	return body, err
}

// load reads all pages of a thread from one instance. The thread may change meanwhile:
// what is held is complete up to the lowest number that a page names.
func (v *viewer) load(ctx context.Context, p *place, id int64) (*wholeThread, error) {
	whole := &wholeThread{items: map[int]text{}}
	for number, pages := 1, 1; number <= pages; number++ {
		body, err := v.get(ctx, p.url()+threadPath(id)+"?page="+strconv.Itoa(number))
		if err != nil {
			return nil, err
		}
		page, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
		if err != nil {
			return nil, err
		}
		live := page.Find("thread-live")
		seq, err := strconv.ParseInt(live.AttrOr("data-seq", ""), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("the page of thread %d has no number: %w", id, err)
		}
		if pages, err = strconv.Atoi(live.AttrOr("data-pages", "")); err != nil {
			return nil, fmt.Errorf("the page of thread %d does not know how many there are: %w", id, err)
		}
		if number == 1 || seq < whole.seq {
			whole.seq, whole.epoch = seq, live.AttrOr("data-ep", "")
			whole.path = live.AttrOr("data-path", "")
			if whole.head, err = goquery.OuterHtml(live.Find("#thread-head")); err != nil {
				return nil, err
			}
		}
		if err := whole.add(live); err != nil {
			return nil, err
		}
	}
	return whole, nil
}

// add takes the items and the own numbers of a page.
func (w *wholeThread) add(live *goquery.Selection) error {
	for _, item := range live.Find("li[data-n]").EachIter() {
		n, err := strconv.Atoi(item.AttrOr("data-n", ""))
		if err != nil {
			return err
		}
		html, err := goquery.OuterHtml(item)
		if err != nil {
			return err
		}
		w.items[n] = unique.Make(html)
	}
	w.own = map[int]bool{}
	for _, n := range strings.FieldsFunc(live.AttrOr("data-own", ""), func(r rune) bool { return r == ',' }) {
		number, err := strconv.Atoi(n)
		if err != nil {
			return err
		}
		w.own[number] = true
	}
	return nil
}

// canon brings markup of pages and of frames into one form. It remembers what it has
// seen, as most readers hold the same.
type canon map[text]string

// item is a response without what only its own writer sees.
func (c canon) item(html text) (string, error) {
	if known, ok := c[html]; ok {
		return known, nil
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader("<ol>" + html.Value() + "</ol>"))
	if err != nil {
		return "", err
	}
	page.Find("[data-own-acts]").Empty()
	c[html], err = goquery.OuterHtml(page.Find("li[data-n]").First())
	return c[html], err
}

// head is a thread's head without its count, which grows with responses and not with
// frames of the head.
func (c canon) head(html string) (string, error) {
	page, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	if err != nil {
		return "", err
	}
	page.Find("[data-responses]").Remove()
	return goquery.OuterHtml(page.Find("#thread-head").RemoveAttr("data-seq"))
}

// differs tells in what a reader's thread is not the fresh one, "" when they are equal.
func (c canon) differs(f *followed, fresh *wholeThread) (string, error) {
	if f.mine.Load() != fresh.seq || f.path != fresh.path {
		return fmt.Sprintf("is at %d of %s, the page is at %d of %s", f.mine.Load(), f.path, fresh.seq, fresh.path), nil
	}
	here, err := c.head(f.head)
	if err != nil {
		return "", err
	}
	there, err := c.head(fresh.head)
	if err != nil || here != there {
		return fmt.Sprintf("has the head %s, the page has %s", here, there), err
	}
	here, there = fmt.Sprint(slices.Sorted(maps.Keys(f.items))), fmt.Sprint(slices.Sorted(maps.Keys(fresh.items)))
	if here != there {
		return fmt.Sprintf("holds the numbers %s, the page holds %s", here, there), nil
	}
	for n := range fresh.items {
		if here, err = c.item(f.items[n]); err != nil {
			return "", err
		}
		if there, err = c.item(fresh.items[n]); err != nil {
			return "", err
		}
		if here != there {
			return fmt.Sprintf("has for number %d\n%s\nand the page\n%s", n, here, there), nil
		}
		// A removed response is nobody's any more: the page does not name it, and it has no slot.
		if slot := strings.Contains(there, "data-own-acts"); slot && f.own[n] != fresh.own[n] {
			return fmt.Sprintf("takes number %d for its own: %t, the page: %t", n, f.own[n], fresh.own[n]), nil
		}
	}
	return "", nil
}
