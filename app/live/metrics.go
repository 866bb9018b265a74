package live

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Stats is the state of the hub at one moment, and what it has done since it was made.
type Stats struct {
	Sockets       int
	Subscriptions int
	Topics        int
	Frames        uint64            // frames written to sockets
	Drops         uint64            // frames dropped from queues, because they were full or no longer allowed
	Resets        map[string]uint64 // by reason
	Resumes       map[string]uint64 // subscriptions by where they found what they needed: ring, rows, or head when they wanted nothing
	Repairs       uint64            // topics whose head had moved without a hint
}

type metrics struct {
	sockets       atomic.Int64
	subscriptions atomic.Int64
	frames        atomic.Uint64
	drops         atomic.Uint64
	repairs       atomic.Uint64
	refusals      atomic.Uint64
	panics        atomic.Uint64
	resets        map[string]*atomic.Uint64 // the keys are fixed when it is made
	resumes       map[string]*atomic.Uint64 // likewise
	latency       prometheus.Histogram
}

// Where a subscription found what it needed.
const (
	fromRing = "ring" // in memory
	fromRows = "rows" // by a question to the source
	fromHead = "head" // it wanted nothing
)

func newMetrics() *metrics {
	m := &metrics{resets: map[string]*atomic.Uint64{}, resumes: map[string]*atomic.Uint64{fromRing: {}, fromRows: {}, fromHead: {}}}
	m.latency = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "colloquy", Subsystem: "live", Name: "commit_to_frame_seconds",
		Help:    "Seconds from the hint that follows a commit to the end of the writing of its frame, for each socket.",
		Buckets: []float64{.0005, .001, .002, .005, .01, .02, .04, .08, .15, .25, .5, 1, 2, 5, 10},
	})
	for _, why := range []string{whyEpoch, whyAhead, whyFar, whyLag, whyRights, whyError} {
		m.resets[why] = new(atomic.Uint64)
	}
	return m
}

// Stats tells how the hub is doing.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	topics := len(h.topics)
	h.mu.Unlock()
	s := Stats{
		Sockets:       int(h.metrics.sockets.Load()),
		Subscriptions: int(h.metrics.subscriptions.Load()),
		Topics:        topics,
		Frames:        h.metrics.frames.Load(),
		Drops:         h.metrics.drops.Load(),
		Resets:        map[string]uint64{},
		Resumes:       map[string]uint64{},
		Repairs:       h.metrics.repairs.Load(),
	}
	for why, n := range h.metrics.resets {
		s.Resets[why] = n.Load()
	}
	for source, n := range h.metrics.resumes {
		s.Resumes[source] = n.Load()
	}
	return s
}

func (m *metrics) register(to prometheus.Registerer) error {
	if to == nil {
		return nil
	}
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "colloquy", Subsystem: "live", Name: name, Help: help}, value)
	}
	counter := func(name, help string, labels prometheus.Labels, value *atomic.Uint64) prometheus.Collector {
		opts := prometheus.CounterOpts{Namespace: "colloquy", Subsystem: "live", Name: name, Help: help, ConstLabels: labels}
		return prometheus.NewCounterFunc(opts, func() float64 { return float64(value.Load()) })
	}
	all := []prometheus.Collector{
		m.latency,
		gauge("sockets", "Open sockets.", func() float64 { return float64(m.sockets.Load()) }),
		gauge("subscriptions", "Channels that sockets listen to.", func() float64 { return float64(m.subscriptions.Load()) }),
		counter("frames_total", "Frames written to sockets.", nil, &m.frames),
		counter("drops_total", "Frames dropped from queues.", nil, &m.drops),
		counter("repairs_total", "Topics whose head had moved without a hint.", nil, &m.repairs),
		counter("refusals_total", "Handshakes refused.", nil, &m.refusals),
		counter("panics_total", "Panics caught.", nil, &m.panics),
	}
	for why, value := range m.resets {
		all = append(all, counter("resets_total", "Subscriptions ended with a reset.", prometheus.Labels{"why": why}, value))
	}
	for source, value := range m.resumes {
		all = append(all, counter("resumes_total", "Subscriptions by where they found what they needed.", prometheus.Labels{"source": source}, value))
	}
	var failed error
	for _, c := range all {
		failed = errors.Join(failed, to.Register(c))
	}
	if failed != nil {
		return fmt.Errorf("live: register metrics: %w", failed)
	}
	return nil
}
