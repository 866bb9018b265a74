package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// behind are the functions and constants of the store that look behind a persona other
// than a named one, with what they are for. Everything else that reads personas.member_id
// says in its query that it wants profiles, which say openly whose they are.
var behind = map[string]string{
	"ownerOf":       "rights: is this the viewer's own text?",
	"OwnNumbers":    "the viewer's own numbers in a thread",
	"viewerColumns": "how many faces the viewer has",
	"complete":      "the viewer's own faces",
	"Pseudonym":     "the viewer's own pseudonym in a theme",
	"Pseudonyms":    "the viewer's own list",
	"namedPersona":  "profiles: its callers say so",
	"PersonasOf":    "everything that ends with a member who leaves",
	"EndPersona":    "cuts what ties a persona to its member",
	"fillMine":      "the viewer's own copy of all that is theirs",
	"LastOwnText":   "the same",
	"OwnTexts":      "the same",
}

// readsBehind tells whether a query reads personas.member_id, by whichever short name the
// table goes by.
var readsBehind = regexp.MustCompile(`(?s)\bpersonas\b.*\bmember_id\b|\bmember_id\b.*\bpersonas\b`)

// ofOthers are the tables whose own member_id may stand in a query about personas.
var ofOthers = regexp.MustCompile(`\b(?:s|k|tm|l|e|i)\.member_id\b`)

// TestOnlyRightsAndOnesOwnPagesLookBehindAPersona: nothing that others see is made with
// what ties a pseudonym to its member.
func TestOnlyRightsAndOnesOwnPagesLookBehindAPersona(t *testing.T) {
	files, err := filepath.Glob("../models/store/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no store: %v", err)
	}
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range parsed.Decls {
			for name, node := range named(declared) {
				source := string(text[set.Position(node.Pos()).Offset:set.Position(node.End()).Offset])
				if !queriesBehind(node) || strings.Contains(source, "PersonaNamed") || strings.Contains(source, "'named'") && name != "viewerColumns" {
					continue
				}
				found = append(found, name)
				if behind[name] == "" {
					t.Errorf("%s: %s looks behind personas", filepath.Base(file), name)
				}
			}
		}
	}
	for name := range behind {
		if !slices.Contains(found, name) {
			t.Errorf("%s does not look behind personas any more", name)
		}
	}
}

// named are the parts of a declaration by name: a function as a whole, constants and
// variables each.
func named(declared ast.Decl) map[string]ast.Node {
	parts := map[string]ast.Node{}
	switch d := declared.(type) {
	case *ast.FuncDecl:
		parts[d.Name.Name] = d
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if value, ok := spec.(*ast.ValueSpec); ok {
				parts[value.Names[0].Name] = value
			}
		}
	}
	return parts
}

// queriesBehind tells whether the strings of a part, taken together, are a query that
// reads personas.member_id.
func queriesBehind(part ast.Node) bool {
	var query strings.Builder
	ast.Inspect(part, func(n ast.Node) bool {
		if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
			query.WriteString(ofOthers.ReplaceAllString(text.Value, ""))
		}
		return true
	})
	return readsBehind.MatchString(query.String())
}
