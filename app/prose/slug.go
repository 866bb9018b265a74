package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxSlug is the length of the longest slug in bytes, before the address is
	// percent-encoded.
	maxSlug = 80
	// namelessSlug stands where a title leaves nothing for an address.
	namelessSlug = "thread"
)

var reservedSlugs = map[string]bool{
	"new": true, "edit": true, "delete": true, "lock": true, "unlock": true, "pin": true, "move": true, "split": true,
	"merge": true, "feature": true, "follow": true, "preview": true, "responses": true, "changes": true, "feed.atom": true,
	"feed": true, "outcome": true, "reply": true, "page": true,
	"access": true, "moderators": true,
}

// Reserved says whether a slug would be read as something else in an address: the
// name of an act, or a number, which means a response. Case does not matter.
func Reserved(slug string) bool {
	if reservedSlugs[strings.ToLower(slug)] {
		return true
	}
	return slug != "" && !strings.ContainsFunc(slug, func(r rune) bool { return !unicode.IsDigit(r) })
}

// Slug is the readable part of the address of a thread or theme with that title:
// its letters and digits folded (Latin ones to ASCII, those of other scripts kept
// with their marks) with hyphens between the words, at most 80 bytes. It is never
// empty and never Reserved; "thread" stands for a title without letters, and
// before one that would be reserved.
func Slug(title string) string {
	var b strings.Builder
	gap := false
	for _, r := range Fold(strings.ToValidUTF8(title, " ")) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.In(r, unicode.Mn, unicode.Mc) && !gap && b.Len() > 0:
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			gap = false
		default:
			gap = true
		}
	}
	slug := shortened(b.String(), maxSlug)
	if slug == "" {
		return namelessSlug
	}
	if Reserved(slug) {
		return shortened(namelessSlug+"-"+slug, maxSlug)
	}
	return slug
}

// shortened cuts a slug to a number of bytes: at the last hyphen of the second
// half, else before a whole character with its marks.
func shortened(slug string, size int) string {
	if len(slug) <= size {
		return slug
	}
	if hyphen := strings.LastIndexByte(slug[:size+1], '-'); hyphen > size/2 {
		return slug[:hyphen]
	}
	end := size
	for end > 0 {
		if r, _ := utf8.DecodeRuneInString(slug[end:]); utf8.RuneStart(slug[end]) && !unicode.IsMark(r) {
			break
		}
		end--
	}
	if end == 0 { // nothing but marks on the first letter
		for end = size; !utf8.RuneStart(slug[end]); end-- {
		}
	}
	return strings.TrimRight(slug[:end], "-")
}
