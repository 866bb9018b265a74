package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	nats "github.com/nats-io/nats-server/v2/server"

	"colloquy/app/forumtest"
)

// startNATS starts a NATS at an address of the loopback. The result stops it.
func startNATS(t *testing.T, address string) (stop func()) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	must(t, err)
	number, err := strconv.Atoi(port)
	must(t, err)
	s, err := nats.NewServer(&nats.Options{Host: host, Port: number, NoLog: true, NoSigs: true, Username: "colloquy", Password: "of-the-bus"})
	must(t, err)
	s.Start()
	if !s.ReadyForConnections(startWithin) {
		t.Fatal("the NATS of the test does not start")
	}
	stop = func() {
		s.Shutdown()
		s.WaitForShutdown()
	}
	t.Cleanup(stop)
	return stop
}

// says reads what an address of the admin side says.
func (p *place) says(path string) string {
	p.t.Helper()
	response, err := impatient.Get("http://" + p.admin + path)
	must(p.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(p.t, err)
	if response.StatusCode != http.StatusOK {
		p.t.Errorf("%s answers %d: %s", path, response.StatusCode, text)
	}
	return string(text)
}

// meter reads a metric without labels.
func (p *place) meter(name string) float64 {
	p.t.Helper()
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(p.says("/metrics"))
	if found == nil {
		p.t.Fatalf("there is no metric %s", name)
	}
	value, err := strconv.ParseFloat(found[1], 64)
	must(p.t, err)
	return value
}

// changed is a frame as far as it is looked at here.
type changed struct {
	T   string
	Seq int64
}

// next reads a live line up to a change and returns its number.
func next(t *testing.T, line *websocket.Conn) int64 {
	t.Helper()
	for {
		_, text, err := line.ReadMessage()
		must(t, err)
		frames := make([]changed, 1)
		if bytes.HasPrefix(text, []byte("[")) {
			must(t, json.Unmarshal(text, &frames))
		} else {
			must(t, json.Unmarshal(text, &frames[0]))
		}
		for _, frame := range frames {
			switch frame.T {
			case "ev":
				return frame.Seq
			case "reset", "deny", "skip":
				t.Fatalf("the line says %s", text)
			}
		}
	}
}

// Two instances tell each other through NATS. While it is away both go on and say so,
// and whoever reads at one misses nothing that is written at the other.
func TestTwoInstances(t *testing.T) {
	t.Parallel()
	database, bus := forumtest.Postgres(t), freeAddress(t)
	here, there := newPlace(t, database), newPlace(t, database)
	for _, p := range []*place{here, there} {
		p.env["COLLOQUY_NATS_URL"] = "nats://colloquy:of-the-bus@" + bus
	}
	writer := here.member("writer@example.org", "member")
	if said := here.refused("something wrong", "doctor").out; !strings.Contains(said, "NATS at "+bus+": nothing answers there") {
		t.Errorf("without NATS the doctor says %q", said)
	}
	stop := startNATS(t, bus)
	if said := here.done("doctor"); !strings.Contains(said, "NATS answers") {
		t.Errorf("with NATS the doctor says %q", said)
	}
	servers := []*server{here.serve(), there.serve()}
	both := func(state string) {
		t.Helper()
		for _, s := range servers {
			s.await(seen, "the bus is "+state, func() bool { return strings.HasPrefix(s.says("/healthz"), "ok\nbus: "+state) })
			if s.status("http://"+s.admin+"/readyz") != http.StatusOK || s.status(s.url()+"/healthz") != http.StatusOK {
				t.Errorf("with the bus %s an instance is not ready", state)
			}
		}
	}
	both("connected")
	thread := startThread(t, writer, "Who else is here?")
	line := there.live(nil)
	must(t, line.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"t":"sub","ch":"thread:%d","since":1}`, thread.ID)))
	seq := int64(1)
	respond := func(says string) {
		t.Helper()
		for range 3 {
			seq++
			code, text, err := writer.call(t.Context(), http.MethodPost, threadPath(thread.ID)+"/responses", fmt.Sprint(seq), map[string]string{"body": says})
			if err != nil || code != http.StatusCreated {
				t.Fatalf("a response is answered with %d, %v: %s", code, err, text)
			}
			if got := next(t, line); got != seq {
				t.Fatalf("%s: the change %d arrives, want %d", says, got, seq)
			}
		}
	}
	heard := there.meter("colloquy_bus_received_total")
	respond("Through the bus.")
	servers[1].await(seen, "the hints are received", func() bool { return there.meter("colloquy_bus_received_total") >= heard+3 })
	stop()
	both("not connected")
	respond("Without the bus.")
	if dropped := here.meter("colloquy_bus_dropped_total"); dropped < 3 {
		t.Errorf("%v hints are counted as dropped, want 3 at least", dropped)
	}
	startNATS(t, bus)
	both("connected")
	respond("Through the bus again.")
	servers[1].await(seen, "the hints are received", func() bool { return there.meter("colloquy_bus_received_total") >= heard+6 })
	for _, s := range servers {
		s.stop()
		if strings.Contains(s.log.String()+s.out.String(), "of-the-bus") {
			t.Errorf("the password of NATS is in what an instance says:\n%s", s.log.String())
		}
	}
}
