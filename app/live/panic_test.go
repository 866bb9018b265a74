package live

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
)

// trap makes one of the functions from outside panic, once it is set.
type trap struct{ armed atomic.Pointer[string] }

func (p *trap) set(name string) { p.armed.Store(&name) }

func (p *trap) spring(name string) {
	if armed := p.armed.Load(); armed != nil && *armed == name {
		panic("a bug in " + name)
	}
}

// trapped puts the trap before every function that the hub is given. What only concerns others than thread 12 and anna
// stays sound.
func trapped(opt Options, p *trap) Options {
	sound := opt
	anna := func(v any) bool {
		who, _ := v.(viewer)
		return who.name == "anna"
	}
	spring := func(name, channel string) {
		if channel == ch || channel == "theme:open" {
			p.spring(name)
		}
	}
	opt.Read = func(ctx context.Context, channel string, since int64, limit int) (Batch, error) {
		spring("Read", channel)
		return sound.Read(ctx, channel, since, limit)
	}
	opt.Render = func(ctx context.Context, v Variant, c Change) (Frame, error) {
		if r, ok := c.Item.(row); ok && strings.HasPrefix(r.text, "trap") {
			p.spring("Render")
		}
		return sound.Render(ctx, v, c)
	}
	opt.Rows = func(ctx context.Context, channel string, ids []int64) (Rows, error) {
		spring("Rows", channel)
		return sound.Rows(ctx, channel, ids)
	}
	opt.RenderRow = func(ctx context.Context, channel string, v Variant, r Row) (string, error) {
		spring("RenderRow", channel)
		return sound.RenderRow(ctx, channel, v, r)
	}
	opt.May = func(v, a any) bool {
		if anna(v) {
			p.spring("May")
		}
		return sound.May(v, a)
	}
	opt.Own = func(ctx context.Context, v any, channel string) ([]int, error) {
		spring("Own", channel)
		return sound.Own(ctx, v, channel)
	}
	opt.Author = func(c Change, v any) bool {
		if anna(v) {
			p.spring("Author")
		}
		return sound.Author(c, v)
	}
	opt.Heads = func(ctx context.Context, channels []string) (Heads, error) {
		p.spring("Heads")
		return sound.Heads(ctx, channels)
	}
	opt.Revalidate = func(ctx context.Context, sessions []string) (map[string]Standing, error) {
		p.spring("Revalidate")
		return sound.Revalidate(ctx, sessions)
	}
	opt.Readers = func(channel string, _ int) { spring("Readers", channel) }
	opt.Allows = func(_ context.Context, _ any, channel string) (bool, error) {
		spring("Allows", channel)
		return true, nil
	}
	return opt
}

// Whatever panics of what the hub is given: the process lives, whoever is concerned is told to load the page again, is
// denied or lacks what can be done without, and nobody else notices.
func TestPanicsAreContained(t *testing.T) {
	const (
		sub     = `{"t":"sub","ch":"thread:12","since":0}`
		listSub = `{"t":"sub","ch":"theme:open"}`
		again   = `{"t":"reset","ch":"thread:12","why":"error","in_ms":10000}`
		listEnd = `{"t":"reset","ch":"theme:open","why":"error","in_ms":10000}`
		deny    = `{"t":"deny","ch":"thread:12"}`
	)
	respond := func(h *Hub, src *source) { h.Hint(ch, src.respond(ch, "anna", "trap")) }
	for _, tt := range []struct {
		name   string
		before string // what anna listens to when the trap is set
		then   func(h *Hub, src *source)
		after  string // and what she asks for then
		want   []string
	}{
		{"Read", "", nil, sub, []string{again}},
		{"Read", sub, func(h *Hub, src *source) { respond(h, src); told(h, ch) }, "", nil},
		{"Render", sub, respond, "", []string{again}},
		{"Rows", "", nil, listSub, []string{listEnd}},
		{"RenderRow", listSub, respond, "", []string{listEnd}},
		{"May", sub, respond, "", []string{deny}},
		{"May", "", nil, sub, []string{deny}},
		{"Own", "", nil, `{"t":"sub","ch":"thread:12"}`, []string{`{"t":"ok","ch":"thread:12","seq":1}`}},
		{"Author", sub, respond, "", []string{`{"t":"ev","ch":"thread:12","seq":2,"k":"response","n":2,"rev":1,"html":"<li data-n=\"2\" lang=\"en\" class=\"reader\">trap & more</li>"}`}},
		{"Heads", sub, func(h *Hub, _ *source) { h.repair(true) }, "", nil},
		{"Revalidate", sub, func(h *Hub, src *source) { src.do(ch, func(*channelState) { src.rights++ }); h.repair(false) }, "", nil},
		{"Readers", sub, func(h *Hub, _ *source) { h.tellReading() }, "", []string{reading(1)}},
		{"Allows", "", nil, sub, []string{again}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := newSource(ch, "thread:13")
			opt, _ := quiet(src)
			p := &trap{}
			h := startHub(t, trapped(opt, p))
			other := connect(t, h, src.member("bo")).hello()
			other.say(`{"t":"sub","ch":"thread:13"}`)
			other.wants(`{"t":"ok","ch":"thread:13","seq":1}`)
			c := connect(t, h, src.member("anna")).hello()
			if tt.before != "" {
				c.say(tt.before)
				for f := c.next(); f.T != "ok"; f = c.next() {
					continue
				}
			}
			p.set(tt.name)
			if tt.then != nil {
				tt.then(h, src)
			}
			if tt.after != "" {
				c.say(tt.after)
			}
			c.wants(tt.want...)
			waitFor(t, func() bool { return h.metrics.panics.Load() > 0 })
			c.round()
			p.set("")
			h.Hint("thread:13", src.respond("thread:13", "bo", "life goes on"))
			f := other.next()
			if tt.name == "Readers" {
				f = other.next() // the first is how many read
			}
			if f.T != "ev" || f.Ch != "thread:13" {
				t.Errorf("the other one got %s", f.raw)
			}
			// What failed is made good by the repair; who was ended comes back.
			h.repair(false)
			c.say(`{"t":"sub","ch":"thread:12","since":1}`)
			head, _ := src.page(ch, Variant{})
			for f := c.next(); f.T != "ok" || f.Seq != head; f = c.next() {
				if f.T == "reset" || f.T == "deny" {
					t.Fatalf("got %s", f.raw)
				}
			}
		})
	}
}
