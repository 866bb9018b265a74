package bus

import (
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

func TestHintsReachTheOthersAndNotOneself(t *testing.T) {
	port := freePort(t)
	startNATS(t, port, nil)
	first, second := join(t, port), join(t, port)
	first.Moved(12, 48)
	first.Rights()
	first.Reading("thread:12", 3)
	second.awaitHints("moved 12 48, rights, reading " + first.instance + " thread:12 3")
	// What the second says now comes after anything that the first might have heard of itself.
	second.Moved(7, 1)
	first.awaitHints("moved 7 1")
	if !first.Healthy() || first.State() != "connected" || first.meters("colloquy_bus_connected") != 1 {
		t.Errorf("a bus that works says %q", first.State())
	}
	if sent, received := first.meters("colloquy_bus_sent_total"), second.meters("colloquy_bus_received_total"); sent != 3 || received != 3 {
		t.Errorf("%v hints were sent and %v received, want 3", sent, received)
	}
	if first.instance == second.instance {
		t.Error("two instances have the same name")
	}
}

func TestTwoCommunitiesOnOneNATSDoNotHearEachOther(t *testing.T) {
	port := freePort(t)
	startNATS(t, port, nil)
	ours, ourOther := join(t, port), join(t, port)
	theirs := open(t, Options{URL: address(port), Space: "elsewhere"}, nil)
	theirOther := open(t, Options{URL: address(port), Space: "elsewhere"}, nil)
	for _, one := range []*instance{theirs, theirOther} {
		one.await("the bus stands", one.Healthy)
	}
	ours.Moved(1, 1)
	ourOther.awaitHints("moved 1 1")
	theirs.Moved(2, 2)
	theirOther.awaitHints("moved 2 2")
	ours.Rights()
	ourOther.awaitHints("moved 1 1, rights")
	if ours.hints() != "" || theirs.hints() != "" {
		t.Errorf("heard of strangers: %s, %s", ours.hints(), theirs.hints())
	}
}

func TestMalformedMessagesAreCountedAndDropped(t *testing.T) {
	port := freePort(t)
	startNATS(t, port, nil)
	i, other := join(t, port), stranger(t, port)
	for _, text := range strange {
		must(t, other.Publish(root+space, []byte(text)))
	}
	must(t, other.Publish(root+space, []byte("moved 5 6")))
	i.awaitHints("moved 5 6")
	if n := i.meters("colloquy_bus_malformed_total"); n != float64(len(strange)) {
		t.Errorf("%v malformed messages are counted, want %d", n, len(strange))
	}
}

// A word that people wrote, such as the name in a theme's channel, never leaves the instance.
func TestOnlyNumbersTravel(t *testing.T) {
	port := freePort(t)
	startNATS(t, port, nil)
	first, second := join(t, port), join(t, port)
	first.Reading("theme:donors-who-left", 2)
	first.Reading("me", 2)
	first.Reading("thread:4", -1)
	first.Moved(0, 3)
	first.Moved(3, 3)
	second.awaitHints("moved 3 3")
	if n := first.meters("colloquy_bus_dropped_total"); n != 4 {
		t.Errorf("%v hints are counted as dropped, want 4", n)
	}
}

func TestAPanicOfWhoHearsIsSurvived(t *testing.T) {
	port := freePort(t)
	startNATS(t, port, nil)
	i := open(t, Options{URL: address(port)}, func(opt *Options) {
		opt.Moved = func(int64, int64) { panic("out of order") }
		opt.Joined = func() { panic("out of order") }
	})
	i.await("the bus stands", i.Healthy)
	other := join(t, port)
	other.Moved(1, 1)
	other.Rights()
	i.awaitHints("rights")
	if n := strings.Count(i.logged(), "bus: panic"); n != 2 {
		t.Errorf("%d panics are logged, want 2:\n%s", n, i.logged())
	}
}

// What nobody wants to hear is left alone.
func TestNothingNeedsToBeHeard(t *testing.T) {
	port := freePort(t)
	startNATS(t, port, nil)
	i := open(t, Options{URL: address(port)}, func(opt *Options) {
		*opt = Options{URL: opt.URL, Space: opt.Space, Registerer: opt.Registerer}
	})
	i.await("the bus stands", i.Healthy)
	other := join(t, port)
	other.Moved(1, 1)
	other.Rights()
	other.Reading("thread:1", 1)
	i.await("all is received", func() bool { return i.meters("colloquy_bus_received_total") == 3 })
	i.Rights()
	other.awaitHints("rights")
}

func TestASingleInstanceSaysNothing(t *testing.T) {
	var none *Bus
	none.Moved(1, 1)
	none.Rights()
	none.Reading("thread:1", 1)
	none.Close()
	if !none.Healthy() || none.State() != "a single instance" {
		t.Errorf("no bus is in state %q", none.State())
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	for want, opt := range map[string]Options{
		"URL":   {Space: space, URL: " , "},
		"Space": {Space: "of others.>", URL: "nats://127.0.0.1"},
	} {
		if _, err := Open(opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: %v", want, err)
		}
	}
	port := freePort(t)
	startNATS(t, port, nil)
	i := join(t, port)
	if _, err := Open(Options{URL: address(port), Space: space, Registerer: i.meter}); err == nil {
		t.Error("metrics that are taken are no error")
	}
}

func TestSeveralAddressesAndWebsockets(t *testing.T) {
	port, door := freePort(t), freePort(t)
	startNATS(t, port, func(options *server.Options) {
		options.Websocket = server.WebsocketOpts{Host: "127.0.0.1", Port: door, NoTLS: true}
	})
	second := open(t, Options{URL: strings.Replace(address(door), "nats", "ws", 1)}, nil)
	first := open(t, Options{URL: address(freePort(t)) + ", " + address(port)}, nil)
	first.await("the bus stands", first.Healthy)
	second.await("the bus stands", second.Healthy)
	first.Moved(1, 2)
	second.awaitHints("moved 1 2")
	second.Moved(3, 4)
	first.awaitHints("moved 3 4")
}
