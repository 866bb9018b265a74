package live

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// sums counts what all clients have done and seen: applied is every number once for each client that it reached.
type sums struct {
	applied, rows, frames, cuts, closes, resubs, pages, denies atomic.Int64

	hurry  time.Duration
	frozen atomic.Bool // nothing is written any more
	halted atomic.Bool // the test has failed
}

// follower is a reader with several threads and lists open, who applies frames by the rule of docs/live-protocol.md and
// complains of every number that is missing or comes twice.
type follower struct {
	t       *testing.T
	world   *world
	hubs    []*Hub
	sums    *sums
	rnd     *rand.Rand
	session Session
	member  *worldMember // nil for a visitor
	views   []*view

	failures int // lines in a row on which nothing was answered

	line    *wire
	fences  [][]*view // the views that were asked for in each message whose end is not answered yet
	asked   int       // messages with subs so far, on this line
	passed  int
	me      bool // the end of the session is to be told
	ended   bool // and was
	trouble bool // has complained; the rest would follow from that
}

// view is a channel of a follower: a thread's page or a list.
type view struct {
	ch     string
	list   bool
	asks   int  // subs whose answer may still come
	live   bool // the answer to the last sub was ok
	denied bool
	idle   bool // not asked for on this line, for the reader may not see it
	clean  bool // nothing of an older subscription can be under way
	last   int64

	ep      string
	mine    int64
	shown   []string
	own     map[int64]bool
	variant Variant // in which the page was loaded
	unsure  bool    // the line may have brought frames in another

	rows map[int64]worldRow
}

type worldRow struct {
	seq  int64
	html string
}

func (f *follower) complain(format string, args ...any) {
	if !f.trouble && !f.sums.halted.Load() {
		f.trouble = true
		f.t.Errorf("%s (%s): %s", f.session.ID, f.session.Variant, fmt.Sprintf(format, args...))
	}
}

// want prepares a view for a sub and says whether it is worth one. A page that was denied, or that another role or
// language shows otherwise, is loaded again first; one that is still closed is sometimes asked for all the same.
func (f *follower) want(v *view) bool {
	wanted := true
	if v.denied || v.ep == "" || v.unsure || v.variant != f.session.Variant {
		wanted = f.load(v) || v.ep != "" && f.rnd.IntN(3) == 0
	}
	v.idle = v.idle || !wanted
	return wanted
}

// ask subscribes; the message ends with a channel that does not exist, whose denial tells that all is answered.
func (f *follower) ask(views ...*view) {
	if len(views) == 0 {
		return
	}
	var message strings.Builder
	message.WriteByte('[')
	for _, v := range views {
		if v.list {
			fmt.Fprintf(&message, `{"t":"sub","ch":"%s"},`, v.ch)
		} else {
			fmt.Fprintf(&message, `{"t":"sub","ch":"%s","since":%d,"ep":"%s"},`, v.ch, v.mine, v.ep)
		}
		v.live, v.denied, v.idle, v.last = false, false, false, v.mine
		v.clean = v.clean && v.asks == 0
		v.asks++
	}
	f.asked++
	fmt.Fprintf(&message, `{"t":"sub","ch":"fence:%d"}]`, f.asked)
	f.fences = append(f.fences, views)
	_ = f.line.say([]byte(message.String()))
}

var errCut = errors.New("the client cuts the line")

// listen takes messages until all is as it must be in the end, or the line ends.
func (f *follower) listen() error {
	for !f.trouble {
		message, err := f.line.read()
		if err != nil {
			return err
		}
		if err := each(message, f.apply); err != nil {
			f.complain("%v", err)
		}
		if f.sums.frozen.Load() {
			if f.settled() {
				return nil
			}
			continue
		}
		switch n := f.rnd.IntN(2000); {
		case n < 8:
			return errCut
		case n < 20:
			f.resubscribe(f.views[f.rnd.IntN(len(f.views))])
		case n < 22:
			<-time.After(time.Duration(f.rnd.IntN(400)) * time.Millisecond) // a slow reader
		case n < 120:
			if v := f.views[f.rnd.IntN(len(f.views))]; v.denied {
				f.resubscribe(v)
			}
		}
	}
	return nil
}

// resubscribe asks again on the same line, sometimes after giving up first.
func (f *follower) resubscribe(v *view) {
	f.sums.resubs.Add(1)
	v.clean = false
	if f.rnd.IntN(4) == 0 {
		_ = f.line.say([]byte(`{"t":"unsub","ch":"` + v.ch + `"}`))
		v.live = false
	}
	if f.want(v) {
		f.ask(v)
	}
}

func (f *follower) apply(w *wireFrame) {
	f.sums.frames.Add(1)
	switch string(w.t) {
	case "hello":
	case "hb":
		_ = f.line.say([]byte(`{"t":"pong"}`))
	default:
		f.channel(w)
	}
}

func (f *follower) channel(w *wireFrame) {
	switch {
	case string(w.ch) == meChannel:
		f.me = f.me || string(w.t) == "ok"
		f.ended = f.ended || string(w.k) == "end"
		return
	case strings.HasPrefix(string(w.ch), "fence:"):
		for _, v := range f.fences[f.passed] {
			v.asks--
		}
		f.passed++
		return
	}
	i := slices.IndexFunc(f.views, func(v *view) bool { return v.ch == string(w.ch) })
	if i < 0 {
		f.complain("a frame of %s", w.ch)
		return
	}
	v := f.views[i]
	if f.world.forbidden(w.html, f.outside()) {
		f.complain("%s, which is secret: %s", v.ch, w.html)
	}
	// A reset may come: it stands for the answer to a sub that was granted after the denial and has ended since.
	if v.denied && v.asks == 0 && string(w.t) != "deny" && string(w.t) != "reset" {
		f.complain("%s of %s after deny", w.t, v.ch)
	}
	switch string(w.t) {
	case "ev", "skip":
		if v.list {
			f.row(v, w)
		} else {
			f.number(v, w)
		}
	case "ok":
		f.ok(v, w)
	case "own":
		for _, n := range w.numbers {
			v.own[n] = true
		}
	case "reading":
		if v.list || v.ch == "thread:1" || len(w.numbers) != 1 || w.numbers[0] < 1 {
			f.complain("%s is read by %v", v.ch, w.numbers)
		}
	case "reset":
		f.reset(v, string(w.why))
	case "deny":
		f.sums.denies.Add(1)
		v.live, v.denied = false, true
	default:
		f.complain("a frame of kind %s", w.t)
	}
}

func (f *follower) reset(v *view, why string) {
	if why == whyError {
		f.complain("%s was reset: %s", v.ch, why)
	}
	v.live, v.clean = false, false
	f.load(v)
	f.ask(v)
}
