package prose

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	// guessedRunes is how much of a text is looked at.
	guessedRunes = 4000
	// minLetters is how many letters a guess needs at least.
	minLetters = 12
)

// notProse matches what says nothing of the language around it: addresses, code,
// mentions.
var notProse = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`|(?:https?://|www\\.|mailto:)\\S+|\\S+@\\S+|[@¶]\\S+")

// GuessLanguage is the primary BCP 47 tag of the language a text is written in:
// en, fr, es, ar, ru, pt, zh, th, he, hi, am, my or sw. It is "" for every other
// language and when the text is too short or too mixed to tell: no guess is better
// than a wrong one, which spoils hyphenation and speech.
func GuessLanguage(text string) string {
	runes := []rune(text)
	text = notProse.ReplaceAllString(string(runes[:min(len(runes), guessedRunes)]), " ")
	c := census(text)
	script, letters := c.leading()
	if letters < minLetters && !(dense[script] && letters >= minLetters/2) || letters*4 < c.total*3 {
		return ""
	}
	return script.language(c, text)
}

// A script is a writing system in which some of our languages are written.
type script int

const (
	otherScript script = iota
	latin
	cyrillic
	arabic
	hebrew
	han
	kana
	hangul
	thai
	devanagari
	ethiopic
	myanmar
	scripts
)

var scriptTables = [scripts]*unicode.RangeTable{
	latin: unicode.Latin, cyrillic: unicode.Cyrillic, arabic: unicode.Arabic, hebrew: unicode.Hebrew, han: unicode.Han,
	hangul: unicode.Hangul, thai: unicode.Thai, devanagari: unicode.Devanagari, ethiopic: unicode.Ethiopic, myanmar: unicode.Myanmar,
}

// dense are the scripts in which a letter is a word or a syllable.
var dense = [scripts]bool{han: true, ethiopic: true}

// A tally counts the letters of a text by script.
type tally struct {
	by    [scripts]int
	total int
}

func census(text string) tally {
	var c tally
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		c.total++
		c.by[scriptOf(r)]++
	}
	return c
}

func scriptOf(r rune) script {
	if unicode.In(r, unicode.Hiragana, unicode.Katakana) {
		return kana
	}
	for s := latin; s < scripts; s++ {
		if scriptTables[s] != nil && unicode.Is(scriptTables[s], r) {
			return s
		}
	}
	return otherScript
}

// leading is the script with the most letters. Kana counts as the sign of
// Japanese that it is, with the Han letters around it.
func (c tally) leading() (script, int) {
	best := otherScript
	for s, n := range c.by {
		if n > c.by[best] {
			best = script(s)
		}
	}
	if best == han {
		return han, c.by[han] + c.by[kana]
	}
	return best, c.by[best]
}

// language tells the languages of one script apart.
func (s script) language(c tally, text string) string {
	switch s {
	case thai:
		return "th"
	case han:
		if c.by[kana]*20 > c.by[han] || c.by[hangul] > 0 {
			return ""
		}
		return "zh"
	case latin, cyrillic, arabic, hebrew, devanagari, ethiopic, myanmar:
		if alien(s, c.by[s], text) {
			return ""
		}
		return spoken(s, c.by[s], text)
	}
	return ""
}

// alienLetters belong to other languages of the same script: Persian and Urdu,
// Yiddish, Ukrainian and Serbian, Marathi, Tigrinya, Shan and Mon.
var alienLetters = [scripts]string{
	arabic:   "پچژگکیۀےٹڈڑںھہۃۇۆۈېەڭڕڵێۋ",
	cyrillic: "іїєґўјљњђћџѓќѕӘәҒғҚқҢңӨөҰұҮүҺһҲҳҶҷӢӣӮӯԥҕӷ",
	hebrew:   "ײװױ",
	myanmar:  "\u1022\u1028\u1033\u1034\u105A\u105B\u105C\u105D\u1061\u1065\u1066\u106E\u106F\u1070\u1075\u1076\u1077\u1078\u1079\u107A\u107B\u107C\u107D\u107E\u107F\u1080\u1081\u1084",
	ethiopic: "ቐቑቒቓቔቕቖኸኹኺኻኼኽኾ",
}

// alien says whether more than one letter in a hundred is one that our language of
// the script does not have.
func alien(s script, letters int, text string) bool {
	found := 0
	for _, r := range text {
		if strings.ContainsRune(alienLetters[s], r) {
			found++
		}
	}
	return found*100 > letters
}
