//go:build linux

package server

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// following is a channel that a reader listens to, with the client's rule of
// docs/live-protocol.md.
type following struct {
	channel string
	mine    int64 // the number up to which the reader has everything; -1 before the first ok
	live    bool  // ok has come
	// caught up is what stands between a sub with since and its ok.
	last   int64 // the last number that came
	caught int   // how many changes came
}

// tally is what came to the readers of a fleet.
type tally struct {
	messages, changes int
	missing, doubled  int            // numbers
	resumes           []resume       // subscriptions with since that were answered with ok
	resets            map[string]int // by reason
	closes            map[int]int    // by code
	lost, refused     int            // lines that ended, handshakes that were refused
	took              []time.Duration
}

// resume is one catching up: from where to where, and the changes that it brought.
type resume struct {
	since, head int64
	changes     int
}

// numbered tells whether a channel's frames are numbered.
func (w *following) numbered() bool { return strings.HasPrefix(w.channel, "thread:") }

// sub is the frame that asks for the channel, from the reader's number on.
func (w *following) sub(epoch string) string {
	w.live, w.last, w.caught = false, w.mine, 0
	if w.mine < 0 {
		return `{"t":"sub","ch":"` + w.channel + `"}`
	}
	return `{"t":"sub","ch":"` + w.channel + `","since":` + strconv.FormatInt(w.mine, 10) + `,"ep":"` + epoch + `"}`
}

// take applies the rule to an ev, a skip or an ok, counts what breaks it, and tells
// whether the channel is to be asked for again.
func (w *following) take(kind string, seq, to int64, count *tally) (again bool) {
	if kind == "ok" {
		if w.mine >= 0 {
			count.resumes = append(count.resumes, resume{w.mine, seq, w.caught})
		}
		w.mine, w.live = seq, true
		return false
	}
	if !w.live {
		if seq <= w.last {
			count.doubled++
			return false
		}
		w.last = max(seq, to)
		if kind == "ev" {
			w.caught++
		}
		return false
	}
	switch {
	case seq <= w.mine:
		count.doubled++
	case seq > w.mine+1:
		count.missing += int(seq - w.mine - 1)
		return true
	default:
		w.mine = max(seq, to)
	}
	return false
}

// unaccounted counts the resumes that did not bring exactly the changes between where
// they began and where they ended. A change that was superseded by a later one of the
// same row up to the end comes no more; superseded names the later number.
func (t *tally) unaccounted(superseded map[int64]int64) int {
	wrong := 0
	for _, r := range t.resumes {
		due := 0
		for seq := r.since + 1; seq <= r.head; seq++ {
			if by := superseded[seq]; by == 0 || by > r.head {
				due++
			}
		}
		if r.changes != due {
			wrong++
		}
	}
	return wrong
}

// resetsSaid says how many readers were sent to the page anew, and why.
func (t *tally) resetsSaid() string {
	if len(t.resets) == 0 {
		return "no resets"
	}
	return strings.Replace(fmt.Sprint("resets ", t.resets), "map", "", 1)
}

// percentiles says how the times lie.
func percentiles(took []time.Duration) string {
	if len(took) == 0 {
		return "none"
	}
	short := func(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
	return fmt.Sprintf("p50 %s, p95 %s, p99 %s, max %s of %d", short(median(took)), short(quantile(took, 0.95)),
		short(quantile(took, 0.99)), short(slices.Max(took)), len(took))
}

// TestLiveRuleCounts proves that the measurements notice what they say is not there.
func TestLiveRuleCounts(t *testing.T) {
	type arriving struct {
		kind    string
		seq, to int64
	}
	for name, c := range map[string]struct {
		mine             int64
		frames           []arriving
		missing, doubled int
		unaccounted      int
		end              int64
	}{
		"every number once":      {3, []arriving{{"ev", 4, -1}, {"ok", 4, -1}, {"ev", 5, -1}, {"skip", 6, 8}, {"ev", 9, -1}}, 0, 0, 0, 9},
		"from the head":          {-1, []arriving{{"ok", 4, -1}, {"ev", 5, -1}}, 0, 0, 0, 5},
		"superseded in between":  {3, []arriving{{"ev", 7, -1}, {"ok", 7, -1}}, 0, 0, 0, 7},
		"one missing after ok":   {3, []arriving{{"ok", 3, -1}, {"ev", 5, -1}}, 1, 0, 0, 3},
		"one doubled after ok":   {3, []arriving{{"ok", 3, -1}, {"ev", 4, -1}, {"ev", 4, -1}}, 0, 1, 0, 4},
		"known before ok":        {3, []arriving{{"ev", 3, -1}, {"ok", 3, -1}}, 0, 1, 0, 3},
		"doubled before ok":      {4, []arriving{{"ev", 7, -1}, {"ev", 7, -1}, {"ok", 7, -1}}, 0, 1, 0, 7},
		"one missing before ok":  {7, []arriving{{"ev", 9, -1}, {"ok", 9, -1}}, 0, 0, 1, 9},
		"nothing before ok at 8": {7, []arriving{{"ok", 8, -1}}, 0, 0, 1, 8},
	} {
		var count tally
		w := following{channel: "thread:1", mine: c.mine}
		w.sub("ep")
		for _, f := range c.frames {
			w.take(f.kind, f.seq, f.to, &count)
		}
		// 4, 5 and 6 were of rows that changed again at 7.
		wrong := count.unaccounted(map[int64]int64{4: 7, 5: 7, 6: 7})
		if count.missing != c.missing || count.doubled != c.doubled || wrong != c.unaccounted || w.mine != c.end {
			t.Errorf("%s: %d missing, %d doubled, %d resumes unaccounted, at %d; want %d, %d, %d, at %d", name, count.missing,
				count.doubled, wrong, w.mine, c.missing, c.doubled, c.unaccounted, c.end)
		}
	}
}

// TestLiveFramesAreCut proves that the measurements find the frames in a message.
func TestLiveFramesAreCut(t *testing.T) {
	const ev, skip = `{"t":"ev","ch":"thread:7","seq":48,"html":"{\"t\":\"ev\",\"seq\":1}"}`, `{"t":"skip","ch":"thread:7","seq":49,"to":51}`
	for message, want := range map[string][]string{
		ev: {ev}, "[" + ev + "," + skip + "]": {ev, skip}, "[" + skip + "," + ev + "," + skip + "]": {skip, ev, skip},
	} {
		sent := append(clientMessage("{}"), "rest"...)
		sent[1] &^= 0x80 // as a server sends it: without a mask, which here is four zeros
		sent = append(slices.Clone(sent[:2]), sent[6:]...)
		if kind, got, rest, whole := cutMessage(sent); !whole || kind != textMessage || string(got) != "{}" || string(rest) != "rest" {
			t.Fatalf("cut %q of kind %d before %q (%v)", got, kind, rest, whole)
		}
		var got []string
		for frame, rest := cutFrame([]byte(message)); frame != nil; frame, rest = cutFrame(rest) {
			got = append(got, strings.Trim(string(frame), "[]"))
			if string(text(frame, `"ch":`)) != "thread:7" || number(frame, `"seq":`) < 48 {
				t.Errorf("read %q and %d in %s", text(frame, `"ch":`), number(frame, `"seq":`), frame)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("cut %q into %q, want %q", message, got, want)
		}
	}
}
