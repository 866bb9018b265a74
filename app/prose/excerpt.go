package prose

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Text is the whole plain text of rendered HTML: no markup, a line for each
// block, spaces between the cells of a table. It serves search and letters.
func Text(h HTML) string {
	var w textWriter
	z := html.NewTokenizer(strings.NewReader(string(h)))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimRightFunc(w.String(), unicode.IsSpace)
		case html.TextToken:
			w.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			w.tag(atom.Lookup(name), true)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.tag(atom.Lookup(name), false)
		}
	}
}

// A textWriter gathers text and remembers what has to stand before the next word.
type textWriter struct {
	strings.Builder
	gap byte // 0, ' ' or '\n': owed before the next text
	pre int  // depth in <pre>, where white space counts
}

func (w *textWriter) owe(gap byte) {
	if gap == '\n' || w.gap == 0 {
		w.gap = gap
	}
}

func (w *textWriter) text(s string) {
	if w.pre > 0 {
		w.pay()
		w.WriteString(s)
		return
	}
	for i, word := range strings.FieldsFunc(s, foldable) {
		if i > 0 || foldable(rune(s[0])) {
			w.owe(' ')
		}
		w.pay()
		w.WriteString(word)
	}
	if s != "" && foldable(rune(s[len(s)-1])) {
		w.owe(' ')
	}
}

// pay writes the gap that is owed, except at the very start.
func (w *textWriter) pay() {
	if w.gap != 0 && w.Len() > 0 {
		w.WriteByte(w.gap)
	}
	w.gap = 0
}

func (w *textWriter) tag(name atom.Atom, opening bool) {
	switch name {
	case atom.Pre:
		w.owe('\n')
		if opening {
			w.pre++
		} else {
			w.pre = max(w.pre-1, 0)
		}
	case atom.P, atom.Div, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Ul, atom.Ol, atom.Li, atom.Table, atom.Tr, atom.Hr, atom.Br:
		w.owe('\n')
	case atom.Td, atom.Th:
		w.owe(' ')
	}
}

// foldable says whether HTML folds a character into one space with its neighbours.
func foldable(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' }

// Excerpt is the beginning of the plain text of rendered HTML on one line, at most
// the given number of characters (code points) including the "…" that stands
// where something is left out. It ends at a word, or, where words are long or not
// set apart, before a whole character with its marks.
func Excerpt(h HTML, runes int) string {
	text := []rune(strings.Join(strings.Fields(Text(h)), " "))
	if len(text) <= runes {
		return string(text)
	}
	if runes < 1 {
		return ""
	}
	end := cut(text, runes-1)
	for end > 0 && (unicode.IsSpace(text[end-1]) || strings.ContainsRune(",;:-–—", text[end-1])) {
		end--
	}
	return string(text[:end]) + "…"
}

// cut is the best place at or before the limit to end a text that goes on after
// it: after a word in the last half, else between two whole characters.
func cut(text []rune, limit int) int {
	for i := limit; i > limit/2; i-- {
		if unicode.IsSpace(text[i]) {
			return i
		}
	}
	end := limit
	for end > 0 && (unicode.IsMark(text[end]) || ignorable(text[end]) || text[end-1] == zwj || skinTone(text[end])) {
		end--
	}
	return end
}

func skinTone(r rune) bool { return 0x1F3FB <= r && r <= 0x1F3FF }
