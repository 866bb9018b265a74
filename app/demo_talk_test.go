package main_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"colloquy/app/demo"
)

// In a served demo somebody speaks soon, and after a restart somebody else: what was
// said is not said again.
func TestAServedDemoTalks(t *testing.T) {
	t.Parallel()
	const speaksWithin = 60 * time.Second // the longest pause and some more
	lines, err := demo.TalkLines()
	must(t, err)
	p := newPlace(t, "")
	p.done("demo")
	for range 2 {
		s := p.serve()
		c := p.caller("")
		before := responses(t, c)
		s.await(speaksWithin, "somebody speaks", func() bool { return responses(t, c) > before })
		if n := times(t, c, lines[0]); n != 1 {
			t.Errorf("the first line was said %d times", n)
		}
		s.stop()
		if log := s.log.String(); strings.Contains(log, "could not speak") {
			t.Error(log)
		}
	}
}

// responses counts the responses of all themes.
func responses(t *testing.T, c *caller) int {
	t.Helper()
	var themes struct{ Items []struct{ Responses int } }
	c.ask(t, http.MethodGet, "/themes", nil, http.StatusOK, &themes)
	all := 0
	for _, theme := range themes.Items {
		all += theme.Responses
	}
	return all
}

// times counts how often a line was said among the latest texts of its thread.
func times(t *testing.T, c *caller, line demo.Line) int {
	t.Helper()
	var threads struct {
		Items []struct {
			ID    int64
			Title string
		}
	}
	c.ask(t, http.MethodGet, "/themes/citizens-and-civil-society/threads", nil, http.StatusOK, &threads)
	said := 0
	for _, thread := range threads.Items {
		if thread.Title != line.Thread {
			continue
		}
		var texts struct{ Items []struct{ Body string } }
		path := fmt.Sprintf("/threads/%d/responses?after=%d&limit=200", thread.ID, line.ReplyTo)
		c.ask(t, http.MethodGet, path, nil, http.StatusOK, &texts)
		for _, text := range texts.Items {
			if text.Body == line.Body {
				said++
			}
		}
	}
	return said
}
