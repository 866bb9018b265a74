package prose_test

import (
	"testing"

	"colloquy/app/prose"
)

func TestCiteLeadsNumbersToTheirPage(t *testing.T) {
	html := prose.Render("See ¶7 and ¶99, and [this](https://example.org/#r7).")
	got := prose.Cite(html, func(number string) string {
		if number == "99" {
			return "/threads/1/x/99"
		}
		return ""
	})
	want := `<p>See <a href="#r7">¶7</a> and <a href="/threads/1/x/99">¶99</a>, and ` +
		`<a href="https://example.org/#r7" rel="noopener noreferrer nofollow ugc">this</a>.</p>` + "\n"
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
