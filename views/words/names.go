package words

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// knownGroups are the keys of the six groups of the workshop. Each key is also the
// CSS class that draws the group's shape and colour.
const knownGroups = "scbrfi"

// Number writes n with the separators of the language: 12,400 in English.
func (w *Words) Number(n int) string {
	digits := strconv.Itoa(n)
	least := 4
	if w.tag == "es" {
		least = 5 // Spanish leaves numbers of four digits whole
	}
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if len(digits) < least {
		return sign + digits
	}
	separator := w.T("number.separator")
	var text strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			text.WriteString(separator)
		}
		text.WriteRune(d)
	}
	return sign + text.String()
}

// List joins items as a sentence does: "A, B and C".
func (w *Words) List(items []string) string {
	if len(items) == 0 {
		return ""
	}
	text := items[0]
	for i, item := range items[1:] {
		switch {
		case i+2 < len(items):
			text = w.T("list.more", "before", text, "item", item)
		case w.tag == "es" && soundsLikeI(item):
			text += " e " + item
		default:
			text = w.T("list.last", "before", text, "item", item)
		}
	}
	return text
}

// soundsLikeI tells whether Spanish "y" turns into "e" before the word.
func soundsLikeI(word string) bool {
	word = strings.ToLower(word)
	if strings.HasPrefix(word, "hie") {
		return false
	}
	return strings.HasPrefix(word, "i") || strings.HasPrefix(word, "í") || strings.HasPrefix(word, "hi") || strings.HasPrefix(word, "hí")
}

// Kind is the word for a thread's kind; empty for an empty kind.
func (w *Words) Kind(kind string) string { return w.term("kind.", kind) }

// Level is the words for the level of a thread; empty for an empty level.
func (w *Words) Level(level string) string { return w.term("level.", level) }

// Outcome is the words for where a thread arrived; empty for an empty outcome.
func (w *Words) Outcome(outcome string) string { return w.term("outcome.", outcome) }

func (w *Words) term(prefix, value string) string {
	if value == "" {
		return ""
	}
	return w.T(prefix + strings.ReplaceAll(value, " ", "-"))
}

// GroupName is the name of a stakeholder group: translated for the six groups of
// the workshop, which have a key, and as the convener wrote it for any other.
func (w *Words) GroupName(key, name string) string {
	if known(key) {
		return w.T("group." + key)
	}
	return name
}

// GroupLetter is the letter in a group's siglum. The letters of the six groups of
// the workshop all differ in every language; other groups bring theirs in their key, and
// have the first of their name without one.
func (w *Words) GroupLetter(key, name string) string {
	if known(key) {
		return w.T("group-letter." + key)
	}
	if letter, _, _, ok := mark(key); ok {
		return letter
	}
	letter, _ := utf8.DecodeRuneInString(name)
	if letter == utf8.RuneError {
		return ""
	}
	return string(unicode.ToUpper(letter))
}

// GroupShape are the CSS classes of a group's siglum; empty for a group that has no
// shape of its own.
func (w *Words) GroupShape(key string) string {
	if known(key) {
		return key
	}
	if _, shape, colour, ok := mark(key); ok {
		return "shape-" + shape + " colour-" + colour
	}
	return ""
}

// GroupWords are the names and the letters of one of the six groups of the workshop in
// every language; nothing for any other key.
func GroupWords(key string) (names, letters []string) {
	if !known(key) {
		return nil, nil
	}
	for _, l := range languages {
		names = append(names, For(l.Tag).T("group."+key))
		letters = append(letters, For(l.Tag).T("group-letter."+key))
	}
	return names, letters
}

// mark cuts a key such as L.arch.r into letter, shape and colour (see models.Mark).
func mark(key string) (letter, shape, colour string, ok bool) {
	parts := strings.Split(key, ".")
	if len(parts) != 3 {
		return "", "", "", false
	}
	return parts[0], parts[1], parts[2], true
}

func known(key string) bool {
	return len(key) == 1 && strings.Contains(knownGroups, key)
}
