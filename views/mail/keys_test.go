package mail_test

import (
	"strings"
	"testing"

	"colloquy/views/mail"
	"colloquy/views/words"
)

func TestLettersOnWaysToSignIn(t *testing.T) {
	const link = "https://forum.example.org/settings/security"
	for _, language := range words.Languages() {
		w := words.For(language.Tag)
		seen := map[string]bool{}
		for name, write := range map[string]func(*words.Words, bool, string, string) (string, string){
			"passkey": mail.Passkey, "identity": mail.Identity,
		} {
			for _, removed := range []bool{false, true} {
				subject, text := write(w, removed, "Firefox · Linux", link)
				if seen[subject] || subject == "" || strings.Contains(subject, "\n") {
					t.Errorf("%s, %s, removed %t: the subject %q", language.Tag, name, removed, subject)
				}
				seen[subject] = true
				if strings.Count(text, link) != 1 || !strings.Contains(text, "Firefox · Linux") {
					t.Errorf("%s, %s, removed %t: %s", language.Tag, name, removed, text)
				}
				if _, text := write(w, removed, "", link); strings.Contains(text, w.T("mail.key-device", "device", "")) {
					t.Errorf("%s, %s: a line on no device: %s", language.Tag, name, text)
				}
			}
		}
	}
}
