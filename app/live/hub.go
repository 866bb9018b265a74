// Package live keeps open pages equal to the database over websockets.
//
// It knows channels and frames, not threads: what a channel holds, how a change looks and who may see it come in as
// function values. There is no log of events. The rows of a channel carry the number of their last change, so a
// client that was away is brought up to date with the rows whose number is greater than the last one it saw, however
// long ago that was. The hub is only hinted that a channel moved; it reads the rows itself, in one snapshot together
// with the audience, decides for each subscriber whether they may see the batch, renders once for each variant that
// somebody watches, and sends. A lost hint is made good within three seconds.
//
// Locks are taken in this order: a topic's, that of renewing, the hub's, a socket's, the writers'. Only a topic's is held while something
// is asked from outside.
package live

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// Hub holds the topics that are watched and the sockets that watch them. Make it with New, set it going with Start,
// end it with Drain.
type Hub struct {
	opt      Options
	log      *slog.Logger
	metrics  *metrics
	origins  map[string]bool // in lower case
	upgrader websocket.Upgrader
	gate     *rate.Limiter // nil without a limit
	writers  *writers

	epoch      atomic.Pointer[string]
	rights     atomic.Int64 // the counter of rights at which all sessions were last looked up
	generation atomic.Int64 // counts the times that sessions were looked up or ended
	renewed    time.Time    // when repair last had all sessions looked up; its own, as is the next
	urgent     time.Time    // when it was last asked to
	putOff     bool         // and whether it is to be asked again
	renewing   sync.Mutex   // held while sessions are looked up
	overdue    atomic.Bool  // a recheck that was asked for has failed
	ending     sync.Once

	ctx    context.Context // ends when the hub is stopped
	stop   context.CancelFunc
	work   sync.WaitGroup
	wake   chan struct{} // something is in dirty
	askNow chan struct{} // a recheck of rights is wanted

	mu        sync.Mutex
	topics    map[string]*topic
	lists     map[*topic]struct{} // those of topics that hold a list
	dirty     []*topic
	sockets   map[*socket]struct{}
	members   map[string]*tally
	anonymous int
	sources   map[string]*tally
	draining  bool
	empty     chan struct{} // closed when the last socket has gone while draining
}

// New makes a hub. It returns an error when an option is missing or the metrics are taken.
func New(opt Options) (*Hub, error) {
	if err := opt.complete(); err != nil {
		return nil, err
	}
	h := &Hub{
		opt:     opt,
		log:     opt.Logger,
		metrics: newMetrics(),
		origins: make(map[string]bool, len(opt.Origins)),
		topics:  map[string]*topic{},
		lists:   map[*topic]struct{}{},
		sockets: map[*socket]struct{}{},
		members: map[string]*tally{},
		sources: map[string]*tally{},
		wake:    make(chan struct{}, 1),
		askNow:  make(chan struct{}, 1),
		empty:   make(chan struct{}),
	}
	if err := h.metrics.register(opt.Registerer); err != nil {
		return nil, err
	}
	for _, origin := range opt.Origins {
		h.origins[strings.ToLower(origin)] = true
	}
	if !opt.Unlimited {
		h.gate = rate.NewLimiter(handshakeRate, handshakeBurst)
	}
	h.upgrader = newUpgrader()
	h.epoch.Store(new(string))
	h.ctx, h.stop = context.WithCancel(context.Background())
	h.writers = newWriters(h)
	return h, nil
}

// Start learns the epoch and sets the work in the background going, which lasts until Drain, whatever becomes of ctx.
// It returns the error of the first question to Heads.
func (h *Hub) Start(ctx context.Context) error {
	heads, err := h.heads(ctx, nil)
	if err != nil {
		return fmt.Errorf("live: start: %w", err)
	}
	h.epoch.Store(&heads.Epoch)
	h.rights.Store(heads.Rights)
	h.renewed = h.opt.Clock.Now()
	h.ctx, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	h.writers.start()
	for range dispatchers() {
		h.work.Go(h.dispatch)
	}
	h.work.Go(func() { h.every(repairEvery, h.askNow, h.repair) })
	h.work.Go(func() { h.every(sweepEvery, nil, func(bool) { h.sweep() }) })
	h.work.Go(func() { h.every(readingEvery, nil, func(bool) { h.tellReading() }) })
	return nil
}

// Hint tells the hub, right after the commit, that a channel has reached a number. It never waits; hints may come
// twice, late, in any order or not at all.
func (h *Hub) Hint(channel string, seq int64) {
	now := time.Now().UnixNano() // how long frames take is measured by the machine's clock
	id, numbered := threadID(channel)
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := h.topics[channel]; t != nil && seq > t.head.Load() {
		t.hinted.CompareAndSwap(0, now)
		h.markLocked(t)
	}
	if numbered {
		h.hintListsLocked(id, now)
	}
}

// guard runs what was handed in from outside and makes an error of a panic.
func (h *Hub) guard(what string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			h.metrics.panics.Add(1)
			h.log.Error("live: panic", "in", what, "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("live: %s panicked: %v", what, v)
		}
	}()
	return f()
}

func (h *Hub) read(ctx context.Context, channel string, since int64) (batch Batch, err error) {
	err = h.guard("Read", func() (err error) {
		batch, err = h.opt.Read(ctx, channel, since, resumeLimit)
		return err
	})
	return batch, err
}

func (h *Hub) heads(ctx context.Context, channels []string) (heads Heads, err error) {
	err = h.guard("Heads", func() (err error) {
		heads, err = h.opt.Heads(ctx, channels)
		return err
	})
	return heads, err
}

// variant is the variant in which somebody reads what has an audience.
func (h *Hub) variant(standing *Standing, audience any) Variant {
	variant := standing.Variant
	if h.opt.Class != nil {
		_ = h.guard("Class", func() error {
			variant.Class = h.opt.Class(standing.Viewer, audience)
			return nil
		})
	}
	return variant
}

// may is false when the rule itself fails.
func (h *Hub) may(viewer, audience any) (yes bool) {
	_ = h.guard("May", func() error {
		yes = h.opt.May(viewer, audience)
		return nil
	})
	return yes
}

// author is false when the question itself fails.
func (h *Hub) author(change Change, viewer any) (yes bool) {
	_ = h.guard("Author", func() error {
		yes = h.opt.Author(change, viewer)
		return nil
	})
	return yes
}

// own is the private frame of the viewer's numbers, nil when there are none or they cannot be read: the page can do
// without.
func (h *Hub) own(ctx context.Context, viewer any, channel string) []byte {
	var numbers []int
	err := h.guard("Own", func() (err error) {
		numbers, err = h.opt.Own(ctx, viewer, channel)
		return err
	})
	if err != nil {
		h.log.Warn("live: own numbers", "channel", channel, "err", err)
		return nil
	}
	if len(numbers) == 0 {
		return nil
	}
	return ownFrame(channel, numbers)
}

// all is every socket at this moment.
func (h *Hub) all() []*socket {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*socket, 0, len(h.sockets))
	for s := range h.sockets {
		all = append(all, s)
	}
	return all
}
