// Package community holds who belongs: members and their personas, groups,
// invitations, sign-in, sessions, profiles and access tokens.
package community

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/go-webauthn/webauthn/webauthn"

	"colloquy/models"
	"colloquy/models/store"
)

// How long things last.
const (
	sessionDays   = 60
	inviteDays    = 30
	foundingHours = 72
	requestWithin = 10 * time.Second
	maxRequests   = 64 // sign-in letters being written at once
)

var (
	// ErrCredentials is returned when address and password do not belong together; it
	// says nothing about which of them is wrong.
	ErrCredentials = errors.New("address and password do not belong together")
	// ErrSuspended is returned when a member who gave the right proof is suspended.
	ErrSuspended = errors.New("this membership is suspended")
	// ErrInvitationUsed is returned for an invitation that somebody has accepted.
	ErrInvitationUsed = errors.New("this invitation was used")
	// ErrInvitationExpired is returned for an invitation whose time is over.
	ErrInvitationExpired = errors.New("this invitation has expired")
	// ErrBusy is returned when too many passwords are being checked at once.
	ErrBusy = errors.New("too many sign-ins at once")
	// ErrCode is returned for a code that does not work: wrong, used before, too old, or
	// tried too often. It says nothing about which.
	ErrCode = errors.New("this code does not work")
)

// Community is the room. It is safe for concurrent use.
type Community struct {
	store  *store.Store
	now    func() time.Time
	hooks  Hooks
	hashes chan struct{}
	// compare tells whether a password belongs to a hash.
	compare func(password, hash string) (bool, error)
	// requests bounds the letters being written in the background.
	requests   chan struct{}
	background sync.WaitGroup
	settings   keptSettings
	// stopping tells that work which can be taken up again later rests.
	stopping atomic.Bool
	people   keptPeople
	// party is the site as passkeys know it; nil when it can have none.
	party *webauthn.WebAuthn
}

// Hooks are what the room tells the rest of the site after a commit; each may be nil.
type Hooks struct {
	// Letter sends a letter; it must not wait for the mail.
	Letter func(ctx context.Context, letter Letter)
	// Forget takes back what waits to be sent to an address, and what was kept of it.
	Forget func(address string)
	// Erasing writes down what a transaction is about to erase for good, before it commits:
	// what it returns undoes that, for when the transaction fails.
	Erasing func(list ...models.Erasure) (undo func() error, err error)
	// Failed is told of an error in the background.
	Failed func(ctx context.Context, err error)
	// HashWait is how long a sign-in waits for its turn to be checked; 3 s when zero.
	HashWait time.Duration
	// BaseURL and Origins say where browsers reach the site: passkeys are bound to that.
	BaseURL string
	Origins []string
	// SessionEnded closes a session's live lines.
	SessionEnded func(sessionID int64)
	// SessionRotated has a session's live lines come back, with the session's new token.
	SessionRotated func(sessionID int64)
	// MemberEnded closes all live lines of a member whose account has ended or is
	// suspended; it is called before RightsMoved.
	MemberEnded func(memberID int64)
	// GroupWords are the names and letters of a group of the workshop in all languages, by
	// its key, so that no other group is taken for it.
	GroupWords func(key string) (names, letters []string)
	// RightsMoved asks for a new look at who may read what.
	RightsMoved func()
	// FacesMoved drops what was rendered with old names; threads says which threads
	// moved and to which number.
	FacesMoved func(threads map[int64]int64)
}

// New makes the room.
func New(s *store.Store, now func() time.Time, hooks Hooks) *Community {
	if hooks.HashWait == 0 {
		hooks.HashWait = 3 * time.Second
	}
	return &Community{
		store: s, now: now, hooks: hooks, hashes: make(chan struct{}, maxHashes), compare: argon2id.ComparePasswordAndHash,
		requests: make(chan struct{}, maxRequests), party: newParty(hooks.BaseURL, hooks.Origins),
	}
}

// Establish returns the community's own row, making it and the given groups and
// initiatives when the database is new.
func Establish(ctx context.Context, s *store.Store, now time.Time, name, purpose string,
	groups []models.Group, initiatives []models.Initiative,
) (models.Community, error) {
	row, err := s.Community(ctx)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return row, err
	}
	err = s.Write(ctx, func(tx *store.Tx) error {
		made := models.Community{
			Name: name, Purpose: purpose, Epoch: NewEpoch(), Secret: random(32),
			CreatedAt: now.UTC().Truncate(time.Microsecond), Joining: models.JoiningInvited,
		}
		if err := tx.CreateCommunity(&made); err != nil {
			return err
		}
		for i := range groups {
			groups[i].Position = i + 1
			if err := tx.CreateGroup(&groups[i]); err != nil {
				return err
			}
		}
		for i := range initiatives {
			if err := tx.CreateInitiative(&initiatives[i]); err != nil {
				return err
			}
		}
		return nil
	})
	// ErrTaken: another process was first.
	if err != nil && !errors.Is(err, store.ErrTaken) {
		return models.Community{}, fmt.Errorf("make the community: %w", err)
	}
	return s.Community(ctx)
}

// NewEpoch is a fresh name for a database's life.
func NewEpoch() string { return hex.EncodeToString(random(4)) }

// random reads n bytes from the system's generator, which never fails.
func random(n int) []byte {
	bytes := make([]byte, n)
	_, _ = rand.Read(bytes) // documented to never return an error
	return bytes
}

// newToken is a secret for an address or cookie, and the hash that is kept of it.
func newToken() (token string, hash []byte) {
	token = base64.RawURLEncoding.EncodeToString(random(24))
	return token, hashOf(token)
}

func hashOf(token string) []byte {
	hash := sha256.Sum256([]byte(token))
	return hash[:]
}

// day is the time to the day, which is all that rows with a member's id keep.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func (c *Community) rightsMoved() {
	if c.hooks.RightsMoved != nil {
		c.hooks.RightsMoved()
	}
}

func (c *Community) facesMoved(threads map[int64]int64) {
	if c.hooks.FacesMoved != nil {
		c.hooks.FacesMoved(threads)
	}
}

func (c *Community) failed(ctx context.Context, err error) {
	if c.hooks.Failed != nil {
		c.hooks.Failed(ctx, err)
	}
}
