package handlers_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest/served"
	"colloquy/models"
)

// postJSON sends a request to the API with an access token, and gives the answer.
func postJSON(t *testing.T, s *served.Site, path, token, key, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	answer, err := (&http.Client{Timeout: 20 * time.Second}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// changeRules makes a new edition of the house rules that everybody must agree to.
func changeRules(t *testing.T, s *served.Site) {
	t.Helper()
	_, err := s.Community.EditText(t.Context(), s.Teo, community.TextEdit{
		Kind: models.TextRules, Bodies: map[string]string{"en": "Speak as you would be spoken to."}, AskAgain: true,
	})
	if err != nil {
		t.Fatal(err)
	}
}
