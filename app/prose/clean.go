package prose

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What Clean and CleanLine refuse. The text is then returned empty: the caller
// still has what was sent and gives it back to its writer.
var (
	// ErrEncoding: the text is not valid UTF-8.
	ErrEncoding = errors.New("the text is not valid UTF-8")
	// ErrTooLong: the text has more characters than allowed.
	ErrTooLong = errors.New("the text is too long")
	// ErrEmpty: the text shows nothing, whatever invisible characters it holds.
	ErrEmpty = errors.New("the text is empty")
)

// lineBreaks are the line breaks other than \n: those of other systems, of word
// processors (vertical tab, form feed) and of Unicode.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n",
	"\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// Clean normalises a text of several lines as a browser, an archive or a letter
// sends it: every line break becomes \n, control characters but \n and \t go, as
// does a byte order mark at the start, characters are composed (NFC), blank space
// at the end is cut. Nothing that can be seen is lost. max is the greatest number
// of characters (code points) after that. The error is ErrEncoding, ErrTooLong or
// ErrEmpty.
func Clean(text string, max int) (string, error) {
	if !utf8.ValidString(text) {
		return "", ErrEncoding
	}
	text = lineBreaks.Replace(strings.TrimPrefix(text, "\uFEFF"))
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
	text = strings.TrimRightFunc(norm.NFC.String(text), unicode.IsSpace)
	return measured(text, max)
}

// measured is the text, or the error of one that shows nothing or is longer than
// max characters.
func measured(text string, max int) (string, error) {
	switch {
	case blank(text):
		return "", ErrEmpty
	case utf8.RuneCountInString(text) > max:
		return "", ErrTooLong
	}
	return text, nil
}
