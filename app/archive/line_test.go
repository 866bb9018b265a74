package archive

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"colloquy/app/forum"
	"colloquy/app/prose"
)

func TestAsWritten(t *testing.T) {
	for plain, want := range map[string]string{
		"1. one\n2. two":        "<p>1. one<br>\n2. two</p>\n",
		"> quoted\n\n# heading": "<p>&gt; quoted</p>\n<p># heading</p>\n",
		"a *b* _c_ `d` <e> &f;": "<p>a *b* _c_ `d` &lt;e&gt; &amp;f;</p>\n",
		"    indented\n---":     "<p>indented<br>\n---</p>\n",
		"[a](http://b.example)": "<p>[a](<a href=\"http://b.example\" rel=\"noopener noreferrer nofollow ugc\">http://b.example</a>)</p>\n",
	} {
		if got := string(prose.Render(asWritten(plain))); strings.ReplaceAll(got, "<br/>", "<br>") != want {
			t.Errorf("%q is shown as %q, want %q", plain, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	now := time.Date(2026, 2, 12, 0, 0, 0, 0, time.UTC)
	for written, want := range map[string]string{
		"2016-12-09T09:25:39.759000+00:00": "exact 2016-12-09T09:25:39.759Z",
		"2015-01-27T20:09:32.720":          "exact 2015-01-27T20:09:32.72Z",
		"2015-09-15T10:50:19":              "exact 2015-09-15T10:50:19Z",
		"2015-09-15 10:50:19":              "exact 2015-09-15T10:50:19Z",
		"2024-03-01T10:00:00+02:00":        "exact 2024-03-01T08:00:00Z",
		"2015-09-15":                       "day 2015-09-15T00:00:00Z",
		"":                                 "none 2026-02-12T00:00:00Z",
		"yesterday":                        "none 2026-02-12T00:00:00Z, the date \"yesterday\" cannot be read and is left out",
		"0000-01-01":                       "none 2026-02-12T00:00:00Z, the date \"0000-01-01\" cannot be read and is left out",
	} {
		var d text
		_, remark := d.date(written, now)
		got := fmt.Sprintf("%s %s", d.dating, d.created.Format(time.RFC3339Nano))
		if remark != "" {
			got += ", " + remark
		}
		if got != want {
			t.Errorf("%q is %s, want %s", written, got, want)
		}
	}
}

// A line that is too long is passed over without being kept.
func TestLongLine(t *testing.T) {
	long := io.LimitReader(endless{}, maxLine+5)
	from, err := newLines(io.MultiReader(strings.NewReader("one\n"), long, strings.NewReader("\n\ntwo")))
	if err != nil {
		t.Fatal(err)
	}
	if line, err := from.next(); err != nil || string(line) != "one\n" {
		t.Errorf("%q, %v", line, err)
	}
	var bad malformed
	if _, err := from.next(); !errors.As(err, &bad) || from.number != 2 {
		t.Errorf("line %d: %v", from.number, err)
	}
	if line, err := from.next(); err != nil || string(line) != "two" || from.number != 4 {
		t.Errorf("line %d: %q, %v", from.number, line, err)
	}
	if _, err := from.next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
}

// endless gives the letter x for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// FuzzLine: no line stops the program, and what comes of it is safe and within bounds.
func FuzzLine(f *testing.F) {
	f.Add(`{"source":"s","title":"T","posts":[{"n":1,"body":"<b onclick=x>b</b>","format":"html"},{"n":2,"body":"c","format":"text","parent":1}]}`)
	f.Add(`{"title":"` + strings.Repeat("long ", 60) + `","lang":"xx-","kind":"q","posts":[{"body":"","format":"markdown","date":"2020-01-01","parent":1}]}`)
	f.Add(`{"posts":[{"body":"[x](javascript:alert(1))\n<script>","format":"markdown"}]}`)
	if file, err := os.Open("../../../shared/fixtures/xss/payloads.txt"); err == nil {
		payloads := bufio.NewScanner(file)
		for n := 0; payloads.Scan(); n++ {
			if n%25 > 0 {
				continue
			}
			for _, format := range []string{"html", "markdown", "text"} {
				f.Add(fmt.Sprintf(`{"source":"s","title":%q,"posts":[{"n":1,"author":%q,"body":%q,"format":%q}]}`,
					payloads.Text(), payloads.Text(), payloads.Text(), format))
			}
		}
		if err := file.Close(); err != nil {
			f.Fatal(err)
		}
	}
	now := time.Date(2026, 2, 12, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, line string) {
		a, err := parseLine([]byte(line))
		var c conversation
		if err == nil {
			c, err = converse(a, now)
		}
		var bad malformed
		if err != nil {
			if !errors.As(err, &bad) || bad == "" {
				t.Fatalf("the reason is %v", err)
			}
			return
		}
		if utf8.RuneCountInString(c.title) > forum.MaxTitle || len(c.texts) != len(a.Posts) || c.lang == "" {
			t.Fatalf("conversation %+v", c)
		}
		keys := map[string]bool{}
		for i, text := range c.texts {
			shown := strings.ToLower(string(text.html))
			if strings.Contains(shown, "<script") || strings.Contains(shown, "<img") || strings.Contains(shown, "href=\"javascript") {
				t.Fatalf("text %d shows %q", i+1, text.html)
			}
			if keys[text.key] || text.parent >= len(c.texts) || text.parent == i || utf8.RuneCountInString(text.body) > forum.MaxText {
				t.Fatalf("text %d is %+v", i+1, text)
			}
			keys[text.key] = true
		}
	})
}
