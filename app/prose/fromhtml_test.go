package prose

import (
	"strings"
	"testing"
)

func TestFromHTML(t *testing.T) {
	for _, c := range []struct{ name, html, want string }{
		{"nothing", "", ""},
		{"paragraphs", "<p>one</p><p>two<br>three</p>", "one\n\ntwo  \nthree"},
		{"emphasis", "<p><b>a</b> <em>b</em> <s>c</s> <code>d</code></p>", "**a** *b* ~~c~~ `d`"},
		{"heading", "<h2>a</h2><div>b</div>", "## a\n\nb"},
		{"lists", "<ul><li>a</li><li>b</li></ul>", "- a\n- b"},
		{"quote", "<blockquote><p>a</p></blockquote>", "> a"},
		{"code", "<pre><code>a\n  b</code></pre>", "```\na\n  b\n```"},
		{"link", `<a href="https://a.example/b" onclick="c" style="d">e</a>`, "[e](https://a.example/b)"},
		{"refused link", `<a href="javascript:a">b</a>`, "b"},
		{"relative link", `<a href="/a">b</a>`, "b"},
		{"picture", `<img src="https://a.example/b.png" alt="c" onerror="d">`, "![c](https://a.example/b.png)"},
		{"table", "<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>", "| a | b |\n|---|---|\n| c | d |"},
		{"scripts vanish", "a<script>b</script><style>c</style><iframe>d</iframe><svg><title>e</title></svg>f", "af"},
		{"inline elements do not part words", "H<sub>2</sub>O <span>w</span>ord", "H2O word"},
		{"blocks part words", "<section>a</section><section>b</section>", "a\n\nb"},
		{"text that looks like Markdown", "<p># a</p><p>1. b *c* [d](e)</p>", "\\# a\n\n1\\. b \\*c* \\[d](e)"},
		{"text that looks like HTML", "<p>&lt;script&gt;</p>", "&lt;script&gt;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := FromHTML(c.html); got != c.want {
				t.Errorf("FromHTML(%q)\n got %q\nwant %q", c.html, got, c.want)
			}
		})
	}
}

// Beyond a bound the structure is lost, never the text.
func TestFromHTMLBounds(t *testing.T) {
	for name, s := range map[string]string{
		"quotes":        strings.Repeat("<blockquote>", 100) + "the end",
		"elements":      strings.Repeat("<div>", 300) + "the end",
		"deeper still":  strings.Repeat("<div>", 5000) + "the end",
		"a wide table":  "<table><tr>" + strings.Repeat("<td>a", 1000) + strings.Repeat("<tr><td>b", 1000) + "</table>the end",
		"many brackets": strings.Repeat("[", 5000) + "the end",
		"many elements": strings.Repeat("<p>a", maxForeignNodes) + "the end",
	} {
		markdown := FromHTML(s)
		if rendered := Render(markdown); !strings.Contains(Text(rendered), "the end") || unsafe(rendered) != "" {
			t.Errorf("%s: %.100q … %s", name, markdown, unsafe(rendered))
		}
	}
	if got := FromHTML(strings.Repeat("é", maxForeign)); len(got) > maxForeign || strings.Contains(got, "\uFFFD") {
		t.Errorf("half a megabyte is cut to %d bytes", len(got))
	}
}

func FuzzFromHTML(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		markdown := FromHTML(s)
		rendered := Render(markdown)
		if wrong := unsafe(rendered); wrong != "" {
			t.Errorf("%s\n%s\n%s", wrong, markdown, rendered)
		}
	})
}
