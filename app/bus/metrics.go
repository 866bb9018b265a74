package bus

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what has become of hints since the bus was opened.
type metrics struct {
	sent      atomic.Uint64
	dropped   atomic.Uint64
	received  atomic.Uint64
	malformed atomic.Uint64
}

func (m *metrics) register(to prometheus.Registerer, connected func() bool) error {
	if to == nil {
		return nil
	}
	counter := func(name, help string, value *atomic.Uint64) prometheus.Collector {
		opts := prometheus.CounterOpts{Namespace: "colloquy", Subsystem: "bus", Name: name, Help: help}
		return prometheus.NewCounterFunc(opts, func() float64 { return float64(value.Load()) })
	}
	var failed error
	for _, c := range []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Namespace: "colloquy", Subsystem: "bus", Name: "connected", Help: "1 while hints travel between instances.",
		}, func() float64 {
			if connected() {
				return 1
			}
			return 0
		}),
		counter("sent_total", "Hints sent to other instances.", &m.sent),
		counter("dropped_total", "Hints not sent, because the line did not stand or was too slow.", &m.dropped),
		counter("received_total", "Messages received.", &m.received),
		counter("malformed_total", "Messages received that are no hint.", &m.malformed),
	} {
		failed = errors.Join(failed, to.Register(c))
	}
	if failed != nil {
		return fmt.Errorf("bus: register metrics: %w", failed)
	}
	return nil
}
