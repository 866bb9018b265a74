package prose

import (
	"strings"
	"testing"
	"time"
)

const away = ` rel="noopener noreferrer nofollow ugc"`

func TestRender(t *testing.T) {
	for _, c := range []struct{ name, markdown, want string }{
		{"nothing", "", ""},
		{"paragraphs", "one\n\ntwo", "<p>one</p>\n<p>two</p>\n"},
		{"a newline is a break", "one\ntwo", "<p>one<br>\ntwo</p>\n"},
		{"emphasis", "*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n"},
		{"headings below h3", "# a\n## b\n### c\n###### d", "<h4>a</h4>\n<h5>b</h5>\n<h6>c</h6>\n<h6>d</h6>\n"},
		{"underlined headings", "a\n===\n\nb\n---", "<h4>a</h4>\n<h5>b</h5>\n"},
		{"no heading attributes", "# a {#r1 .resp}", "<h4>a {#r1 .resp}</h4>\n"},
		{"quote", "> a\n>\n> > b", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n</blockquote>\n"},
		{"lists", "- a\n- b\n\n3. c", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol start=\"3\">\n<li>c</li>\n</ol>\n"},
		{"no task lists", "- [ ] a\n- [x] b", "<ul>\n<li>[ ] a</li>\n<li>[x] b</li>\n</ul>\n"},
		{"code without language class", "```go\na <b>\n```", "<pre><code>a &lt;b&gt;\n</code></pre>\n"},
		{"raw HTML is shown", "a <b>c</b> <!-- d -->\n\n<div>e</div>", "<p>a &lt;b&gt;c&lt;/b&gt; &lt;!-- d --&gt;</p>\n<p>&lt;div&gt;e&lt;/div&gt;</p>\n"},
		{"no footnotes", "a[^1]\n\n[^1]: two words", "<p>a[^1]</p>\n<p>[^1]: two words</p>\n"},
		{
			"table in a scrolling group", "| a | b |\n|:--|--:|\n| 1 | 2 |",
			"<div class=\"scroll\" tabindex=\"0\" role=\"group\">\n<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n</div>\n",
		},
		{"invalid UTF-8", "a\xffb", "<p>a\uFFFDb</p>\n"},
		{"right to left", "مرحبا *بكم*", "<p>مرحبا <em>بكم</em></p>\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Render(c.markdown)); got != c.want {
				t.Errorf("Render(%q)\n got %q\nwant %q", c.markdown, got, c.want)
			}
		})
	}
}

func TestRenderLinks(t *testing.T) {
	for _, c := range []struct{ name, markdown, want string }{
		{"https", "[a](https://b.example/c?d=1&e=2)", `<a href="https://b.example/c?d=1&amp;e=2"` + away + `>a</a>`},
		{"scheme in capitals", "[a](HTTPS://b.example)", `<a href="https://b.example"` + away + `>a</a>`},
		{"mailto", "[a](mailto:b@c.example)", `<a href="mailto:b@c.example"` + away + `>a</a>`},
		{"no title", `[a](https://b.example "c")`, `<a href="https://b.example"` + away + `>a</a>`},
		{"reference", "[a][b]\n\n[b]: https://c.example", `<a href="https://c.example"` + away + `>a</a>`},
		{"path of this site", "[a](/threads/12/x/3?y=1#r3)", `<a href="/threads/12/x/3?y=1#r3">a</a>`},
		{"start page", "[a](/)", `<a href="/">a</a>`},
		{"response on the page", "[a](#r7)", `<a href="#r7">a</a>`},
		{"another fragment", "[a](#top)", `a`},
		{"relative", "[a](b)", `a`},
		{"other host without scheme", "[a](//b.example)", `a`},
		{"other host with entities", "[a](&#47;&#47;b.example)", `a`},
		{"javascript", "[a](javascript:b)", `a`},
		{"data", "[a](data:text/html,b)", `a`},
		{"ftp", "[a](ftp://b.example)", `a`},
		{"no host", "[a](https:///b)", `a`},
		{"name before the host", "[a](https://good.example@b.example)", `a`},
		{"very long", "[a](https://b.example/" + strings.Repeat("c", maxAddress) + ")", `a`},
		{"no text", "[](https://b.example/c)", `<a href="https://b.example/c"` + away + `>b.example</a>`},
		{"invisible text", "[\u200B](https://b.example/c)", `<a href="https://b.example/c"` + away + ">b.example\u200B</a>"},
		{"no text and refused", "[](ftp://b.example)", `ftp://b.example`},
		{"address in text", "see https://b.example/c.", `see <a href="https://b.example/c"` + away + `>https://b.example/c</a>.`},
		{"www", "www.b.example/c", `<a href="http://www.b.example/c"` + away + `>www.b.example/c</a>`},
		{"mail address in text", "b@c.example", `<a href="mailto:b@c.example"` + away + `>b@c.example</a>`},
		{"address in brackets", "<https://b.example>", `<a href="https://b.example"` + away + `>https://b.example</a>`},
		{"refused in brackets", "<javascript:b>", `javascript:b`},
		{"address in a link", "[https://a.example](https://b.example)", `<a href="https://b.example"` + away + `>https://a.example</a>`},
		{"address in Arabic", "https://ar.example/wiki/حوكمة، ثم", `<a href="https://ar.example/wiki/%D8%AD%D9%88%D9%83%D9%85%D8%A9"` + away + `>https://ar.example/wiki/حوكمة</a>، ثم`},
		{"address before Chinese", "(https://b.example/c。以后)", `(<a href="https://b.example/c"` + away + `>https://b.example/c</a>。以后)`},
		{"image", "![a *b*](https://c.example/d.png)", `<a href="https://c.example/d.png"` + away + `>a b</a>`},
		{"image without text", "![](https://c.example/d.png)", `<a href="https://c.example/d.png"` + away + `>c.example</a>`},
		{"own image", "![](/files/d.png)", `<a href="/files/d.png">/files/d.png</a>`},
		{"image in a link", "[![a](https://b.example/c.png)](https://d.example)", `<a href="https://d.example"` + away + `>a</a>`},
		{"link in an image", "![a [b](https://c.example)](https://d.example)", `<a href="https://d.example"` + away + `>a b</a>`},
		{"image refused", "![a](data:image/png;base64,b)", `a`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(Render(c.markdown)); got != "<p>"+c.want+"</p>\n" {
				t.Errorf("Render(%q)\n got %q\nwant %q", c.markdown, got, c.want)
			}
		})
	}
}

func TestRenderNumbers(t *testing.T) {
	for _, c := range []struct{ markdown, want string }{
		{"¶12", `<a href="#r12">¶12</a>`},
		{"see ¶2, ¶3–¶99999.", `see <a href="#r2">¶2</a>, <a href="#r3">¶3</a>–<a href="#r99999">¶99999</a>.`},
		{"*¶4*\nand ¶5\nend", `<em><a href="#r4">¶4</a></em><br>` + "\n" + `and <a href="#r5">¶5</a><br>` + "\nend"},
		{"¶0 ¶012 ¶100000 ¶12a ¶ 12 ¶", `¶0 ¶012 ¶100000 ¶12a ¶ 12 ¶`},
		{"`¶6`", `<code>¶6</code>`},
		{"[¶7](https://a.example)", `<a href="https://a.example"` + away + `>¶7</a>`},
		{"![¶8](https://a.example)", `<a href="https://a.example"` + away + `>¶8</a>`},
		{"(¶9) \\*¶10\\*", `(<a href="#r9">¶9</a>) *<a href="#r10">¶10</a>*`},
	} {
		if got := string(Render(c.markdown)); got != "<p>"+c.want+"</p>\n" {
			t.Errorf("Render(%q)\n got %q\nwant %q", c.markdown, got, c.want)
		}
	}
	if got := string(Render("```\n¶3\n```")); got != "<pre><code>¶3\n</code></pre>\n" {
		t.Errorf("in a block of code: %q", got)
	}
}

// Beyond a bound the markup is shown as written and the text is all there.
func TestBoundsKeepTheText(t *testing.T) {
	for _, c := range []struct{ name, markdown, want string }{
		{"quotes", strings.Repeat("> ", 40) + "end", strings.Repeat("> ", 24) + "end"},
		{"emphasis", strings.Repeat("*a ", 200) + "end" + strings.Repeat(" b*", 200), "end"},
		{"broken links", strings.Repeat("[a](", 2000) + "end", strings.Repeat("[a](", 2000) + "end"},
		{"a wide table", strings.Repeat("a|", 300) + "\n" + strings.Repeat("-|", 300) + "\n" + strings.Repeat("end\n", 100), "end"},
		{"a huge text", "*a*\n\n" + strings.Repeat("long ", maxSource/5) + "\nend", "*a*"},
	} {
		rendered := Render(c.markdown)
		if got := Text(rendered); !strings.Contains(got, c.want) {
			t.Errorf("%s: %.200q lacks %.50q", c.name, got, c.want)
		}
		if wrong := unsafe(rendered); wrong != "" {
			t.Errorf("%s: %s", c.name, wrong)
		}
	}
}

// costly are texts that take more than linear time, or grow out of proportion, in
// a parser without bounds.
func costly(size int) map[string]string {
	repeat := func(s string) string { return strings.Repeat(s, size/len(s)) }
	half := func(s string) string { return strings.Repeat(s, size/2/len(s)) }
	texts := map[string]string{}
	for _, s := range []string{
		">", "> ", "[", "]", "*", "_", "`", "~", "!", "![", "[](", "[a](", "[a](<", "[a](b\"", "[a][b", "<", "<a", "<!--", "&", "&#", "\\", "- ", "* ", "1. ",
		"> - ", "*_a", "a*b_", "*~\n", "a_*", "** a", "|", "a|", "\\|", "`a|", "|\n", "(", "http://((", "www.a.b(", "http://a.b/", "a@b.", "¶1 ", "\n", "\t", " ",
		"\u200B", "\u0301", "\u202E", "#", "a\n-\n", "- a\n\n", "[a]: b\n", "<b>", "<div>", "<table><tr><td>", "<ul><li>", "<blockquote>", "<a href=https://a.b>", "<p>", "</p>",
	} {
		texts[s] = repeat(s)
	}
	texts["x~~"] = "x" + repeat("~")
	texts["[[]]"] = half("[") + half("]")
	texts["images in images"] = strings.Repeat("![", size/6) + strings.Repeat("](a)", size/6)
	texts["emphasis in emphasis"] = strings.Repeat("*a", size/4) + strings.Repeat("a*", size/4)
	texts["a long address repeated"] = "[a]: /" + strings.Repeat("b", 1900) + "\n\n" + repeat("[a]")
	texts["a wide header over short rows"] = strings.Repeat("a|", size/8) + "\n" + strings.Repeat("-|", size/8) + "\n" + half("a\n")
	texts["foreign rows under a wide one"] = "<table><tr>" + half("<td>a") + half("<tr><td>a")
	texts["foreign lines in lists"] = strings.Repeat("<ul><li>", 100) + half("a<br>")
	return texts
}

func TestCostlyTexts(t *testing.T) {
	const size, most = 200_000, 4 * time.Second // linear ones take a fiftieth of that, the others many times as much
	for name, text := range costly(size) {
		for what, do := range map[string]func() int{
			"Render":    func() int { return len(Render(text)) },
			"FromHTML":  func() int { return len(FromHTML(text)) },
			"Text":      func() int { return len(Excerpt(HTML(text), 100)) },
			"CleanLine": func() int { line, _ := CleanLine(text, size); return len(line) + len(Slug(text)) },
			"Quote":     func() int { return len(Quote(text)) + len(GuessLanguage(text)) },
		} {
			start := time.Now()
			grown := do()
			if took := time.Since(start); took > most {
				t.Errorf("%s of %q took %v", what, name, took)
			}
			if grown > 40*size {
				t.Errorf("%s of %q grew to %d bytes", what, name, grown)
			}
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rendered := Render(s)
		if wrong := unsafe(rendered); wrong != "" {
			t.Errorf("%s\n%s", wrong, rendered)
		}
		if got, want := showing(Text(Render(Quote(s)))), showing(s); got != want && strings.ToValidUTF8(s, "") == s {
			t.Errorf("quoted %q\nshows %q", want, got)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	text := strings.Repeat("What do *we* know about **multi-stakeholder** initiatives? See ¶12 and https://example.org/paper?id=1.\n\n> quoted\n\n- one\n- two\n\n", 8)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Render(text)
	}
}
