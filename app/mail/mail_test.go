package mail_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/app/mail"
)

func TestWithoutAServerLettersAreInTheOutboxForADay(t *testing.T) {
	outbox := filepath.Join(t.TempDir(), "outbox")
	var log bytes.Buffer
	office, err := mail.Open("", "Colloquy <colloquy@example.org>", outbox, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := office.Send(mail.Letter{To: "amina@example.org", Subject: "Votre lien", Text: "Voici le lien : https://forum.example.org/sign-in/abc\n"}); err != nil {
		t.Fatal(err)
	}
	office.Close()
	letters, err := filepath.Glob(filepath.Join(outbox, "*.eml"))
	if err != nil || len(letters) != 1 {
		t.Fatalf("%d letters, %v", len(letters), err)
	}
	text, err := os.ReadFile(letters[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"amina@example.org", "Message-ID:", "Auto-Submitted: auto-generated", "/sign-in/abc"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the letter lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(log.String(), "amina") || !strings.Contains(log.String(), "/sign-in/abc") {
		t.Errorf("the log: %s", log.String())
	}
	if err := office.Sweep(time.Now()); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(outbox, "*.eml")); len(left) != 1 {
		t.Error("a fresh letter was swept away")
	}
	if err := office.Sweep(time.Now().Add(25 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(outbox, "*.eml")); len(left) != 0 {
		t.Error("a letter of yesterday is still in the outbox")
	}
}

func TestALetterThatCannotBeAddressedNamesNobody(t *testing.T) {
	var log bytes.Buffer
	office, err := mail.Open("smtp://127.0.0.1:1", "Colloquy <colloquy@example.org>", t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := office.Check(t.Context()); err == nil {
		t.Error("a mail server that is not there is said to answer")
	}
	office.Close()
	if strings.Contains(log.String(), "@") {
		t.Errorf("the log names an address: %s", log.String())
	}
}
