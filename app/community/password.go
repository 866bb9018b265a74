package community

import (
	"context"
	_ "embed" // the list of common passwords
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"colloquy/models"
	"colloquy/models/store"
)

// maxHashes bounds how many passwords are hashed at once: each takes 19 MiB.
const maxHashes = 4

// MinPassword is the least number of characters of a password (NIST SP 800-63B asks
// for eight at least).
const MinPassword = 10

// MaxPassword is the most characters of a password.
const MaxPassword = 200

// hashing follows the OWASP recommendation for argon2id: 19 MiB, two passes.
var hashing = &argon2id.Params{
	Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32,
}

// nobody is compared when there is no password, so that known and unknown addresses
// take the same time.
const nobody = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$0Iv3SGl9sjWgJ1rjlyxoXCpL0xU2aA0QxRxrm4hBWq4"

func (c *Community) slot(ctx context.Context) (func(), error) {
	wait := time.NewTimer(c.hooks.HashWait)
	defer wait.Stop()
	select {
	case c.hashes <- struct{}{}:
		return func() { <-c.hashes; runtime.Gosched() }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-wait.C:
		return nil, ErrBusy
	}
}

func (c *Community) hash(ctx context.Context, password string) (string, error) {
	free, err := c.slot(ctx)
	if err != nil {
		return "", err
	}
	defer free()
	return argon2id.CreateHash(password, hashing)
}

// matches tells whether a password belongs to a hash; an empty hash never matches and
// takes as long.
func (c *Community) matches(ctx context.Context, password, hash string) (bool, error) {
	free, err := c.slot(ctx)
	if err != nil {
		return false, err
	}
	defer free()
	known := hash != ""
	if !known {
		hash = nobody
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		password = password[:MaxPassword]
		known = false
	}
	match, err := c.compare(password, hash)
	return match && known, err
}

// badPassword tells what is wrong with a new password, "" when nothing. about is what
// others know of whoever chooses it: their name, their address.
func badPassword(password string, about ...string) models.Problem {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return models.Encoding
	case n < MinPassword:
		return models.TooShort
	case n > MaxPassword:
		return models.TooLong
	}
	folded := strings.ToLower(password)
	if _, common := commonPasswords[folded]; common {
		return models.Common
	}
	if guessable(folded, about) {
		return models.Guessable
	}
	return ""
}

//go:embed common-passwords.txt
var commonList string

// commonPasswords are the passwords that people choose most, those that are long enough.
var commonPasswords = func() map[string]struct{} {
	set := map[string]struct{}{}
	for line := range strings.Lines(commonList) {
		if !strings.HasPrefix(line, "# ") {
			set[strings.ToLower(strings.TrimSpace(line))] = struct{}{}
		}
	}
	return set
}()

// PasswordChange is what a member enters to set or change their password.
type PasswordChange struct {
	// Current is the present password. It is not looked at when Fresh tells that the
	// member has just proved who they are.
	Current string
	New     string
	Fresh   bool
}

// SetPassword gives the viewer a password, or another one. All their other sessions end,
// and this one gets a new token, which is returned. Invalid for a present password that
// is wrong and a new one that is too short, too long or too easy to guess.
func (c *Community) SetPassword(ctx context.Context, viewer models.Viewer, change PasswordChange, from Arrival) (string, error) {
	about := []string{viewer.Member.Email}
	if viewer.Persona != nil {
		about = append(about, viewer.Persona.PersonaName)
	}
	if problem := badPassword(change.New, about...); problem != "" {
		return "", Invalid{"password_new": problem}
	}
	if !change.Fresh {
		if err := c.ProveByPassword(ctx, viewer, change.Current); errors.Is(err, ErrCredentials) {
			return "", Invalid{"password_current": models.Wrong}
		} else if err != nil {
			return "", err
		}
	}
	hash, err := c.hash(ctx, change.New)
	if err != nil {
		return "", err
	}
	return c.putPassword(ctx, viewer, hash, from)
}

// RemovePassword takes the viewer's password away: from then on they sign in by letter.
// The rest is as for SetPassword.
func (c *Community) RemovePassword(ctx context.Context, viewer models.Viewer, from Arrival) (string, error) {
	return c.putPassword(ctx, viewer, "", from)
}

func (c *Community) putPassword(ctx context.Context, viewer models.Viewer, hash string, from Arrival) (string, error) {
	var others others
	err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		if err := tx.SetPassword(viewer.Member.ID, viewer.Member.PasswordHash, hash); err != nil {
			return err
		}
		others, err = c.endOthers(tx, viewer)
		return err
	})
	if errors.Is(err, store.ErrNotFound) { // it was changed meanwhile
		return "", Invalid{"password_current": models.Wrong}
	} else if err != nil {
		return "", fmt.Errorf("set a password: %w", err)
	}
	c.othersEnded(viewer, others)
	c.notice(ctx, LetterPassword, viewer.Member, from, hash == "")
	return others.token, nil
}
