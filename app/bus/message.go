package bus

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// What a message can say. On the line it is these words with single spaces between:
//
//	moved THREAD SEQ
//	rights
//	reading INSTANCE CHANNEL READERS
const (
	kindMoved   = "moved"
	kindRights  = "rights"
	kindReading = "reading"
)

const (
	longest     = 128        // bytes of a message; longer ones are not looked at
	mostReaders = 10_000_000 // more than anybody has
)

var (
	instances = regexp.MustCompile(`^[0-9a-f]{16}$`)
	// channels are a kind and a number: nothing that people wrote can be in one.
	channels = regexp.MustCompile(`^[a-z]{1,16}:[1-9][0-9]{0,18}$`)
)

// message is one hint.
type message struct {
	kind        string
	thread, seq int64
	instance    string
	channel     string
	readers     int
}

// sound tells whether a message may travel.
func (m message) sound() bool {
	switch m.kind {
	case kindMoved:
		return m.thread > 0 && m.seq > 0
	case kindRights:
		return true
	case kindReading:
		return instances.MatchString(m.instance) && channels.MatchString(m.channel) && m.readers >= 0 && m.readers <= mostReaders
	}
	return false
}

func (m message) encode() []byte {
	switch m.kind {
	case kindMoved:
		return fmt.Appendf(nil, "%s %d %d", m.kind, m.thread, m.seq)
	case kindReading:
		return fmt.Appendf(nil, "%s %s %s %d", m.kind, m.instance, m.channel, m.readers)
	}
	return []byte(m.kind)
}

// parse reads a message. Each has one spelling only: what would not be encoded to the very same bytes is refused.
func parse(data []byte) (message, bool) {
	if len(data) > longest {
		return message{}, false
	}
	words := strings.Split(string(data), " ")
	m := message{kind: words[0]}
	switch {
	case m.kind == kindMoved && len(words) == 3:
		m.thread, m.seq = number(words[1]), number(words[2])
	case m.kind == kindReading && len(words) == 4:
		m.instance, m.channel, m.readers = words[1], words[2], int(number(words[3]))
	}
	return m, m.sound() && bytes.Equal(m.encode(), data)
}

// number is 0 for what is none, which is not how that is spelled.
func number(word string) int64 {
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
