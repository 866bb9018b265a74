package prose

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// latinLetters are the Latin letters whose stroke or ligature is part of the
// letter, so that no decomposition takes it away; lower case, as people without
// them on their keyboard write them.
var latinLetters = map[rune]string{
	'æ': "ae", 'ð': "d", 'đ': "d", 'ħ': "h", 'ı': "i", 'ł': "l", 'ŋ': "n", 'ø': "o", 'œ': "oe", 'þ': "th", 'ŧ': "t",
	'ß': "ss", 'ɓ': "b", 'ɗ': "d", 'ɖ': "d", 'ƙ': "k", 'ƴ': "y", 'ɣ': "g", 'ɛ': "e", 'ɔ': "o", 'ǝ': "e", 'ə': "e",
	'ɩ': "i", 'ʊ': "u", 'ʋ': "v", 'ɲ': "n", 'ƒ': "f",
}

// Fold is the form of a text for comparing and searching: compatibility forms
// made plain (NFKC), case folded, accents taken off Latin letters ("Liberté" and
// "LIBERTE" are both "liberte"), invisible characters left out. Marks of other
// scripts are part of the word and stay. Folding twice changes nothing.
func Fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	// Folding case can make characters that compose or decompose anew, and those may
	// fold again; three rounds reach the end for every character of Unicode.
	for range 3 {
		folded := foldOnce(s)
		if folded == s {
			break
		}
		s = folded
	}
	return s
}

func foldOnce(s string) string {
	return norm.NFKC.String(withoutAccents(norm.NFKD.String(strings.Map(foldCase, norm.NFKC.String(s)))))
}

// foldCase is the lower case that all cases of a letter share: σ also for ς.
func foldCase(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// withoutAccents takes the marks off Latin letters of a decomposed text, spells
// out the letters of latinLetters and leaves out ignorable characters.
func withoutAccents(decomposed string) string {
	var b strings.Builder
	b.Grow(len(decomposed))
	latin := false
	for _, r := range decomposed {
		if ignorable(r) || latin && unicode.Is(unicode.Mn, r) {
			continue
		}
		if spelled, ok := latinLetters[r]; ok {
			b.WriteString(spelled)
			latin = true
			continue
		}
		if !unicode.IsMark(r) {
			latin = unicode.Is(unicode.Latin, r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
