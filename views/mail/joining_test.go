package mail

import (
	"strings"
	"testing"

	"colloquy/views/words"
)

// TestLettersOnJoiningAreNeutral holds the letters to what they may say: their link, and
// nothing that names a place or a person.
func TestLettersOnJoiningAreNeutral(t *testing.T) {
	const link = "https://host.example/invitations/t0ken"
	check := func(name, subject, text string, links int) {
		t.Helper()
		if subject == "" || strings.ContainsAny(subject, "\r\n{") || strings.Contains(strings.ToLower(subject), "colloquy") {
			t.Errorf("%s has the subject %q", name, subject)
		}
		if strings.Count(text, link) != links || strings.Contains(text, "{{") || strings.Contains(strings.ToLower(text), "colloquy") {
			t.Errorf("%s reads %q", name, text)
		}
	}
	subject, text := Invitation(link)
	check("an invitation", subject, text, len(words.Languages()))
	for _, language := range words.Languages() {
		w := words.For(language.Tag)
		subject, text = Joining(w, link)
		check("a confirmation in "+language.Tag, subject, text, 1)
		subject, text = JoinRequest(w, link)
		check("news of requests in "+language.Tag, subject, text, 1)
	}
}
