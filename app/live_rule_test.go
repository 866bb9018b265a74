package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"unique"
)

// liveFrame is any frame of the server.
type liveFrame struct {
	T    string          `json:"t"`
	Ch   string          `json:"ch"`
	Seq  int64           `json:"seq"`
	To   int64           `json:"to"`
	K    string          `json:"k"`
	N    json.RawMessage `json:"n"`
	HTML string          `json:"html"`
	Ep   string          `json:"ep"`
	Why  string          `json:"why"`
	InMs int             `json:"in_ms"`
}

// framesOf splits a message into its frames.
func framesOf(message []byte) ([]liveFrame, error) {
	if bytes.HasPrefix(message, []byte("[")) {
		var frames []liveFrame
		err := json.Unmarshal(message, &frames)
		return frames, err
	}
	frames := make([]liveFrame, 1)
	err := json.Unmarshal(message, &frames[0])
	return frames, err
}

// text is a piece of markup, which many readers hold at the same time.
type text = unique.Handle[string]

// followed is what a reader has of one thread. It applies frames by the rule of
// docs/live-protocol.md and takes what the rule does not foresee for a fault.
type followed struct {
	id   int64
	mine atomic.Int64 // everything up to this number is here; others look at it
	// caught tells that ok has come, so that every number comes once from here on.
	caught bool
	// last is the number of the latest frame before ok.
	last  int64
	epoch string
	path  string
	head  string
	items map[int]text
	own   map[int]bool
}

// forget leaves nothing of the page but its address and its head, so that every response
// is asked for. A head that has never changed has no number, and no frame brings it.
func (f *followed) forget() {
	f.items, f.own = map[int]text{}, map[int]bool{}
	f.mine.Store(0)
}

func channelOf(id int64) string { return "thread:" + strconv.FormatInt(id, 10) }

// begin starts from what a page holds.
func (f *followed) begin(from *wholeThread) {
	f.epoch, f.head = from.epoch, from.head
	f.items, f.own = from.items, from.own
	f.path = ""
	f.move(from.path)
	f.mine.Store(from.seq)
}

// ask is the frame that asks for everything that this reader does not have.
func (f *followed) ask() []byte {
	f.caught, f.last = false, f.mine.Load()
	ep := ""
	if f.epoch != "" {
		ep = `,"ep":"` + f.epoch + `"`
	}
	return fmt.Appendf(nil, `{"t":"sub","ch":"%s","since":%d%s}`, channelOf(f.id), f.last, ep)
}

// errMissed is the fault after which everything is to be asked for again.
var errMissed = errors.New("a number is missing")

// take applies a frame of the thread and tells how many numbers it brought. The error
// is a fault of the server.
func (f *followed) take(frame *liveFrame) (applied int64, err error) {
	switch frame.T {
	case "ev", "skip":
		return f.follow(frame)
	case "ok":
		if f.caught || frame.Seq < f.last {
			return 0, fmt.Errorf("ok at %d after %d (caught up before: %t)", frame.Seq, f.last, f.caught)
		}
		f.caught = true
		f.mine.Store(frame.Seq)
	case "own":
		var numbers []int
		if err := json.Unmarshal(frame.N, &numbers); err != nil {
			return 0, fmt.Errorf("own: %w", err)
		}
		for _, n := range numbers {
			f.own[n] = true
		}
	case "deny":
		return 0, errors.New("the reader is denied")
	}
	return 0, nil // a client ignores frames that it does not know
}

// follow applies a numbered frame: before ok in order and with gaps, after it each
// number exactly once.
func (f *followed) follow(frame *liveFrame) (int64, error) {
	last, mine := max(frame.Seq, frame.To), f.mine.Load()
	switch {
	case !f.caught && frame.Seq <= f.last:
		return 0, fmt.Errorf("before ok, number %d comes after %d", frame.Seq, f.last)
	case f.caught && frame.Seq <= mine:
		return 0, fmt.Errorf("number %d comes again, everything up to %d is here", frame.Seq, mine)
	case f.caught && frame.Seq > mine+1:
		return 0, fmt.Errorf("number %d comes after %d: %w", frame.Seq, mine, errMissed)
	}
	if err := f.put(frame); err != nil {
		return 0, err
	}
	if f.caught {
		f.mine.Store(last)
	} else {
		f.last = last
	}
	return last - frame.Seq + 1, nil
}

// put shows what a frame holds.
func (f *followed) put(frame *liveFrame) error {
	switch {
	case frame.T == "skip":
	case frame.K == "response":
		n, err := strconv.Atoi(string(frame.N))
		if err != nil || !strings.HasPrefix(frame.HTML, `<li data-n="`+string(frame.N)+`"`) {
			return fmt.Errorf("number %d is response %s, and its markup is %.80q", frame.Seq, frame.N, frame.HTML)
		}
		f.items[n] = unique.Make(f.settle(n, frame.HTML))
	case frame.K == "thread":
		found := pathOfHead.FindStringSubmatch(frame.HTML)
		if found == nil {
			return fmt.Errorf("number %d is a head without an address: %.200q", frame.Seq, frame.HTML)
		}
		f.head = frame.HTML
		f.move(found[1])
	default:
		return fmt.Errorf("number %d is of the kind %q", frame.Seq, frame.K)
	}
	return nil
}

// Where markup names the address of its thread: the head, and the permalink of a response.
var (
	pathOfHead = regexp.MustCompile(`^<header [^>]*\bdata-path="([^"]+)"`)
	permalink  = regexp.MustCompile(`class="num" href="[^"]*"`)
)

// move gives the thread the address that its head says, and all permalinks with it.
func (f *followed) move(path string) {
	if path == f.path {
		return
	}
	f.path = path
	for n, item := range f.items {
		f.items[n] = unique.Make(f.settle(n, item.Value()))
	}
}

// settle makes the permalink of a response that of the thread as it is known here: the
// response may be rendered for an older title, or for one that is still to come.
func (f *followed) settle(n int, item string) string {
	at := permalink.FindStringIndex(item)
	if at == nil {
		return item
	}
	return item[:at[0]] + `class="num" href="` + f.path + "/" + strconv.Itoa(n) + `"` + item[at[1]:]
}
