package prose

import (
	"strings"
	"unicode/utf8"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// maxForeign is how many bytes of foreign HTML are read: five times what a
	// response may hold. The rest is cut off.
	maxForeign = 512 << 10
	// maxForeignDepth is how deep elements may lie in each other; deeper ones are
	// replaced by what is in them.
	maxForeignDepth = 64
	// maxForeignNodes is how many elements and texts are converted with their markup;
	// of a larger tree only the text is taken. Broken HTML can grow many times while
	// it is mended.
	maxForeignNodes = 60_000
	// maxBrackets is how many "[" a text may have to be converted with its markup: for
	// each the converter looks through the rest of the text for what would make it a
	// link.
	maxBrackets = 1000
)

var foreignPolicy = newForeignPolicy()

// FromHTML is the Markdown of a piece of foreign HTML: an imported archive, a
// letter, a page that mentions us. Scripts, styles, forms and frames vanish before
// anything is converted; pictures stay as Markdown images, which Render turns into
// links. Of more than half a megabyte only the beginning is read, deep nesting
// becomes flat, and HTML too broken to be mended becomes its plain text. The
// result is as untrusted as any Markdown and goes through Clean and Render.
func FromHTML(foreign string) string {
	if len(foreign) > maxForeign {
		end := maxForeign
		for end > 0 && !utf8.RuneStart(foreign[end]) {
			end--
		}
		foreign = foreign[:end]
	}
	foreign = foreignPolicy.Sanitize(strings.ToValidUTF8(foreign, "\uFFFD"))
	markdown, ok := converted(foreign)
	if !ok {
		markdown = escaped(Text(HTML(foreign)))
	}
	return strings.TrimSpace(markdown)
}

// converted is the Markdown of sanitised HTML, or false if it is nested deeper than
// the parser follows, would take too long or grows beyond what Render reads.
func converted(sanitised string) (string, bool) {
	if strings.Count(sanitised, "[") > maxBrackets {
		return "", false
	}
	doc, err := html.Parse(strings.NewReader(sanitised))
	if err != nil || !affordableTree(doc) {
		return "", false
	}
	prune(doc, 0, 0)
	markdown, err := newForeignConverter().ConvertNode(doc)
	return string(markdown), err == nil && len(markdown) <= maxSource
}

// newForeignConverter makes a converter for one text: it keeps state.
func newForeignConverter() *converter.Converter {
	return converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(commonmark.WithListEndComment(false)),
		strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal), table.WithHeaderPromotion(true)),
	))
}

// newForeignPolicy keeps the structure of a text: what Markdown can say, and the
// containers that set blocks apart. Relative addresses go: they would lead to
// places of this site.
func newForeignPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "dl", "dt", "dd",
		"pre", "code", "tt", "kbd", "samp", "em", "i", "strong", "b", "del", "s", "strike",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
		"div", "section", "article", "header", "footer", "main", "aside", "figure", "figcaption", "address", "details", "summary", "center")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("start").OnElements("ol")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.SkipElementsContent("title", "head", "template", "textarea", "select", "svg", "math", "audio", "video", "embed", "applet")
	return p
}

// affordableTree says whether a tree has few enough nodes, and its tables few
// enough cells: rows are filled up to the width of the widest.
func affordableTree(doc *html.Node) bool {
	count, rows, widest := 0, 0, 0
	for n := range doc.Descendants() {
		count++
		if n.DataAtom != atom.Tr {
			continue
		}
		rows++
		cells := 0
		for range n.ChildNodes() {
			cells++
		}
		widest = max(widest, cells)
	}
	return count <= maxForeignNodes && rows*widest <= maxCells
}

// prune replaces what lies too deep by what is in it: quotes and lists as Render
// bounds them, other elements for the converter's sake.
func prune(parent *html.Node, depth, nesting int) {
	for c := parent.FirstChild; c != nil; {
		inner := nesting
		if c.DataAtom == atom.Blockquote || c.DataAtom == atom.Ul || c.DataAtom == atom.Ol {
			inner++
		}
		if c.Type != html.ElementNode || inner <= maxNesting && depth < maxForeignDepth {
			prune(c, depth+1, inner)
			c = c.NextSibling
			continue
		}
		next := c.FirstChild
		if next == nil {
			next = c.NextSibling
		}
		for g := c.FirstChild; g != nil; {
			following := g.NextSibling
			c.RemoveChild(g)
			parent.InsertBefore(g, c)
			g = following
		}
		parent.RemoveChild(c)
		c = next
	}
}
