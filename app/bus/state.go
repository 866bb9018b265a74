package bus

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"

	"github.com/nats-io/nats.go"
)

// meanwhile is what the absence of the bus means for the community.
const meanwhile = "posting and reading go on, and what other instances do is seen within seconds"

const nothingAnswers = "nothing answers there"

type phase int

const (
	beginning phase = iota
	connected
	away
	closed
)

// state is how the line is. Each change is logged once, however many attempts lie between.
type state struct {
	log *slog.Logger

	mu  sync.Mutex
	now phase
	why string // while away
}

func (s *state) connected() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now == connected
}

func (s *state) words() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.now {
	case connected:
		return "connected"
	case away:
		return "not connected, " + s.why + ": " + meanwhile
	case closed:
		return "closed"
	}
	return "connecting"
}

// move goes to a phase and returns the one before.
func (s *state) move(to phase, why string) (from phase) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, s.now, s.why = s.now, to, why
	return from
}

func (s *state) stands() {
	if s.move(connected, "") == away {
		s.log.Info("the bus is connected again")
		return
	}
	s.log.Info("the bus is connected")
}

func (s *state) falls(err error) {
	why := explain(err)
	switch s.move(away, why) {
	case beginning:
		s.log.Warn("the bus cannot be reached and is tried again: "+meanwhile, "why", why)
	case connected:
		s.log.Warn("the bus is lost and is tried again: "+meanwhile, "why", why)
	}
}

func (s *state) ends() { s.move(closed, "") }

// explain says in words what an error of the line means. What it does not know is given as the library or the server
// put it: neither repeats credentials.
func explain(err error) string {
	var (
		unknown *net.DNSError
		reached net.Error
		record  tls.RecordHeaderError
	)
	switch {
	case isAny(err, nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired):
		return "it refuses the user, password or token"
	case errors.Is(err, nats.ErrPermissionViolation):
		return "it does not let this user publish and subscribe to colloquy.>"
	case errors.Is(err, nats.ErrSecureConnWanted), errors.As(err, &record):
		return "it offers no encryption: the address must begin with nats:// or ws://"
	case errors.As(err, &unknown):
		return "its host name is not known"
	case errors.As(err, &reached) && reached.Timeout():
		return nothingAnswers
	case errors.Is(err, nats.ErrTLS):
		return "its certificate cannot be trusted, or it wants one of ours"
	case errors.Is(err, nats.ErrNoInfoReceived):
		return "what answers there is no NATS"
	case isAny(err, nats.ErrMaxConnectionsExceeded, nats.ErrMaxAccountConnectionsExceeded):
		return "it takes no more connections"
	case errors.Is(err, nats.ErrSlowConsumer):
		return "more came in than could be taken"
	case isAny(err, io.EOF, nats.ErrConnectionClosed):
		return "it closed the line"
	case isAny(err, nats.ErrNoServers, nats.ErrTimeout, nats.ErrStaleConnection), errors.As(err, &reached):
		return nothingAnswers
	}
	return "the line broke (" + err.Error() + ")"
}

func isAny(err error, some ...error) bool {
	for _, one := range some {
		if errors.Is(err, one) {
			return true
		}
	}
	return false
}
