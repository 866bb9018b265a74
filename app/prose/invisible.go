package prose

import "unicode"

// invisible says whether a character leaves no mark on the page by itself: white
// space, controls, joiners, direction marks, variation selectors, tags, fillers,
// the empty Braille cell.
func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || ignorable(r) || r == '\u2800'
}

// ignorable says whether a character is one that Unicode wants not to be shown
// where it is not understood (Default_Ignorable_Code_Point), without white space
// and control characters. The signs that Unicode counts as format characters but
// that are written over a number, such as U+0600, are visible.
func ignorable(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false
	case r == 0x16FE4: // Khitan filler
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// blank says whether a text shows nothing.
func blank(text string) bool {
	for _, r := range text {
		if !invisible(r) {
			return false
		}
	}
	return true
}
