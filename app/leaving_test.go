package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// speakers are the names that stand in a thread, each once; nobody's is "".
func speakers(t *testing.T, c *caller, id int64) map[string]int {
	t.Helper()
	names := map[string]int{}
	for after := 0; ; {
		var page struct {
			Items []struct {
				Persona *struct{ Name *string }
			}
			Next *int
		}
		c.ask(t, http.MethodGet, fmt.Sprintf("%s/responses?after=%d", threadPath(id), after), nil, http.StatusOK, &page)
		for _, item := range page.Items {
			switch {
			case item.Persona == nil:
				names["removed"]++
			case item.Persona.Name == nil:
				names[""]++
			default:
				names[*item.Persona.Name]++
			}
		}
		if page.Next == nil {
			return names
		}
		after = *page.Next
	}
}

// TestLeavingOutlivesAKillAndARestore: the server is killed while texts are still led to
// the former member, goes on after the next start, and a backup from before brings nobody
// back.
func TestLeavingOutlivesAKillAndARestore(t *testing.T) {
	t.Parallel()
	const hers = "Rosa Unmistakable"
	eachDatabase(t, func(t *testing.T, p *place) {
		p.env["COLLOQUY_RATE_LIMITS"] = "off"
		s := p.serve()
		amina := p.member("amina@example.org", "convener")
		p.done("member", "add", "--email", "rosa@example.org", "--name", hers, "--group", "Funders", "--role", "member")
		rosa := p.caller(strings.TrimSpace(p.done("token", "create", "--member", "rosa@example.org")))
		thread := startThread(t, amina, "Who was here?")
		const texts = 410
		for i := range texts {
			body := map[string]string{"body": fmt.Sprintf("Text number %d.", i)}
			code, answer, err := rosa.call(t.Context(), http.MethodPost, threadPath(thread.ID)+"/responses", fmt.Sprint("key ", i), body)
			if err != nil || code != http.StatusCreated {
				t.Fatalf("%d %s, %v", code, answer, err)
			}
		}
		if names := speakers(t, amina, thread.ID); names[hers] != texts {
			t.Fatalf("the thread is by %v", names)
		}
		backup := filepath.Join(t.TempDir(), "backup")
		p.done("backup", backup)
		b := p.signIn("rosa@example.org")
		page := b.Get("/settings/leave").Status(http.StatusOK)
		page.Submit(`form[action="/settings/leave"]`, map[string][]string{"texts": {"keeps"}, "sure": {"1"}}).Status(http.StatusSeeOther)
		s.kill()
		s = p.serve()
		s.await(seen, "all texts belong to one former member", func() bool {
			names := speakers(t, amina, thread.ID)
			if names[hers] != 0 || names[""] != texts {
				t.Fatalf("the thread is by %v", names)
			}
			return !inData(t, p, hers) // the last traces go in the background
		})
		p.refused("rosa@example.org", "member", "link", "rosa@example.org")
		log, err := os.ReadFile(filepath.Join(p.data, "erasures.log"))
		if err != nil || strings.Count(string(log), "\n") != 1 || !strings.HasPrefix(string(log), "member ") || strings.Contains(string(log), "osa") {
			t.Errorf("erasures.log holds %q, %v", log, err)
		}
		s.stop()
		if out := p.done("restore", backup, "--force"); !strings.Contains(out, "1 erasures hold") {
			t.Errorf("restore prints %q", out)
		}
		p.refused("rosa@example.org", "member", "link", "rosa@example.org")
		p.serve()
		again := p.caller(strings.TrimSpace(p.done("token", "create", "--member", "amina@example.org")))
		if names := speakers(t, again, thread.ID); names[hers] != 0 || names[""] != texts {
			t.Errorf("after the restore the thread is by %v", names)
		}
	})
}

// inData tells whether a word stands in the files of the embedded database.
func inData(t *testing.T, p *place, word string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(p.data, "*.db*"))
	must(t, err)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(content), word) {
			return true
		}
	}
	return false
}

func TestTheOperatorEndsAMembership(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, p *place) {
		p.serve()
		amina, rosa := p.member("amina@example.org", "convener"), p.member("rosa@example.org", "member")
		thread := startThread(t, rosa, "Opened by Rosa")
		p.refused("--texts", "member", "leave", "rosa@example.org")
		p.refused("--texts", "member", "leave", "rosa@example.org", "--texts", "burn")
		p.refused("nobody@example.org", "member", "leave", "nobody@example.org", "--texts", "keep")
		p.refused("last convener", "member", "leave", "amina@example.org", "--texts", "keep")
		p.done("member", "link", "rosa@example.org")
		p.done("member", "leave", "ROSA@example.org", "--texts", "remove")
		p.refused("rosa@example.org", "member", "leave", "rosa@example.org", "--texts", "remove")
		if names := speakers(t, amina, thread.ID); names["removed"] != 1 || len(names) != 1 {
			t.Errorf("the thread is by %v", names)
		}
		var problem json.RawMessage
		rosa.ask(t, http.MethodGet, "/me", nil, http.StatusUnauthorized, &problem)
	})
}
