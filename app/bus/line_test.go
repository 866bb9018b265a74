package bus

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

func TestNATSStoppedAndStartedAgain(t *testing.T) {
	port := freePort(t)
	stop := startNATS(t, port, nil)
	first, second := join(t, port), join(t, port)
	first.Moved(1, 1)
	second.awaitHints("moved 1 1")
	stop()
	for _, i := range []*instance{first, second} {
		i.await("the loss is noticed", func() bool { return !i.Healthy() })
		if i.meters("colloquy_bus_connected") != 0 || !strings.HasPrefix(i.State(), "not connected, ") || !strings.Contains(i.State(), "posting and reading go on") {
			t.Errorf("without NATS the state is %q", i.State())
		}
	}
	for seq := range int64(3 * queued) {
		first.Moved(1, seq+2)
	}
	if n := first.meters("colloquy_bus_dropped_total"); n != 3*queued {
		t.Errorf("%v hints are counted as dropped, want %d", n, 3*queued)
	}
	startNATS(t, port, nil)
	for _, i := range []*instance{first, second} {
		i.await("everything is looked up again", func() bool { return i.count("joined") == 2 })
	}
	first.Moved(2, 9)
	second.awaitHints("moved 1 1, moved 2 9") // and none of the stale ones
	for _, words := range []string{"the bus is connected\"", "the bus is lost", "the bus is connected again"} {
		if n := strings.Count(first.logged(), words); n != 1 {
			t.Errorf("%q is logged %d times:\n%s", words, n, first.logged())
		}
	}
}

func TestNATSAbsentAtTheStart(t *testing.T) {
	port := freePort(t)
	first, second := open(t, Options{URL: address(port)}, nil), open(t, Options{URL: address(port)}, nil)
	first.Moved(1, 1)
	first.await("the absence is noticed", func() bool { return strings.HasPrefix(first.State(), "not connected, nothing answers there") })
	startNATS(t, port, nil)
	for _, i := range []*instance{first, second} {
		i.await("the bus stands", func() bool { return i.count("joined") == 1 })
	}
	first.Moved(1, 2)
	second.awaitHints("moved 1 2")
	if log := first.logged(); strings.Count(log, "level=WARN") != 1 || strings.Count(log, "the bus cannot be reached") != 1 {
		t.Errorf("an absence is logged as\n%s", log)
	}
}

// Nothing is taken from the queue while the bus is held up; hints go on being given.
func TestAHintNeverWaits(t *testing.T) {
	port := freePort(t)
	startNATS(t, port, nil)
	held := make(chan struct{})
	i := open(t, Options{URL: address(port)}, func(opt *Options) { opt.Joined = func() { <-held } })
	i.await("the bus stands", i.Healthy)
	for range queued + 100 {
		i.Moved(1, 1)
	}
	if n := i.meters("colloquy_bus_dropped_total"); n != 100 {
		t.Errorf("%v hints are counted as dropped, want 100", n)
	}
	other := join(t, port)
	close(held)
	other.await("what has waited is sent", func() bool { return other.count("moved 1 1") == queued })
}

// What waited while the line broke is not sent on the next one: it is known by then.
func TestStaleHintsAreNotSent(t *testing.T) {
	port := freePort(t)
	stop := startNATS(t, port, nil)
	held := make(chan struct{})
	i := open(t, Options{URL: address(port)}, func(opt *Options) { opt.Joined = func() { <-held } })
	i.await("the bus stands", i.Healthy)
	other := join(t, port)
	for range 1000 {
		i.Moved(1, 1)
	}
	stop()
	other.await("the loss is noticed", func() bool { return !other.Healthy() })
	close(held)
	i.await("what waited is gone", func() bool {
		return i.meters("colloquy_bus_sent_total")+i.meters("colloquy_bus_dropped_total") == 1000
	})
	startNATS(t, port, nil)
	for _, one := range []*instance{i, other} {
		one.await("the bus stands again", one.Healthy)
	}
	i.Moved(2, 2)
	other.awaitHints("moved 2 2")
}

// Whoever cannot keep up has missed hints, and looks everything up.
func TestWhoCannotKeepUpLooksEverythingUp(t *testing.T) {
	port := freePort(t)
	startNATS(t, port, nil)
	free := make(chan struct{})
	var i *instance
	i = open(t, Options{URL: address(port)}, func(opt *Options) {
		opt.Rights = func() {
			i.hears("rights")
			<-free
		}
	})
	i.await("the bus stands", func() bool { return i.count("joined") == 1 })
	other := stranger(t, port)
	must(t, other.Publish(root+space, []byte("rights")))
	i.awaitHints("rights")
	for range heldMost + 2 {
		must(t, other.Publish(root+space, []byte("moved 1 1")))
	}
	i.await("everything is looked up again", func() bool { return i.count("joined") == 2 })
	close(free)
	must(t, other.Publish(root+space, []byte("moved 2 2")))
	i.await("hints are heard again", func() bool { return i.count("moved 2 2") == 1 })
	if !strings.Contains(i.logged(), "more came in than could be taken") {
		t.Errorf("the reason is not logged:\n%s", i.logged())
	}
}

// What was said before the end is sent, and nothing after it.
func TestCloseSendsWhatWaits(t *testing.T) {
	port := freePort(t)
	startNATS(t, port, nil)
	first, second := join(t, port), join(t, port)
	for seq := range int64(500) {
		first.Moved(1, seq+1)
	}
	first.Close()
	first.Moved(2, 2)
	first.Close()
	second.await("the last hint is heard", func() bool { return second.count("moved 1 500") == 1 })
	if first.Healthy() || first.State() != "closed" || first.meters("colloquy_bus_dropped_total") != 1 {
		t.Errorf("a closed bus is in state %q", first.State())
	}
	second.Moved(3, 3)
	third := join(t, port)
	third.Moved(4, 4)
	second.await("the others go on", func() bool { return second.count("moved 4 4") == 1 })
	if first.hints() != "" || second.count("moved 2 2") != 0 {
		t.Errorf("after the end: heard %q", first.hints())
	}
}

// A server that takes connections and stays silent holds up neither hints nor the end.
func TestASilentServerHoldsNothingUp(t *testing.T) {
	i := open(t, Options{URL: address(answering(t, ""))}, nil)
	i.Moved(1, 1)
	i.await("it is given up", func() bool { return strings.HasPrefix(i.State(), "not connected") })
	i.Close()
	if i.State() != "closed" {
		t.Errorf("the state is %q", i.State())
	}
}

const secret = "p4ssw0rd-of-nats"

// limited is a server for one user, who may do what the permissions say.
func limited(t *testing.T, port int, publish, subscribe string) (stop func()) {
	t.Helper()
	return startNATS(t, port, func(options *server.Options) {
		options.Users = []*server.User{{Username: "colloquy", Password: secret, Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: []string{publish}},
			Subscribe: &server.SubjectPermission{Allow: []string{subscribe}},
		}}}
	})
}

// withUser adds credentials to an address.
func withUser(port int, user, password string) string {
	return strings.Replace(address(port), "://", "://"+user+":"+password+"@", 1)
}

func TestWhatIsWrongIsSaidInWordsWithoutCredentials(t *testing.T) {
	free, guarded, deaf, mute := freePort(t), freePort(t), freePort(t), freePort(t)
	startNATS(t, free, nil)
	limited(t, guarded, "colloquy.>", "colloquy.>")
	limited(t, deaf, "colloquy.>", "others.>")
	limited(t, mute, "others.>", "colloquy.>")
	encrypted := freePort(t)
	startNATS(t, encrypted, func(options *server.Options) { options.TLSConfig = selfSigned(t) })
	must(t, Check(t.Context(), address(free)+","+withUser(guarded, "colloquy", secret)))
	for _, c := range []struct{ url, says string }{
		{withUser(freePort(t), "colloquy", secret), "nothing answers there"},
		{withUser(guarded, "colloquy", secret+"x"), "refuses the user, password or token"},
		{withUser(guarded, secret, ""), "refuses the user, password or token"},
		{withUser(deaf, "colloquy", secret), "does not let this user"},
		{withUser(mute, "colloquy", secret), "does not let this user"},
		{strings.Replace(withUser(free, "colloquy", secret), "nats", "tls", 1), "offers no encryption"},
		{strings.Replace(withUser(free, "colloquy", secret), "nats", "wss", 1), "offers no encryption"},
		{strings.Replace(withUser(encrypted, "colloquy", secret), "nats", "tls", 1), "certificate cannot be trusted"},
		{withUser(answering(t, "SSH-2.0-OpenSSH_9.9\r\n"), "colloquy", secret), "what answers there is no NATS"},
		{withUser(answering(t, ""), "colloquy", secret), "nothing answers there"},
		{strings.Replace(withUser(answering(t, ""), "colloquy", secret), "nats", "wss", 1), "nothing answers there"},
		{"nats://colloquy:" + secret + "@nats.invalid", "host name is not known"},
		{"nats://colloquy:" + secret + "@[::1", "cannot be read"},
	} {
		i := open(t, Options{URL: c.url}, nil)
		err := Check(t.Context(), c.url)
		if err == nil {
			t.Errorf("%s passes", c.says)
			continue
		}
		i.await("the state is known", func() bool { return strings.HasPrefix(i.State(), "not connected") })
		i.Close()
		if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q does not say %q", err, c.says)
		}
		for _, text := range []string{err.Error(), i.State(), i.logged()} {
			if strings.Contains(text, "p4ssw0rd") {
				t.Errorf("the password stands in %q", text)
			}
		}
	}
	if err := Check(t.Context(), " , "); err == nil {
		t.Error("no address passes")
	}
	both := Check(t.Context(), address(free)+","+address(freePort(t)))
	if both == nil || strings.Contains(both.Error(), fmt.Sprint(free)) {
		t.Errorf("of two addresses one is wrong: %v", both)
	}
}

// Credentials that are mended on the server's side are taken without a restart here.
func TestARefusalIsNoEnd(t *testing.T) {
	port := freePort(t)
	stop := limited(t, port, "colloquy.>", "others.>")
	i := open(t, Options{URL: withUser(port, "colloquy", secret)}, nil)
	i.await("the refusal is known", func() bool { return strings.Contains(i.State(), "does not let this user") })
	if i.Healthy() || i.count("joined") != 0 {
		t.Error("a bus that is not heard says that it is well")
	}
	stop()
	limited(t, port, "colloquy.>", "colloquy.>")
	i.await("the bus stands", i.Healthy)
}

// selfSigned is a certificate that nobody trusts.
func selfSigned(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}
