// Package prose turns what people write into what the pages show: Markdown into
// safe HTML, HTML into plain text, titles into slugs, foreign HTML into
// Markdown. It is the only maker of raw HTML from people's text.
//
// Every function takes hostile input: nothing here panics, loops or grows out of
// proportion because of what a text holds, and all of them may be called from
// several goroutines at once.
package prose

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	goldmarkhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// HTML is rendered text that is safe to put into a page as it is. Only this
// package makes it from people's text; the one legitimate conversion elsewhere is
// reading back from the database what Render made. No other string may be
// converted to HTML.
type HTML string

// Renderer is the version of the rules of Render, stored beside each rendered
// text so that older ones can be found and rendered anew. It rises whenever the
// same Markdown would give other HTML.
const Renderer = 1

// maxSource is the size in bytes above which Render does not look for Markdown:
// several times what a person may write (100,000 characters), so that only
// imported texts ever meet it.
const maxSource = 1 << 20

// rel is what every link that leads out of the site carries: the other side
// learns nothing of the page, gets no handle on it and no weight from it.
const rel = "noopener noreferrer nofollow ugc"

var (
	markdownToHTML = newMarkdown()
	renderedPolicy = newRenderedPolicy()
)

// Render makes the HTML of a Markdown text: CommonMark with tables,
// strikethrough and automatic links. A newline is a line break. Raw HTML is shown
// as the text it is. Headings begin at h4, below the title of a response. Images
// become links. Links go out over http, https and mailto with a fixed rel, or
// stay inside with a path from "/"; every other link is only its text. ¶12
// becomes a link to #r12. A wide table scrolls within a focusable group.
//
// The result never holds an element that makes a request, a handler, a style, an
// id or a class other than that of the scrolling group. A text of more than a
// megabyte is shown as written, without Markdown.
func Render(markdown string) HTML {
	source := strings.ToValidUTF8(markdown, "\uFFFD")
	if len(source) > maxSource {
		return verbatim(source)
	}
	var b bytes.Buffer
	b.Grow(len(source) + len(source)/2)
	if err := markdownToHTML.Convert([]byte(source), &b); err != nil {
		return verbatim(source) // a buffer never fails to be written; losing the text would be worse than plain paragraphs
	}
	return HTML(renderedPolicy.SanitizeBytes(b.Bytes()))
}

// verbatim shows a text as written: paragraphs at blank lines, breaks at the others.
func verbatim(text string) HTML {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		if paragraph = strings.Trim(paragraph, "\n"); paragraph == "" {
			continue
		}
		b.WriteString("<p>")
		b.WriteString(strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>\n"))
		b.WriteString("</p>\n")
	}
	return HTML(renderedPolicy.Sanitize(b.String()))
}

// newMarkdown builds the parser and renderer. The parsers of raw HTML are left
// out, so that a text about <b> shows <b>; those that cost more than linear time
// on hostile input are bounded (bounds.go).
func newMarkdown() goldmark.Markdown {
	p := parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(shallow{parser.NewListParser()}, 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(patientLinks{parser.NewLinkParser()}, 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(fewDelimiters{parser.NewEmphasisParser()}, 500),
			util.Prioritized(fewDelimiters{extension.NewStrikethroughParser()}, 500),
			util.Prioritized(newAutomaticLinks(), 999),
		),
		parser.WithParagraphTransformers(
			util.Prioritized(shortDefinitions{parser.LinkReferenceParagraphTransformer}, 100),
			util.Prioritized(smallTables{extension.NewTableParagraphTransformer()}, 200),
		),
		parser.WithASTTransformers(
			util.Prioritized(extension.NewTableASTTransformer(), 0),
			util.Prioritized(flatEmphasis{}, 100),
			util.Prioritized(numberLinks{}, 200),
		),
	)
	r := renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(ownMarkup{}, 100),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignNone)), 500),
		util.Prioritized(goldmarkhtml.NewRenderer(goldmarkhtml.WithHardWraps()), 1000),
	))
	return goldmark.New(goldmark.WithParser(p), goldmark.WithRenderer(r))
}

// newRenderedPolicy is the second wall: it knows nothing of Markdown and lets
// through only what Render is meant to make.
func newRenderedPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h4", "h5", "h6", "blockquote", "ul", "ol", "li",
		"pre", "code", "em", "strong", "del", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^scroll$`)).OnElements("div")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("div")
	p.AllowAttrs("role").Matching(regexp.MustCompile(`^group$`)).OnElements("div")
	p.AllowAttrs("href").Matching(regexp.MustCompile(`^(?:(?i:https?://|mailto:)[^\s\\]+|/(?:[^/\s\\][^\s\\]*)?|#r[1-9][0-9]{0,4})$`)).OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^` + rel + `$`)).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}
