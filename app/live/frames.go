package live

import (
	"bytes"
	"encoding/json"
	"time"
)

// Reasons of a reset.
const (
	whyEpoch  = "epoch"  // the numbers come from another life of the database
	whyAhead  = "ahead"  // the client knows numbers that the database does not have
	whyFar    = "far"    // too much has changed to send it piece by piece
	whyLag    = "lag"    // the client reads too slowly
	whyRights = "rights" // the session now reads in another variant
	whyError  = "error"  // the server could not read or render
)

// Windows over which clients spread their coming back.
const (
	resetLeast    = 250 * time.Millisecond
	resetMost     = 30 * time.Second
	resetEach     = 5 * time.Millisecond // for each client that is reset together
	resetTrouble  = 10 * time.Second     // when the server itself is in trouble
	resetNewEpoch = 5 * time.Second      // everybody comes
)

type evResponse struct {
	T    string `json:"t"`
	Ch   string `json:"ch"`
	Seq  int64  `json:"seq"`
	K    string `json:"k"`
	N    int    `json:"n"`
	Rev  int    `json:"rev"`
	HTML string `json:"html"`
}

type evThread struct {
	T    string `json:"t"`
	Ch   string `json:"ch"`
	Seq  int64  `json:"seq"`
	K    string `json:"k"`
	HTML string `json:"html"`
}

type skipFrame struct {
	T   string `json:"t"`
	Ch  string `json:"ch"`
	Seq int64  `json:"seq"`
	To  int64  `json:"to,omitempty"`
}

type resetFrame struct {
	T    string `json:"t"`
	Ch   string `json:"ch"`
	Why  string `json:"why"`
	InMs int64  `json:"in_ms"`
}

// marshal writes a frame as JSON and leaves <, > and & as they are: escaped, they would cost six bytes each, and
// these bytes are never part of a page.
func marshal(frame any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(frame); err != nil {
		panic("live: a frame of plain fields cannot be encoded: " + err.Error())
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func helloFrame(epoch string) []byte {
	return marshal(struct {
		T  string `json:"t"`
		Ep string `json:"ep"`
		Hb int    `json:"hb"`
	}{"hello", epoch, int(beatEvery / time.Second)})
}

func evFrame(channel string, seq int64, frame Frame) []byte {
	if frame.Kind == "response" {
		return marshal(evResponse{"ev", channel, seq, frame.Kind, frame.Number, frame.Rev, frame.HTML})
	}
	return marshal(evThread{"ev", channel, seq, frame.Kind, frame.HTML})
}

// skipRange is the frame for the numbers from first to last; the last is named only when there are several.
func skipRange(channel string, first, last int64) []byte {
	frame := skipFrame{T: "skip", Ch: channel, Seq: first}
	if last > first {
		frame.To = last
	}
	return marshal(frame)
}

// rowFrame is a row of a list in its present state; without markup it is no longer in the list for the reader. It
// carries no number of the channel, for such a channel has none.
func rowFrame(channel string, row Row, html string) []byte {
	type place struct {
		ID  int64 `json:"id"`
		Seq int64 `json:"seq"`
	}
	return marshal(struct {
		T      string `json:"t"`
		Ch     string `json:"ch"`
		K      string `json:"k"`
		Thread place  `json:"thread"`
		HTML   string `json:"html"`
	}{"ev", channel, "thread", place{row.ID, row.Seq}, html})
}

// placesFrame is the ok of a channel that holds a list: the rows at its head.
func placesFrame(channel string, places [][2]int64) []byte {
	return marshal(struct {
		T       string     `json:"t"`
		Ch      string     `json:"ch"`
		Threads [][2]int64 `json:"threads,omitzero"`
	}{"ok", channel, places})
}

// endFrame tells on the member's own channel why the line is about to be closed.
func endFrame(why string) []byte {
	return marshal(struct {
		T   string `json:"t"`
		Ch  string `json:"ch"`
		K   string `json:"k"`
		Why string `json:"why"`
	}{"ev", meChannel, "end", why})
}

// readingFrame tells how many read a channel now.
func readingFrame(channel string, readers int) []byte {
	return marshal(struct {
		T  string `json:"t"`
		Ch string `json:"ch"`
		N  int    `json:"n"`
	}{"reading", channel, readers})
}

// skipList is what stands in a list's channel in the place of a row that was superseded while it waited.
func skipList(channel string) []byte {
	return marshal(struct {
		T  string `json:"t"`
		Ch string `json:"ch"`
	}{"skip", channel})
}

func okFrame(channel string, seq int64) []byte {
	return marshal(struct {
		T   string `json:"t"`
		Ch  string `json:"ch"`
		Seq int64  `json:"seq"`
	}{"ok", channel, seq})
}

func denyFrame(channel string) []byte {
	return marshal(struct {
		T  string `json:"t"`
		Ch string `json:"ch"`
	}{"deny", channel})
}

func resetNow(channel, why string, within time.Duration) []byte {
	return marshal(resetFrame{"reset", channel, why, within.Milliseconds()})
}

func ownFrame(channel string, numbers []int) []byte {
	return marshal(struct {
		T  string `json:"t"`
		Ch string `json:"ch"`
		N  []int  `json:"n"`
	}{"own", channel, numbers})
}

func beatFrame() []byte { return []byte(`{"t":"hb"}`) }

func byeFrame(within time.Duration) []byte {
	return marshal(struct {
		T    string `json:"t"`
		InMs int64  `json:"in_ms"`
	}{"bye", within.Milliseconds()})
}

// join makes one message of frames: a frame alone stays itself, several become an array.
func join(frames [][]byte) []byte {
	if len(frames) == 1 {
		return frames[0]
	}
	return append(append([]byte{'['}, bytes.Join(frames, []byte{','})...), ']')
}

// window is the time over which n clients that are reset for a reason should come back.
func window(why string, n int) time.Duration {
	least := resetLeast
	switch why {
	case whyError:
		least = resetTrouble
	case whyEpoch:
		least = resetNewEpoch
	}
	return min(max(least, time.Duration(n)*resetEach), resetMost)
}
