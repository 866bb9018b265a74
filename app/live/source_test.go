package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// row is a response of the source; the text tells when it was written, so that a test sees what went out.
type row struct {
	number, rev int
	seq         int64
	text        string
	author      string
}

type channelState struct {
	head     int64
	closed   bool // only insiders may read
	absent   bool
	rows     []*row
	headText string // the thread's own head
	headSeq  int64
}

// source is a database in memory: every method is one transaction, every Read one snapshot.
type source struct {
	mu       sync.Mutex
	epoch    string
	rights   int64
	channels map[string]*channelState
	viewers  map[string]Standing // by session
	failing  error
	reads    int
	panics   bool // the next Read panics
	broken   int  // Render fails for this number
}

func newSource(channels ...string) *source {
	s := &source{epoch: "a1b2", rights: 1, channels: map[string]*channelState{}, viewers: map[string]Standing{}}
	for _, ch := range channels {
		s.channels[ch] = &channelState{}
		s.respond(ch, "anna", "opening")
	}
	return s
}

// viewer is who reads in the tests: insider may read closed channels.
type viewer struct {
	name    string
	insider bool
}

type audience struct{ closed bool }

func (s *source) options() Options {
	return Options{
		Read: s.read,
		Render: func(_ context.Context, v Variant, c Change) (Frame, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			r, ok := c.Item.(row)
			if !ok {
				text, _ := c.Item.(string)
				return Frame{Kind: "thread", HTML: "<header>" + text + "</header>"}, nil
			}
			if s.broken == r.number {
				return Frame{}, errors.New("cannot render")
			}
			return Frame{Kind: "response", Number: r.number, Rev: r.rev, HTML: html(r, v)}, nil
		},
		May: func(v, a any) bool {
			who, _ := v.(viewer)
			whom, _ := a.(audience)
			return !whom.closed || who.insider
		},
		Own: func(_ context.Context, v any, channel string) ([]int, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			who, _ := v.(viewer)
			var own []int
			for _, r := range s.channels[channel].rows {
				if who.name != "" && r.author == who.name {
					own = append(own, r.number)
				}
			}
			return own, nil
		},
		Author: func(c Change, v any) bool {
			r, _ := c.Item.(row)
			who, _ := v.(viewer)
			return who.name != "" && r.author == who.name
		},
		Heads: func(_ context.Context, channels []string) (Heads, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.failing != nil {
				return Heads{}, s.failing
			}
			h := Heads{Epoch: s.epoch, Rights: s.rights, Seq: map[string]int64{}}
			for _, ch := range channels {
				if c := s.channels[ch]; c != nil && !c.absent {
					h.Seq[ch] = c.head
				}
			}
			return h, nil
		},
		Revalidate: func(_ context.Context, sessions []string) (map[string]Standing, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.failing != nil {
				return nil, s.failing
			}
			now := map[string]Standing{}
			for _, id := range sessions {
				if v, ok := s.viewers[id]; ok {
					now[id] = v
				}
			}
			return now, nil
		},
		Rows:      s.rows,
		RenderRow: func(_ context.Context, _ string, v Variant, r Row) (string, error) { return rowHTML(r, v), nil },
		Origins:   []string{"https://forum.example"},
	}
}

func html(r row, v Variant) string {
	return fmt.Sprintf("<li data-n=\"%d\" lang=\"%s\" class=\"%s\">%s & more</li>", r.number, v.Language, v.Class, r.text)
}

func (s *source) read(_ context.Context, channel string, since int64, limit int) (Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if s.panics {
		s.panics = false
		panic("a bug in reading")
	}
	if s.failing != nil {
		return Batch{}, s.failing
	}
	c := s.channels[channel]
	if c == nil || c.absent {
		return Batch{}, ErrNoChannel
	}
	b := Batch{Epoch: s.epoch, Head: c.head, Rights: s.rights, Audience: audience{c.closed}}
	for _, r := range c.rows {
		if r.seq > since {
			b.Changes = append(b.Changes, Change{Seq: r.seq, Row: int64(r.number), Item: *r})
		}
	}
	if c.headSeq > since {
		b.Changes = append(b.Changes, Change{Seq: c.headSeq, Item: c.headText})
	}
	slices.SortFunc(b.Changes, func(a, b Change) int { return int(a.Seq - b.Seq) })
	if len(b.Changes) > limit {
		b.Changes, b.Truncated = b.Changes[:limit], true
	}
	return b, nil
}

// do is a transaction on a channel; it gives the head after it.
func (s *source) do(channel string, act func(c *channelState)) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	act(c)
	return c.head
}

func (s *source) respond(channel, author, text string) int64 {
	return s.do(channel, func(c *channelState) { c.respond(author, text) })
}

func (c *channelState) respond(author, text string) {
	c.head++
	c.rows = append(c.rows, &row{number: len(c.rows) + 1, rev: 1, seq: c.head, author: author, text: text})
}

func (c *channelState) edit(number int, text string) {
	c.head++
	r := c.rows[number-1]
	r.seq, r.text = c.head, text
	r.rev++
}

func (c *channelState) retitle(text string) {
	c.head++
	c.headSeq, c.headText = c.head, text
}

// page is what a fresh page shows: the number it stands at and the markup of every response.
func (s *source) page(channel string, v Variant) (int64, map[int]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channel]
	shown := map[int]string{}
	for _, r := range c.rows {
		shown[r.number] = html(*r, v)
	}
	if c.headSeq > 0 {
		shown[0] = "<header>" + c.headText + "</header>"
	}
	return c.head, shown
}

// fakeClock stands still until it is told otherwise; what waits for it waits for good.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func newFakeClock() *fakeClock { return &fakeClock{now: time.Unix(1_700_000_000, 0)} }

func (c *fakeClock) clock() Clock {
	return Clock{
		Now: func() time.Time {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.now
		},
		After: func(time.Duration) <-chan time.Time { return nil },
	}
}

func (c *fakeClock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// rowHTML is a channel's row in a list.
func rowHTML(r Row, v Variant) string {
	return fmt.Sprintf("<li data-thread=\"%d\" data-seq=\"%d\" lang=\"%s\">%v</li>", r.ID, r.Seq, v.Language, r.Item)
}

// leading is how many threads lead a list of the source.
const leading = 3

// rows gives the threads of a list: front holds all, theme:closed those that are closed, theme:open the others. The
// latest number leads.
func (s *source) rows(_ context.Context, channel string, ids []int64) (Rows, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing != nil {
		return Rows{}, s.failing
	}
	now := Rows{Epoch: s.epoch, Rights: s.rights, Audience: audience{channel == "theme:closed"}}
	if channel != "front" && channel != "theme:closed" && channel != "theme:open" {
		return now, ErrNoChannel
	}
	for name, c := range s.channels {
		id, _ := threadID(name)
		if c.absent || channel != "front" && c.closed != (channel == "theme:closed") {
			continue
		}
		now.Rows = append(now.Rows, Row{ID: id, Seq: c.head, Audience: audience{c.closed}, Item: c.headText})
	}
	slices.SortFunc(now.Rows, func(a, b Row) int { return int(b.ID - a.ID) })
	kept := now.Rows[:0]
	for i, r := range now.Rows {
		r.Leading = i < leading
		if r.Leading || slices.Contains(ids, r.ID) {
			kept = append(kept, r)
		}
	}
	now.Rows = kept
	return now, nil
}
