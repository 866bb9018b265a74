package mail

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inOutbox is what stands in all letters of an outbox.
func inOutbox(t *testing.T, outbox string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(outbox, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
	}
	return all.String()
}

func TestTheOutboxForgetsAnAddress(t *testing.T) {
	outbox := t.TempDir()
	o, err := Open("", "site@example.org", outbox, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	send := func(to string, unkept bool) {
		if err := o.Send(Letter{To: to, Subject: "A letter", Text: "To " + to, Unkept: unkept}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		send("Rosa@example.org", false)
		send("amina@example.org", false)
	}
	o.Forget("rosa@EXAMPLE.org") // whatever of it waits, is being written or is there
	send("rosa@example.org", true)
	send("paul@example.org", false)
	o.Close()
	all := inOutbox(t, outbox)
	if strings.Contains(strings.ToLower(all), "rosa@") {
		t.Error("a letter to her is there")
	}
	if strings.Count(all, "To amina@example.org") != 3 || strings.Count(all, "To paul@example.org") != 1 {
		t.Errorf("others' letters are gone: %s", all)
	}
	if len(o.forgotten) != 0 {
		t.Errorf("the office still knows whom to forget: %v", o.forgotten)
	}
	if err := ClearOutbox(outbox, "amina@example.org"); err != nil || strings.Contains(inOutbox(t, outbox), "amina@") {
		t.Errorf("a command leaves letters: %v", err)
	}
	if err := ClearOutbox(filepath.Join(outbox, "nowhere"), "a@example.org"); err != nil {
		t.Errorf("without an outbox: %v", err)
	}
}

// awayThenThere is a mail server that hangs up on the first caller, and takes down for
// whom the others' letters are.
func awayThenThere(t *testing.T) (address string, away <-chan struct{}, taken <-chan string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	hungUp, recipients := make(chan struct{}), make(chan string, 10)
	go func() {
		first, err := listener.Accept()
		if err != nil {
			return
		}
		_ = first.Close()
		close(hungUp)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			talk(conn, recipients)
		}
	}()
	return listener.Addr().String(), hungUp, recipients
}

// talk speaks as much SMTP as one letter needs.
func talk(conn net.Conn, recipients chan<- string) {
	defer conn.Close()
	_, _ = io.WriteString(conn, "220 here\r\n")
	lines := bufio.NewScanner(conn)
	for body := false; lines.Scan(); {
		line, answer := lines.Text(), "250 yes"
		switch {
		case body && line != ".":
			continue
		case body:
			body = false
		case strings.HasPrefix(line, "RCPT TO:"):
			recipients <- line
		case line == "DATA":
			body, answer = true, "354 go on"
		case line == "QUIT":
			answer = "221 bye"
		}
		if _, err := io.WriteString(conn, answer+"\r\n"); err != nil {
			return
		}
	}
}

// TestALetterThatIsTriedAgainIsForgotten: the mail server is away, and the letter is taken
// back between two attempts; others go on, and so does what is sent to the address later.
func TestALetterThatIsTriedAgainIsForgotten(t *testing.T) {
	address, away, taken := awayThenThere(t)
	var log bytes.Buffer
	o, err := Open("smtp://"+address, "site@example.org", t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	send := func(to string, unkept bool) {
		if err := o.Send(Letter{To: to, Subject: "A letter", Text: "Text", Unkept: unkept}); err != nil {
			t.Fatal(err)
		}
	}
	send("rosa@example.org", false)
	send("paul@example.org", false)
	<-away
	o.Forget("rosa@example.org")
	send("rosa@example.org", true)
	for _, want := range []string{"paul@", "rosa@"} {
		if got := <-taken; !strings.Contains(got, want) {
			t.Errorf("taken is %q, want the letter to %s", got, want)
		}
	}
	o.Close()
	if len(taken) != 0 || strings.Contains(log.String(), "@example.org") {
		t.Errorf("%d more letters, the log says %s", len(taken), log.String())
	}
}
