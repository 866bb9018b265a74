package prose

import (
	"regexp"
	"strings"
	"unicode"
)

// Quote is the Markdown blockquote of a plain text, such as a selection on the
// page: rendered, it shows the same characters and lines. A text that shows
// nothing gives "".
func Quote(text string) string {
	text = strings.TrimFunc(lineBreaks.Replace(text), unicode.IsSpace)
	if text == "" {
		return ""
	}
	lines := strings.Split(escaped(text), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight("> "+line, " ")
	}
	return strings.Join(lines, "\n")
}

var (
	// blockStart matches what would make a block of a line: a heading, quote, list,
	// rule, underline or table delimiter. Its last character is the one to escape.
	blockStart = regexp.MustCompile(`^(?:[0-9]{1,9}[.)]|[-+*_=>#|]|:)`)
	entityLike = regexp.MustCompile(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});`)
)

// escaped is Markdown that shows a plain text as it is, line for line. Only what
// would be read as markup takes a backslash, so that addresses and ordinary
// sentences stay readable in the composer. Indentation is left out.
func escaped(text string) string {
	paired := func(c string) bool { return strings.Count(text, c) > 1 }
	pairs := map[byte]bool{'*': paired("*"), '_': paired("_"), '`': paired("`"), '~': paired("~")}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = escapedLine(strings.TrimFunc(line, unicode.IsSpace), pairs)
	}
	return strings.Join(lines, "\n")
}

func escapedLine(line string, pairs map[byte]bool) string {
	var b strings.Builder
	b.Grow(len(line) + 8)
	start := -1
	if at := blockStart.FindStringIndex(line); at != nil {
		start = at[1] - 1
	}
	for i := range len(line) {
		if i == start || special(line, i, pairs) {
			b.WriteByte('\\')
		}
		b.WriteByte(line[i])
	}
	return b.String()
}

// special says whether the character at i would be read as inline markup.
func special(line string, i int, pairs map[byte]bool) bool {
	switch c := line[i]; c {
	case '\\', '[':
		return true
	case '*', '`', '~':
		return pairs[c]
	case '_':
		return pairs[c] && !(i > 0 && alphanumeric(line[i-1]) && i+1 < len(line) && alphanumeric(line[i+1]))
	case '<':
		return i+1 < len(line) && line[i+1] != ' '
	case '&':
		return entityLike.MatchString(line[i:])
	}
	return false
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
