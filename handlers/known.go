package handlers

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
)

const (
	// knownFor is how long a member is known for what no counter tells, such as the
	// language they chose at another instance.
	knownFor = 3 * time.Second
	// maxKnown bounds the members kept in memory.
	maxKnown = 4096
)

// known keeps who is signed in with which session, so that reading asks the database
// one small question instead of a large one: the community's counters, which move with
// every end of a session, every right and every face, in this process or another.
type known struct {
	mu sync.Mutex
	// life moves when everything is forgotten, so that a read begun before is not kept.
	life     int64
	sessions map[[sha256.Size]byte]knownViewer
}

type knownViewer struct {
	viewer   models.Viewer
	counters models.Counters
	at       time.Time
}

func newKnown() *known { return &known{sessions: map[[sha256.Size]byte]knownViewer{}} }

// forget is called around every write: it may change what is known of anybody.
func (k *known) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.life++
	clear(k.sessions)
}

func (k *known) get(hash [sha256.Size]byte) (knownViewer, int64, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.sessions[hash]
	return found, k.life, ok
}

func (k *known) put(hash [sha256.Size]byte, found knownViewer, life int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if life != k.life {
		return
	}
	if len(k.sessions) >= maxKnown {
		clear(k.sessions)
	}
	k.sessions[hash] = found
}

// viewer finds who is signed in with a session's token; models.ErrNotFound when it
// ended. Pages that are only read take who is known already.
func (s *Site) viewer(c *fiber.Ctx, token string) (models.Viewer, error) {
	if !reads(c) || strings.HasPrefix(c.Path(), "/api/") {
		return s.Community.Viewer(c.UserContext(), token)
	}
	// The counters in memory are at most older than the member that is read after them:
	// then the next request finds that they have moved, and reads again.
	counters, err := s.Forum.Counters(c.UserContext())
	if err != nil {
		return models.Viewer{}, err
	}
	hash, now := sha256.Sum256([]byte(token)), s.Now()
	found, life, ok := s.known.get(hash)
	if ok && found.counters == counters && now.Sub(found.at) < knownFor {
		current, _, err := s.Source.Heads(c.UserContext(), nil)
		if err != nil {
			return models.Viewer{}, err
		}
		if current == counters {
			found.viewer.Now = now
			return found.viewer, nil
		}
	}
	viewer, err := s.Community.Viewer(c.UserContext(), token)
	if err == nil {
		s.known.put(hash, knownViewer{viewer: viewer, counters: counters, at: now}, life)
	}
	return viewer, err
}

func reads(c *fiber.Ctx) bool {
	return c.Method() == http.MethodGet || c.Method() == http.MethodHead
}

// own lists the viewer's own numbers in a thread, kept for as long as neither the
// thread nor a face has moved.
func (s *Site) own(c *fiber.Ctx, head *models.ThreadHead) ([]int, error) {
	v := s.at(c)
	if !v.viewer.SignedIn() {
		return nil, nil
	}
	counters, err := s.Forum.Counters(c.UserContext())
	if err != nil {
		return nil, err
	}
	key := ownKey{counters: counters, member: v.viewer.Member.ID, thread: head.ID, seq: head.Seq}
	if numbers, ok := s.owns.get(key); ok {
		return numbers, nil
	}
	numbers, err := s.Forum.OwnNumbers(c.UserContext(), v.viewer, head.ID)
	if err != nil {
		return nil, err
	}
	return s.owns.put(key, numbers), nil
}

// ownKey says what somebody's own numbers in a thread depend on.
type ownKey struct {
	counters            models.Counters
	member, thread, seq int64
}

// maxOwn bounds the memory of own numbers, in bytes.
const maxOwn = 2 << 20

// ownSize is about what one entry takes.
func ownSize(numbers []int) int { return 200 + 8*len(numbers) }
