package prose

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxAddress is the length in bytes of the longest address that becomes a link.
const maxAddress = 2000

// An address is a link's target that has passed the rules.
type address struct {
	href    string
	outside bool   // leads out of the site and needs rel
	name    string // what to show when the link has no text: the host, the mailbox or the path
}

var numberFragment = regexp.MustCompile(`^#r[1-9][0-9]{0,4}$`)

// addressOf reads the destination of a link as Markdown holds it. It is false for
// whatever is not http, https, mailto, a path of this site from "/" or the place
// of a response on the page (#r12); also for an address with a name or password
// before the host, which only serves to make it look like another one.
func addressOf(destination []byte) (address, bool) {
	if len(destination) > maxAddress {
		return address{}, false
	}
	href := string(util.URLEscape(destination, true))
	if strings.ContainsFunc(href, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return address{}, false
	}
	if numberFragment.MatchString(href) {
		return address{href: href, name: "¶" + href[2:]}, true
	}
	u, err := url.Parse(href)
	if err != nil || u.User != nil {
		return address{}, false
	}
	switch {
	case u.Scheme == "" && u.Host == "" && strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//"):
		return address{href: href, name: u.Path}, true
	case (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.Opaque == "":
		return address{href: href, outside: true, name: u.Hostname()}, true
	case u.Scheme == "mailto" && strings.Contains(u.Opaque, "@"):
		mailbox, err := url.PathUnescape(u.Opaque)
		if err != nil {
			return address{}, false
		}
		return address{href: href, outside: true, name: mailbox}, true
	}
	return address{}, false
}

// Automatic links end where the address visibly does. Letters of every script
// written with spaces belong to it, for addresses such as
// https://ar.wikipedia.org/wiki/حوكمة; where words are not set apart, as in Chinese
// or Thai, only ASCII does, and the punctuation of no script.
const (
	hostPattern = `(?:[\pL\pM\pN_-]{1,63}\.){1,10}(?:[\pL\pM]{2,63}|xn--[a-zA-Z0-9-]{1,59})(?::[0-9]{1,5})?`
	pathPattern = "(?:[/?#](?:[-a-zA-Z0-9@:%_+.~#$!?&/=(),;'*^{}\\[\\]|]|[\\p{Latin}\\p{Greek}\\p{Cyrillic}\\p{Arabic}\\p{Hebrew}\\p{Devanagari}\\p{Ethiopic}\\p{Armenian}\\p{Georgian}])*)?"
)

// newAutomaticLinks finds the addresses people write without any markup: with
// http or https, with www., and mail addresses.
func newAutomaticLinks() parser.InlineParser {
	return extension.NewLinkifyParser(
		extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}),
		extension.WithLinkifyURLRegexp(regexp.MustCompile(`^https?://`+hostPattern+pathPattern)),
		extension.WithLinkifyWWWRegexp(regexp.MustCompile(`^www\.`+hostPattern+pathPattern)),
	)
}

// numberLinks makes a link to #r12 of every ¶12 in running text.
type numberLinks struct{}

// Transform implements parser.ASTTransformer.
func (numberLinks) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	source := reader.Source()
	if !bytes.Contains(source, []byte("¶")) {
		return
	}
	var found []*ast.Text
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker itself returns no error
		switch n := n.(type) {
		case *ast.Link, *ast.Image, *ast.AutoLink, *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if entering && !n.IsRaw() && bytes.Contains(n.Segment.Value(source), []byte("¶")) {
				found = append(found, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, t := range found {
		linkNumbers(t, source)
	}
}

// paragraphMark matches ¶ and a number with the character after it, if it is one
// that shows the number to go on as something else.
var paragraphMark = regexp.MustCompile(`¶[1-9][0-9]{0,4}([0-9A-Za-z_])?`)

// linkNumbers splits a text node at its ¶ numbers.
func linkNumbers(t *ast.Text, source []byte) {
	parent, segment := t.Parent(), t.Segment
	value, done := source[segment.Start:segment.Stop], 0
	for _, m := range paragraphMark.FindAllSubmatchIndex(value, -1) {
		if m[2] >= 0 {
			continue
		}
		if m[0] > done {
			parent.InsertBefore(parent, t, ast.NewTextSegment(text.NewSegment(segment.Start+done, segment.Start+m[0])))
		}
		link := ast.NewLink()
		link.Destination = append([]byte("#r"), value[m[0]+len("¶"):m[1]]...)
		link.AppendChild(link, ast.NewTextSegment(text.NewSegment(segment.Start+m[0], segment.Start+m[1])))
		parent.InsertBefore(parent, t, link)
		done = m[1]
	}
	if done > 0 {
		t.Segment = text.NewSegment(segment.Start+done, segment.Stop) // the node keeps the line break that may follow
	}
}
