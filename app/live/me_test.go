package live

import (
	"errors"
	"testing"

	"github.com/gorilla/websocket"
)

const (
	signedOut = `{"t":"ev","ch":"me","k":"end","why":"signed out"}`
	suspended = `{"t":"ev","ch":"me","k":"end","why":"suspended"}`
)

// ends expects the close, and nothing before it.
func (c *client) ends(code int) {
	c.t.Helper()
	f, err := c.receive()
	var closing *websocket.CloseError
	if !errors.As(err, &closing) || closing.Code != code {
		c.t.Errorf("got %s %v, not a close with %d", f.raw, err, code)
	}
}

func TestMe(t *testing.T) {
	for _, tt := range []struct {
		name string
		sub  string
		end  func(h *Hub, src *source)
		want []string
		code int
	}{
		{"the session ends", `{"t":"sub","ch":"me"}`, func(h *Hub, _ *source) { h.EndSession("s-anna") }, []string{signedOut}, CloseSessionEnded},
		{"the account ends", `{"t":"sub","ch":"me"}`, func(h *Hub, _ *source) { h.EndMember("m-anna") }, []string{suspended}, CloseAccountEnded},
		{"the session is found to have ended", `{"t":"sub","ch":"me"}`, func(h *Hub, src *source) {
			src.do(ch, func(*channelState) { delete(src.viewers, "s-anna"); src.rights++ })
			h.repair(false)
		}, []string{signedOut}, CloseSessionEnded},
		{"the account is found to be suspended", `{"t":"sub","ch":"me"}`, func(h *Hub, src *source) {
			src.do(ch, func(*channelState) { src.viewers["s-anna"] = Standing{Suspended: true}; src.rights++ })
			h.repair(false)
		}, []string{suspended}, CloseAccountEnded},
		{"nobody asked to be told", `{"t":"sub","ch":"thread:404"}`, func(h *Hub, _ *source) { h.EndSession("s-anna") }, nil, CloseSessionEnded},
		{"nobody asks any more", `[{"t":"sub","ch":"me"},{"t":"unsub","ch":"me"}]`, func(h *Hub, _ *source) { h.EndSession("s-anna") }, nil, CloseSessionEnded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := newSource(ch)
			opt, _ := quiet(src)
			h := startHub(t, opt)
			c := connect(t, h, src.member("anna")).hello()
			other := connect(t, h, src.member("bo")).hello()
			other.say(`{"t":"sub","ch":"me"}`)
			other.wants(`{"t":"ok","ch":"me"}`)
			c.say(tt.sub)
			c.next()
			c.round()
			tt.end(h, src)
			c.wants(tt.want...)
			c.ends(tt.code)
			other.round()
		})
	}
}

func TestMeIsForMembers(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := connect(t, h, Session{}).hello()
	c.say(`{"t":"sub","ch":"me"}`)
	c.wants(`{"t":"deny","ch":"me"}`)
	c.round()
}

// The end stands in the place of all that was still waiting.
func TestTheEndComesFirst(t *testing.T) {
	src := newSource(ch)
	opt, _ := quiet(src)
	h := startHub(t, opt)
	c := stick(t, h, src.member("anna"), `{"t":"sub","ch":"me"}`, `{"t":"sub","ch":"thread:12"}`)
	for i := range 5 {
		hint(t, h, ch, src.respond(ch, "bo", "a secret"))
		c.queued(i + 1)
	}
	h.EndSession("s-anna")
	c.queued(2)
	h.EndMember("m-anna") // the first code stands
	h.Hint(ch, src.respond(ch, "bo", "a secret"))
	h.Recheck()
	c.free()
	c.wants(signedOut)
	c.ends(CloseSessionEnded)
}
