package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks may stand on one character in a name or
// title. No living orthography needs more than four or five; towers of them cover
// the lines above.
const maxMarks = 8

const (
	zwnj = '\u200C'
	zwj  = '\u200D'
)

// CleanLine normalises a name or a title: one line, single spaces, composed
// characters (NFC). Characters that could make it look like another one or upset
// the line it stands in go: controls, direction overrides and isolates, zero-width
// characters, combining marks after the eighth. Joiners stay where the script or
// an emoji needs them, direction marks where the line has right-to-left letters.
// max counts characters (code points). The error is ErrEncoding, ErrTooLong or
// ErrEmpty.
func CleanLine(text string, max int) (string, error) {
	if !utf8.ValidString(text) {
		return "", ErrEncoding
	}
	f := lineFilter{turns: strings.ContainsFunc(text, rightToLeft)}
	runes := []rune(norm.NFC.String(text))
	for i, r := range runes {
		next := rune(-1)
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		f.add(r, next)
	}
	return measured(norm.NFC.String(strings.TrimRight(f.kept.String(), " ")), max)
}

// A lineFilter gathers the characters of a line that may stay.
type lineFilter struct {
	kept  strings.Builder
	last  rune // the last character kept, 0 at the start
	marks int  // combining marks kept since the last other character
	turns bool // the line has right-to-left letters
}

func (f *lineFilter) add(r, next rune) {
	switch {
	case unicode.IsSpace(r):
		if f.last == 0 || f.last == ' ' {
			return
		}
		r = ' '
	case unicode.IsControl(r):
		return
	case unicode.Is(unicode.Variation_Selector, r) || tag(r):
		if f.last == 0 || f.last == ' ' || f.marks >= maxMarks {
			return
		}
		f.marks++
	case ignorable(r):
		if !f.needed(r, next) {
			return
		}
	case r == '\u2800':
		return
	case unicode.IsMark(r):
		if f.marks >= maxMarks {
			return
		}
		f.marks++
	default:
		f.marks = 0
	}
	f.kept.WriteRune(r)
	f.last = r
}

// needed says whether an ignorable character does something visible between the
// last character kept and the next one.
func (f *lineFilter) needed(r, next rune) bool {
	switch r {
	case zwnj:
		return joins(f.last) && joins(next)
	case zwj:
		// In the Indic scripts it also ends a word, after a virama.
		return joins(f.last) && (joins(next) || unicode.Is(unicode.Mn, f.last)) || pictured(f.last) && pictured(next)
	case '\u200E', '\u200F', '\u061C':
		return f.turns && !directionMark(f.last)
	}
	return false
}

// joins says whether a character belongs to a script whose letters take other
// shapes beside each other, so that joiners mean something.
func joins(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsMark(r)) && unicode.In(r,
		unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Nko, unicode.Mongolian, unicode.Adlam, unicode.Hanifi_Rohingya,
		unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
		unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.Newa)
}

// pictured says whether a character may be part of an emoji made with joiners.
func pictured(r rune) bool {
	return r > 0x2000 && (unicode.In(r, unicode.So, unicode.Sk) || r == '\uFE0F' || r == '\u2194' || r == '\u2195')
}

func directionMark(r rune) bool { return r == '\u200E' || r == '\u200F' || r == '\u061C' }

// tag says whether a character is one of those that spell the region of a flag.
func tag(r rune) bool { return 0xE0020 <= r && r <= 0xE007F }
