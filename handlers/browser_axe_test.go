package handlers_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

// axe is the source of axe-core, which the tools' package list brings.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "tools", "node_modules", "axe-core", "axe.min.js"))
	if errors.Is(err, os.ErrNotExist) {
		forumtest.LeftOut(t, "axe-core", errors.New("run npm ci --prefix tools --ignore-scripts"))
	} else if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// All rules run once on each page and language, on a wide screen in the light. On a narrow
// one and in the dark those run again that can find something else there.
const (
	allRules    = `{ type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }`
	colourRules = `{ type: "rule", values: ["color-contrast", "link-in-text-block"] }`
	widthRules  = `{ type: "rule", values: ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable",
		"region", "skip-link", "bypass", "heading-order", "page-has-heading-one", "landmark-unique", "label", "link-name",
		"button-name", "list", "listitem", "nested-interactive"] }`
)

func TestBrowserAccessibility(t *testing.T) {
	source := axe(t)
	s := onSQLite(t)
	tab := served.NewChrome(t).Window(t, s)
	stops := scene(t, s)
	for _, language := range []string{"en", "ar"} {
		served.Command(tab, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": language},
		})
		for _, page := range stops {
			inspect(t, s, tab, page, source, language)
		}
	}
}

func inspect(t *testing.T, s *served.Site, tab *served.Tab, page stop, source, language string) {
	t.Helper()
	tab.Size(1280, 800)
	media(tab, "light")
	page.enter(t, s, tab)
	served.Eval[any](tab, source+"; undefined")
	if lang := served.Eval[string](tab, `document.documentElement.lang`); lang != language {
		t.Errorf("%s is in %s, not in %s", page.name, lang, language)
	}
	report := func(where, rules string) {
		t.Helper()
		for _, finding := range served.Eval[[]string](tab, `(async () => {
			const found = await axe.run({ runOnly: `+rules+`, resultTypes: ["violations"] });
			return found.violations.flatMap(({ id, nodes }) => nodes.map((n) => id + ": " + n.html.slice(0, 200) + " " + n.failureSummary));
		})()`) {
			t.Errorf("%s, %s, %s: %s", page.name, language, where, finding)
		}
	}
	report("1280 px", allRules)
	tab.Size(390, 844)
	report("390 px", widthRules)
	media(tab, "dark")
	report("390 px, dark", colourRules)
	tab.Size(1280, 800)
	report("1280 px, dark", colourRules)
	tab.Size(320, 640)
	if width := served.Eval[float64](tab, `document.scrollingElement.scrollWidth`); width > 320 {
		t.Errorf("%s, %s: %v pixels wide on a screen of 320", page.name, language, width)
	}
}

// media sets what the device prefers; transitions of colour would be met half-way.
func media(tab *served.Tab, scheme string) {
	served.Command(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}
