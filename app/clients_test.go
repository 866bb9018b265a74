package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"colloquy/app/forumtest/served"
)

// browser opens a browser without JavaScript.
func (p *place) browser() *served.Browser {
	p.t.Helper()
	return (&served.Site{URL: p.url()}).Browser(p.t)
}

// signIn opens a browser and signs a member in, with a link of the operator.
func (p *place) signIn(email string) *served.Browser {
	p.t.Helper()
	b := p.browser()
	link := pathOf(p.t, p.done("member", "link", email))
	b.Get(link).Status(http.StatusOK).Submit(`form[action="`+link+`"]`, nil).Status(http.StatusSeeOther)
	return b
}

// pathOf is the path of a link on a line of its own.
func pathOf(t *testing.T, link string) string {
	t.Helper()
	parsed, err := url.Parse(strings.TrimSpace(link))
	must(t, err)
	return parsed.Path
}

// live opens a live line, with the cookies of a browser or without.
func (p *place) live(jar http.CookieJar) *websocket.Conn {
	p.t.Helper()
	if jar == nil {
		empty, err := cookiejar.New(nil)
		must(p.t, err)
		jar = empty
	}
	dialer := websocket.Dialer{Subprotocols: []string{"colloquy.v1"}, HandshakeTimeout: 5 * time.Second, Jar: jar}
	conn, _, err := dialer.Dial("ws://"+p.addr+"/live", http.Header{"Origin": {p.url()}})
	must(p.t, err)
	p.t.Cleanup(func() { _ = conn.Close() })
	must(p.t, conn.SetReadDeadline(time.Now().Add(startWithin)))
	return conn
}

// closeCode reads a live line to its end and returns why it was closed.
func closeCode(conn *websocket.Conn) (int, error) {
	for {
		_, _, err := conn.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code, nil
		} else if err != nil {
			return 0, err
		}
	}
}

// caller speaks the JSON API, with a member's token or without.
type caller struct {
	url    string
	token  string
	client *http.Client
}

func (p *place) caller(token string) *caller {
	return &caller{url: p.url() + "/api/v1", token: token, client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}}
}

// member makes a member and returns a caller with a token of theirs.
func (p *place) member(email, role string) *caller {
	p.t.Helper()
	p.done("member", "add", "--email", email, "--name", "Somebody Else", "--group", "Funders", "--role", role)
	return p.caller(strings.TrimSpace(p.done("token", "create", "--member", email)))
}

// request prepares a call; a POST carries the idempotency key.
func (c *caller) request(ctx context.Context, method, path, key string, body any) (*http.Request, error) {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, sent)
	if err != nil {
		return nil, err
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// call makes one call and reads the whole answer.
func (c *caller) call(ctx context.Context, method, path, key string, body any) (int, []byte, error) {
	request, err := c.request(ctx, method, path, key, body)
	if err != nil {
		return 0, nil, err
	}
	response, err := c.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, text, err
}

// ask makes a call that must be answered with the status, and reads the answer into
// what is given.
func (c *caller) ask(t *testing.T, method, path string, body any, want int, into any) {
	t.Helper()
	code, text, err := c.call(t.Context(), method, path, "", body)
	must(t, err)
	if code != want {
		t.Fatalf("%s %s answers %d, want %d: %s", method, path, code, want, text)
	}
	if into != nil {
		must(t, json.Unmarshal(text, into))
	}
}
