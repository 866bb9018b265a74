package mail

import (
	"strings"
	"testing"
	"time"

	"colloquy/views/words"
)

var happened = Event{
	Device: "Firefox · Linux", At: time.Date(2026, 11, 9, 16, 10, 0, 0, time.FixedZone("", 3*3600)),
	Link: "https://colloquy.example/settings/security",
}

// notices are the letters about what has happened, in a language.
func notices(w *words.Words, e Event) map[string]func() (string, string) {
	both := func(letter func(*words.Words, Event, bool) (string, string), yes bool) func() (string, string) {
		return func() (string, string) { return letter(w, e, yes) }
	}
	return map[string]func() (string, string){
		"new sign-in":  func() (string, string) { return NewSignIn(w, e) },
		"password":     both(Password, false),
		"no password":  both(Password, true),
		"passkey":      both(Passkey, false),
		"no passkey":   both(Passkey, true),
		"second step":  both(SecondStep, false),
		"one step":     both(SecondStep, true),
		"new codes":    both(Recovery, false),
		"used code":    both(Recovery, true),
		"service":      both(Identity, false),
		"no service":   both(Identity, true),
		"signed out":   func() (string, string) { return SignedOut(w, e) },
		"address, old": func() (string, string) { return AddressOld(w, e) },
		"taken":        func() (string, string) { return Taken(w, e) },
	}
}

func TestLettersSayWhatHappenedWhereAndWhen(t *testing.T) {
	for _, language := range words.Languages() {
		subjects := map[string]bool{}
		for name, letter := range notices(words.For(language.Tag), happened) {
			subject, text := letter()
			if subject == "" || strings.ContainsAny(subject, "\r\n") || subjects[subject] {
				t.Errorf("%s, %s: the subject is %q", language.Tag, name, subject)
			}
			subjects[subject] = true
			wanted := []string{"2026", "13:10"} // in UTC
			if name != "taken" {
				wanted = append(wanted, happened.Device)
			}
			if name != "taken" && name != "address, old" { // who reads that can no longer sign in
				wanted = append(wanted, happened.Link)
			}
			for _, want := range wanted {
				if !strings.Contains(text, want) {
					t.Errorf("%s, %s: the letter does not say %q:\n%s", language.Tag, name, want, text)
				}
			}
			if strings.Contains(subject+text, "Colloquy") || strings.ContainsAny(text, "<>") || strings.Contains(text, "{{") {
				t.Errorf("%s, %s: the letter holds what it should not:\n%s", language.Tag, name, text)
			}
		}
	}
	unknown := happened
	unknown.Device = ""
	if _, text := NewSignIn(words.For("en"), unknown); !strings.Contains(text, "Browser: unknown") {
		t.Errorf("an unknown browser:\n%s", text)
	}
}

func TestLettersWithCodes(t *testing.T) {
	for _, language := range words.Languages() {
		w := words.For(language.Tag)
		_, signIn := SignIn(w, "https://colloquy.example/sign-in/t0ken", "01234567")
		_, proof := Proof(w, "01234567")
		for name, text := range map[string]string{"sign in": signIn, "proof": proof} {
			if !strings.Contains(text, "\n0123 4567\n") {
				t.Errorf("%s, %s: the code does not stand alone:\n%s", language.Tag, name, text)
			}
		}
		if !strings.Contains(signIn, "\nhttps://colloquy.example/sign-in/t0ken\n") || strings.Contains(proof, "http") {
			t.Errorf("%s: the links:\n%s\n%s", language.Tag, signIn, proof)
		}
		if _, text := Address(w, "https://colloquy.example/settings/address/t0ken"); !strings.Contains(text, "\nhttps://colloquy.example/settings/address/t0ken\n") {
			t.Errorf("%s: the letter to a new address:\n%s", language.Tag, text)
		}
		if subject, text := Left(w); subject == "" || strings.Contains(text, "http") {
			t.Errorf("%s: the last letter:\n%s", language.Tag, text)
		}
	}
}
