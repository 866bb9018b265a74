package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

func newFiles(t *testing.T) *Files {
	t.Helper()
	f, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSheetBeginsWithTheOrderOfTheLayers(t *testing.T) {
	f := newFiles(t)
	file, ok := f.Lookup(f.URL(Sheet), "")
	if !ok {
		t.Fatal("no style sheet")
	}
	order := bytes.Index(file.Body, []byte("@layer tokens, base, layout, components, print;"))
	first := bytes.Index(file.Body, []byte("@layer tokens {"))
	if order < 0 || first < order {
		t.Errorf("the order of the layers stands at %d, the first layer at %d", order, first)
	}
	if opened, closed := bytes.Count(file.Body, []byte("{")), bytes.Count(file.Body, []byte("}")); opened != closed {
		t.Errorf("%d braces opened, %d closed", opened, closed)
	}
	if bytes.Contains(file.Body, []byte("url(")) || bytes.Contains(file.Body, []byte("@import")) {
		t.Error("the style sheet loads something else")
	}
}

func TestBothDarkPalettesAreTheSame(t *testing.T) {
	body, err := tree.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	var palettes []string
	for _, block := range strings.Split(string(body), "color-scheme: dark;")[1:] {
		values, _, _ := strings.Cut(block, "}")
		palettes = append(palettes, strings.Join(strings.Fields(values), " "))
	}
	if len(palettes) != 2 || palettes[0] != palettes[1] {
		t.Errorf("dark palettes differ: %q", palettes)
	}
}

func TestLookupChoosesTheEncoding(t *testing.T) {
	f := newFiles(t)
	plain, _ := f.Lookup(f.URL(Sheet), "")
	for _, c := range []struct{ header, encoding string }{
		{"", ""},
		{"identity", ""},
		{"gzip, deflate, br, zstd", "br"},
		{"gzip, deflate", "gzip"},
		{"br;q=0, gzip", "gzip"},
		{"br;q=0.0, gzip;q=0", ""},
		{"BR ; q=0.4", "br"},
		{"brr", ""},
		{"*", ""},
		{"br;q=x", ""},
	} {
		file, ok := f.Lookup(f.URL(Sheet), c.header)
		if !ok || file.Encoding != c.encoding {
			t.Errorf("%q: encoding %q, want %q", c.header, file.Encoding, c.encoding)
			continue
		}
		if got := decoded(t, file); !bytes.Equal(got, plain.Body) {
			t.Errorf("%q: the decoded body differs", c.header)
		}
		if c.encoding != "" && file.ETag == plain.ETag {
			t.Errorf("%q: two forms share the tag %s", c.header, file.ETag)
		}
	}
}

func decoded(t *testing.T, file File) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(file.Body)
	switch file.Encoding {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestLookupByAddress(t *testing.T) {
	f := newFiles(t)
	for _, c := range []struct {
		path             string
		found, immutable bool
	}{
		{f.URL(Sheet), true, true},
		{f.URL("img/favicon.svg"), true, true},
		{"/static/00/" + Sheet, true, false},
		{"/static/" + Sheet, false, false},
		{"/static/" + f.hash + "/", false, false},
		{"/static/" + f.hash + "/css/base.css", false, false},
		{"/static/" + f.hash + "/../static.go", false, false},
		{"/elsewhere", false, false},
		{"", false, false},
	} {
		file, found := f.Lookup(c.path, "br")
		if found != c.found || file.Immutable != c.immutable {
			t.Errorf("%s: found %v, immutable %v", c.path, found, file.Immutable)
		}
		if found && file.Type == "" {
			t.Errorf("%s has no type", c.path)
		}
	}
}

func TestHashFollowsContentsAndNames(t *testing.T) {
	one := hashOf(map[string][]byte{"a": []byte("1"), "b": []byte("2")})
	for _, other := range []map[string][]byte{
		{"a": []byte("1"), "b": []byte("3")},
		{"a": []byte("1"), "c": []byte("2")},
		{"a": []byte("12"), "b": nil},
	} {
		if hashOf(other) == one {
			t.Errorf("%v has the same hash", other)
		}
	}
	if again := newFiles(t); again.hash != newFiles(t).hash {
		t.Error("the hash changes from start to start")
	}
}

func TestForgottenStylePartIsAnError(t *testing.T) {
	files := fstest.MapFS{"css/other.css": {Data: []byte("a{}")}}
	for _, part := range sheetParts {
		files["css/"+part] = &fstest.MapFile{Data: []byte("a{}")}
	}
	if _, err := join(files); err == nil {
		t.Error("a part without a place was joined or lost")
	}
}

func TestModulesAreServed(t *testing.T) {
	f := newFiles(t)
	names := f.Modules()
	if len(names) == 0 {
		t.Fatal("no scripts")
	}
	for _, name := range names {
		file, ok := f.Lookup(f.URL(name), "")
		if !ok || !strings.HasPrefix(file.Type, "text/javascript") {
			t.Errorf("%s: %v %s", name, ok, file.Type)
		}
	}
}

// The first visit to a thread must stay within 50 KB, styles included.
func TestSheetIsLight(t *testing.T) {
	f := newFiles(t)
	file, _ := f.Lookup(f.URL(Sheet), "br")
	if len(file.Body) > 10_000 {
		t.Errorf("the style sheet takes %d bytes compressed", len(file.Body))
	}
}
