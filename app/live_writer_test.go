package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// poster posts, edits and removes in several threads through whichever instance
// answers, and repeats each act until it is acknowledged. One that moderates also
// changes heads and removes what others wrote.
type poster struct {
	name      int
	instances []*caller
	random    *rand.Rand
	threads   []int64
	moderates bool
	// shared counts the acknowledgements and the failed attempts of all posters.
	shared *counts
	// wrote are the acknowledged numbers by thread, standing those that it can still edit.
	wrote, standing map[int64][]int
	// things counts what it has said.
	things int
}

// write goes on until enough is closed.
func (w *poster) write(ctx context.Context, enough <-chan struct{}) error {
	for {
		select {
		case <-enough:
			return nil
		default:
		}
		thread := w.threads[0] // every second act is in the same thread
		if w.random.IntN(2) == 0 {
			thread = w.threads[w.random.IntN(len(w.threads))]
		}
		if err := w.act(ctx, thread); err != nil {
			return fmt.Errorf("poster %d: %w", w.name, err)
		}
		w.shared.acknowledged.Add(1)
		if err := pause(ctx, w.random.IntN(60)); err != nil {
			return err
		}
	}
}

// act does one thing in a thread.
func (w *poster) act(ctx context.Context, thread int64) error {
	own := w.standing[thread]
	roll := w.random.IntN(100)
	switch {
	case w.moderates && roll < 30:
		return w.head(ctx, thread)
	case w.moderates && roll < 40 && len(w.wrote[thread]) > 0:
		return w.remove(ctx, thread, 1+w.random.IntN(slices.Max(w.wrote[thread])))
	case len(own) == 0 || roll < max(5, 50-len(own)/2): // a long thread grows slowly
		return w.respond(ctx, thread, w.text(thread))
	case roll < 92:
		return w.edit(ctx, thread, own[w.random.IntN(len(own))])
	}
	return w.remove(ctx, thread, own[w.random.IntN(len(own))])
}

func (w *poster) respond(ctx context.Context, thread int64, words string) error {
	body := map[string]any{"body": words}
	if wrote := w.wrote[thread]; len(wrote) > 0 && w.random.IntN(3) == 0 {
		body["reply_to"] = wrote[w.random.IntN(len(wrote))]
	}
	key := fmt.Sprintf("poster-%d-thing-%d", w.name, w.things)
	answer, err := w.insist(ctx, http.MethodPost, threadPath(thread)+"/responses", key, body,
		http.StatusCreated, http.StatusOK, http.StatusForbidden) // the thread may be locked
	if err != nil || answer.Number == 0 {
		return err
	}
	w.wrote[thread] = append(w.wrote[thread], answer.Number)
	w.standing[thread] = append(w.standing[thread], answer.Number)
	return nil
}

func (w *poster) edit(ctx context.Context, thread int64, number int) error {
	// The same edit again changes nothing and takes no number: it needs no key.
	_, err := w.insist(ctx, http.MethodPatch, textPath(thread, number), "", map[string]any{"body": w.text(thread)},
		http.StatusOK, http.StatusForbidden, http.StatusConflict) // it may be removed
	return err
}

func (w *poster) remove(ctx context.Context, thread int64, number int) error {
	_, err := w.insist(ctx, http.MethodDelete, textPath(thread, number), "", nil, http.StatusNoContent)
	w.standing[thread] = slices.DeleteFunc(w.standing[thread], func(n int) bool { return n == number })
	return err
}

// head changes the head of a thread; one that it locks it soon opens again.
func (w *poster) head(ctx context.Context, thread int64) error {
	var changes []map[string]any
	switch w.random.IntN(4) {
	case 0:
		changes = append(changes, map[string]any{"pinned": w.random.IntN(2) == 0})
	case 1:
		changes = append(changes, map[string]any{"locked": true}, map[string]any{"locked": false})
	case 2:
		changes = append(changes, map[string]any{"outcome": "insight"}, map[string]any{"outcome": nil})
	default:
		w.things++
		changes = append(changes, map[string]any{"title": fmt.Sprintf("What was said in %d, edition %d?", thread, w.things)})
	}
	for _, change := range changes {
		if _, err := w.insist(ctx, http.MethodPatch, threadPath(thread), "", change, http.StatusOK); err != nil {
			return err
		}
	}
	return nil
}

func textPath(thread int64, number int) string {
	return threadPath(thread) + "/responses/" + strconv.Itoa(number)
}

// saying finds who says what for which time in a text of a poster.
var saying = regexp.MustCompile(`Poster \d+ says its thing number \d+\.`)

// text is one that no other is like, with this and that to be rendered.
func (w *poster) text(thread int64) string {
	w.things++
	number := 1
	if wrote := w.wrote[thread]; len(wrote) > 0 {
		number = wrote[w.random.IntN(len(wrote))]
	}
	words := strings.Repeat("It takes many words to say this. ", 1+w.random.IntN(100))
	return fmt.Sprintf("Poster %d says its thing number %d.", w.name, w.things) + []string{
		"",
		fmt.Sprintf(" It goes back to ¶%d & <b>what</b> “stands” there.", number),
		"\n\n> Who said so?\n\n- *one* of us\n- **all** of us",
		"\n\n" + words,
		" ¡Y más!\n\n" + words,
		" أهلا بكم",
	}[w.random.IntN(6)]
}

// insist sends the same request to one instance or the other until it is answered with
// one of the codes. Only a server that is away or going may fail it.
func (w *poster) insist(ctx context.Context, method, path, key string, body any, codes ...int) (written, error) {
	for {
		code, text, err := w.instances[w.random.IntN(len(w.instances))].call(ctx, method, path, key, body)
		switch {
		case err == nil && slices.Contains(codes, code):
			var answer written
			if code == http.StatusOK || code == http.StatusCreated {
				err = json.Unmarshal(text, &answer)
			}
			return answer, err
		case err == nil && code != http.StatusServiceUnavailable:
			return written{}, fmt.Errorf("%s %s answers %d: %s", method, path, code, text)
		}
		w.shared.failed.Add(1)
		if err := pause(ctx, 5+w.random.IntN(40)); err != nil {
			return written{}, err
		}
	}
}
