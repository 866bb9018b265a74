package bus

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	patience = 20 * time.Second // for what must come
	glance   = 5 * time.Millisecond
	space    = "space"
)

// freePort finds a port of the loopback address below those that systems choose for outgoing connections, so that a
// server can go away from it and come back.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := 12_000 + rand.IntN(20_000)
		if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			must(t, listener.Close())
			return port
		}
	}
	t.Fatal("no free port was found")
	return 0
}

// startNATS starts a server on a port of the loopback address; change may be nil. The result stops it.
func startNATS(t *testing.T, port int, change func(*server.Options)) (stop func()) {
	t.Helper()
	options := &server.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true}
	if change != nil {
		change(options)
	}
	s, err := server.NewServer(options)
	must(t, err)
	s.Start()
	if !s.ReadyForConnections(patience) {
		t.Fatal("the NATS of the test does not start")
	}
	stop = sync.OnceFunc(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	t.Cleanup(stop)
	return stop
}

func address(port int) string { return fmt.Sprintf("nats://127.0.0.1:%d", port) }

// instance is a bus that keeps what it hears.
type instance struct {
	*Bus
	t     *testing.T
	meter *prometheus.Registry

	mu    sync.Mutex
	heard []string
	log   bytes.Buffer
}

// open opens a bus of one more instance; change may be nil.
func open(t *testing.T, opt Options, change func(*Options)) *instance {
	t.Helper()
	i := &instance{t: t, meter: prometheus.NewRegistry()}
	if opt.Space == "" {
		opt.Space = space
	}
	opt.Moved = func(thread, seq int64) { i.hears(fmt.Sprintf("moved %d %d", thread, seq)) }
	opt.Rights = func() { i.hears("rights") }
	opt.Reading = func(from, channel string, readers int) {
		i.hears(fmt.Sprintf("reading %s %s %d", from, channel, readers))
	}
	opt.Joined = func() { i.hears("joined") }
	opt.Logger, opt.Registerer = slog.New(slog.NewTextHandler(i, nil)), i.meter
	if change != nil {
		change(&opt)
	}
	var err error
	i.Bus, err = Open(opt)
	must(t, err)
	t.Cleanup(i.Close)
	return i
}

// join opens a bus and waits until it stands.
func join(t *testing.T, port int) *instance {
	t.Helper()
	i := open(t, Options{URL: address(port)}, nil)
	i.await("the bus stands", func() bool { return i.count("joined") == 1 })
	return i
}

func (i *instance) hears(what string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.heard = append(i.heard, what)
}

// Write takes a line of the log.
func (i *instance) Write(line []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.log.Write(line)
}

func (i *instance) logged() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.log.String()
}

// count is how often something was heard.
func (i *instance) count(what string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := 0
	for _, one := range i.heard {
		if one == what {
			n++
		}
	}
	return n
}

// hints is everything that was heard but that the line stands.
func (i *instance) hints() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var hints []string
	for _, one := range i.heard {
		if one != "joined" {
			hints = append(hints, one)
		}
	}
	return strings.Join(hints, ", ")
}

func (i *instance) await(what string, so func() bool) {
	i.t.Helper()
	last := time.After(patience)
	look := time.NewTicker(glance)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-last:
			i.t.Fatalf("waited in vain until %s; heard %s; state %q; log:\n%s", what, i.hints(), i.State(), i.logged())
		}
	}
}

// awaitHints waits until exactly this was heard.
func (i *instance) awaitHints(want string) {
	i.t.Helper()
	i.await("it has heard "+want, func() bool { return i.hints() == want })
}

// meters reads a metric.
func (i *instance) meters(name string) float64 {
	i.t.Helper()
	families, err := i.meter.Gather()
	must(i.t, err)
	for _, family := range families {
		if family.GetName() == name {
			metric := family.GetMetric()[0]
			return metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
		}
	}
	i.t.Fatalf("there is no metric %s", name)
	return 0
}

// stranger is a client of NATS that is no instance.
func stranger(t *testing.T, port int) *nats.Conn {
	t.Helper()
	conn, err := nats.Connect(address(port))
	must(t, err)
	t.Cleanup(conn.Close)
	return conn
}

// answering listens on a port for what is no NATS: it says something to whoever comes, and nothing more.
func answering(t *testing.T, says string) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			} else if err == nil {
				t.Cleanup(func() { _ = conn.Close() })
				_, _ = conn.Write([]byte(says))
			}
		}
	}()
	tcp, _ := listener.Addr().(*net.TCPAddr)
	return tcp.Port
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
