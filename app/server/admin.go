package server

import (
	"context"
	"net"
	"net/http"
	"net/http/pprof"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// openAdmin serves health, metrics and profiles on the admin address. An address that
// is taken is a warning, not a stop. The result closes it.
func (r *running) openAdmin(ctx context.Context) func() {
	r.meters.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", r.config.AdminAddr)
	if err != nil {
		r.log.Warn("health and metrics are not served: the admin address is taken. Set COLLOQUY_ADMIN_ADDR",
			"address", r.config.AdminAddr)
		return func() {}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", r.healthz)
	mux.HandleFunc("GET /readyz", r.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(r.meters, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() { _ = server.Serve(listener) }() // ends with Close
	return func() { _ = server.Close() }
}

// healthz tells that the process answers, and how the bus is when there is one: without
// it the site goes on, so it changes nothing about the status.
func (r *running) healthz(w http.ResponseWriter, _ *http.Request) {
	text := "ok\n"
	if r.bus != nil {
		text += "bus: " + r.bus.State() + "\n"
	}
	_, _ = w.Write([]byte(text))
}

func (r *running) readyz(w http.ResponseWriter, request *http.Request) {
	ctx, cancel := context.WithTimeout(request.Context(), 2*time.Second)
	defer cancel()
	if !r.ready.Load() {
		http.Error(w, "starting or stopping", http.StatusServiceUnavailable)
		return
	}
	if err := r.store.Ping(ctx); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

func (s *site) outbox() string { return filepath.Join(s.config.DataDir, "outbox") }
