package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// plainHub renders every change as its item; it is not started.
func plainHub(t *testing.T) *Hub {
	t.Helper()
	opt := newSource(ch).options()
	opt.Render = func(_ context.Context, _ Variant, c Change) (Frame, error) {
		text, _ := c.Item.(string)
		return Frame{Kind: "response", Number: int(c.Row), HTML: text}, nil
	}
	h, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestRingAgainstTheRows lets rows change at random and the ring learn of them in batches, some of which begin before
// its head or after it. At every moment it holds what changed after its beginning, each row once, and every frame that
// a later one has superseded is a skip, wherever it has gone.
func TestRingAgainstTheRows(t *testing.T) {
	h := plainHub(t)
	variants := []Variant{{"en", "reader"}, {"ar", "reader"}}
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		r, head := newRing(ch), int64(0)
		rows := map[int64]int64{} // row to its number
		var out []*piece          // frames that wait in queues
		for range 60 {
			known := head
			for range rnd.IntN(8) {
				head++
				rows[rnd.Int64N(12)] = head
			}
			since := known
			switch rnd.IntN(6) {
			case 0:
				since = rnd.Int64N(known + 1)
			case 1: // nobody listens, and whoever comes knows more than the ring
				since, out = known+rnd.Int64N(head-known+1), nil
			case 2:
				r.restart(known)
			}
			r.absorb(since, known, changesAfter(rows, since))
			for _, variant := range variants {
				from := max(r.from, head-rnd.Int64N(head+1))
				pieces, err := r.after(t.Context(), h, variant, from)
				if err != nil {
					t.Fatal(err)
				}
				if want := changesAfter(rows, from); len(want) != len(pieces) {
					t.Fatalf("seed %d: %d frames after %d, not %d", seed, len(pieces), from, len(want))
				}
				out = append(out, pieces...)
			}
			checkRing(t, r, rows, out)
		}
	}
}

func changesAfter(rows map[int64]int64, since int64) []Change {
	var changes []Change
	for row, seq := range rows {
		if seq > since {
			changes = append(changes, Change{Seq: seq, Row: row, Item: fmt.Sprint("text ", row, " ", seq)})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return int(a.Seq - b.Seq) })
	return changes
}

func checkRing(t *testing.T, r *ring, rows map[int64]int64, out []*piece) {
	t.Helper()
	bytes, last := 0, r.from
	for _, rec := range r.records {
		if rec.change.Seq <= last || rows[rec.change.Row] != rec.change.Seq {
			t.Fatalf("row %d stands in the ring at %d after %d", rec.change.Row, rec.change.Seq, last)
		}
		last = rec.change.Seq
		for _, p := range rec.pieces {
			bytes += len(p.bytes())
		}
	}
	if want := changesAfter(rows, r.from); len(want) != len(r.records) || bytes != r.bytes {
		t.Fatalf("%d rows and %d bytes, not %d and %d", len(r.records), r.bytes, len(want), bytes)
	}
	for _, p := range out {
		superseded := rows[int64(p.number)] != p.seq
		if got := string(p.bytes()); superseded != (got == string(skipRange(ch, p.seq, p.seq))) {
			t.Fatalf("number %d of row %d, which stands at %d: %s", p.seq, p.number, rows[int64(p.number)], got)
		}
	}
}

func TestRingIsBounded(t *testing.T) {
	h := plainHub(t)
	r := newRing(ch)
	text := strings.Repeat("x", 1000)
	for seq := int64(1); seq <= 400; seq++ {
		r.absorb(seq-1, seq-1, []Change{{Seq: seq, Row: seq, Item: text}})
		r.trim()
	}
	if len(r.records) != ringRows || r.from != 400-ringRows || r.reaches(r.from-1) || !r.reaches(r.from) {
		t.Errorf("%d rows from %d", len(r.records), r.from)
	}
	large := strings.Repeat("x", ringBytes/3)
	for seq := int64(401); seq <= 405; seq++ {
		r.absorb(seq-1, seq-1, []Change{{Seq: seq, Row: seq, Item: large}})
		if _, err := r.after(t.Context(), h, Variant{}, seq-1); err != nil {
			t.Fatal(err)
		}
		r.trim()
	}
	if r.bytes > ringBytes || len(r.records) != 2 || r.from != 403 {
		t.Errorf("%d bytes in %d rows from %d", r.bytes, len(r.records), r.from)
	}
	// One that is larger than the ring stays alone.
	r.absorb(405, 405, []Change{{Seq: 406, Row: 1, Item: large + large + large + large}})
	if _, err := r.after(t.Context(), h, Variant{}, 405); err != nil {
		t.Fatal(err)
	}
	r.trim()
	if len(r.records) != 1 || r.from != 405 {
		t.Errorf("%d rows from %d", len(r.records), r.from)
	}
}

func TestResumeFromTheRingAsksNothing(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	stays := connect(t, h, Session{}).hello()
	stays.say(`{"t":"sub","ch":"thread:12"}`)
	stays.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	for i := range 6 {
		h.Hint(ch, src.respond(ch, "bo", fmt.Sprint("response ", i)))
		stays.next()
	}
	h.Hint(ch, src.do(ch, func(c *channelState) { c.edit(4, "edited") }))
	stays.next()
	reads := src.mustRead(t)
	back := connect(t, h, Session{}).hello()
	back.say(`{"t":"sub","ch":"thread:12","since":2,"ep":"a1b2"}`)
	for _, want := range []int64{3, 5, 6, 7, 8} { // 4 is superseded by 8
		if f := back.next(); f.T != "ev" || f.Seq != want {
			t.Fatalf("got %s", f.raw)
		}
	}
	back.wants(`{"t":"ok","ch":"thread:12","seq":8}`)
	back.say(`{"t":"sub","ch":"thread:12"}`)
	back.wants(`{"t":"ok","ch":"thread:12","seq":8}`)
	if n := src.mustRead(t) - reads; n != 0 {
		t.Errorf("the source was asked %d times", n)
	}
	if got := h.Stats().Resumes; got[fromRing] != 1 || got[fromHead] != 1 || got[fromRows] != 1 {
		t.Errorf("resumes %v", got)
	}
}

// Everybody comes back at once after a restart; the rows are read once.
func TestManyResumesCostOneReading(t *testing.T) {
	src := newSource(ch)
	for i := range 40 {
		src.respond(ch, "bo", fmt.Sprint("response ", i))
	}
	opt, _ := quiet(src)
	h := startHub(t, opt)
	var all []*client
	for range 60 {
		all = append(all, connect(t, h, Session{}).hello())
	}
	var asking sync.WaitGroup
	for _, c := range all {
		asking.Go(func() { c.say(`{"t":"sub","ch":"thread:12","since":21}`) })
	}
	asking.Wait()
	for _, c := range all {
		for want := int64(22); want <= 41; want++ {
			if f := c.next(); f.T != "ev" || f.Seq != want {
				t.Fatalf("got %s", f.raw)
			}
		}
		c.wants(`{"t":"ok","ch":"thread:12","seq":41}`)
	}
	if n := src.mustRead(t); n != 1 {
		t.Errorf("%d readings", n)
	}
}

// Below the beginning of the ring the rows are read, and the ring then begins there.
func TestResumeBelowTheRingReadsOnce(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	stays := connect(t, h, Session{}).hello()
	stays.say(`{"t":"sub","ch":"thread:12"}`)
	stays.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
	for range 2 * ringRows / 16 {
		h.Hint(ch, src.do(ch, func(c *channelState) {
			for range 16 {
				c.respond("bo", "many")
			}
		}))
		for range 16 {
			stays.next()
		}
	}
	head := int64(2*ringRows + 1)
	reads := src.mustRead(t)
	for i, tt := range []struct{ since, rows, reads int64 }{
		{head - ringRows, ringRows, 0},
		{head - ringRows - 1, ringRows + 1, 1},
		{head - 190, 190, 1},
		{head - ringRows, ringRows, 0},
	} {
		c := connect(t, h, Session{}).hello()
		c.say(fmt.Sprintf(`{"t":"sub","ch":"thread:12","since":%d}`, tt.since))
		for range tt.rows {
			if f := c.next(); f.T != "ev" {
				t.Fatalf("%d: got %s", i, f.raw)
			}
		}
		c.wants(fmt.Sprintf(`{"t":"ok","ch":"thread:12","seq":%d}`, head))
		if n := int64(src.mustRead(t) - reads); n != tt.reads {
			t.Errorf("since %d: %d readings, not %d", tt.since, n, tt.reads)
		}
		reads = src.mustRead(t)
	}
	stays.round() // and nobody else was sent anything
}

// An instance that has not heard of a new epoch reads before it answers a client that has.
func TestResumeInANewEpochReadsFirst(t *testing.T) {
	src := newSource(ch)
	src.do(ch, many(5))
	opt, _ := quiet(src)
	h := startHub(t, opt)
	stays := connect(t, h, Session{}).hello()
	stays.say(`{"t":"sub","ch":"thread:12","since":0}`)
	stays.numbers(0, 6)
	stays.wants(`{"t":"ok","ch":"thread:12","seq":6}`)
	src.do(ch, func(c *channelState) {
		src.epoch = "c3d4"
		c.head, c.rows = 2, c.rows[:2]
	})
	late := connect(t, h, Session{}).hello()
	late.say(`{"t":"sub","ch":"thread:12","since":2,"ep":"c3d4"}`)
	late.wants(`{"t":"ok","ch":"thread:12","seq":2}`)
	stays.wants(`{"t":"reset","ch":"thread:12","why":"epoch","in_ms":5000}`)
	late.say(`{"t":"sub","ch":"thread:12","since":1,"ep":"forged"}`)
	late.wants(`{"t":"reset","ch":"thread:12","why":"epoch","in_ms":5000}`)
}

// What the ring holds belongs to one audience and one epoch, and follows upon one number without a gap.
func TestRingIsEmptied(t *testing.T) {
	for _, tt := range []struct {
		name string
		act  func(c *channelState, src *source)
		want string // how those who listen learn of it; empty when they may go on
		from int64
	}{
		{"another audience", func(c *channelState, _ *source) { c.closed = true; c.respond("bo", "inside") }, "", 4},
		{"too much at once", func(c *channelState, _ *source) { many(resumeLimit + 1)(c) }, whyFar, 4 + resumeLimit + 1},
		{"another epoch", func(c *channelState, src *source) { src.epoch = "c3d4"; c.respond("bo", "again") }, whyEpoch, 4},
		{"a lower head", func(c *channelState, _ *source) { c.head, c.rows = 2, c.rows[:2] }, whyAhead, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := newSource(ch)
			opt, _ := quiet(src)
			h := startHub(t, opt)
			c := connect(t, h, insider(src, "ines")).hello()
			c.say(`{"t":"sub","ch":"thread:12"}`)
			c.wants(`{"t":"ok","ch":"thread:12","seq":1}`)
			topic := h.acquire(ch, numbered)
			defer h.release(topic)
			happens(t, h, src, many(3))
			c.numbers(1, 4)
			head := src.do(ch, func(c *channelState) { tt.act(c, src) })
			told(h, ch)
			topic.mu.Lock()
			from, at := topic.ring.from, topic.head.Load()
			topic.mu.Unlock()
			if from != tt.from || at != head {
				t.Errorf("the ring begins at %d, not %d; the topic stands at %d of %d", from, tt.from, at, head)
			}
			if tt.want == "" {
				c.numbers(4, head)
			} else if f := c.next(); f.T != "reset" || f.Why != tt.want {
				t.Errorf("got %s", f.raw)
			}
			reads := src.mustRead(t)
			c.say(fmt.Sprintf(`{"t":"sub","ch":"thread:12","since":%d}`, max(head-1, 0)))
			if f := c.next(); f.T != "ev" || f.Seq != head {
				t.Fatalf("got %s", f.raw)
			}
			c.wants(fmt.Sprintf(`{"t":"ok","ch":"thread:12","seq":%d}`, head))
			if src.mustRead(t) == reads {
				t.Error("the source was not asked")
			}
		})
	}
}
