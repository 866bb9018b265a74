// Package words holds every sentence of the interface in every language, and the
// ways to write numbers, dates, lists and names of groups in them. A view never
// carries a sentence of its own.
//
// The messages are TOML files in the format of go-i18n, one folder a language and
// one file an area. A placeholder is written {{.name}}; plural forms follow CLDR.
// All files are read once, when the program starts.
package words

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
)

// Words speaks one language. It never changes after the start and may be used by
// any number of goroutines.
type Words struct {
	tag      string
	dir      string
	messages map[string]*message
	small    []form // plural forms of the numbers below len(small)
	form     func(n int) form
	// zone is where moments are shown, zoneName its IANA name; nil and empty for UTC.
	zone     *time.Location
	zoneName string
}

// Language is a language that the interface or a text can be in.
type Language struct {
	// Tag is the BCP 47 tag, Name the language's own name for itself.
	Tag  string
	Name string
	// Dir is ltr or rtl.
	Dir string
}

// Piece is a part of a message: either Text, or the Name of a placeholder that the
// view fills with something better than text, such as a link.
type Piece struct {
	Text string
	Name string
}

// fallback is the language that is complete by definition.
const fallback = "en"

var languages = []Language{
	{Tag: "en", Name: "English", Dir: "ltr"},
	{Tag: "fr", Name: "Français", Dir: "ltr"},
	{Tag: "es", Name: "Español", Dir: "ltr"},
	{Tag: "ar", Name: "العربية", Dir: "rtl"},
}

var writing = append(Languages(),
	Language{Tag: "ru", Name: "Русский", Dir: "ltr"},
	Language{Tag: "pt", Name: "Português", Dir: "ltr"},
	Language{Tag: "sw", Name: "Kiswahili", Dir: "ltr"},
	Language{Tag: "hi", Name: "हिन्दी", Dir: "ltr"},
	Language{Tag: "zh", Name: "中文", Dir: "ltr"},
	Language{Tag: "am", Name: "አማርኛ", Dir: "ltr"},
	Language{Tag: "my", Name: "မြန်မာ", Dir: "ltr"},
	Language{Tag: "th", Name: "ไทย", Dir: "ltr"},
	Language{Tag: "he", Name: "עברית", Dir: "rtl"},
)

var (
	spoken  = mustLoad(files)
	matcher = language.NewMatcher(tags())
)

// Languages lists the languages of the interface, English first.
func Languages() []Language { return append([]Language(nil), languages...) }

// Offered lists those languages of the interface that a community offers, English first
// where it is among them; all when there are no tags, or none that is known.
func Offered(tags []string) []Language {
	var list []Language
	for _, l := range languages {
		if slices.Contains(tags, l.Tag) {
			list = append(list, l)
		}
	}
	if len(list) == 0 {
		return Languages()
	}
	return list
}

// First is the first of the tags that the interface speaks, English when there is none.
func First(tags []string) string {
	for _, tag := range tags {
		if _, known := spoken[tag]; known {
			return tag
		}
	}
	return fallback
}

// WritingLanguages lists the languages that a writer can choose for a text: those
// of the interface and others that communities write in.
func WritingLanguages() []Language { return append([]Language(nil), writing...) }

// DirOf is the writing direction of the language with this tag, ltr or rtl; empty
// when the language is not one of WritingLanguages.
func DirOf(tag string) string {
	for _, l := range writing {
		if l.Tag == tag {
			return l.Dir
		}
	}
	return ""
}

// For gives the words of a language by its tag, English when there is no such language.
func For(language string) *Words {
	if w, ok := spoken[language]; ok {
		return w
	}
	return spoken[fallback]
}

// Match picks the language of the interface that serves a reader best, from the
// value of an Accept-Language header, among the tags that are offered (all when there are
// none). A header that says nothing gives the first of them, else English.
func Match(acceptLanguage string, offered ...string) string {
	const enough = 256
	if len(acceptLanguage) > enough {
		acceptLanguage = acceptLanguage[:enough]
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return First(offered)
	}
	if len(offered) > 0 {
		return among(wanted, offered)
	}
	_, at, confidence := matcher.Match(wanted...)
	if confidence == language.No {
		return fallback
	}
	return languages[at].Tag
}

// among takes the wanted languages in their order, and the first of which the nearest
// language is offered.
func among(wanted []language.Tag, offered []string) string {
	for _, tag := range wanted {
		_, at, confidence := matcher.Match(tag)
		if confidence != language.No && slices.Contains(offered, languages[at].Tag) {
			return languages[at].Tag
		}
	}
	return First(offered)
}

func tags() []language.Tag {
	all := make([]language.Tag, len(languages))
	for i, l := range languages {
		all[i] = language.MustParse(l.Tag)
	}
	return all
}

// Tag is the language's BCP 47 tag, for the lang attribute.
func (w *Words) Tag() string { return w.tag }

// Dir is the writing direction, ltr or rtl, for the dir attribute.
func (w *Words) Dir() string { return w.dir }

// T is the message with this id. Pairs are names and values of its placeholders;
// a value that is an int is written as a number of the language. A message that
// does not exist stops a test; elsewhere the English text stands in.
func (w *Words) T(id string, pairs ...any) string {
	m := w.message(id)
	return w.fill(id, m.forms[other], pairs)
}

// N is the message with this id in the plural form for n, with {{.n}} as n written
// in the language. Pairs are as for T.
func (w *Words) N(id string, n int, pairs ...any) string {
	m := w.message(id)
	return w.fill(id, m.forms[w.formOf(n)], append([]any{"n", n}, pairs...))
}

// Forms gives the plural forms of a message that the language tells apart, by their
// CLDR names, with {n} in the place of the number. It is for scripts, which count by
// themselves.
func (w *Words) Forms(id string) map[string]string {
	m := w.message(id)
	forms := make(map[string]string)
	for f, name := range formNames {
		if m.written[f] {
			forms[name] = source(m.forms[f])
		}
	}
	return forms
}

// Pieces is a message cut at those placeholders that no pair fills, so that a view
// can put a link or a time in their place.
func (w *Words) Pieces(id string, pairs ...any) []Piece {
	return w.cut(w.message(id).forms[other], pairs)
}

// PiecesN is Pieces in the plural form for n.
func (w *Words) PiecesN(id string, n int, pairs ...any) []Piece {
	return w.cut(w.message(id).forms[w.formOf(n)], append([]any{"n", n}, pairs...))
}

func (w *Words) cut(pieces []Piece, pairs []any) []Piece {
	filled := make([]Piece, 0, len(pieces))
	for _, p := range pieces {
		if value, ok := valueOf(pairs, p.Name); p.Name != "" && ok {
			p = Piece{Text: w.written(value)}
		}
		filled = append(filled, p)
	}
	return filled
}

func (w *Words) message(id string) *message {
	if m, ok := w.messages[id]; ok {
		return m
	}
	complain("no message " + id + " in " + w.tag)
	if m, ok := spoken[fallback].messages[id]; ok {
		return m
	}
	return &message{forms: [formCount][]Piece{other: {{Text: id}}}}
}

func (w *Words) fill(id string, pieces []Piece, pairs []any) string {
	if len(pieces) == 1 && pieces[0].Name == "" {
		return pieces[0].Text
	}
	var text strings.Builder
	for _, p := range pieces {
		if p.Name == "" {
			text.WriteString(p.Text)
			continue
		}
		value, ok := valueOf(pairs, p.Name)
		if !ok {
			complain("message " + id + " needs " + p.Name)
			continue
		}
		text.WriteString(w.written(value))
	}
	return text.String()
}

func (w *Words) written(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int:
		return w.Number(v)
	default:
		return fmt.Sprint(v)
	}
}

func valueOf(pairs []any, name string) (any, bool) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1], true
		}
	}
	return nil, false
}

// complain makes a mistake in the use of words loud where it harms nobody: a test
// fails, a running site says it in its log and goes on.
func complain(what string) {
	if testing.Testing() {
		panic("words: " + what)
	}
	slog.Error("words: " + what)
}
