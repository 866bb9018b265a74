package community_test

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/alexedwards/argon2id"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

const (
	stone  = "quiet river stone"
	kettle = "kettle under maple"
)

// signedIn opens a session of a member, as who they are in it.
func signedIn(t *testing.T, c *forumtest.Cast, email string) (string, models.Viewer) {
	t.Helper()
	link, err := c.Community.MemberLink(ctx, email)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := c.Community.UseLink(ctx, link, community.Arrival{})
	if err != nil || entry.Session == "" {
		t.Fatalf("entry %+v, %v", entry, err)
	}
	return entry.Session, viewerOf(t, c, entry.Session)
}

func viewerOf(t *testing.T, c *forumtest.Cast, session string) models.Viewer {
	t.Helper()
	viewer, err := c.Community.Viewer(ctx, session)
	if err != nil {
		t.Fatal(err)
	}
	return viewer
}

// out demands that a session's token lets nobody in.
func out(t *testing.T, c *forumtest.Cast, session, what string) {
	t.Helper()
	if _, err := c.Community.Viewer(ctx, session); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("%s goes on: %v", what, err)
	}
}

func TestPasswordsAndSessions(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if _, err := c.Community.SignIn(ctx, "amina@example.org", "", community.Arrival{}); !errors.Is(err, community.ErrCredentials) {
			t.Errorf("signing in without a password being set: %v", err)
		}
		old, amina := signedIn(t, c, "amina@example.org")
		first, err := c.Community.SetPassword(ctx, amina, community.PasswordChange{New: stone, Fresh: true}, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		out(t, c, old, "the token from before the change")
		second, err := c.Community.SignIn(ctx, " Amina@Example.org ", stone, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range [][2]string{{"amina@example.org", "quiet river ston"}, {"nobody@example.org", stone}, {"a\x00", stone}, {"\xff", stone}} {
			if _, err := c.Community.SignIn(ctx, wrong[0], wrong[1], community.Arrival{}); !errors.Is(err, community.ErrCredentials) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		// Another password needs the present one, and ends the other sessions.
		amina = viewerOf(t, c, first)
		var invalid models.Invalid
		_, err = c.Community.SetPassword(ctx, amina, community.PasswordChange{New: kettle, Current: "not it"}, community.Arrival{})
		if !errors.As(err, &invalid) || invalid["password_current"] != models.Wrong {
			t.Errorf("with a wrong present password: %v", err)
		}
		viewerOf(t, c, second.Session)
		third, err := c.Community.SetPassword(ctx, amina, community.PasswordChange{New: kettle, Current: stone}, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		out(t, c, first, "the token from before the change")
		out(t, c, second.Session, "the other session")
		if _, err := c.Community.SignIn(ctx, "amina@example.org", stone, community.Arrival{}); !errors.Is(err, community.ErrCredentials) {
			t.Errorf("the old password: %v", err)
		}
		amina = viewerOf(t, c, third)
		last, err := c.Community.RemovePassword(ctx, amina, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.SignIn(ctx, "amina@example.org", kettle, community.Arrival{}); !errors.Is(err, community.ErrCredentials) {
			t.Errorf("a removed password: %v", err)
		}
		if err := c.Community.SignOut(ctx, viewerOf(t, c, last)); err != nil {
			t.Fatal(err)
		}
		out(t, c, last, "a session that was signed out")
	})
}

func TestAPasswordIsNotChangedTwiceFromTheSamePage(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		_, amina := signedIn(t, c, "amina@example.org")
		if _, err := c.Community.SetPassword(ctx, amina, community.PasswordChange{New: stone, Fresh: true}, community.Arrival{}); err != nil {
			t.Fatal(err)
		}
		var invalid models.Invalid // amina is as she was before
		_, err := c.Community.SetPassword(ctx, amina, community.PasswordChange{New: kettle, Fresh: true}, community.Arrival{})
		if !errors.As(err, &invalid) {
			t.Errorf("a change that did not know of the other: %v", err)
		}
		if _, err := c.Community.SignIn(ctx, "amina@example.org", stone, community.Arrival{}); err != nil {
			t.Errorf("the password of the first change: %v", err)
		}
	})
}

func TestPasswordsThatAreSoonGuessed(t *testing.T) {
	c := forumtest.NewCast(t, forumtest.Open(t, forumtest.SQLite(t)))
	_, amina := signedIn(t, c, "amina@example.org")
	for password, want := range map[string]models.Problem{
		"":                        models.TooShort,
		"nine char":               models.TooShort,
		"ééééééééé":               models.TooShort, // nine characters, eighteen bytes
		strings.Repeat("ab1", 67): models.TooLong,
		"\xff0123456789":          models.Encoding,
		"1234567890":              models.Common,
		"QWERTYUIOP":              models.Common,
		"Password123":             models.Common,
		"aaaaaaaaaaaaaaaa":        models.Guessable,
		"abcdefghijklmnop":        models.Guessable,
		"aminadiallo1":            models.Guessable,
		"AminaDiallo2":            models.Guessable,
		"Amina Diallo":            models.Guessable,
		"amina@example.org":       models.Guessable,
		"colloquy2026":            models.Guessable,
		"12345678901234567890":    models.Guessable,
		"poiuytrewqpoiuy":         models.Guessable,
		"asdfghjkl;qwertyuiop":    models.Guessable,
		"x7!q9x7!q9x7!q9":         models.Guessable,
		"9876543210abcdefg":       models.Guessable,
	} {
		_, err := c.Community.SetPassword(ctx, amina, community.PasswordChange{New: password, Fresh: true}, community.Arrival{})
		var invalid models.Invalid
		if !errors.As(err, &invalid) || invalid["password_new"] != want {
			t.Errorf("%.30q: %v, want %s", password, err, want)
		}
	}
	for _, password := range []string{stone, "كلمات لا صلة بينها هنا", "t9#Lw2vQ8z", "correct horse battery", "amina likes quiet rivers", strings.Repeat("quiet river stone ", 11)} {
		token, err := c.Community.SetPassword(ctx, amina, community.PasswordChange{New: password, Fresh: true}, community.Arrival{})
		if err != nil {
			t.Fatalf("%.30q: %v", password, err)
		}
		amina = viewerOf(t, c, token)
	}
}

func TestEveryCommonPasswordIsRefused(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "fixtures", "text", "common-passwords.txt"))
	if err != nil {
		forumtest.LeftOut(t, "the common passwords of the fixtures", err)
		return
	}
	defer file.Close()
	long := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		password, _, _ := strings.Cut(lines.Text(), " ")
		if len([]rune(password)) < community.MinPassword {
			continue
		}
		long++
		for _, written := range []string{password, strings.ToUpper(password)} {
			if community.BadPassword(written) == "" {
				t.Errorf("%q is taken", written)
			}
		}
	}
	if long < 1000 {
		t.Errorf("the list holds %d passwords that are long enough: is it the right one?", long)
	}
}

// How long an answer takes is how many passwords are hashed for it: one, always.
func TestKnownAndUnknownAddressesCostOneHash(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		_, amina := signedIn(t, c, "amina@example.org")
		if _, err := c.Community.SetPassword(ctx, amina, community.PasswordChange{New: stone, Fresh: true}, community.Arrival{}); err != nil {
			t.Fatal(err)
		}
		var hashed atomic.Int64
		c.Community.Compare(func(password, hash string) (bool, error) {
			params, _, _, err := argon2id.DecodeHash(hash)
			if err != nil || params.Memory != 19*1024 || params.Iterations != 2 {
				t.Errorf("compared with %q: %v", hash, err)
			}
			hashed.Add(1)
			return argon2id.ComparePasswordAndHash(password, hash)
		})
		if err := c.Community.SuspendMember(ctx, "paul@example.org", c.Clock.Now().AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		for _, email := range []string{"amina@example.org", "rosa@example.org", "paul@example.org", "nobody@example.org", "", "\xff", "no address"} {
			for _, password := range []string{"wrong", "", strings.Repeat("x", 10_000)} {
				hashed.Store(0)
				if _, err := c.Community.SignIn(ctx, email, password, community.Arrival{}); !errors.Is(err, community.ErrCredentials) {
					t.Errorf("%q: %v", email, err)
				}
				if n := hashed.Load(); n != 1 {
					t.Errorf("%q with a password of %d: %d hashes", email, len(password), n)
				}
			}
		}
	})
}
