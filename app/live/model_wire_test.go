package live

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// wire is a websocket client with as little as possible in it, so that a million frames can be looked at in seconds.
type wire struct {
	conn    net.Conn
	in      *bufio.Reader
	payload []byte
}

// wireFrame is one frame of the server. Strings are as on the line: what JSON escapes is left escaped.
type wireFrame struct {
	t, ch, k, why []byte
	seq, to       int64
	html          []byte
	numbers       []int64 // of n, or of threads: id and number in turn
	id, place     int64   // of thread
}

// closed is the error of a line that the server has closed.
type closedWith int

func (c closedWith) Error() string { return fmt.Sprint("closed with ", int(c)) }

// dialWire opens a socket on a hub over a pipe in memory. The session is looked up when the handshake is admitted, not
// before.
func dialWire(h *Hub, session func() Session) (*wire, error) {
	ticket, err := h.Admit(Handshake{
		Method: http.MethodGet, Origin: "https://forum.example", Connection: "Upgrade", Upgrade: "websocket",
		Version: "13", Key: "dGhlIHNhbXBsZSBub25jZQ==", Protocols: Subprotocol,
	})
	if err != nil {
		return nil, err
	}
	server, line := net.Pipe()
	go ticket.Open(server, session())
	w := &wire{conn: line, in: bufio.NewReader(line)}
	for {
		header, err := w.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if len(header) == 2 {
			return w, nil
		}
	}
}

// say sends a text message.
func (w *wire) say(message []byte) error {
	frame := make([]byte, 0, len(message)+8)
	if len(message) < 126 {
		frame = append(frame, 0x81, 0x80|byte(len(message)))
	} else {
		frame = append(frame, 0x81, 0x80|126)
		frame = binary.BigEndian.AppendUint16(frame, uint16(len(message)))
	}
	frame = append(frame, 0, 0, 0, 0) // a mask of zeroes changes nothing
	_, err := w.conn.Write(append(frame, message...))
	return err
}

// read gives the next message, which lives until the one after it; closedWith when it is the close.
func (w *wire) read() ([]byte, error) {
	var head [10]byte
	if _, err := io.ReadFull(w.in, head[:2]); err != nil {
		return nil, err
	}
	size := uint64(head[1])
	switch size {
	case 126:
		if _, err := io.ReadFull(w.in, head[2:4]); err != nil {
			return nil, err
		}
		size = uint64(binary.BigEndian.Uint16(head[2:4]))
	case 127:
		if _, err := io.ReadFull(w.in, head[2:10]); err != nil {
			return nil, err
		}
		size = binary.BigEndian.Uint64(head[2:10])
	}
	if size > 1<<20 {
		return nil, errors.New("a frame of more than a megabyte")
	}
	if uint64(cap(w.payload)) < size {
		w.payload = make([]byte, size*2)
	}
	w.payload = w.payload[:size]
	if _, err := io.ReadFull(w.in, w.payload); err != nil {
		return nil, err
	}
	switch head[0] {
	case 0x81:
		return w.payload, nil
	case 0x8a: // the answer to a ping
		return w.read()
	case 0x88:
		return nil, closedWith(binary.BigEndian.Uint16(w.payload))
	}
	return nil, fmt.Errorf("a frame of kind %x", head[0])
}

// scanner reads the JSON that the hub writes.
type scanner struct {
	rest []byte
	bad  bool
}

// each calls a function for each frame of a message. The frame lives until the next one.
func each(message []byte, f func(*wireFrame)) error {
	s := scanner{rest: message}
	var frame wireFrame
	array := s.skip('[')
	for {
		frame = wireFrame{numbers: frame.numbers[:0]}
		s.frame(&frame)
		if s.bad {
			return fmt.Errorf("cannot read %s", message)
		}
		f(&frame)
		if !s.skip(',') {
			break
		}
	}
	if array && !s.skip(']') || len(s.rest) > 0 {
		return fmt.Errorf("cannot read the end of %s", message)
	}
	return nil
}

func (s *scanner) skip(c byte) bool {
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) want(c byte) {
	if !s.skip(c) {
		s.bad = true
	}
}

func (s *scanner) text() []byte {
	s.want('"')
	from := 0
	for !s.bad {
		end := bytes.IndexByte(s.rest[from:], '"')
		if end < 0 {
			s.bad = true
			break
		}
		end += from
		escapes := 0
		for end-escapes > 0 && s.rest[end-escapes-1] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			text := s.rest[:end]
			s.rest = s.rest[end+1:]
			return text
		}
		from = end + 1
	}
	return nil
}

func (s *scanner) number() (n int64) {
	digits := 0
	for digits < len(s.rest) && s.rest[digits] >= '0' && s.rest[digits] <= '9' {
		n = n*10 + int64(s.rest[digits]-'0')
		digits++
	}
	s.bad = s.bad || digits == 0
	s.rest = s.rest[digits:]
	return n
}

// numbers reads a number, or arrays of them however deep.
func (s *scanner) numbers(all []int64) []int64 {
	if !s.skip('[') {
		return append(all, s.number())
	}
	for !s.skip(']') && !s.bad {
		all = s.numbers(all)
		s.skip(',')
	}
	return all
}

func (s *scanner) frame(f *wireFrame) {
	s.want('{')
	for !s.bad && !s.skip('}') {
		key := s.text()
		s.want(':')
		switch string(key) {
		case "t":
			f.t = s.text()
		case "ch":
			f.ch = s.text()
		case "k":
			f.k = s.text()
		case "why":
			f.why = s.text()
		case "html":
			f.html = s.text()
		case "ep":
			s.text()
		case "seq":
			f.seq = s.number()
		case "to":
			f.to = s.number()
		case "n", "threads":
			f.numbers = s.numbers(f.numbers)
		case "thread":
			var place wireFrame
			s.frame(&place)
			f.id, f.place = place.id, place.seq
		case "id":
			f.id = s.number()
		case "rev", "in_ms", "hb":
			s.number()
		default:
			s.bad = true
		}
		s.skip(',')
	}
}
