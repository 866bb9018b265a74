package live

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

// model is a reader's page: it applies frames by the client's rule and complains about a number that is missing or
// comes twice.
type model struct {
	t       *testing.T
	src     *source
	hub     *Hub
	session Session
	channel string
	rnd     *rand.Rand

	mu     sync.Mutex
	mine   int64
	ep     string
	shown  map[int]string
	asked  int // subscriptions not yet answered
	ok     bool
	own    map[int]bool
	denied bool
	resets int
}

func (m *model) fresh() {
	m.src.mu.Lock()
	m.ep = m.src.epoch
	m.src.mu.Unlock()
	m.mine, m.shown = m.src.page(m.channel, m.session.Variant)
	m.own = map[int]bool{}
}

// live keeps the page up to date until it stands at a number that ends the test or is denied; it cuts its line, and
// subscribes again on the same, at random.
func (m *model) live(until func() int64, done chan<- struct{}) {
	defer func() { done <- struct{}{} }()
	m.mu.Lock()
	m.fresh()
	m.mu.Unlock()
	for {
		c := connect(m.t, m.hub, m.session)
		m.asked = 0
		m.sub(c)
		life := 5 + m.rnd.IntN(60)
		for range life {
			f, err := c.receive()
			if err != nil {
				m.t.Errorf("%s: %v", m.session.ID, err)
				return
			}
			m.apply(c, f)
			m.mu.Lock()
			finished := m.denied || m.ok && m.mine == until()
			m.mu.Unlock()
			if finished {
				m.rest(c)
				return
			}
			if m.rnd.IntN(40) == 0 {
				m.sub(c)
			}
		}
		_ = c.conn.Close()
	}
}

// rest takes what is still on its way: the numbers that are one's own follow the change itself.
func (m *model) rest(c *client) {
	c.say(`{"t":"sub","ch":"thread:999999"}`)
	for {
		f, err := c.receive()
		if err != nil || f.Ch == "thread:999999" {
			return
		}
		m.apply(c, f)
	}
}

func (m *model) sub(c *client) {
	m.mu.Lock()
	defer m.mu.Unlock()
	// What of the old subscription is still on its way is applied as before; the ok of the new one comes after it.
	c.say(fmt.Sprintf(`{"t":"sub","ch":"%s","since":%d,"ep":"%s"}`, m.channel, m.mine, m.ep))
	m.asked++
	m.ok = false
}

func (m *model) apply(c *client, f frame) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.Ch != "" && f.Ch != m.channel {
		m.t.Errorf("%s got a frame of %s", m.session.ID, f.Ch)
	}
	if m.denied && f.T != "deny" { // a subscription that was still under way is denied as well
		m.t.Errorf("%s got %s after deny", m.session.ID, f.raw)
	}
	switch f.T {
	case "ev", "skip":
		if f.Seq <= m.mine {
			if m.ok {
				m.t.Errorf("%s at %d: doubled %s", m.session.ID, m.mine, f.raw)
			}
			return
		}
		if m.ok && f.Seq != m.mine+1 {
			m.t.Errorf("%s at %d: missing before %s", m.session.ID, m.mine, f.raw)
		}
		m.mine = max(f.Seq, f.To)
		if f.T == "ev" {
			m.shown[f.number()] = f.HTML
		}
	case "ok":
		if f.Seq < m.mine {
			m.t.Errorf("%s at %d: %s", m.session.ID, m.mine, f.raw)
		}
		m.asked--
		m.mine, m.ok = f.Seq, m.asked == 0
	case "own":
		for n := range strings.SplitSeq(strings.Trim(string(f.N), "[]"), ",") {
			number := 0
			_, _ = fmt.Sscan(n, &number)
			m.own[number] = true
		}
	case "reset":
		m.resets++
		m.fresh()
		if !m.ok {
			m.asked--
		}
		m.asked++
		m.ok = false
		c.say(fmt.Sprintf(`{"t":"sub","ch":"%s","since":%d,"ep":"%s"}`, m.channel, m.mine, m.ep))
	case "deny":
		m.denied = true
	}
}

// TestModel lets many readers follow channels that change at random, while hints are lost, doubled and late, lines
// are cut and one channel is closed to those outside for good. In the end every page equals a fresh one.
func TestModel(t *testing.T) {
	channels := []string{"thread:1", "thread:2", "thread:3"}
	closing := channels[2]
	src := newSource(channels...)
	opt := src.options()
	opt.Unlimited = true
	opt.Clock.After = func(d time.Duration) <-chan time.Time { return time.After(d / 300) } // repair every 10 ms
	hub := startHub(t, opt)

	var ends sync.Map // channel to its last number, once the writers are done
	var readers []*model
	done := make(chan struct{})
	for i := range 24 {
		name := []string{"anna", "bo", "chi", ""}[i%4]
		session := Session{Viewer: viewer{name: name, insider: i%3 == 0}, Variant: Variant{[]string{"en", "ar"}[i%2], "reader"}}
		if name != "" {
			session.ID = fmt.Sprint("s-", i)
			session.Member = fmt.Sprint("m-", i)
			src.viewers[session.ID] = Standing{Viewer: session.Viewer, Variant: session.Variant}
		}
		m := &model{t: t, src: src, hub: hub, session: session, channel: channels[i%8%3], rnd: rand.New(rand.NewPCG(1, uint64(i)))}
		readers = append(readers, m)
		go m.live(func() int64 {
			if end, ok := ends.Load(m.channel); ok {
				return end.(int64)
			}
			return -1
		}, done)
	}

	var writers sync.WaitGroup
	for i, channel := range channels {
		writers.Go(func() { write(src, hub, channel, channel == closing, rand.New(rand.NewPCG(2, uint64(i)))) })
	}
	writers.Wait()
	for _, channel := range channels {
		// One act more after the ends are known, so that a reader who is there already notices.
		ends.Store(channel, src.do(channel, func(c *channelState) {})+1)
		src.respond(channel, "dee", "closed, the last")
	}
	for range readers {
		select {
		case <-done:
		case <-time.After(3 * testPatience):
			t.Fatal("a reader never gets to the end")
		}
	}
	for _, m := range readers {
		m.check(closing)
	}
	t.Logf("%+v", hub.Stats())
}

// write does random acts and hints of them badly.
func write(src *source, hub *Hub, channel string, closing bool, rnd *rand.Rand) {
	const acts = 600
	mark := "open"
	for i := range acts {
		if closing && i == acts/2 {
			mark = "closed"
			src.do(channel, func(c *channelState) { c.closed = true })
		}
		head := src.act(channel, rnd, mark)
		switch rnd.IntN(10) {
		case 0, 1, 2: // lost
		case 3: // doubled
			hub.Hint(channel, head)
			hub.Hint(channel, head)
		case 4: // of an older number
			hub.Hint(channel, head-3)
		default:
			hub.Hint(channel, head)
		}
		if i%2 == 0 {
			<-time.After(time.Millisecond) // the readers get a chance to be in time
		}
	}
}

func (m *model) check(closing string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, _ := m.session.Viewer.(viewer)
	if m.channel == closing && !who.insider {
		if !m.denied {
			m.t.Errorf("%s is still let in", m.session.ID)
		}
		for _, text := range m.shown {
			if strings.Contains(text, "closed") {
				m.t.Errorf("%s saw %s", m.session.ID, text)
			}
		}
		return
	}
	head, page := m.src.page(m.channel, m.session.Variant)
	if m.denied || m.mine != head || len(page) != len(m.shown) {
		m.t.Errorf("%s stands at %d of %d with %d of %d rows, denied: %v", m.session.ID, m.mine, head, len(m.shown), len(page), m.denied)
	}
	for n, want := range page {
		if m.shown[n] != want {
			m.t.Errorf("%s: row %d is %q, the page has %q", m.session.ID, n, m.shown[n], want)
		}
	}
	own, _ := m.hub.opt.Own(m.t.Context(), m.session.Viewer, m.channel)
	for _, n := range own {
		if !m.own[n] {
			m.t.Errorf("%s was not told of their own %d", m.session.ID, n)
		}
	}
}
