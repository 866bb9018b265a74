package live

import (
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// piece is one frame in the form that a variant gets. When a later change of the same row comes, the frame becomes a
// skip wherever it still waits, so that a text which was removed meanwhile goes to nobody any more.
type piece struct {
	seq    int64
	number int  // the response that it shows, 0 for none
	empty  bool // there is nothing to show for this number in this variant
	body   atomic.Pointer[[]byte]
	bundle *bundle // the message in which it goes to those who listen; nil when it was made for a resume
}

func newPiece(seq int64, number int, body []byte) *piece {
	p := &piece{seq: seq, number: number}
	p.body.Store(&body)
	return p
}

// fixed is a frame that nothing supersedes.
func fixed(body []byte) *piece { return newPiece(0, 0, body) }

func (p *piece) bytes() []byte { return *p.body.Load() }

// supersede puts a skip in the place of the piece, also in messages that are queued; under the topic's lock.
func (p *piece) supersede(skip []byte) {
	p.body.Store(&skip)
	if p.bundle != nil {
		p.bundle.prepare()
	}
}

// bundle is a batch as the one message that all subscribers of a variant get.
type bundle struct {
	pieces   []*piece
	prepared atomic.Pointer[websocket.PreparedMessage]
	size     int       // as first made; what was superseded since is smaller
	born     time.Time // when the hub heard of the change; zero when it was found by the repair
}

func newBundle(pieces []*piece, born time.Time) *bundle {
	b := &bundle{pieces: pieces, born: born}
	b.size = b.prepare()
	for _, p := range pieces {
		p.bundle = b
	}
	return b
}

// prepare makes the message of what the pieces hold now and gives its size.
func (b *bundle) prepare() int {
	message := gather(b.pieces)
	prepared, err := websocket.NewPreparedMessage(websocket.TextMessage, message)
	if err != nil {
		panic("live: a text message cannot be prepared: " + err.Error()) // it fails for unknown kinds of message only
	}
	b.prepared.Store(prepared)
	return len(message)
}

// outbound is one message on its way to a socket: a bundle for many, or pieces or a frame for this socket alone, or
// the end of the connection.
type outbound struct {
	bundle  *bundle
	pieces  []*piece
	private []byte
	size    int
	frames  int
	kept    bool          // stays when a full queue is dropped: somebody waits for it
	closing int           // a close code instead of a message
	sub     *subscription // what it belongs to; nil for beats and farewells
}

func shared(b *bundle) outbound { return outbound{bundle: b, size: b.size, frames: len(b.pieces)} }

func private(frame []byte) outbound { return outbound{private: frame, size: len(frame), frames: 1} }

// final is a frame that ends a subscription or answers a request.
func final(frame []byte) outbound {
	m := private(frame)
	m.kept = true
	return m
}

func answering(pieces []*piece) outbound {
	m := outbound{pieces: pieces, frames: len(pieces)}
	for _, p := range pieces {
		m.size += len(p.bytes())
	}
	return m
}

// gather makes one message of pieces as they are now.
func gather(pieces []*piece) []byte {
	frames := make([][]byte, len(pieces))
	for i, p := range pieces {
		frames[i] = p.bytes()
	}
	return join(frames)
}
