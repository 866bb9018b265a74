//go:build linux

package server

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
)

// barely asks a copy of this program to be the other side of the comparison: a server
// that does nothing but write bytes to every connection it has.
const barely = "COLLOQUY_BENCH_BARE"

// TestBroadcastsBarely is that copy's part; it does nothing by itself. What comes on its
// standard input, a length and so many bytes, goes to everybody.
func TestBroadcastsBarely(t *testing.T) {
	if os.Getenv(barely) == "" {
		return
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	must(t, err)
	_, err = os.Stdout.WriteString(listener.Addr().String() + "\n")
	must(t, err)
	var mu sync.Mutex
	var lines []net.Conn
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			lines = append(lines, conn)
			mu.Unlock()
		}
	}()
	input := bufio.NewReader(os.Stdin)
	for {
		var length uint32
		if err := binary.Read(input, binary.BigEndian, &length); err != nil {
			return // the measurement is over
		}
		message := make([]byte, length)
		if _, err := io.ReadFull(input, message); err != nil {
			return
		}
		mu.Lock()
		broadcast(lines, message)
		mu.Unlock()
	}
}

// broadcast writes a message to all lines, on every processor.
func broadcast(lines []net.Conn, message []byte) {
	var all sync.WaitGroup
	hands := runtime.GOMAXPROCS(0)
	for hand := range hands {
		all.Go(func() {
			for i := hand; i < len(lines); i += hands {
				_, _ = lines[i].Write(message) // a reader who is missing is noticed by the count
			}
		})
	}
	all.Wait()
}

// bareServer is the running copy.
type bareServer struct {
	addr    string
	command *exec.Cmd
	input   io.WriteCloser
}

func startBare(b *testing.B) *bareServer {
	b.Helper()
	s := &bareServer{command: exec.Command(os.Args[0], "-test.run=^TestBroadcastsBarely$")}
	s.command.Env = append(os.Environ(), barely+"=1")
	output, err := s.command.StdoutPipe()
	must(b, err)
	s.input, err = s.command.StdinPipe()
	must(b, err)
	must(b, s.command.Start())
	b.Cleanup(func() {
		_ = s.input.Close() // which ends it
		_ = s.command.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	must(b, err)
	s.addr = line[:len(line)-1]
	return s
}

// send lets the copy write a message to everybody.
func (s *bareServer) send(message []byte) error {
	_, err := s.input.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(message))), message...))
	return err
}
