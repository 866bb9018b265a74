package words

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed en/*.toml fr/*.toml es/*.toml ar/*.toml
var files embed.FS

// form is a plural form of CLDR.
type form int

const (
	zero form = iota
	one
	two
	few
	many
	other
	formCount
)

var formNames = [formCount]string{"zero", "one", "two", "few", "many", "other"}

// message is a parsed message. Forms that were not written hold the text of other,
// so that a lookup never fails.
type message struct {
	forms   [formCount][]Piece
	written [formCount]bool
}

// formsKnown is how many small numbers have their plural form worked out at the
// start; it covers one period of the rules of every language here.
const formsKnown = 200

// mustLoad reads every message at the start of the program. A file that cannot be
// read is a mistake of the build and stops it.
func mustLoad(files fs.FS) map[string]*Words {
	all := make(map[string]*Words, len(languages))
	for _, l := range languages {
		w, err := load(files, l)
		if err != nil {
			panic(fmt.Errorf("words: %w", err))
		}
		all[l.Tag] = w
	}
	return all
}

func load(files fs.FS, l Language) (*Words, error) {
	w := &Words{tag: l.Tag, dir: l.Dir, messages: make(map[string]*message)}
	names, err := fs.Glob(files, path.Join(l.Tag, "*.toml"))
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", l.Tag, err)
	}
	for _, name := range names {
		if err := w.read(files, name); err != nil {
			return nil, err
		}
	}
	w.form, err = pluralRule(l.Tag)
	if err != nil {
		return nil, err
	}
	for n := range formsKnown {
		w.small = append(w.small, w.form(n))
	}
	return w, nil
}

func (w *Words) read(files fs.FS, name string) error {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	parsed, err := i18n.ParseMessageFileBytes(text, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return fmt.Errorf("parse %s: %w", name, err)
	}
	for _, m := range parsed.Messages {
		if _, twice := w.messages[m.ID]; twice {
			return fmt.Errorf("%s: message %s exists already", name, m.ID)
		}
		w.messages[m.ID] = compile(m)
	}
	return nil
}

func compile(m *i18n.Message) *message {
	c := new(message)
	for f, text := range [formCount]string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
		c.written[f] = text != ""
		if text == "" {
			text = m.Other
		}
		c.forms[f] = pieces(text)
	}
	return c
}

// pieces cuts a text at its placeholders.
func pieces(text string) []Piece {
	var cut []Piece
	for {
		before, rest, found := strings.Cut(text, "{{.")
		name, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			break
		}
		if before != "" {
			cut = append(cut, Piece{Text: before})
		}
		cut = append(cut, Piece{Name: name})
		text = after
	}
	if text != "" || len(cut) == 0 {
		cut = append(cut, Piece{Text: text})
	}
	return cut
}

// source writes pieces with their placeholders in single braces.
func source(pieces []Piece) string {
	var text strings.Builder
	for _, p := range pieces {
		if p.Name != "" {
			text.WriteString("{" + p.Name + "}")
		}
		text.WriteString(p.Text)
	}
	return text.String()
}

// pluralRule gives the plural rule of a language as go-i18n knows it. The library
// does not offer the rule by itself, so a message that says the name of its own
// form is asked for.
func pluralRule(tag string) (func(n int) form, error) {
	parsed, err := language.Parse(tag)
	if err != nil {
		return nil, fmt.Errorf("language %s: %w", tag, err)
	}
	bundle := i18n.NewBundle(parsed)
	probe := &i18n.Message{
		ID: "form", Zero: formNames[zero], One: formNames[one], Two: formNames[two],
		Few: formNames[few], Many: formNames[many], Other: formNames[other],
	}
	if err := bundle.AddMessages(parsed, probe); err != nil {
		return nil, fmt.Errorf("plural rule of %s: %w", tag, err)
	}
	localizer := i18n.NewLocalizer(bundle, tag)
	return func(n int) form {
		name, err := localizer.Localize(&i18n.LocalizeConfig{MessageID: probe.ID, PluralCount: n})
		if err != nil {
			return other
		}
		for f, known := range formNames {
			if known == name {
				return form(f)
			}
		}
		return other
	}, nil
}

func (w *Words) formOf(n int) form {
	if n >= 0 && n < len(w.small) {
		return w.small[n]
	}
	return w.form(n)
}
