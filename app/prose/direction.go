package prose

import "golang.org/x/text/unicode/bidi"

// strongLetters is how many letters with a direction Direction looks at.
const strongLetters = 200

// Direction is the base direction a text is to be shown in: "rtl" if most of its
// first 200 letters with a direction run from right to left, "ltr" otherwise. As
// many of both: the first decides.
func Direction(text string) string {
	left, right := 0, 0
	first := "ltr"
	for _, r := range text {
		switch strength(r) {
		case bidi.L:
			left++
			if left+right == 1 {
				first = "ltr"
			}
		case bidi.R:
			right++
			if left+right == 1 {
				first = "rtl"
			}
		default:
			continue
		}
		if left+right == strongLetters {
			break
		}
	}
	switch {
	case left > right:
		return "ltr"
	case right > left:
		return "rtl"
	}
	return first
}

// strength is bidi.L for a letter that runs from left to right, bidi.R for one
// that runs from right to left, bidi.ON for anything else.
func strength(r rune) bidi.Class {
	if directionMark(r) {
		return bidi.ON
	}
	p, _ := bidi.LookupRune(r)
	switch p.Class() {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.AL:
		return bidi.R
	}
	return bidi.ON
}

func rightToLeft(r rune) bool { return strength(r) == bidi.R }
