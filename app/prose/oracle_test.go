package prose

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// What rendered text may be made of, written down apart from the policy that
// makes it so.
var allowedAttributes = map[string][]string{
	"p": nil, "br": nil, "hr": nil, "h4": nil, "h5": nil, "h6": nil, "blockquote": nil, "ul": nil, "ol": {"start"}, "li": nil,
	"pre": nil, "code": nil, "em": nil, "strong": nil, "del": nil, "a": {"href", "rel"},
	"table": nil, "thead": nil, "tbody": nil, "tr": nil, "th": nil, "td": nil, "div": {"class", "tabindex", "role"},
}

// unsafe says what is wrong with rendered HTML, as a browser's parser sees it, or "".
func unsafe(rendered HTML) string {
	if !utf8.ValidString(string(rendered)) {
		return "not valid UTF-8"
	}
	doc, err := html.Parse(strings.NewReader("<!doctype html><body>" + string(rendered)))
	if err != nil {
		return err.Error()
	}
	body := doc.LastChild.LastChild
	if head := doc.LastChild.FirstChild; head.FirstChild != nil || head.NextSibling != body {
		return "something left the body"
	}
	for n := range body.Descendants() {
		switch n.Type {
		case html.TextNode:
		case html.ElementNode:
			if wrong := unsafeElement(n); wrong != "" {
				return wrong
			}
		default:
			return "a node that is neither element nor text: " + n.Data
		}
	}
	return ""
}

func unsafeElement(n *html.Node) string {
	allowed, ok := allowedAttributes[n.Data]
	if !ok || n.Namespace != "" {
		return "element " + n.Namespace + n.Data
	}
	attributes := map[string]string{}
	for _, a := range n.Attr {
		if !slices.Contains(allowed, a.Key) || a.Namespace != "" {
			return "attribute " + a.Key + " on " + n.Data
		}
		attributes[a.Key] = a.Val
	}
	switch n.Data {
	case "div":
		if attributes["class"] != "scroll" || attributes["tabindex"] != "0" || attributes["role"] != "group" {
			return "a div that is not the scrolling group"
		}
	case "a":
		for p := n.Parent; p != nil; p = p.Parent {
			if p.Data == "a" {
				return "a link in a link"
			}
		}
		return unsafeLink(attributes)
	}
	return ""
}

func unsafeLink(attributes map[string]string) string {
	href, ok := attributes["href"]
	if !ok {
		return "a link without address"
	}
	if strings.ContainsFunc(href, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return "characters that browsers drop or turn in " + href
	}
	lower := strings.ToLower(href)
	outside := strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "mailto:")
	inside := strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") || strings.HasPrefix(href, "#r")
	switch {
	case outside && attributes["rel"] != "noopener noreferrer nofollow ugc":
		return "rel of " + href
	case inside && attributes["rel"] != "":
		return "rel on a link inside: " + href
	case !outside && !inside:
		return "address " + href
	}
	return ""
}

// brokenLine says what is wrong with a name or title that CleanLine let through.
func brokenLine(line string) string {
	marks := 0
	for _, r := range line {
		if unicode.IsMark(r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return "a control character or line break"
		case '\u202A' <= r && r <= '\u202E', '\u2066' <= r && r <= '\u2069':
			return "a direction override or isolate"
		case r == '\u200B', r == '\u2060', r == '\uFEFF', r == '\u00AD':
			return "a zero-width character"
		case marks > maxMarks*3: // composed characters may come apart into three
			return "a tower of marks"
		}
	}
	switch again, err := CleanLine(line, utf8.RuneCountInString(line)); {
	case err != nil:
		return "refused when cleaned again: " + err.Error()
	case again != line:
		return "changed when cleaned again"
	case strings.TrimSpace(line) != line || strings.Contains(line, "  "):
		return "spaces not folded"
	}
	return ""
}

// brokenSlug says what is wrong with a slug.
func brokenSlug(slug string) string {
	switch {
	case slug == "" || len(slug) > 80:
		return "length"
	case Reserved(slug):
		return "reserved"
	case !utf8.ValidString(slug):
		return "not valid UTF-8"
	case strings.HasPrefix(slug, "-") || strings.HasSuffix(slug, "-") || strings.Contains(slug, "--"):
		return "hyphens"
	case strings.ContainsFunc(slug, func(r rune) bool {
		return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}):
		return "a character with a meaning in addresses"
	}
	return ""
}

// hostile are samples of the test's own; the shared fixtures hold thousands.
var hostile = []string{
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<iframe src=https://evil.example></iframe>",
	"<a href=\"javascript:alert(1)\">x</a>", "<style>@import url(//evil.example)</style>", "<base href=//evil.example>",
	"<form action=//evil.example><input name=q></form>", "<p style=\"background:url(//evil.example)\" id=r1 class=resp>x</p>",
	"<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
	"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<!--><img src=x onerror=alert(1)>-->", "<![CDATA[<img src=x>]]>",
	"<textarea></textarea><img src=x onerror=alert(1)>", "</p></div></article><script>1</script>",
	"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java\tscript:alert(1))", "[x](&#106;avascript:alert(1))", "[x](\x01javascript:alert(1))",
	"[x](vbscript:msgbox)", "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](//evil.example)", "[x](/\\evil.example)", "[x](/%09/evil.example)",
	"[x](/&#9;/evil.example)", "[x](/&#47;evil.example)", "[x](\\\\evil.example)", "[x](https:evil.example)", "[x](http:/evil.example)",
	"[x](https://good.example@evil.example)", "[x](https://evil.example\" onmouseover=alert(1) \")", "[x](<https://a.example/ \"onclick=1>)",
	"![x](https://evil.example/pixel.gif)", "![](data:image/svg+xml,<svg onload=alert(1)>)", "![a\"onerror=alert(1)](x)", "[![a](https://b.example/c)](https://d.example)",
	"![a [b](https://c.example) d](https://e.example)", "[<https://a.example>](https://b.example)", "[https://a.example](https://b.example)",
	"<javascript:alert(1)>", "<https://a.example/\"onclick=alert(1)>", "https://a.example/\"onclick=alert(1)", "www.a.example'onclick=alert(1)",
	"[x]: javascript:alert(1)\n\n[x]", "[x]: https://a.example \"><script>\"\n\n[x]", "```\"><script>alert(1)</script>\n```", "~~~js onclick=1\nx\n~~~",
	"# x {#id onclick=alert(1)}", "# x {.resp style=x}", "|a|b|\n|-|:-:|\n|<script>|[x](javascript:1)|", "- [ ] x\n- [x] <input>",
	"a[^1]\n\n[^1]: <script>", "¶12 ¶0 ¶123456 ¶12a `¶3` [¶4](https://a.example) ¶99999", "¶<b>12</b>", "&lt;script&gt;", "&amp;lt;script&amp;gt;",
	"\x00<scr\x00ipt>", "\xff\xfe<img src=x>", "\u202Egnp.exe", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "\u200B\u200B", "\u2800", "\u3164", "ﷺ", "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿", "می‌خواهم", "क्‍ष",
	"+ADw-script+AD4-", "%3Cscript%3E", "<a href=\"/sign-out\" rel=x target=_top download ping=//evil.example>x</a>",
	"<table background=//evil.example><td background=//evil.example>x</table>", "<video poster=//evil.example><source src=//evil.example></video>",
	"<link rel=stylesheet href=//evil.example>", "<meta http-equiv=refresh content=0;//evil.example>", "<object data=x></object><embed src=x>",
	"<blockquote cite=\"javascript:1\">x</blockquote>", "<ol start=\"99999999999\"><li value=7>x</ol>", "<pre><code class=\"language-x\">`````</code></pre>",
	"<img alt=\"](javascript:alert(1))\" src=x>", "<a href=\"https://a.example/)[x](javascript:alert(1)\">y</a>", "<b>*_`[](</b>",
}

// samples are the hostile texts: the test's own, and those of the fixtures where
// they are there.
func samples(t *testing.T) []string {
	t.Helper()
	all := slices.Clone(hostile)
	t.Run("fixtures", func(t *testing.T) {
		payloads, err := os.ReadFile(fixtures(t, "xss", "payloads.txt"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Split(string(payloads), "\n")...)
		naughty, err := os.ReadFile(fixtures(t, "text", "naughty-strings.json"))
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		if err := json.Unmarshal(naughty, &list); err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	})
	return all
}

// The oracle itself must find what it is there to find.
func TestOracle(t *testing.T) {
	for _, bad := range []HTML{
		"<script>1</script>", "<img src=x>", "<p onclick=1>x</p>", "<p style=x>x</p>", "<p id=r1>x</p>", "<p class=resp>x</p>", "<div>x</div>",
		"<svg></svg>", "<math></math>", "<iframe></iframe>", "<form></form>", "<input>", "<link rel=x>", "<meta>", "<base>", "<style></style>", "<h3>x</h3>", "<!-- x -->",
		"<a>x</a>", "<a href=javascript:1>x</a>", "<a href=//x>x</a>", "<a href='/\\x'>x</a>", "<a href='/\tx'>x</a>", "<a href=https://x>x</a>", "<a href=x>x</a>",
		"<a href=https://x rel='noopener noreferrer nofollow ugc' target=_top>x</a>", "<a href=/x rel=ugc>x</a>", "\xff",
		HTML(strings.Repeat("<em>", 600)),
	} {
		if unsafe(bad) == "" {
			t.Errorf("taken for safe: %.80q", bad)
		}
	}
}

func TestHostileTexts(t *testing.T) {
	for _, s := range samples(t) {
		rendered := Render(s)
		if wrong := unsafe(rendered); wrong != "" {
			t.Errorf("Render(%q): %s\n%s", s, wrong, rendered)
		}
		markdown := FromHTML(s)
		if wrong := unsafe(Render(markdown)); wrong != "" {
			t.Errorf("FromHTML(%q): %s\n%s", s, wrong, markdown)
		}
		if line, err := CleanLine(s, 100_000); err == nil {
			if wrong := brokenLine(line); wrong != "" {
				t.Errorf("CleanLine(%q) = %q: %s", s, line, wrong)
			}
		}
		if wrong := brokenSlug(Slug(s)); wrong != "" {
			t.Errorf("Slug(%q) = %q: %s", s, Slug(s), wrong)
		}
		if got := Excerpt(rendered, 40); utf8.RuneCountInString(got) > 40 || strings.ContainsAny(got, "\n\t") {
			t.Errorf("Excerpt of %q = %q", s, got)
		}
		if folded := Fold(s); Fold(folded) != folded {
			t.Errorf("Fold(%q) = %q, folded again %q", s, folded, Fold(folded))
		}
		if got := Text(Render(Quote(s))); showing(got) != showing(s) && utf8.ValidString(s) {
			t.Errorf("Quote(%q) shows %q\n%s", s, got, Quote(s))
		}
	}
}

// showing is a text for comparing what is to be seen of it: no white space, no
// control characters.
func showing(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFFFD' {
			return -1
		}
		return r
	}, s)
}
