package community

import (
	"context"
	"runtime"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"colloquy/models"
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
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	return match && known, err
}

// badPassword tells what is wrong with a new password, "" when nothing.
func badPassword(password string) models.Problem {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return models.Encoding
	case n < MinPassword:
		return models.TooShort
	case n > MaxPassword:
		return models.TooLong
	}
	return ""
}
