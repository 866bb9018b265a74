//go:build linux

package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// poster writes through the JSON API, over one connection that it keeps.
type poster struct {
	addr, token string
	conn        net.Conn
	answers     *bufio.Reader
}

// respond posts a response and returns its number among the thread's changes, and its
// number as a response. The same key again writes nothing new.
func (p *poster) respond(threadID int64, key, body string) (seq, n int64, err error) {
	return p.send(http.MethodPost, "/api/v1/threads/"+strconv.FormatInt(threadID, 10)+"/responses", key, body)
}

// edit replaces a response's text and returns the number of that change.
func (p *poster) edit(threadID, n int64, body string) (seq int64, err error) {
	seq, _, err = p.send(http.MethodPatch, fmt.Sprintf("/api/v1/threads/%d/responses/%d", threadID, n), "", body)
	return seq, err
}

// send makes one call. After an error the next call opens another connection.
func (p *poster) send(method, path, key, body string) (seq, n int64, err error) {
	content, err := json.Marshal(map[string]string{"body": body, "lang": "en"})
	if err != nil {
		return 0, 0, err
	}
	if p.conn == nil {
		if p.conn, err = new(net.Dialer).DialContext(context.Background(), "tcp", p.addr); err != nil {
			p.conn = nil
			return 0, 0, err
		}
		p.answers = bufio.NewReader(p.conn)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	request := method + " " + path + " HTTP/1.1\r\nHost: " + p.addr + "\r\nAuthorization: Bearer " + p.token +
		"\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(content)) + "\r\n"
	if key != "" {
		request += "Idempotency-Key: " + key + "\r\n"
	}
	if _, err = p.conn.Write(append([]byte(request+"\r\n"), content...)); err != nil {
		return 0, 0, err
	}
	response, err := http.ReadResponse(p.answers, nil)
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, 0, err
	}
	if response.StatusCode != http.StatusCreated && response.StatusCode != http.StatusOK {
		return 0, 0, fmt.Errorf("%s %s answers %d: %s", method, path, response.StatusCode, answer)
	}
	return number(answer, `"seq":`), number(answer, `"number":`), nil
}

func (p *poster) close() error {
	if p.conn == nil {
		return nil
	}
	err := p.conn.Close()
	p.conn = nil
	return err
}

// newKey is an idempotency key of its own.
func newKey() string { return "measured-live-" + strconv.FormatInt(posted.Add(1), 10) }

// paced does something so many times a second for a while. What takes longer than its
// turn delays the next one.
func paced(rate int, lasting time.Duration, do func() error) error {
	turn := time.NewTicker(time.Second / time.Duration(rate))
	defer turn.Stop()
	for range turns(rate, lasting) {
		<-turn.C
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// turns is how often something is done so many times a second for a while.
func turns(rate int, lasting time.Duration) int { return max(1, int(lasting.Seconds()*float64(rate))) }

// told posts at a pace into a thread that a fleet listens to, tells the fleet when each
// change was sent, and returns how long each answer took. Nobody else writes there.
func (p *poster) told(b *testing.B, f *fleet, threadID int64, rate int, lasting time.Duration) []time.Duration {
	b.Helper()
	// The first one shows where the thread stands.
	last, _, err := p.respond(threadID, newKey(), writtenText(posted.Load()))
	must(b, err)
	var took []time.Duration
	must(b, paced(rate, lasting, func() error {
		sent := time.Now()
		f.locked(func() { f.sent[last+1] = sent })
		seq, _, err := p.respond(threadID, newKey(), writtenText(posted.Load()))
		if err == nil && seq != last+1 {
			err = fmt.Errorf("a response took number %d, not %d: somebody else writes in this thread", seq, last+1)
		}
		took, last = append(took, time.Since(sent)), seq
		return err
	}))
	return took
}
