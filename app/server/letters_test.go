package server

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/app/mail"
)

// Every kind of letter that the room may ask for is written, and none tells of the
// community.
func TestEveryKindOfLetterIsWritten(t *testing.T) {
	folder := t.TempDir()
	office, err := mail.Open("", "colloquy@example.org", folder, forumtest.Quiet())
	if err != nil {
		t.Fatal(err)
	}
	l := letters{office: office, base: "https://forum.example", log: forumtest.Quiet()}
	kinds := []community.LetterKind{
		community.LetterSignIn, community.LetterNewSignIn, community.LetterPassword, community.LetterPasskey, community.LetterSecondStep,
		community.LetterRecovery, community.LetterIdentity, community.LetterAddress, community.LetterAddressOld, community.LetterTaken,
		community.LetterProof, community.LetterSignedOut,
	}
	for _, kind := range kinds {
		l.write(context.Background(), community.Letter{
			Kind: kind, To: "amina@example.org", Language: "en", Token: "t0ken", Code: "01234567", Device: "Firefox", At: time.Now(),
		})
	}
	office.Close()
	files, err := filepath.Glob(filepath.Join(folder, "*.eml"))
	if err != nil || len(files) != len(kinds) {
		t.Fatalf("%d letters of %d kinds, %v", len(files), len(kinds), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "Colloquy") {
			t.Errorf("a letter names the community:\n%s", text)
		}
	}
}
