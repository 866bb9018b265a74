package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

const (
	writers = 16
	authors = 4 // members whom the writers share: an acknowledgement belongs to a key, not to a member
	threads = 4
	kills   = 6
)

// written is a response as the API tells of it.
type written struct {
	Number  int    `json:"number"`
	Body    string `json:"body"`
	Seq     int64  `json:"seq"`
	Rev     int    `json:"rev"`
	Removed bool   `json:"removed"`
}

// conversation is a thread as the API tells of it, with all its texts.
type conversation struct {
	ID        int64  `json:"id"`
	Slug      string `json:"slug"`
	Seq       int64  `json:"seq"`
	Responses int    `json:"responses"`
	texts     []written
}

// startThread starts a thread in the first theme.
func startThread(t *testing.T, c *caller, title string) conversation {
	t.Helper()
	var themes struct {
		Items []struct {
			Slug string `json:"slug"`
		} `json:"items"`
	}
	c.ask(t, http.MethodGet, "/themes", nil, http.StatusOK, &themes)
	if len(themes.Items) == 0 {
		t.Fatal("there is no theme to write in")
	}
	var started conversation
	c.ask(t, http.MethodPost, "/threads", map[string]string{
		"theme": themes.Items[0].Slug, "title": title, "kind": "question", "level": "in practice", "body": "What happened?",
	}, http.StatusCreated, &started)
	return started
}

func threadPath(id int64) string { return "/threads/" + strconv.FormatInt(id, 10) }

// readThread reads a thread with all its texts.
func readThread(t *testing.T, c *caller, id int64) conversation {
	t.Helper()
	var thread conversation
	c.ask(t, http.MethodGet, threadPath(id), nil, http.StatusOK, &thread)
	for after := 0; ; {
		var page struct {
			Items []written `json:"items"`
			Next  *int      `json:"next"`
		}
		c.ask(t, http.MethodGet, threadPath(id)+"/responses?after="+strconv.Itoa(after), nil, http.StatusOK, &page)
		thread.texts = append(thread.texts, page.Items...)
		if page.Next == nil {
			return thread
		}
		after = *page.Next
	}
}

// writer posts one response after the other, edits some, and repeats each act until it
// is acknowledged.
type writer struct {
	*caller
	name    int
	random  *rand.Rand
	threads []int64
	// shared counts the acknowledgements and the failed attempts of all writers.
	shared *counts
	// acknowledged are the writer's responses by thread, as they were last answered.
	acknowledged map[int64][]written
}

type counts struct{ acknowledged, failed, replayed atomic.Int64 }

// write goes on until enough is closed.
func (w *writer) write(ctx context.Context, enough <-chan struct{}) error {
	for n := 1; ; n++ {
		select {
		case <-enough:
			return nil
		default:
		}
		thread := w.threads[w.random.IntN(len(w.threads))]
		text := fmt.Sprintf("Writer %d says its thing number %d, which is %x.", w.name, n, w.random.Uint64())
		key := fmt.Sprintf("writer-%d-thing-%d", w.name, n)
		answer, err := w.insist(ctx, http.MethodPost, threadPath(thread)+"/responses", key, text)
		if err == nil && w.random.IntN(4) == 0 {
			// The same edit again changes nothing and takes no number: it needs no key.
			path := threadPath(thread) + "/responses/" + strconv.Itoa(answer.Number)
			answer, err = w.insist(ctx, http.MethodPatch, path, "", text+" Or so it seems.")
		}
		if err != nil {
			return fmt.Errorf("writer %d: %w", w.name, err)
		}
		w.acknowledged[thread] = append(w.acknowledged[thread], answer)
		w.shared.acknowledged.Add(1)
		if err := pause(ctx, w.random.IntN(30)); err != nil {
			return err
		}
	}
}

// insist sends the same request until it is acknowledged. Only a server that is away
// or going may fail it.
func (w *writer) insist(ctx context.Context, method, path, key, text string) (written, error) {
	for {
		code, body, err := w.call(ctx, method, path, key, map[string]string{"body": text})
		switch {
		case err == nil && (code == http.StatusCreated || code == http.StatusOK):
			if code == http.StatusOK && method == http.MethodPost {
				w.shared.replayed.Add(1)
			}
			var answer written
			return answer, json.Unmarshal(body, &answer)
		case err == nil && code != http.StatusServiceUnavailable:
			return written{}, fmt.Errorf("%s %s answers %d: %s", method, path, code, body)
		}
		w.shared.failed.Add(1)
		if err := pause(ctx, 5+w.random.IntN(40)); err != nil {
			return written{}, err
		}
	}
}

func pause(ctx context.Context, milliseconds int) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(milliseconds) * time.Millisecond):
		return nil
	}
}

// Every acknowledged response is there exactly once, whenever the server is killed.
func TestAcknowledgedResponsesSurviveKills(t *testing.T) {
	forumtest.EachDatabase(t, func(t *testing.T, database string) {
		t.Parallel()
		p := newPlace(t, database)
		p.env["COLLOQUY_RATE_LIMITS"] = "off"
		callers := make([]*caller, authors)
		for i := range callers {
			callers[i] = p.member(fmt.Sprintf("writer%d@example.org", i), "member")
		}
		s := p.serve()
		ids := make([]int64, threads)
		for i := range ids {
			ids[i] = startThread(t, callers[0], fmt.Sprintf("What was said in place %d?", i+1)).ID
		}
		shared := &counts{}
		crew := make([]*writer, writers)
		for i := range crew {
			c := p.caller(callers[i%authors].token)
			crew[i] = &writer{
				caller: c, name: i, random: rand.New(rand.NewPCG(7, uint64(i))), threads: ids, shared: shared,
				acknowledged: map[int64][]written{},
			}
		}
		killWhile(t, s, crew, shared)
		t.Logf("%d responses acknowledged, %d attempts failed, %d answers came again",
			shared.acknowledged.Load(), shared.failed.Load(), shared.replayed.Load())
		for _, id := range ids {
			var acknowledged []written
			for _, w := range crew {
				acknowledged = append(acknowledged, w.acknowledged[id]...)
			}
			compare(t, readThread(t, p.caller(""), id), acknowledged)
		}
	})
}

// killWhile kills and restarts the server while the crew writes, and once more when
// they have stopped.
func killWhile(t *testing.T, s *server, crew []*writer, shared *counts) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	enough, failures := make(chan struct{}), make(chan error, len(crew))
	var busy sync.WaitGroup
	for _, w := range crew {
		busy.Go(func() {
			if err := w.write(ctx, enough); err != nil {
				failures <- err
				cancel() // without one of them the test is lost
			}
		})
	}
	random := rand.New(rand.NewPCG(11, kills))
	for range kills {
		before := shared.acknowledged.Load()
		s.await(startWithin, "the writers are at work", func() bool {
			return ctx.Err() != nil || shared.acknowledged.Load() >= before+writers
		})
		if pause(ctx, 100+random.IntN(900)) != nil {
			break
		}
		failed := shared.failed.Load()
		s.kill()
		s = s.serve()
		if shared.failed.Load() == failed {
			t.Error("the kill failed no attempt of any writer")
		}
	}
	close(enough)
	busy.Wait()
	close(failures)
	for err := range failures {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	s.kill()
	s.serve()
}

// compare demands that a thread holds what was acknowledged, each once, and nothing
// else, with numbers without gaps and one seq for each change.
func compare(t *testing.T, thread conversation, acknowledged []written) {
	t.Helper()
	at, seqs := map[string]int{}, map[int64]bool{}
	changes := int64(0)
	for i, text := range thread.texts {
		if text.Number != i+1 {
			t.Fatalf("thread %d: number %d stands in place %d", thread.ID, text.Number, i+1)
		}
		if other, doubled := at[text.Body]; doubled {
			t.Errorf("thread %d: numbers %d and %d say the same: %s", thread.ID, other, text.Number, text.Body)
		}
		if seqs[text.Seq] || text.Seq < 1 || text.Seq > thread.Seq {
			t.Errorf("thread %d at %d: number %d has the seq %d", thread.ID, thread.Seq, text.Number, text.Seq)
		}
		at[text.Body], seqs[text.Seq] = text.Number, true
		changes += int64(text.Rev)
	}
	if thread.Seq != changes || !seqs[thread.Seq] {
		t.Errorf("thread %d has the seq %d after %d changes (the last one known: %t)", thread.ID, thread.Seq, changes, seqs[thread.Seq])
	}
	for _, answer := range acknowledged {
		if at[answer.Body] != answer.Number {
			t.Errorf("thread %d: the acknowledged number %d stands at %d: %s", thread.ID, answer.Number, at[answer.Body], answer.Body)
		} else if kept := thread.texts[answer.Number-1]; kept != answer {
			t.Errorf("thread %d: acknowledged was %+v, kept is %+v", thread.ID, answer, kept)
		}
	}
	if len(thread.texts) != len(acknowledged)+1 || thread.Responses != len(acknowledged) || len(acknowledged) == 0 {
		t.Errorf("thread %d holds %d texts and counts %d responses, acknowledged were %d",
			thread.ID, len(thread.texts), thread.Responses, len(acknowledged))
	}
}

// abandon sends a request and hangs up without reading the answer.
func (p *place) abandon(request *http.Request) {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	must(p.t, err)
	must(p.t, request.Write(conn))
	must(p.t, conn.Close())
}

// A client that hears no answer and sends the same again has made one response.
func TestLostAnswersMakeOneResponse(t *testing.T) {
	forumtest.EachDatabase(t, func(t *testing.T, database string) {
		t.Parallel()
		p := newPlace(t, database)
		member := p.member("retry@example.org", "member")
		s := p.serve()
		thread := startThread(t, member, "Did you hear me?")
		for n := range 12 {
			text := map[string]string{"body": fmt.Sprintf("I say this once: %d.", n)}
			path, key := threadPath(thread.ID)+"/responses", fmt.Sprintf("once-%d", n)
			request, err := member.request(t.Context(), http.MethodPost, path, key, text)
			must(t, err)
			p.abandon(request)
			fits := map[int]bool{http.StatusOK: true}
			if n%2 == 0 {
				s.await(seen, "the abandoned response is there", func() bool {
					return readThread(t, member, thread.ID).Responses == n+1
				})
			} else {
				fits[http.StatusCreated] = true // the retry may overtake
			}
			code, body, err := member.call(t.Context(), http.MethodPost, path, key, text)
			must(t, err)
			if want := fmt.Sprintf(`"number":%d,`, n+2); !fits[code] || !strings.Contains(string(body), want) {
				t.Errorf("the retry of %d answers %d: %s", n, code, body)
			}
		}
		kept := readThread(t, member, thread.ID)
		compare(t, kept, kept.texts[1:])
		if kept.Responses != 12 {
			t.Errorf("12 responses were sent twice, kept are %d", kept.Responses)
		}
	})
}

// The same with the form of the page, sent by a browser without JavaScript.
func TestLostAnswersOfFormsMakeOneResponse(t *testing.T) {
	forumtest.EachDatabase(t, func(t *testing.T, database string) {
		t.Parallel()
		p := newPlace(t, database)
		member := p.member("form@example.org", "member")
		s := p.serve()
		thread := startThread(t, member, "Did the form arrive?")
		b := p.signIn("form@example.org")
		page := b.Get(threadPath(thread.ID) + "/" + thread.Slug).Status(http.StatusOK)
		fill := url.Values{"body": {"Sent by form, once."}}
		form := page.Find("form.composer").First()
		values := served.Fields(form)
		values.Set("body", fill.Get("body"))
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url()+form.AttrOr("action", ""),
			strings.NewReader(values.Encode()))
		must(t, err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, cookie := range b.Cookies().Cookies(request.URL) {
			request.AddCookie(cookie)
		}
		p.abandon(request)
		s.await(seen, "the abandoned form is taken", func() bool { return readThread(t, member, thread.ID).Responses == 1 })
		for range 2 {
			again := page.Submit("form.composer", fill).Status(http.StatusSeeOther)
			if to := again.Header.Get("Location"); !strings.Contains(to, threadPath(thread.ID)+"/"+thread.Slug) || !strings.HasSuffix(to, "2") {
				t.Errorf("the same form again leads to %s", to)
			}
			again.Follow()
		}
		kept := readThread(t, member, thread.ID)
		compare(t, kept, kept.texts[1:])
		if kept.Responses != 1 {
			t.Errorf("one form was sent three times, kept are %d responses", kept.Responses)
		}
	})
}
