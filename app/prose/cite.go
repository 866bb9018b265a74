package prose

import "regexp"

// numberLink is a link that Render makes of ¶12, with its number.
var numberLink = regexp.MustCompile(`<a href="#r([1-9][0-9]{0,4})">`)

// Cite leads the links to numbers (¶12) in a rendered text to where they stand: address
// gives the address of a number as it must stand in an attribute, or "" to leave the
// link within the page. Render cannot know the thread nor its pages.
func Cite(html HTML, address func(number string) string) HTML {
	if !numberLink.MatchString(string(html)) {
		return html
	}
	return HTML(numberLink.ReplaceAllStringFunc(string(html), func(link string) string {
		to := address(numberLink.FindStringSubmatch(link)[1])
		if to == "" {
			return link
		}
		return `<a href="` + to + `">`
	}))
}
