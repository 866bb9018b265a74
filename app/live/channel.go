package live

import "strings"

const (
	threadPrefix    = "thread:"
	themePrefix     = "theme:"
	frontChannel    = "front"
	longestThreadID = 18 // digits; every such number fits an int64
	longestSlug     = 200
)

// kind is what a channel holds.
type kind int

const (
	noChannel kind = iota
	numbered       // changes with numbers
	listed         // rows of a list
)

// kindOf tells by its name what a channel holds. A name of no kind is denied without a question to the source. There
// is one spelling of each name, so that a topic cannot exist twice.
func kindOf(channel string) kind {
	if channel == frontChannel {
		return listed
	}
	if slug, ok := strings.CutPrefix(channel, themePrefix); ok {
		if slug == "" || len(slug) > longestSlug || strings.ContainsFunc(slug, func(r rune) bool { return r <= ' ' || r == '/' || r == 0x7f }) {
			return noChannel
		}
		return listed
	}
	if _, ok := threadID(channel); ok {
		return numbered
	}
	return noChannel
}

// threadID is the number in a numbered channel's name.
func threadID(channel string) (int64, bool) {
	digits, ok := strings.CutPrefix(channel, threadPrefix)
	if !ok || digits == "" || len(digits) > longestThreadID || digits[0] == '0' {
		return 0, false
	}
	id := int64(0)
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, false
		}
		id = id*10 + int64(digits[i]-'0')
	}
	return id, true
}
