// Package bus lets several instances of one community tell each other through NATS that something moved.
//
// Only hints travel: numbers of threads, counts of readers, and that rights changed. Whoever hears one reads the
// database. A hint may therefore be lost, doubled or late without harm, every instance finds what it did not hear of
// within seconds, and the bus can be away for as long as it likes: nothing waits for it and nothing fails without it.
package bus

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	queued      = 4096            // hints waiting to be sent; more are dropped
	closeWithin = 2 * time.Second // for what is still waiting to be sent
)

// Options are what a bus needs from outside. URL and Space are required. The functions are called from goroutines of
// the bus, must not wait, and may be nil.
type Options struct {
	// URL is one address of NATS or several, separated by commas, with credentials where they are needed.
	URL string
	// Space keeps apart the communities that share one NATS: instances hear each other when it is the same. It is up
	// to 64 letters and digits that nobody can guess who does not share the community's secret.
	Space string

	// Moved hears that a thread has reached a number on another instance.
	Moved func(threadID, seq int64)
	// Rights hears that another instance changed who may do or see what.
	Rights func()
	// Reading hears how many read a channel on another instance, which is named by a random word of its own.
	Reading func(instance, channel string, readers int)
	// Joined is called whenever the line stands, the first time and each time it stands again. What others said
	// meanwhile was not heard, so everything is to be looked up again.
	Joined func()

	Logger *slog.Logger
	// Registerer takes the metrics, which count nowhere without one.
	Registerer prometheus.Registerer
}

// Bus is this instance's line to the others. A nil Bus is that of a single instance: its methods do nothing. It is
// safe for concurrent use. Make it with Open, end it with Close.
type Bus struct {
	opt      Options
	servers  []string
	subject  string
	instance string
	metrics  metrics
	state    state
	queue    chan []byte
	stop     context.CancelFunc
	ended    chan struct{}
}

var spaces = regexp.MustCompile(`^[0-9A-Za-z]{1,64}$`)

// Open makes a bus and returns at once: the line is made in the background, again and again until Close, and
// Options.Joined is called when it stands. It returns an error when an option is missing or the metrics are taken.
func Open(opt Options) (*Bus, error) {
	servers := addresses(opt.URL)
	switch {
	case len(servers) == 0:
		return nil, errors.New("bus: option URL is missing")
	case !spaces.MatchString(opt.Space):
		return nil, errors.New("bus: option Space must be 1 to 64 letters and digits")
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	b := &Bus{
		opt: opt, servers: servers, subject: root + opt.Space, instance: newInstance(),
		state: state{log: opt.Logger}, queue: make(chan []byte, queued), ended: make(chan struct{}),
	}
	if err := b.metrics.register(opt.Registerer, b.Healthy); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	go b.run(ctx)
	return b, nil
}

// addresses takes the addresses of a URL apart.
func addresses(url string) []string {
	return strings.FieldsFunc(url, func(r rune) bool { return r == ',' || r == ' ' })
}

// newInstance is a random word by which others tell this process from the rest.
func newInstance() string {
	name := make([]byte, 8)
	_, _ = rand.Read(name) // documented to never return an error
	return hex.EncodeToString(name)
}

// Moved tells the others that a thread has reached a number. Like every hint it is dropped when the line does not
// stand, and never waits.
func (b *Bus) Moved(threadID, seq int64) {
	b.send(message{kind: kindMoved, thread: threadID, seq: seq})
}

// Rights tells the others that rights changed.
func (b *Bus) Rights() { b.send(message{kind: kindRights}) }

// Reading tells the others how many read a channel here. The channel must be a kind and a number, such as thread:12:
// one whose name could tell what it is about stays here.
func (b *Bus) Reading(channel string, readers int) {
	if b != nil {
		b.send(message{kind: kindReading, instance: b.instance, channel: channel, readers: readers})
	}
}

// send puts a hint in the queue when it has a chance to be sent soon.
func (b *Bus) send(m message) {
	if b == nil {
		return
	}
	if m.sound() && b.Healthy() {
		select {
		case b.queue <- m.encode():
			return
		default: // the line is slower than the hints
		}
	}
	b.metrics.dropped.Add(1)
}

// Healthy tells whether hints travel now.
func (b *Bus) Healthy() bool { return b == nil || b.state.connected() }

// State says in words how the line is, without naming addresses.
func (b *Bus) State() string {
	if b == nil {
		return "a single instance"
	}
	return b.state.words()
}

// Close sends what is waiting, when that can be done soon, and ends the line. Hints after it are dropped.
func (b *Bus) Close() {
	if b == nil {
		return
	}
	b.stop()
	select {
	case <-b.ended:
	case <-time.After(closeWithin): // NATS is stuck; the line ends when the library gives up
	}
}

// hear takes a message of another instance.
func (b *Bus) hear(data []byte) {
	b.metrics.received.Add(1)
	m, ok := parse(data)
	if !ok {
		b.metrics.malformed.Add(1)
		return
	}
	switch m.kind {
	case kindMoved:
		b.call("Moved", b.opt.Moved != nil, func() { b.opt.Moved(m.thread, m.seq) })
	case kindRights:
		b.call("Rights", b.opt.Rights != nil, b.opt.Rights)
	case kindReading:
		b.call("Reading", b.opt.Reading != nil, func() { b.opt.Reading(m.instance, m.channel, m.readers) })
	}
}

// call runs what was handed in from outside, if it was, and survives its panics.
func (b *Bus) call(what string, given bool, f func()) {
	defer func() {
		if v := recover(); v != nil {
			b.opt.Logger.Error("bus: panic", "in", what, "panic", v, "stack", string(debug.Stack()))
		}
	}()
	if given {
		f()
	}
}
