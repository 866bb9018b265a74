// Package static holds the style sheets, scripts and pictures that pages load. They
// are embedded in the program as they are written; only the style sheets are joined
// into one. All files are served below one address that carries the hash of all
// contents, so that a browser may keep them for ever and the relative imports
// between scripts need no bundler.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
)

//go:embed css/*.css js/*.js img/*
var tree embed.FS

// Prefix is the path below which all files are served.
const Prefix = "/static/"

// Sheet is the name of the one style sheet, joined from the parts.
const Sheet = "colloquy.css"

// sheetParts is the order in which the parts are joined. The first names the order
// of the layers; within a layer, later rules win.
var sheetParts = []string{
	"tokens.css", "base.css", "layout.css", "frame.css", "posts.css",
	"text.css", "sigla.css", "controls.css", "fields.css", "lists.css",
	"response.css", "prose.css", "thread.css", "composer.css", "pages.css", "print.css",
}

// types are the media types of the files, by the ending of their names.
var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

// Files are all files that pages load, ready to be served. They never change after
// New and may be used by any number of goroutines.
type Files struct {
	hash    string
	entries map[string]entry
}

// File is one file as an answer carries it.
type File struct {
	// Body must not be changed.
	Body []byte
	Type string
	// Encoding is br, gzip, or empty for the file as it is.
	Encoding string
	// ETag is quoted, ready for the header.
	ETag string
	// Immutable tells that the address carried the right hash, so that the file may
	// be kept for ever. An address of another release gives the present file, which
	// must not be kept.
	Immutable bool
}

// entry is a file with its compressed forms.
type entry struct {
	kind   string
	tag    string
	plain  []byte
	brotli []byte
	gzip   []byte
}

// New reads the embedded files, joins the style sheets and compresses everything.
// An error is a mistake of the build.
func New() (*Files, error) {
	contents, err := read(tree)
	if err != nil {
		return nil, err
	}
	f := &Files{hash: hashOf(contents), entries: make(map[string]entry, len(contents))}
	for name, body := range contents {
		e, err := newEntry(name, body)
		if err != nil {
			return nil, err
		}
		f.entries[name] = e
	}
	return f, nil
}

// read gives the contents of all files by the name pages know them by.
func read(tree fs.FS) (map[string][]byte, error) {
	sheet, err := join(tree)
	if err != nil {
		return nil, err
	}
	contents := map[string][]byte{Sheet: sheet}
	for _, folder := range []string{"js", "img"} {
		names, err := fs.Glob(tree, folder+"/*")
		if err != nil {
			return nil, fmt.Errorf("static: list %s: %w", folder, err)
		}
		for _, name := range names {
			body, err := fs.ReadFile(tree, name)
			if err != nil {
				return nil, fmt.Errorf("static: read %s: %w", name, err)
			}
			contents[name] = body
		}
	}
	return contents, nil
}

// join makes one style sheet of the parts. A part that is not listed would be lost
// silently, so it is an error.
func join(tree fs.FS) ([]byte, error) {
	found, err := fs.Glob(tree, "css/*.css")
	if err != nil {
		return nil, fmt.Errorf("static: list css: %w", err)
	}
	for _, name := range found {
		if !slices.Contains(sheetParts, path.Base(name)) {
			return nil, fmt.Errorf("static: %s has no place in the order of the style sheet", name)
		}
	}
	var sheet bytes.Buffer
	for _, part := range sheetParts {
		body, err := fs.ReadFile(tree, "css/"+part)
		if err != nil {
			return nil, fmt.Errorf("static: read style part: %w", err)
		}
		sheet.Write(body)
	}
	return sheet.Bytes(), nil
}

func newEntry(name string, body []byte) (entry, error) {
	kind, ok := types[path.Ext(name)]
	if !ok {
		return entry{}, fmt.Errorf("static: %s has no media type", name)
	}
	sum := sha256.Sum256(body)
	e := entry{kind: kind, tag: hex.EncodeToString(sum[:8]), plain: body}
	var err error
	if e.brotli, err = brotliOf(body); err != nil {
		return entry{}, fmt.Errorf("static: compress %s: %w", name, err)
	}
	if e.gzip, err = gzipOf(body); err != nil {
		return entry{}, fmt.Errorf("static: compress %s: %w", name, err)
	}
	return e, nil
}

func hashOf(contents map[string][]byte) string {
	h := sha256.New()
	names := make([]string, 0, len(contents))
	for name := range contents {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		h.Write([]byte(name + "\x00" + strconv.Itoa(len(contents[name])) + "\x00"))
		h.Write(contents[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// URL is the address of a file by its name, such as colloquy.css, js/thread-live.js
// or img/favicon.svg.
func (f *Files) URL(name string) string {
	return Prefix + f.hash + "/" + name
}

// Modules lists the names of all scripts, in the form that URL takes.
func (f *Files) Modules() []string {
	var names []string
	for name := range f.entries {
		if strings.HasPrefix(name, "js/") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// Lookup finds the file at a path below Prefix, in the best form that the
// Accept-Encoding header of the request allows.
func (f *Files) Lookup(path, acceptEncoding string) (File, bool) {
	rest, below := strings.CutPrefix(path, Prefix)
	hash, name, named := strings.Cut(rest, "/")
	if !below || !named {
		return File{}, false
	}
	e, ok := f.entries[name]
	if !ok {
		return File{}, false
	}
	file := File{Body: e.plain, Type: e.kind, ETag: `"` + e.tag + `"`, Immutable: hash == f.hash}
	switch {
	case len(e.brotli) < len(e.plain) && accepts(acceptEncoding, "br"):
		file.Body, file.Encoding, file.ETag = e.brotli, "br", `"`+e.tag+`-br"`
	case len(e.gzip) < len(e.plain) && accepts(acceptEncoding, "gzip"):
		file.Body, file.Encoding, file.ETag = e.gzip, "gzip", `"`+e.tag+`-gzip"`
	}
	return file, true
}
