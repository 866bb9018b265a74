//go:build linux

package server

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"time"
)

// open begins a reader's line.
func (f *fleet) open(r *reader) {
	fd, err := knock(f.to, r.source, r.slow)
	if errors.Is(err, syscall.ECONNREFUSED) {
		f.comeBack(r)
		return
	} else if err != nil {
		f.fail(err)
		return
	}
	r.fd, r.rest = fd, nil
	f.lines[int32(fd)] = r
	f.move(r, knocking)
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLOUT, Fd: int32(fd)}
	if err := syscall.EpollCtl(f.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
		f.fail(fmt.Errorf("watch a socket: %w", err))
	}
}

// opened is called when a line is there, or has failed.
func (f *fleet) opened(r *reader) {
	if code, err := syscall.GetsockoptInt(r.fd, syscall.SOL_SOCKET, syscall.SO_ERROR); err != nil || code != 0 {
		f.lost(r)
		return
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(r.fd)}
	if err := syscall.EpollCtl(f.epoll, syscall.EPOLL_CTL_MOD, r.fd, &event); err != nil {
		f.fail(fmt.Errorf("watch a socket: %w", err))
		return
	}
	r.opened = time.Now()
	if r.bare {
		f.move(r, settled)
		return
	}
	f.move(r, shaking)
	f.write(r, handshake(f.addr, r.cookie))
}

func (f *fleet) write(r *reader, message []byte) {
	if r.fd < 0 {
		return
	}
	if n, err := syscall.Write(r.fd, message); err != nil || n < len(message) {
		f.lost(r)
	}
}

// hangUp ends a reader's line.
func (f *fleet) hangUp(r *reader) {
	if r.fd < 0 {
		return
	}
	delete(f.lines, int32(r.fd))
	_ = syscall.Close(r.fd) // it is not used again, whatever this says
	r.fd, r.rest = -1, nil
	f.move(r, away)
}

// lost ends a line that the other side has ended; the reader comes back.
func (f *fleet) lost(r *reader) {
	f.tally.lost++
	f.hangUp(r)
	f.comeBack(r)
}

// Pauses before a browser comes back.
const (
	pauseFirst = 500 * time.Millisecond
	pauseMost  = 30 * time.Second
	lived      = 10 * time.Second // a line that lasted so long makes the next pause short
)

// comeBack opens a reader's line again, after a pause as browsers make it.
func (f *fleet) comeBack(r *reader) {
	if !r.opened.IsZero() && time.Since(r.opened) > lived {
		r.tries = 0
	}
	r.opened = time.Time{}
	wait := time.Duration(rand.Float64() * float64(min(pauseMost, pauseFirst<<min(r.tries, 10))))
	r.tries++
	f.after(wait, func() { f.open(r) })
}

// ready reads what has come on a line.
func (f *fleet) ready(r *reader) {
	if r.stage == knocking {
		f.opened(r)
		return
	}
	n, err := syscall.Read(r.fd, f.bytes)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		return
	}
	if err != nil || n <= 0 {
		f.lost(r)
		return
	}
	f.came = time.Now()
	data := f.bytes[:n]
	if len(r.rest) > 0 {
		data = append(r.rest, data...)
	}
	rest := f.take(r, data)
	switch {
	case r.fd < 0: // the line has ended meanwhile
	case len(rest) == 0:
		r.rest = nil
	default:
		r.rest = bytes.Clone(rest)
	}
}

// take works through what has come and gives what is not whole yet.
func (f *fleet) take(r *reader, data []byte) []byte {
	if r.stage == shaking {
		status, rest, whole := cutAnswer(data)
		if !whole {
			return data
		}
		if status != 101 {
			f.tally.refused++
			f.hangUp(r)
			f.comeBack(r)
			return nil
		}
		data = rest
		f.listen(r)
	}
	for r.fd >= 0 {
		kind, message, rest, whole := cutMessage(data)
		if !whole {
			return data
		}
		switch {
		case kind == closeMessage && len(message) >= 2:
			f.tally.closes[int(binary.BigEndian.Uint16(message))]++
			f.lost(r)
		case kind == textMessage:
			f.message(r, message)
			if f.sampling {
				f.sample = bytes.Clone(data[:len(data)-len(rest)])
			}
		}
		data = rest
	}
	return nil
}

// listen asks for a reader's channels. A slow reader reads nothing from here on.
func (f *fleet) listen(r *reader) {
	f.move(r, subscribing)
	subs := make([]string, 0, len(r.follows))
	for i := range r.follows {
		subs = append(subs, r.follows[i].sub(f.epoch))
	}
	f.write(r, clientMessage("["+strings.Join(subs, ",")+"]"))
	if !r.slow || r.fd < 0 {
		return
	}
	if err := syscall.EpollCtl(f.epoll, syscall.EPOLL_CTL_DEL, r.fd, nil); err != nil {
		f.fail(fmt.Errorf("leave a socket alone: %w", err))
	}
	f.move(r, settled)
}

func (f *fleet) message(r *reader, message []byte) {
	f.tally.messages++
	if r.bare {
		f.tally.changes++
		f.tally.took = append(f.tally.took, time.Since(f.bareAt))
		return
	}
	for frame, rest := cutFrame(message); frame != nil && r.fd >= 0; frame, rest = cutFrame(rest) {
		f.frame(r, frame)
	}
}

var pong = clientMessage(`{"t":"pong"}`)

// frame does what a browser does with a frame, short of showing it.
func (f *fleet) frame(r *reader, frame []byte) {
	kind := text(frame, `"t":`)
	switch string(kind) {
	case "hello":
		f.epoch = string(text(frame, `"ep":`))
		return
	case "hb":
		f.write(r, pong)
		return
	}
	var channel *following
	for i := range r.follows {
		if r.follows[i].channel == string(text(frame, `"ch":`)) {
			channel = &r.follows[i]
		}
	}
	if channel == nil {
		return
	}
	switch string(kind) {
	case "ev", "skip", "ok":
		f.channelFrame(r, channel, string(kind), frame)
	case "reset":
		f.tally.resets[string(text(frame, `"why":`))]++
		channel.mine, channel.live = -1, false
		f.move(r, subscribing)
		wait := time.Duration(rand.Float64() * float64(number(frame, `"in_ms":`)) * float64(time.Millisecond))
		f.after(wait, func() {
			if !channel.live && r.stage == subscribing {
				f.write(r, clientMessage(channel.sub(f.epoch)))
			}
		})
	case "deny":
		f.fail(fmt.Errorf("a reader was denied %s", channel.channel))
	}
}

// channelFrame applies the rule to a frame of a channel.
func (f *fleet) channelFrame(r *reader, channel *following, kind string, frame []byte) {
	seq := number(frame, `"seq":`)
	if kind == "ev" {
		f.tally.changes++
		if sent, ok := f.sent[seq]; ok && channel.live {
			f.tally.took = append(f.tally.took, time.Since(sent))
		}
	}
	if !channel.numbered() {
		channel.live = channel.live || kind == "ok"
	} else if channel.take(kind, seq, number(frame, `"to":`), &f.tally) {
		f.write(r, clientMessage(channel.sub(f.epoch)))
	}
	if kind != "ok" || r.stage != subscribing {
		return
	}
	for i := range r.follows {
		if !r.follows[i].live {
			return
		}
	}
	f.move(r, settled)
}
