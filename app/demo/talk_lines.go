package demo

import (
	"math/rand/v2"
	"strconv"

	"colloquy/models"
)

// Act is what a line of the talk does.
type Act string

// The acts of the talk.
const (
	ActRespond Act = "respond" // in a thread
	ActStart   Act = "start"   // a thread, with its opening
	ActEdit    Act = "edit"    // what an earlier line said
	ActRemove  Act = "remove"  // what an earlier line said
	ActOutcome Act = "outcome" // of a thread that the speaker opened
)

// Line is one act of the talk with which a demo goes on: who does what, in the thread
// with which title. N counts the lines from 1. ReplyTo is the number of a text that the
// demo was founded with and Line the N of an earlier line in the same thread; a response
// answers one of them or none, an edit or a removal changes what Line said. Theme, Kind
// and Level belong to a thread that is started, Outcome to an outcome.
type Line struct {
	N       int            `json:"n"`
	Act     Act            `json:"act"`
	By      string         `json:"by"` // a member's handle
	Thread  string         `json:"thread"`
	ReplyTo int            `json:"reply_to"`
	Line    int            `json:"line"`
	Lang    string         `json:"lang"`
	Body    string         `json:"body"` // Markdown
	Theme   string         `json:"theme"`
	Kind    models.Kind    `json:"kind"`
	Level   models.Level   `json:"level"`
	Outcome models.Outcome `json:"outcome"`
}

// key is the line's idempotency key.
func (l *Line) key() string { return "demo-talk-" + strconv.Itoa(l.N) }

// TalkLines returns the script of the talk, thread by thread. An error means that the
// program was built with a damaged file.
func TalkLines() ([]Line, error) {
	var lines []Line
	err := decode("demo_talk.json", &lines)
	return lines, err
}

// inTurn mixes the threads of a script as if they were held at the same time. It begins
// with the first thread of the script. The talk stays where it is every second time and
// otherwise goes to any thread, to one with much to say more often. Within a thread the
// lines keep their order.
func inTurn(lines []Line, source *rand.Rand) []Line {
	var titles []string
	left := map[string][]Line{}
	for _, line := range lines {
		if left[line.Thread] == nil {
			titles = append(titles, line.Thread)
		}
		left[line.Thread] = append(left[line.Thread], line)
	}
	mixed := make([]Line, 0, len(lines))
	title := ""
	for len(mixed) < len(lines) {
		switch {
		case title == "":
			title = titles[0]
		case len(left[title]) == 0 || source.IntN(2) == 0:
			title = anyThread(titles, left, source.IntN(len(lines)-len(mixed)))
		}
		mixed = append(mixed, left[title][0])
		left[title] = left[title][1:]
	}
	return mixed
}

// anyThread is the thread of the place-th line that is left, counted from 0.
func anyThread(titles []string, left map[string][]Line, place int) string {
	for _, title := range titles {
		if place < len(left[title]) {
			return title
		}
		place -= len(left[title])
	}
	return ""
}
