package live

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// world is the source of the model test: threads that open and close, members who lose their rights for good, one new
// epoch. Every method is one transaction. What is written while a thread is closed carries a mark with the number of
// the closing and the counter of rights, so that it proves itself wrong wherever somebody outside gets it.
type world struct {
	mu      sync.Mutex
	epoch   string
	rights  int64
	active  int64 // counts the responses, which order the lists
	threads []*worldThread
	members map[string]*worldMember // by session
	kept    *world                  // threads as they were at a backup

	closings int
	over     [maxClosings]atomic.Bool // closings that have ended
	writes   int
}

const (
	maxClosings  = 2000
	worldThreads = 12
	worldLeading = 5
	mark         = "sealed "
)

// variants are those that the model's readers use.
var variants = [...]Variant{{"en", "reader"}, {"ar", "reader"}, {"en", "moderator"}, {"ar", "moderator"}}

type worldThread struct {
	id      int64
	head    int64
	closing int // the number of the present closing; 0 while it is open
	active  int64
	title   *worldItem
	rows    []*worldItem
	shown   [len(variants)][]string // what each variant's page shows; the title at 0
}

// worldItem is a response, or with number 0 the title. It is never changed, only replaced.
type worldItem struct {
	number, rev int
	seq         int64
	author      string
	text        string
	html        [len(variants)]string
}

type worldMember struct {
	standing  Standing
	appointed bool         // has become a moderator, or is one no more
	outside   atomic.Int64 // what was written from this counter of rights on is not theirs while its closing lasts
}

func newWorld() *world {
	w := &world{epoch: "e1", rights: 1, members: map[string]*worldMember{}}
	for id := range int64(worldThreads) {
		t := &worldThread{id: id + 1}
		w.threads = append(w.threads, t)
		w.put(t, 0, "anna", "title")
		w.put(t, 1, "anna", "opening")
	}
	return w
}

// put writes the title or a response of a thread and takes the next number for it.
func (w *world) put(t *worldThread, number int, author, text string) {
	t.head++
	item := &worldItem{number: number, rev: 1, seq: t.head, author: author, text: text}
	switch {
	case number == 0:
		t.title = item
	case number > len(t.rows):
		w.active++
		t.active = w.active
		t.rows = append(t.rows, item)
	default:
		before := t.rows[number-1]
		item.author, item.rev = before.author, before.rev+1
		t.rows[number-1] = item
	}
	for i, v := range variants {
		if !held(text) || v.Class == "moderator" {
			item.html[i] = fmt.Sprintf("<li data-n=%d lang=%s class=%s>%s</li>", number, v.Language, v.Class, text)
		}
		for len(t.shown[i]) <= number {
			t.shown[i] = append(t.shown[i], "")
		}
		t.shown[i][number] = item.html[i]
	}
}

// held is a new response that waits for a moderator: others are shown nothing.
func held(text string) bool { return len(text) >= 4 && text[:4] == "held" }

// words are the next text in a thread, marked while it is closed.
func (w *world) words(t *worldThread, kind string) string {
	w.writes++
	if t.closing == 0 {
		return fmt.Sprintf("%s open %d", kind, w.writes)
	}
	return fmt.Sprintf("%s %s%d %d %d", kind, mark, t.closing, w.rights, w.writes)
}

func (w *world) close(t *worldThread) {
	w.closings++
	t.closing = w.closings
}

func (w *world) open(t *worldThread) {
	w.over[t.closing].Store(true)
	t.closing = 0
}

// backup keeps the threads as they are now; restore brings them back in a new epoch, where numbers come again.
func (w *world) backup() {
	w.kept = &world{}
	for _, t := range w.threads {
		w.kept.threads = append(w.kept.threads, t.clone())
	}
}

func (w *world) restore() {
	w.epoch = "e2"
	w.rights++
	for i, t := range w.threads {
		then := w.kept.threads[i].clone()
		if then.closing != t.closing {
			if t.closing != 0 {
				w.open(t)
			}
			if then.closing != 0 {
				w.close(then)
			}
		}
		w.threads[i] = then
	}
}

func (t *worldThread) clone() *worldThread {
	c := *t
	c.rows = slices.Clone(t.rows)
	for i := range c.shown {
		c.shown[i] = slices.Clone(t.shown[i])
	}
	return &c
}

func (w *world) thread(channel string) *worldThread {
	id, ok := threadID(channel)
	if !ok || id > int64(len(w.threads)) {
		return nil
	}
	return w.threads[id-1]
}

func (w *world) options() Options {
	return Options{
		Read: w.read, Render: renderItem, Rows: w.rows, RenderRow: renderRow, Own: w.own, Heads: w.heads, Revalidate: w.revalidate,
		May: func(v, a any) bool {
			who, _ := v.(viewer)
			whom, _ := a.(audience)
			return !whom.closed || who.insider
		},
		Allows: func(_ context.Context, v any, channel string) (bool, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			who, _ := v.(viewer)
			t := w.thread(channel)
			return who.insider || channel != "theme:closed" && (t == nil || t.closing == 0), nil
		},
		Author: func(c Change, v any) bool {
			item, _ := c.Item.(*worldItem)
			who, _ := v.(viewer)
			return who.name != "" && item.author == who.name
		},
		Origins: []string{"https://forum.example"},
	}
}

func variantOf(v Variant) int { return slices.Index(variants[:], v) }

func renderItem(_ context.Context, v Variant, c Change) (Frame, error) {
	item, _ := c.Item.(*worldItem)
	html := item.html[variantOf(v)]
	switch {
	case html == "":
		return Frame{}, nil
	case item.number == 0:
		return Frame{Kind: "thread", HTML: html}, nil
	}
	return Frame{Kind: "response", Number: item.number, Rev: item.rev, HTML: html}, nil
}

func (w *world) read(_ context.Context, channel string, since int64, limit int) (Batch, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := w.thread(channel)
	if t == nil {
		return Batch{}, ErrNoChannel
	}
	b := Batch{Epoch: w.epoch, Head: t.head, Rights: w.rights, Audience: audience{t.closing != 0}, Quiet: t.id == 1}
	if t.title.seq > since {
		b.Changes = append(b.Changes, Change{Seq: t.title.seq, Item: t.title})
	}
	for _, item := range t.rows {
		if item.seq > since {
			b.Changes = append(b.Changes, Change{Seq: item.seq, Row: int64(item.number), Item: item})
		}
	}
	slices.SortFunc(b.Changes, func(a, b Change) int { return int(a.Seq - b.Seq) })
	if len(b.Changes) > limit {
		b.Changes, b.Truncated = b.Changes[:limit], true
	}
	return b, nil
}

func (w *world) own(_ context.Context, v any, channel string) (own []int, _ error) {
	who, _ := v.(viewer)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, item := range w.thread(channel).rows {
		if who.name != "" && item.author == who.name {
			own = append(own, item.number)
		}
	}
	return own, nil
}

func (w *world) heads(_ context.Context, channels []string) (Heads, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := Heads{Epoch: w.epoch, Rights: w.rights, Seq: map[string]int64{}}
	for _, channel := range channels {
		if t := w.thread(channel); t != nil {
			h.Seq[channel] = t.head
		}
	}
	return h, nil
}

func (w *world) revalidate(_ context.Context, sessions []string) (map[string]Standing, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := map[string]Standing{}
	for _, id := range sessions {
		if m := w.members[id]; m != nil {
			now[id] = m.standing
		}
	}
	return now, nil
}

// rows is a list: front holds all threads, theme:closed the closed ones, theme:open the others.
func (w *world) rows(_ context.Context, channel string, ids []int64) (Rows, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := Rows{Epoch: w.epoch, Rights: w.rights, Audience: audience{channel == "theme:closed"}}
	for _, t := range w.threads {
		if channel == "front" || (t.closing != 0) == (channel == "theme:closed") {
			list.Rows = append(list.Rows, Row{ID: t.id, Seq: t.head, Audience: audience{t.closing != 0}, Item: t.title})
		}
	}
	slices.SortFunc(list.Rows, func(a, b Row) int { return int(w.threads[b.ID-1].active - w.threads[a.ID-1].active) })
	kept := list.Rows[:0]
	for i, r := range list.Rows {
		r.Leading = i < worldLeading
		if r.Leading || slices.Contains(ids, r.ID) {
			kept = append(kept, r)
		}
	}
	list.Rows = kept
	return list, nil
}

func renderRow(_ context.Context, _ string, v Variant, r Row) (string, error) {
	title, _ := r.Item.(*worldItem)
	return rowOf(v, r.ID, r.Seq, title), nil
}

func rowOf(v Variant, id, seq int64, title *worldItem) string {
	return fmt.Sprintf("<li data-thread=%d data-seq=%d lang=%s>%s</li>", id, seq, v.Language, title.text)
}

// forbidden says that markup was written after a member had lost the right to see it, in a closing that still lasts.
func (w *world) forbidden(html []byte, outside int64) bool {
	_, marked, found := bytes.Cut(html, []byte(mark))
	if !found {
		return false
	}
	closing, rest, _ := bytes.Cut(marked, []byte(" "))
	rights, _, _ := bytes.Cut(rest, []byte(" "))
	c, errClosing := strconv.Atoi(string(closing))
	r, errRights := strconv.ParseInt(string(rights), 10, 64)
	return errClosing != nil || errRights != nil || r >= outside && !w.over[c].Load()
}

const neverOutside = math.MaxInt64
