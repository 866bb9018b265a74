package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// habit is how a reader keeps its line.
type habit int

const (
	steady   habit = iota
	restless       // is cut at random
	slow           // stops reading now and then
	polling        // asks /live/changes instead
	absent         // is away until the writers have stopped
	habits
)

// reader follows threads on whichever instance it finds.
type reader struct {
	name string
	habit
	bare    bool // has nothing of its threads to begin with but their addresses
	viewer  *viewer
	places  []*place
	random  *rand.Rand
	threads map[string]*followed // by channel
	tally   *tally
	written *atomic.Int64   // the acts of all posters
	calm    <-chan struct{} // closed when the writers have stopped: from then on nobody is cut or slow
}

// run reads until ctx ends.
func (r *reader) run(ctx context.Context) {
	for _, f := range r.threads {
		if r.load(ctx, f); r.bare {
			f.forget()
		}
	}
	if r.habit == absent {
		select {
		case <-ctx.Done():
		case <-r.calm:
		}
	}
	for ctx.Err() == nil {
		p := r.places[r.random.IntN(len(r.places))]
		if r.habit == polling {
			r.poll(ctx, p)
		} else {
			r.listen(ctx, p)
		}
		if pause(ctx, 20+r.random.IntN(200)) != nil {
			return
		}
	}
}

// load loads a thread's page, from whoever answers.
func (r *reader) load(ctx context.Context, f *followed) {
	for ctx.Err() == nil {
		whole, err := r.viewer.load(ctx, r.places[r.random.IntN(len(r.places))], f.id)
		if err == nil {
			f.begin(whole)
			return
		}
		r.refused(err)
		if pause(ctx, 20+r.random.IntN(100)) != nil {
			return
		}
	}
}

// refused looks at why a question failed: only a server that is away or going may fail it.
func (r *reader) refused(err error) {
	var answer answered
	if errors.As(err, &answer) && answer.code != http.StatusServiceUnavailable {
		r.tally.fault("%s: %v", r.name, err)
	}
}

// dial opens a line. A slow reader's takes little on the way, so that what it does not
// read waits in the server and not between the two.
func (r *reader) dial(ctx context.Context, p *place) (*websocket.Conn, error) {
	network := &net.Dialer{}
	if r.habit == slow {
		network.Control = func(_, _ string, raw syscall.RawConn) error {
			var small error
			err := raw.Control(func(fd uintptr) {
				small = errors.Join(syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096),
					syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1024))
			})
			return errors.Join(err, small)
		}
	}
	dialer := websocket.Dialer{
		Subprotocols: []string{"colloquy.v1"}, HandshakeTimeout: 10 * time.Second, Jar: r.viewer.jar, NetDialContext: network.DialContext,
	}
	header := r.viewer.header()
	header.Set("Origin", p.url())
	conn, _, err := dialer.DialContext(ctx, "ws://"+p.addr+"/live", header)
	return conn, err
}

// listen follows on one line until its end.
func (r *reader) listen(ctx context.Context, p *place) {
	conn, err := r.dial(ctx, p)
	if err != nil {
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if r.habit == restless {
		defer time.AfterFunc(time.Duration(50+r.random.IntN(1500))*time.Millisecond, func() { r.cut(conn) }).Stop()
	}
	for _, f := range r.threads {
		if conn.WriteMessage(websocket.TextMessage, f.ask()) != nil {
			return
		}
	}
	greeted, bade := false, false
	tired := time.Now()
	for {
		frames, err := receive(conn)
		if err != nil {
			r.ended(err, greeted && !bade)
			return
		}
		for i := range frames {
			if greeted = greeted || frames[i].T == "hello"; !greeted {
				r.tally.fault("%s: the first frame is %+v", r.name, frames[i])
			}
			bade = bade || frames[i].T == "bye"
			if answer := r.take(ctx, &frames[i]); answer != nil && conn.WriteMessage(websocket.TextMessage, answer) != nil {
				return
			}
		}
		if r.habit == slow && time.Since(tired) > time.Second {
			r.rest(ctx)
			tired = time.Now()
		}
	}
}

// receive reads one message. A line that is silent for too long is dead.
func receive(conn *websocket.Conn) ([]liveFrame, error) {
	if err := conn.SetReadDeadline(time.Now().Add(55 * time.Second)); err != nil {
		return nil, err
	}
	_, message, err := conn.ReadMessage()
	if err != nil {
		return nil, err
	}
	frames, err := framesOf(message)
	if err != nil {
		err = fmt.Errorf("%w: %.200q: %w", errNoFrame, message, err)
	}
	return frames, err
}

// errNoFrame is the error of a message that is none of the protocol.
var errNoFrame = errors.New("a message is no frame")

// cut ends the line without a word, wherever it stands.
func (r *reader) cut(conn *websocket.Conn) {
	select {
	case <-r.calm:
		return
	default:
	}
	r.tally.cuts.Add(1)
	if raw, ok := conn.NetConn().(*net.TCPConn); ok {
		_ = raw.SetLinger(0) // what is on its way is lost
	}
	_ = conn.Close()
}

// rest reads nothing until so much was written that the server has given the reader up.
func (r *reader) rest(ctx context.Context) {
	r.tally.rests.Add(1)
	for until := r.written.Load() + 250; r.written.Load() < until; {
		select {
		case <-r.calm:
			return
		default:
		}
		if pause(ctx, 20) != nil {
			return
		}
	}
}

// ended looks at why a line ended: by the network's doing, or with a code that tells
// to come back. A restart must have been announced on a line that was greeted.
func (r *reader) ended(err error, unannounced bool) {
	var closed *websocket.CloseError
	switch {
	case errors.Is(err, errNoFrame):
		r.tally.fault("%s: %v", r.name, err)
	case !errors.As(err, &closed) || closed.Code == websocket.CloseAbnormalClosure:
	case closed.Code == websocket.CloseServiceRestart && unannounced:
		r.tally.fault("%s: the line ends for a restart without bye", r.name)
	case closed.Code == websocket.CloseServiceRestart, closed.Code == 4008, closed.Code == 4029:
		r.tally.closed(closed.Code)
	default:
		r.tally.fault("%s: the line ends with %v", r.name, err)
	}
}

// take applies a frame and gives what is to be answered, if anything.
func (r *reader) take(ctx context.Context, frame *liveFrame) []byte {
	f := r.threads[frame.Ch]
	switch {
	case frame.T == "hb":
		return []byte(`{"t":"pong"}`)
	case frame.T == "hello", frame.T == "bye":
		return nil
	case f == nil:
		r.tally.fault("%s: a frame of another channel: %+v", r.name, frame)
		return nil
	case frame.T == "reset":
		r.tally.reset(frame.Why)
		if frame.Why != "lag" && frame.Why != "far" {
			r.tally.fault("%s: thread %d is reset: %s", r.name, f.id, frame.Why)
		}
		if pause(ctx, r.random.IntN(frame.InMs+1)) == nil {
			r.load(ctx, f)
		}
		return f.ask()
	}
	applied, err := f.take(frame)
	r.tally.applied.Add(applied)
	if err != nil {
		r.tally.fault("%s: thread %d: %v", r.name, f.id, err)
	}
	if errors.Is(err, errMissed) {
		return f.ask()
	}
	return nil
}

// poll asks once for the changes of each thread.
func (r *reader) poll(ctx context.Context, p *place) {
	for channel, f := range r.threads {
		f.ask() // what comes has gaps, as before ok
		body, err := r.viewer.get(ctx, p.url()+"/live/changes?ch="+channel+"&since="+strconv.FormatInt(f.last, 10)+"&ep="+f.epoch)
		if err != nil {
			r.refused(err)
			return
		}
		var answer struct {
			Frames []liveFrame `json:"frames"`
		}
		if err := json.Unmarshal(body, &answer); err != nil || len(answer.Frames) == 0 {
			r.tally.fault("%s: the changes are %.200s", r.name, body)
			return
		}
		r.tally.polls.Add(1)
		for i := range answer.Frames {
			r.take(ctx, &answer.Frames[i])
		}
		if last := answer.Frames[len(answer.Frames)-1].T; last != "ok" && last != "reset" {
			r.tally.fault("%s: the last frame of the changes is %s", r.name, last)
		}
	}
}
