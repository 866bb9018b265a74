package bus

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// root begins every subject, so that one permission, colloquy.>, is enough for an instance.
	root = "colloquy."

	dialWithin  = 2 * time.Second        // to one address, and for its answer
	writeWithin = 5 * time.Second        // for what stands in the socket's way
	pingEvery   = 10 * time.Second       // a line that answers none of two is dead
	againLeast  = 250 * time.Millisecond // before the line is made again, and
	againSpread = time.Second            // by chance up to so much more, so that not all instances come at once
	heldMost    = 8192                   // messages received and not yet looked at
	heldBytes   = 1 << 20
)

// line is one connection to NATS. It never mends itself: one that fails is left behind with all that it held, and the
// next one begins with Options.Joined.
type line struct {
	conn   *nats.Conn
	failed chan error // holds the first reason
}

// run keeps a line until ctx ends.
func (b *Bus) run(ctx context.Context) {
	defer close(b.ended)
	for ctx.Err() == nil {
		l, err := dial(ctx, b.servers, b.subject, b.hear)
		if err == nil {
			b.state.stands()
			b.call("Joined", b.opt.Joined != nil, b.opt.Joined)
			err = b.pump(ctx, l)
			l.conn.Close()
		}
		if ctx.Err() != nil {
			break
		}
		b.state.falls(err)
		b.discard()
		select {
		case <-ctx.Done():
		case <-time.After(againLeast + rand.N(againSpread)):
		}
	}
	b.state.ends()
	b.discard()
}

// pump sends what is in the queue until the line fails, whose reason it returns, or ctx ends.
func (b *Bus) pump(ctx context.Context, l *line) error {
	for {
		select {
		case hint := <-b.queue:
			b.publish(l, hint)
		case err := <-l.failed:
			return err
		case <-ctx.Done():
			for range len(b.queue) {
				b.publish(l, <-b.queue)
			}
			return nil
		}
	}
}

func (b *Bus) publish(l *line, hint []byte) {
	if err := l.conn.Publish(b.subject, hint); err != nil {
		b.metrics.dropped.Add(1) // why is told by failed
		return
	}
	b.metrics.sent.Add(1)
}

// discard drops what has waited: a hint that comes late says nothing that is not known by then.
func (b *Bus) discard() {
	for range len(b.queue) {
		<-b.queue
		b.metrics.dropped.Add(1)
	}
}

// dial makes a line on which the subject is listened to and may be spoken on. Whoever is told that it stands may look
// everything up: NATS has confirmed that nothing said from here on is missed.
func dial(ctx context.Context, servers []string, subject string, hear func([]byte)) (*line, error) {
	l := &line{failed: make(chan error, 1)}
	conn, err := nats.Connect(strings.Join(servers, ","),
		nats.Name("colloquy"), nats.NoEcho(), nats.NoReconnect(), nats.SkipHostLookup(),
		nats.SetCustomDialer(dialer{ctx}), nats.Timeout(dialWithin), nats.FlusherTimeout(writeWithin),
		nats.PingInterval(pingEvery), nats.NoCallbacksAfterClientClose(),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { l.fail(err) }),
		nats.ClosedHandler(func(conn *nats.Conn) { l.fail(conn.LastError()) }),
	)
	if err != nil {
		return nil, err
	}
	l.conn = conn
	if err := l.listen(ctx, subject, hear); err != nil {
		conn.Close()
		return nil, err
	}
	return l, nil
}

func (l *line) listen(ctx context.Context, subject string, hear func([]byte)) error {
	subscription, err := l.conn.Subscribe(subject, func(m *nats.Msg) { hear(m.Data) })
	if err != nil {
		return err
	}
	if err := subscription.SetPendingLimits(heldMost, heldBytes); err != nil {
		return err
	}
	// Nobody listens there: it is sent to learn now, rather than with the first hint, whether that is allowed.
	if err := l.conn.Publish(subject+".probe", nil); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	if err := l.conn.FlushWithContext(ctx); err != nil {
		return err
	}
	return l.conn.LastError() // a refusal comes before the answer to the flush
}

func (l *line) fail(err error) {
	if err == nil {
		err = nats.ErrConnectionClosed
	}
	select {
	case l.failed <- err:
	default: // the first reason is the one to tell
	}
}

// dialer opens connections that are given up when ctx ends.
type dialer struct{ ctx context.Context }

// Dial opens a connection on which everything is bounded in time until the library sets its own deadlines: it sets
// none for the handshake of wss://.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: dialWithin}).DialContext(d.ctx, network, address)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(dialWithin)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// Check tries every address of a URL: whether NATS answers there, takes the credentials, and lets an instance listen
// and speak. The error says in words for which address what is wrong; it names hosts and never credentials.
func Check(ctx context.Context, addressList string) error {
	servers := addresses(addressList)
	if len(servers) == 0 {
		return errors.New("no address is given")
	}
	var wrong []string
	for _, server := range servers {
		l, err := dial(ctx, []string{server}, root+newInstance(), func([]byte) {})
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("NATS at %s: %s", host(server), explain(err)))
			continue
		}
		l.conn.Close()
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

// host is what may be shown of an address.
func host(server string) string {
	parsed, err := url.Parse(server)
	if err != nil || parsed.Host == "" {
		return "an address that cannot be read"
	}
	return parsed.Host
}
