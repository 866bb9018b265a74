package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// everything stands for every package of ours but main.
const everything = "*"

// arrows says which package may import which of ours. It is docs/architecture.md
// as a table: a new arrow or a new package is a decision, made there and here.
var arrows = map[string][]string{
	"models":       nil,
	"models/store": {"models"},

	"app":        {"app/config", "app/server"},
	"app/server": {everything},
	"app/bus":    nil,
	"app/config": nil,
	"app/live":   nil,
	"app/mail":   nil,
	"app/oidc":   nil,
	"app/prose":  nil,
	"app/access": {"models"},

	"app/forum":     {"models", "models/store", "app/access", "app/prose"},
	"app/community": {"models", "models/store", "app/access", "app/prose"},
	"app/curation":  {"models", "models/store", "app/access", "app/prose", "app/forum", "app/community"},
	"app/archive":   {"models", "models/store", "app/access", "app/prose", "app/forum", "app/community"},
	"app/demo":      {"models", "models/store", "app/access", "app/prose", "app/forum", "app/community"},

	"views":       {"models", "app/prose", "views/words"},
	"views/mail":  {"models", "views/words"},
	"views/words": nil,
	"static":      nil,

	"handlers": {
		"models", "views", "views/words", "static", "app/access", "app/forum", "app/community",
		"app/curation", "app/archive", "app/prose", "app/live", "handlers/api",
	},
	"handlers/api": {"models", "app/access", "app/forum", "app/community", "app/curation", "app/archive", "app/prose"},

	stage:             {everything},
	stage + "/served": {everything},
}

// stage is the package for tests: imported by test files only, and itself free
// of the homes below.
const stage = "app/forumtest"

// props are what tests of any package may set up their scene with.
var props = []string{"models/store", "app/demo"}

// onStage tells whether a package is for tests.
func onStage(folder string) bool { return folder == stage || strings.HasPrefix(folder, stage+"/") }

// homes says where an outside library may be imported, by the start of its path.
var homes = map[string][]string{
	"gorm.io/":                     {"models", "models/store"},
	"github.com/gofiber/":          {"handlers", "handlers/api", "app/server"},
	"github.com/gorilla/websocket": {"app/live"},
	"github.com/nats-io/":          {"app/bus"},
	"github.com/a-h/templ":         {"views", "views/mail", "handlers"},
	"github.com/go-webauthn/":      {"app/community"},
	"github.com/coreos/go-oidc":    {"app/oidc"},
	"golang.org/x/oauth2":          {"app/oidc"},
}

// topLevel is everything that may stand in the repository's root, dotfiles apart.
var topLevel = []string{
	"app", "models", "handlers", "views", "static", "docs", "tools",
	"Makefile", "Dockerfile", "docker-compose.yml", "go.mod", "go.sum", "README.md",
}

// root is the module's directory, seen from this package's.
const root = ".."

// source is one Go file with its imports.
type source struct {
	file    string
	folder  string // of the package, from the module's root, with slashes
	test    bool
	imports []string
}

// refusal says why a file may not import something, or nothing when it may.
func (s source) refusal(module, imported string) string {
	allowed := arrows[s.folder]
	ours, isOurs := strings.CutPrefix(imported, module+"/")
	switch {
	case !isOurs:
		return s.homeless(imported)
	case ours == s.folder && s.test: // package x_test imports x
		return ""
	case onStage(ours) && (s.test || onStage(s.folder)):
		return ""
	case s.test && slices.Contains(props, ours):
		return ""
	case onStage(ours):
		return "imports " + stage + ", which is for test files only"
	case slices.Contains(allowed, everything) || slices.Contains(allowed, ours):
		return ""
	default:
		return "imports " + ours + ", but there is no arrow from " + s.folder + " to it"
	}
}

// homeless refuses an outside library away from its home. Tests may use any.
func (s source) homeless(imported string) string {
	if s.test || onStage(s.folder) {
		return ""
	}
	for library, folders := range homes {
		if strings.HasPrefix(imported, library) && !slices.Contains(folders, s.folder) {
			return "imports " + imported + ", whose home is " + strings.Join(folders, ", ")
		}
	}
	return ""
}

func TestEveryImportFollowsAnArrow(t *testing.T) {
	module := moduleName(t)
	for _, s := range sources(t) {
		if _, listed := arrows[s.folder]; !listed {
			t.Errorf("%s: the table of arrows does not know the package %s", s.file, s.folder)
			continue
		}
		for _, imported := range s.imports {
			if why := s.refusal(module, imported); why != "" {
				t.Errorf("%s %s", s.file, why)
			}
		}
	}
}

// The table is only worth something if it refuses.
func TestArrowsRefuse(t *testing.T) {
	for _, c := range []struct {
		from     string
		test     bool
		imported string
		refused  bool
	}{
		{"models", false, "m/models/store", true},
		{"models/store", false, "m/models", false},
		{"app/forum", false, "m/app/community", true},
		{"app/curation", false, "m/app/forum", false},
		{"app/forum", false, "m/app/curation", true},
		{"handlers", false, "m/models/store", true},
		{"handlers", true, "m/models/store", false},
		{"handlers", true, "m/app/forumtest", false},
		{"handlers", false, "m/app/forumtest", true},
		{"app/server", false, "m/app/forumtest", true},
		{"app/forumtest", false, "m/app/server", false},
		{"app/forum", true, "m/app/forum", false},
		{"app/shared", false, "m/models", true},
		{"app/forum", false, "gorm.io/gorm", true},
		{"app/forum", true, "gorm.io/gorm", false},
		{"models", false, "gorm.io/gorm", false},
		{"views", false, "github.com/gofiber/fiber/v2", true},
		{"handlers/api", false, "github.com/gofiber/fiber/v2", false},
		{"handlers", false, "github.com/gorilla/websocket", true},
		{"app/live", false, "github.com/gorilla/websocket", false},
		{"app/server", false, "github.com/nats-io/nats.go", true},
		{"app/bus", false, "github.com/nats-io/nats.go", false},
		{"app/bus", false, "m/app/live", true},
		{"app/forum", false, "github.com/a-h/templ", true},
		{"app/community", false, "github.com/go-webauthn/webauthn/protocol", false},
		{"handlers", false, "github.com/go-webauthn/webauthn/webauthn", true},
		{"app/oidc", false, "golang.org/x/oauth2", false},
		{"app/server", false, "github.com/coreos/go-oidc/v3/oidc", true},
		{"app/oidc", false, "m/app/community", true},
	} {
		s := source{folder: c.from, test: c.test}
		if why := s.refusal("m", c.imported); (why != "") != c.refused {
			t.Errorf("%s (test file: %t) imports %s: refusal %q, want refused: %t", c.from, c.test, c.imported, why, c.refused)
		}
	}
}

func TestTopLevelHoldsNothingElse(t *testing.T) {
	for _, name := range topLevelNames(t) {
		if !strings.HasPrefix(name, ".") && !slices.Contains(topLevel, name) {
			t.Errorf("%s stands at the top level; only dotfiles and %s may", name, strings.Join(topLevel, ", "))
		}
	}
}

// topLevelNames lists what belongs to the repository; without git, all that lies
// there but the data directory.
func topLevelNames(t *testing.T) []string {
	t.Helper()
	git := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	git.Dir = root
	if listed, err := git.Output(); err == nil && len(listed) > 0 {
		names := map[string]bool{}
		for _, file := range strings.Split(strings.TrimSuffix(string(listed), "\x00"), "\x00") {
			name, _, _ := strings.Cut(file, "/")
			names[name] = true
		}
		return slices.Sorted(maps.Keys(names))
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.Name() != "data" {
			names = append(names, entry.Name())
		}
	}
	return names
}

func moduleName(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	name, ok := strings.CutPrefix(line, "module ")
	if !ok {
		t.Fatalf("go.mod begins with %q", line)
	}
	return strings.TrimSpace(name)
}

// sources reads the imports of every Go file of the module.
func sources(t *testing.T) []source {
	t.Helper()
	var found []source
	walk := func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if file != "." && strings.HasPrefix(name, ".") || name == "testdata" || file == "tools" || file == "data" {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{file: file, folder: path.Dir(file), test: strings.HasSuffix(name, "_test.go")}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imported)
		}
		found = append(found, s)
		return nil
	}
	if err := fs.WalkDir(os.DirFS(root), ".", walk); err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("no Go file was found")
	}
	return found
}
