package live

import "strings"

const (
	threadPrefix    = "thread:"
	longestThreadID = 18 // digits; every such number fits an int64
)

// sequence says whether a name is that of a channel whose changes are numbered. Every other name is denied without
// a question to the source. There is one spelling of each name, so that a topic cannot exist twice.
func sequence(channel string) bool {
	id, ok := strings.CutPrefix(channel, threadPrefix)
	if !ok || id == "" || len(id) > longestThreadID || id[0] == '0' {
		return false
	}
	for i := range len(id) {
		if id[i] < '0' || id[i] > '9' {
			return false
		}
	}
	return true
}
