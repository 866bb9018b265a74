package prose

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// What follows keeps rendering linear in the length of a text. Each bound lies
// far above what a person writes; beyond it the text stays, only its markup is
// shown as written.
const (
	// maxNesting is how deep quotes and lists may lie in each other: each level
	// costs a look at every line.
	maxNesting = 16
	// maxEmphasis is how deep emphasis may lie in emphasis: each level is an
	// element, and browsers give up after some hundred.
	maxEmphasis = 16
	// maxDelimiters is how many runs of * _ ~, and how many brackets, are looked at in
	// one paragraph: each that closes looks at those still open.
	maxDelimiters = 1000
	// maxBrokenLinks is how many "](" without an end are followed to the end of
	// their paragraph in one text.
	maxBrokenLinks = 500
	// maxDefinitions is how many lines a paragraph may have that defines addresses for
	// reference links: the lines after each definition are moved up.
	maxDefinitions = 2000
	// maxReferenced is how many bytes of addresses reference links may repeat in one
	// text: a long address may be named thousands of times.
	maxReferenced = 256 << 10
	// maxCells is how many cells a table may have: short rows are filled up to the
	// width of the header.
	maxCells = 20_000
)

// shallow opens a block only down to maxNesting.
type shallow struct{ parser.BlockParser }

// Open implements parser.BlockParser.
func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		if k := n.Kind(); k == ast.KindBlockquote || k == ast.KindList {
			depth++
		}
	}
	if depth >= maxNesting {
		return nil, parser.NoChildren
	}
	return s.BlockParser.Open(parent, reader, pc)
}

var (
	delimitersKey  = parser.NewContextKey()
	bracketsKey    = parser.NewContextKey()
	brokenLinksKey = parser.NewContextKey()
	referencedKey  = parser.NewContextKey()
)

// fewDelimiters reads emphasis and strikethrough up to maxDelimiters in a paragraph.
type fewDelimiters struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (f fewDelimiters) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	seen, _ := pc.Get(delimitersKey).(int)
	if seen >= maxDelimiters {
		return nil
	}
	pc.Set(delimitersKey, seen+1)
	return f.InlineParser.Parse(parent, block, pc)
}

// CloseBlock implements parser.CloseBlocker: each paragraph counts for itself.
func (fewDelimiters) CloseBlock(_ ast.Node, _ text.Reader, pc parser.Context) {
	pc.Set(delimitersKey, 0)
}

// patientLinks reads links up to maxDelimiters brackets in a paragraph and until
// maxBrokenLinks of them have led nowhere, and cuts the address off reference
// links after maxReferenced bytes of them.
type patientLinks struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p patientLinks) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if line[0] == '!' && (len(line) < 2 || line[1] != '[') {
		return nil
	}
	broken, _ := pc.Get(brokenLinksKey).(int)
	brackets, _ := pc.Get(bracketsKey).(int)
	if broken >= maxBrokenLinks || brackets >= maxDelimiters {
		return nil
	}
	pc.Set(bracketsKey, brackets+1)
	costly := len(line) > 1 && line[0] == ']' && (line[1] == '(' || line[1] == '[')
	n := p.InlineParser.Parse(parent, block, pc)
	switch link := n.(type) {
	case nil:
		if costly {
			pc.Set(brokenLinksKey, broken+1)
		}
	case *ast.Link:
		if link.Reference != nil && !affordable(pc, len(link.Destination)) {
			link.Destination = nil
		}
	case *ast.Image:
		if link.Reference != nil && !affordable(pc, len(link.Destination)) {
			link.Destination = nil
		}
	}
	return n
}

// CloseBlock implements parser.CloseBlocker: each paragraph counts for itself.
func (p patientLinks) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	pc.Set(bracketsKey, 0)
	if c, ok := p.InlineParser.(parser.CloseBlocker); ok {
		c.CloseBlock(parent, block, pc)
	}
}

// affordable counts the bytes of a reference link's address and says whether
// they still fit.
func affordable(pc parser.Context, size int) bool {
	used, _ := pc.Get(referencedKey).(int)
	if used+size > maxReferenced {
		return false
	}
	pc.Set(referencedKey, used+size)
	return true
}

// shortDefinitions reads the addresses of reference links from paragraphs of at
// most maxDefinitions lines.
type shortDefinitions struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (s shortDefinitions) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	if node.Lines().Len() <= maxDefinitions {
		s.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// smallTables makes a table of a paragraph only if it cannot have more than
// maxCells cells.
type smallTables struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (s smallTables) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines, widest := node.Lines(), 0
	for i := range lines.Len() {
		segment := lines.At(i)
		widest = max(widest, bytes.Count(segment.Value(reader.Source()), []byte("|")))
	}
	if lines.Len()*(widest+1) <= maxCells {
		s.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// flatEmphasis takes away emphasis that lies deeper in emphasis than maxEmphasis;
// the text in it stays.
type flatEmphasis struct{}

// Transform implements parser.ASTTransformer.
func (flatEmphasis) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	flatten(doc, 0)
}

func flatten(parent ast.Node, depth int) {
	for c := parent.FirstChild(); c != nil; {
		inner := depth
		if k := c.Kind(); k == ast.KindEmphasis || k == extast.KindStrikethrough {
			inner++
		}
		if inner <= maxEmphasis {
			flatten(c, inner)
			c = c.NextSibling()
			continue
		}
		next := c.FirstChild()
		if next == nil {
			next = c.NextSibling()
		}
		for g := c.FirstChild(); g != nil; {
			following := g.NextSibling()
			parent.InsertBefore(parent, c, g)
			g = following
		}
		parent.RemoveChild(parent, c)
		c = next
	}
}
