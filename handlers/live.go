package handlers

import (
	"errors"
	"net"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/live"
	"colloquy/models"
)

// liveSocket upgrades to a websocket. The handshake is looked at before the session,
// so that a flood of them asks the database nothing.
func (s *Site) liveSocket(c *fiber.Ctx) error {
	ticket, err := s.Hub.Admit(live.Handshake{
		Method: c.Method(), Origin: c.Get(fiber.HeaderOrigin), Connection: c.Get(fiber.HeaderConnection),
		Upgrade: c.Get(fiber.HeaderUpgrade), Version: c.Get("Sec-WebSocket-Version"),
		Key: c.Get("Sec-WebSocket-Key"), Protocols: c.Get("Sec-WebSocket-Protocol"),
	})
	var refusal *live.Refusal
	if errors.As(err, &refusal) {
		for name, value := range refusal.Header {
			c.Set(name, value)
		}
		return c.Status(refusal.Status).SendString(refusal.Reason)
	} else if err != nil {
		return err
	}
	if err := s.meet(c); err != nil {
		return err
	}
	session := s.liveSession(c)
	c.Status(http.StatusSwitchingProtocols) // for the log: the ticket writes the answer itself
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(func(conn net.Conn) { ticket.Open(conn, session) })
	return nil
}

// All visitors are the same viewer, so that ten thousand of them cost little.
var (
	visitor        any = models.Viewer{}
	visitorsRights     = rightsOf(models.Viewer{})
)

// liveSession is who stands behind a live line.
func (s *Site) liveSession(c *fiber.Ctx) live.Session {
	v := s.at(c)
	session := live.Session{Viewer: visitor, Variant: variantOf(v.words.Variant(), v.viewer), Rights: visitorsRights}
	if v.viewer.SignedIn() {
		session.ID = strconv.FormatInt(v.viewer.SessionID, 10)
		session.Viewer, session.Rights = v.viewer, rightsOf(v.viewer)
		session.Member = strconv.FormatInt(v.viewer.Member.ID, 10)
	} else if s.RateLimits {
		session.Source = s.limits.veil(s.from(c))
	}
	return session
}

// liveChanges is the polling address for readers whose network blocks websockets.
func (s *Site) liveChanges(c *fiber.Ctx) error {
	var since *int64
	if text := c.Query("since"); text != "" {
		number, err := strconv.ParseInt(text, 10, 64)
		if err != nil || number < 0 {
			return fiber.NewError(http.StatusUnprocessableEntity, "since must be a number")
		}
		since = &number
	}
	frames, err := s.Hub.Changes(c.UserContext(), s.liveSession(c), c.Query("ch"), since, c.Query("ep"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(frames)
}
