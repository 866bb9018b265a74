package archive

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"colloquy/app/forum"
	"colloquy/app/prose"
	"colloquy/models"
)

const (
	// excerptRunes is how long the stored first words of a text are.
	excerptRunes = 180
	// maxShort is how many characters a name or title may have.
	maxShort = forum.MaxTitle
	// maxHTML is how many bytes of HTML become Markdown; prose reads no more.
	maxHTML = 512 << 10
	// unknownLanguage is the tag for a language that is not known (BCP 47).
	unknownLanguage = "und"
)

// conversation is a line of an archive made ready to be written.
type conversation struct {
	key     string
	source  string // what an imported author's profile says of their origin
	theme   string // title; empty for none
	title   string
	lang    string
	kind    models.Kind
	texts   []text
	remarks []string // what was not understood and left out
	blank   int      // how many texts say nothing
}

// text is a post made ready to be written.
type text struct {
	key string
	// author is shown as the persona's name; source identifies them. Both are empty
	// when the author is missing.
	author, source string
	created        time.Time
	dating         models.Dating
	body           string
	html           prose.HTML
	lang           string
	words          string
	// parent is the index of the answered post, -1 for none.
	parent int
}

// converse makes a line ready. Its error is malformed; now is the time of texts
// without a date.
func converse(a archived, now time.Time) (conversation, error) {
	c := conversation{source: shortLine(a.Source), theme: shortLine(a.Theme)}
	if licence := shortLine(a.Licence); licence != "" {
		c.source += " (" + licence + ")"
	}
	if c.kind = models.Kind(a.Kind); a.Kind != "" && !slices.Contains(models.Kinds, c.kind) {
		c.kind = ""
		c.remarks = append(c.remarks, fmt.Sprintf("the kind %.40q is unknown and left out", a.Kind))
	}
	title, err := prose.CleanLine(a.Title, maxLine)
	if err != nil {
		title = "" // nothing of it can be seen: it is as good as missing
	}
	c.title = shortLine(title)
	if err := c.addTexts(a, now); err != nil {
		return c, err
	}
	if c.title != title {
		if err := c.texts[0].precede("**" + asWritten(title) + "**"); err != nil {
			return c, malformed("the title is too long: " + err.Error())
		}
	}
	c.setLanguages(a.Lang)
	return c, nil
}

func (c *conversation) addTexts(a archived, now time.Time) error {
	numbers := make(map[int64]int, len(a.Posts))
	for i, p := range a.Posts {
		if p.N != nil {
			if _, twice := numbers[*p.N]; !twice {
				numbers[*p.N] = i
			}
		}
	}
	seen := make(map[string]int, len(a.Posts))
	c.texts = make([]text, 0, len(a.Posts))
	for i, p := range a.Posts {
		t := text{parent: -1}
		if p.Parent != nil {
			if parent, ok := numbers[*p.Parent]; ok && parent != i {
				t.parent = parent
			}
		}
		written, remark := t.date(p.Date, now)
		if remark != "" {
			c.remarks = append(c.remarks, fmt.Sprintf("post %d: %s", i+1, remark))
		}
		if i == 0 {
			c.key = identity("thread", a.Source, a.Title, p.Author, written, *p.Body)
		}
		same := identity("post", p.Author, written, *p.Body)
		seen[same]++
		t.key = identity(same, strconv.Itoa(seen[same]))
		if t.author = shortLine(p.Author); t.author != "" {
			t.source = identity("author", a.Source, p.Author)
		}
		source, err := markdown(p)
		if err == nil {
			err = t.write(source)
		}
		if err != nil {
			return malformed(fmt.Sprintf("post %d: %s", i+1, err.Error()))
		}
		if t.body == "" {
			c.blank++
		}
		c.texts = append(c.texts, t)
	}
	return nil
}

// markdown is a post's body as Markdown.
func markdown(p post) (string, error) {
	switch p.Format {
	case "text":
		return asWritten(*p.Body), nil
	case "html":
		if len(*p.Body) > maxHTML {
			return "", fmt.Errorf("its HTML has more than %d KB", maxHTML>>10)
		}
		return prose.FromHTML(*p.Body), nil
	}
	return *p.Body, nil
}

// asWritten is Markdown that shows a plain text as it is: a quote of it, taken out of
// the quotation marks.
func asWritten(plain string) string {
	rows := strings.Split(prose.Quote(plain), "\n")
	for i, row := range rows {
		rows[i] = strings.TrimPrefix(strings.TrimPrefix(row, ">"), " ")
	}
	return strings.Join(rows, "\n")
}

// write takes a text's Markdown. A text that says nothing stays, with its number.
func (t *text) write(markdown string) error {
	clean, err := prose.Clean(markdown, forum.MaxText)
	switch {
	case errors.Is(err, prose.ErrTooLong):
		return fmt.Errorf("it has more than %d characters", forum.MaxText)
	case err != nil && !errors.Is(err, prose.ErrEmpty):
		return err
	}
	t.body, t.html = clean, prose.Render(clean)
	t.words = prose.Fold(prose.Text(t.html))
	return nil
}

// precede puts a paragraph before a text.
func (t *text) precede(paragraph string) error {
	return t.write(strings.TrimRight(paragraph+"\n\n"+t.body, "\n"))
}

// languageTag matches a plausible BCP 47 tag.
var languageTag = regexp.MustCompile(`^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8}){0,3}$`)

// setLanguages gives every text the language that the line names, else the one it
// seems to be written in, else that of the whole conversation.
func (c *conversation) setLanguages(given string) {
	if c.lang = given; languageTag.MatchString(given) {
		for i := range c.texts {
			c.texts[i].lang = given
		}
		return
	}
	if given != "" {
		c.remarks = append(c.remarks, fmt.Sprintf("the language %.40q is unknown and left out", given))
	}
	var whole strings.Builder
	whole.WriteString(c.title)
	for _, t := range c.texts {
		if whole.Len() > 32<<10 {
			break
		}
		whole.WriteString("\n\n" + t.body)
	}
	if c.lang = prose.GuessLanguage(whole.String()); c.lang == "" {
		c.lang = unknownLanguage
	}
	for i := range c.texts {
		if c.texts[i].lang = prose.GuessLanguage(c.texts[i].body); c.texts[i].lang == "" {
			c.texts[i].lang = c.lang
		}
	}
}

// datings are the forms of a date that are read: RFC 3339, without a zone meaning
// UTC, and a mere date.
var datings = []struct {
	layout string
	dating models.Dating
}{
	{time.RFC3339, models.DatedExactly},
	{"2006-01-02T15:04:05", models.DatedExactly},
	{"2006-01-02T15:04", models.DatedExactly},
	{"2006-01-02 15:04:05Z07:00", models.DatedExactly},
	{"2006-01-02 15:04:05", models.DatedExactly},
	{time.DateOnly, models.DatedByDay},
}

// date reads a text's date. It returns the date in one form, for the identity, and a
// remark when it cannot be read, which is as good as none.
func (t *text) date(written string, now time.Time) (canonical, remark string) {
	written = strings.TrimSpace(written)
	for _, d := range datings {
		if at, err := time.Parse(d.layout, written); err == nil && at.Year() > 0 {
			t.created, t.dating = at.UTC().Truncate(time.Microsecond), d.dating
			return string(d.dating) + t.created.Format(time.RFC3339Nano), ""
		}
	}
	t.created, t.dating = now, models.Undated
	if written != "" {
		remark = fmt.Sprintf("the date %.40q cannot be read and is left out", written)
	}
	return written, remark
}

// shortLine is a name or title on one line, cut at a word with "…" when it is longer
// than maxShort characters; empty when nothing of it can be seen.
func shortLine(given string) string {
	line, err := prose.CleanLine(given, maxLine)
	if err != nil {
		return ""
	}
	if utf8.RuneCountInString(line) <= maxShort {
		return line
	}
	return prose.Excerpt(prose.HTML(html.EscapeString(line)), maxShort)
}

// identity is a hash of some words in which no two lists of words are the same.
func identity(words ...string) string {
	sum := sha256.New()
	for _, word := range words {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(word)))
		sum.Write(size[:])
		sum.Write([]byte(word))
	}
	return hex.EncodeToString(sum.Sum(nil))
}
