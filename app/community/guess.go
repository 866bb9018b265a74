package community

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a guesser tries after the common passwords, as NIST SP 800-63B lists it for the
// check of new ones (5.1.1.2): repeated and sequential characters, and words that anybody
// knows of the member and the site.
const (
	// leastOwn is how many characters must be left when the known words are taken out.
	leastOwn = 6
	// leastSigns is how many different characters a password needs.
	leastSigns = 5
	// leastTurns is how often a password must do something else than go on as it went.
	leastTurns = 5
	// longestBlock is the length of a piece up to which its repetition counts for nothing.
	longestBlock = 6
)

// guessable tells whether a password in small letters is soon guessed. about is what
// others know of whoever chooses it.
func guessable(password string, about []string) bool {
	runes := []rune(password)
	signs := slices.Compact(slices.Sorted(slices.Values(runes)))
	return len(signs) < leastSigns || repeats(runes) || turns(runes) < leastTurns ||
		utf8.RuneCountInString(without(password, known(about))) < leastOwn
}

// known are the words that somebody who knows about a member tries first, the longest
// before those that they hold.
func known(about []string) []string {
	list := []string{"colloquy"}
	for _, text := range about {
		text = strings.ToLower(text)
		words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		list = append(append(list, text), words...)
	}
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}

// without is a password without the known words of three letters and more.
func without(password string, words []string) string {
	for _, word := range words {
		if utf8.RuneCountInString(word) >= 3 {
			password = strings.ReplaceAll(password, word, "")
		}
	}
	return password
}

// repeats tells whether a password is one short piece over and over.
func repeats(runes []rune) bool {
	for length := 1; length <= longestBlock && 2*length <= len(runes); length++ {
		same := true
		for i := length; i < len(runes) && same; i++ {
			same = runes[i] == runes[i-length]
		}
		if same {
			return true
		}
	}
	return false
}

// rows are the rows of keys along which fingers walk.
var rows = []string{"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "azertyuiop", "qsdfghjklm", "qwertzuiop"}

// turns counts the characters that do not follow from the two before them: the next or the
// previous one of an alphabet or of a row of keys, or the same again.
func turns(runes []rune) int {
	count, before := 0, 0
	for i, r := range runes {
		step, walks := 0, false
		if i > 0 {
			step, walks = stepOfKeys(runes[i-1], r)
		}
		if !walks || i > 1 && step != before {
			count++
		}
		before = step
	}
	return count
}

// stepOfKeys is how one character leads to the next: 0 for the same, 1 or -1 for a
// neighbour; false when it is none.
func stepOfKeys(a, b rune) (step int, walks bool) {
	if d := b - a; d >= -1 && d <= 1 {
		return int(d), true
	}
	for _, row := range rows {
		from, to := strings.IndexRune(row, a), strings.IndexRune(row, b)
		if from >= 0 && to >= 0 && (to-from == 1 || from-to == 1) {
			return to - from, true
		}
	}
	return 0, false
}
