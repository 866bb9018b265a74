package handlers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/time/rate"

	"colloquy/app/community"
	"colloquy/models"
)

// pace is how often something may be done.
type pace struct {
	every time.Duration
	burst int
}

// paces for each act. Members are trusted: theirs are only a stop for accidents.
var paces = map[string]pace{
	"write":   {time.Second, 60},
	"sign in": {10 * time.Second, 10},
	"letter":  {30 * time.Second, 5},
	"letters": {5 * time.Minute, 6},   // to one address, from wherever
	"joining": {3 * time.Second, 40},  // a room full of guests behind one address
	"guesses": {20 * time.Second, 20}, // at one password, from wherever
	"codes":   {3 * time.Minute, 10},  // at one second step, from wherever
	"code":    {2 * time.Second, 20},
	"ask":     {time.Second, 60}, // a device or another service who somebody is
	"polling": {time.Second, 120},
	"look":    {time.Second, 60},
	"rename":  {24 * time.Hour, 5}, // of a profile: others know people by their names
	"search":  {500 * time.Millisecond, 40},
	"copy":    {5 * time.Minute, 3}, // of all that is one's own
}

// maxLimiters bounds the memory of limits; beyond it the oldest half is forgotten.
const maxLimiters = 20_000

// limits remembers who did what how often, by a keyed hash that lives in memory only:
// neither an address nor the key is ever written anywhere.
type limits struct {
	mu   sync.Mutex
	key  []byte
	byID map[[16]byte]*rate.Limiter
	old  map[[16]byte]*rate.Limiter
}

func newLimits() *limits {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // documented to never return an error
	return &limits{key: key, byID: map[[16]byte]*rate.Limiter{}, old: map[[16]byte]*rate.Limiter{}}
}

// allow counts an act of somebody and returns how long to wait when it was too many.
func (l *limits) allow(act, who string, now time.Time) time.Duration {
	mac := hmac.New(sha256.New, l.key)
	mac.Write([]byte(act + "\x00" + who))
	id := [16]byte(mac.Sum(nil)[:16])
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter, ok := l.byID[id]
	if !ok {
		if limiter, ok = l.old[id]; !ok {
			limiter = rate.NewLimiter(rate.Every(paces[act].every), paces[act].burst)
		}
		if len(l.byID) >= maxLimiters {
			l.old, l.byID = l.byID, map[[16]byte]*rate.Limiter{}
		}
		l.byID[id] = limiter
	}
	reservation := limiter.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return wait
}

// tooMany is the error of an act done too often.
type tooMany struct {
	wait time.Duration
}

// Error says how long to wait.
func (t tooMany) Error() string { return "too many at once; wait " + t.wait.String() }

// limit counts an act: by member when somebody is signed in, else by where the request
// comes from.
func (s *Site) limit(c *fiber.Ctx, act string) error {
	if !s.RateLimits {
		return nil
	}
	if wait := s.limits.allow(act, s.who(c, s.at(c).viewer), s.Now()); wait > 0 {
		return tooMany{wait: wait}
	}
	return nil
}

// who is whose acts are counted together.
func (s *Site) who(c *fiber.Ctx, viewer models.Viewer) string {
	if viewer.SignedIn() {
		return "member " + strconv.FormatInt(viewer.Member.ID, 10)
	}
	return "from " + s.from(c)
}

// from is the address a request comes from. Behind trusted proxies it is the last one
// of X-Forwarded-For that is none of them: what stands before it, the client may have
// written itself.
func (s *Site) from(c *fiber.Ctx) string {
	address := c.Context().RemoteIP().String()
	var hops []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		hops = append(hops, strings.Split(string(line), ",")...)
	}
	for i := len(hops) - 1; i >= 0 && s.trusted(address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap().String()
	}
	return household(address)
}

// household is the address itself, of IPv6 the network of 64 bits that one line has.
func household(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil || !addr.Is6() {
		return address
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return address
	}
	return network.Addr().String()
}

// veil hides where somebody comes from behind this process's own key.
func (l *limits) veil(source string) string {
	mac := hmac.New(sha256.New, l.key)
	mac.Write([]byte("source\x00" + source))
	return string(mac.Sum(nil)[:16])
}

// limitAccount counts an act against the account that it is aimed at, known or not. A
// browser in which the account's member has signed in has a count of its own, so that
// nobody keeps a member out by trying in their name; all other browsers share one. act is
// the account's; where from is not empty, browsers that are not known count for where they
// come from as well, as an act of that name.
func (s *Site) limitAccount(c *fiber.Ctx, act, from, email string) error {
	if !s.RateLimits {
		return nil
	}
	mark := s.arrival(c).Mark
	known, err := s.Community.KnowsDevice(c.UserContext(), mark, email)
	if err != nil {
		return err
	}
	account := "account " + community.EmailKey(email)
	if known {
		account += " in " + mark
	} else if from != "" {
		if err := s.limit(c, from); err != nil {
			return err
		}
	}
	if wait := s.limits.allow(act, account, s.Now()); wait > 0 {
		return tooMany{wait: wait}
	}
	return nil
}

func (s *Site) trusted(address string) bool {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, proxy := range s.TrustedProxies {
		if prefix, err := netip.ParsePrefix(proxy); err == nil && prefix.Contains(addr.Unmap()) || proxy == addr.Unmap().String() {
			return true
		}
	}
	return false
}

// limited is the middleware of limit.
func (s *Site) limited(act string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := s.limit(c, act); err != nil {
			return err
		}
		return c.Next()
	}
}
