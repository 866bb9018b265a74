package prose

import "strings"

// Raised gives the headings of a rendered text other levels: its highest becomes h2, h3 or
// h4 as level says, those below follow. Render makes headings that fit below the title of
// a response; a text that is a page of its own needs higher ones.
func Raised(h HTML, level int) HTML {
	highest := 4
	for highest < 6 && !strings.Contains(string(h), heading(highest)) {
		highest++
	}
	var pairs []string
	for n := highest; n <= 6; n++ {
		to := min(level+n-highest, 6)
		pairs = append(pairs, heading(n), heading(to), "</"+heading(n)[1:], "</"+heading(to)[1:])
	}
	return HTML(strings.NewReplacer(pairs...).Replace(string(h)))
}

// heading is the opening tag of a heading, which Render gives no attributes. In a text it
// could not be taken for one: there its angle brackets are escaped.
func heading(level int) string { return "<h" + string(rune('0'+level)) + ">" }
