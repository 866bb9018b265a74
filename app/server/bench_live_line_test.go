//go:build linux

package server

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
)

// A client's line is a bare socket that never blocks, and its frames are made and cut
// by hand: the client runs beside the server and must weigh little.

// What a websocket message is, as far as the server sends it.
const (
	textMessage  = 1
	closeMessage = 8
)

// knock opens a socket towards an address, from the loopback address that ends in
// source: the site counts readers by where they come from. A slow line takes little
// from the server before it is full.
func knock(to *syscall.SockaddrInet4, source byte, slow bool) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("open a socket: %w", err)
	}
	if slow {
		err = errors.Join(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 2048),
			syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 536))
	}
	err = errors.Join(err, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, source}}))
	if err == nil {
		if err = syscall.Connect(fd, to); errors.Is(err, syscall.EINPROGRESS) {
			err = nil
		}
	}
	if err != nil {
		_ = syscall.Close(fd) // the first error is the one to tell
		return -1, err
	}
	return fd, nil
}

// socketAddress is an address as the system's calls take it.
func socketAddress(addr string) (*syscall.SockaddrInet4, error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(text)
	ip := net.ParseIP(host).To4()
	if err != nil || ip == nil {
		return nil, fmt.Errorf("%s is no IPv4 address with a port", addr)
	}
	return &syscall.SockaddrInet4{Port: port, Addr: [4]byte(ip)}, nil
}

// handshake is the request for a websocket, with a session's cookie or "".
func handshake(addr, cookie string) []byte {
	request := "GET /live HTTP/1.1\r\nHost: " + addr + "\r\nOrigin: http://" + addr + "\r\nAccept-Language: en\r\n" +
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: colloquy.v1\r\n"
	if cookie != "" {
		request += "Cookie: " + cookie + "\r\n"
	}
	return []byte(request + "\r\n")
}

// cutAnswer takes the answer to the handshake off what has come. It is whole when it
// has come to its end; its status is 101 when the line is open.
func cutAnswer(data []byte) (status int, rest []byte, whole bool) {
	head, rest, whole := bytes.Cut(data, []byte("\r\n\r\n"))
	if !whole || len(head) < len("HTTP/1.1 101") {
		return 0, data, false
	}
	status, _ = strconv.Atoi(string(head[9:12])) // zero is no status, which is then told
	return status, rest, true
}

// clientMessage is a text message of a client. RFC 6455 wants it masked; masked with
// zeros it stays as it is.
func clientMessage(text string) []byte {
	message := []byte{0x80 | textMessage}
	if len(text) < 126 {
		message = append(message, 0x80|byte(len(text)))
	} else {
		message = binary.BigEndian.AppendUint16(append(message, 0x80|126), uint16(len(text)))
	}
	return append(append(message, 0, 0, 0, 0), text...)
}

// cutMessage takes the first message of the server off what has come. It is not whole
// as long as more of it is to come.
func cutMessage(data []byte) (kind byte, message, rest []byte, whole bool) {
	if len(data) < 2 {
		return 0, nil, data, false
	}
	length, from := uint64(data[1]&0x7f), 2
	switch length {
	case 126:
		from = 4
	case 127:
		from = 10
	}
	if len(data) < from {
		return 0, nil, data, false
	}
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(data[2:]))
	case 127:
		length = binary.BigEndian.Uint64(data[2:])
	}
	if uint64(len(data)-from) < length {
		return 0, nil, data, false
	}
	end := from + int(length)
	return data[0] & 0x0f, data[from:end], data[end:], true
}

// frameStart begins every frame of the server. Within a frame it cannot stand: in a
// JSON string its quotes would be escaped.
var frameStart = []byte(`{"t":"`)

// cutFrame takes the first frame off a message, which is one frame or an array.
func cutFrame(message []byte) (frame, rest []byte) {
	if bytes.HasPrefix(message, frameStart) {
		return message, nil
	}
	start := bytes.Index(message, frameStart)
	if start < 0 {
		return nil, nil
	}
	next := bytes.Index(message[start+1:], frameStart)
	if next < 0 {
		return message[start:], nil
	}
	next += start + 1
	// What follows begins with its comma, so that it is not taken for a single frame.
	return message[start : next-1], message[next-1:]
}

// text is a field of a frame that is a string without escapes, empty when there is
// none. The name comes with its quotes and colon.
func text(frame []byte, name string) []byte {
	start := bytes.Index(frame, []byte(name))
	if start < 0 || len(frame) <= start+len(name) {
		return nil
	}
	value := frame[start+len(name)+1:]
	return value[:max(0, bytes.IndexByte(value, '"'))]
}

// number is a field of a frame that is a whole number, or -1.
func number(frame []byte, name string) int64 {
	start := bytes.Index(frame, []byte(name))
	if start < 0 {
		return -1
	}
	value := int64(0)
	for _, c := range frame[start+len(name):] {
		if c < '0' || c > '9' {
			break
		}
		value = value*10 + int64(c-'0')
	}
	return value
}

// openFiles says why so many sockets in one process cannot be had here, "" when they
// can. Go has already raised the limit as far as it may.
func openFiles(sockets int) string {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return "the limit of open files cannot be read: " + os.NewSyscallError("getrlimit", err).Error()
	}
	const others = 200 // the database, listeners, the program's own
	if need := uint64(sockets + others); limit.Cur < need {
		return fmt.Sprintf("this needs %d open files in a process, and %d are allowed: raise the hard limit (ulimit -Hn) or ask for less",
			need, limit.Cur)
	}
	return ""
}
