package prose

import (
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// ownMarkup writes the nodes that look otherwise here than in plain CommonMark.
type ownMarkup struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (m ownMarkup) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindHeading, m.heading)
	reg.Register(ast.KindLink, m.link)
	reg.Register(ast.KindAutoLink, m.autoLink)
	reg.Register(ast.KindImage, m.image)
	reg.Register(extast.KindTable, m.table)
}

// heading begins at h4: the titles of responses are h3.
func (ownMarkup) heading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	level := byte('0' + min(node.(*ast.Heading).Level+3, 6))
	if entering {
		_, _ = w.WriteString("<h" + string(level) + ">")
	} else {
		_, _ = w.WriteString("</h" + string(level) + ">\n")
	}
	return ast.WalkContinue, nil
}

func (ownMarkup) link(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	to, ok := addressOf(n.Destination)
	if !entering {
		if ok {
			_, _ = w.WriteString("</a>")
		}
		return ast.WalkContinue, nil
	}
	empty := blank(plain(n, source))
	switch {
	case ok && empty:
		openLink(w, to)
		_, _ = w.WriteString(html.EscapeString(to.name))
	case ok:
		openLink(w, to)
	case empty:
		_, _ = w.WriteString(html.EscapeString(string(n.Destination)))
	}
	return ast.WalkContinue, nil
}

func (ownMarkup) autoLink(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.AutoLink)
	destination := n.URL(source)
	if n.AutoLinkType == ast.AutoLinkEmail {
		destination = append([]byte("mailto:"), destination...)
	}
	label := html.EscapeString(string(n.Label(source)))
	if to, ok := addressOf(destination); ok && !insideLink(n) {
		openLink(w, to)
		_, _ = w.WriteString(label + "</a>")
	} else {
		_, _ = w.WriteString(label)
	}
	return ast.WalkContinue, nil
}

// image writes a link to the picture, or only its text inside another link.
func (ownMarkup) image(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.Image)
	label := plain(n, source)
	to, ok := addressOf(n.Destination)
	if blank(label) {
		label = to.name
		if !ok {
			label = string(n.Destination)
		}
	}
	if ok && !insideLink(n) {
		openLink(w, to)
		_, _ = w.WriteString(html.EscapeString(label) + "</a>")
	} else {
		_, _ = w.WriteString(html.EscapeString(label))
	}
	return ast.WalkSkipChildren, nil
}

// table lets a wide table scroll on its own; the group can take the focus so that
// it scrolls with the keyboard as well.
func (ownMarkup) table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<div class=\"scroll\" tabindex=\"0\" role=\"group\">\n<table>\n")
	} else {
		_, _ = w.WriteString("</table>\n</div>\n")
	}
	return ast.WalkContinue, nil
}

func openLink(w util.BufWriter, to address) {
	_, _ = w.WriteString(`<a href="` + html.EscapeString(to.href) + `"`)
	if to.outside {
		_, _ = w.WriteString(` rel="` + rel + `"`)
	}
	_ = w.WriteByte('>')
}

func insideLink(n ast.Node) bool {
	for p := n.Parent(); p != nil && p.Type() == ast.TypeInline; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

// plain is the text inside a node without markup.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) { // the walker itself returns no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			value := c.Segment.Value(source)
			if !c.IsRaw() {
				value = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
			}
			b.Write(value)
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.AutoLink:
			b.Write(c.Label(source))
		case *ast.Image:
			if c != n && !c.HasChildren() {
				b.Write(c.Destination)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
