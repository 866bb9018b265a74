package community_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/hotp"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// codeAt is what an authenticator with this secret shows so many steps from now.
func codeAt(t *testing.T, c *forumtest.Cast, secret string, aside int64) string {
	t.Helper()
	code, err := hotp.GenerateCode(secret, uint64(c.Clock.Now().Unix()/30+aside))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// enrol gives a member an authenticator, and returns its secret and the recovery codes.
func enrol(t *testing.T, c *forumtest.Cast, viewer models.Viewer) (string, []string) {
	t.Helper()
	enrolment, err := c.Community.BeginAuthenticator(ctx, viewer)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := c.Community.ConfirmAuthenticator(ctx, viewer, enrolment.Token, codeAt(t, c, enrolment.Secret, 0), community.Arrival{})
	if err != nil {
		t.Fatal(err)
	}
	return enrolment.Secret, codes
}

// step begins the second step of a member's sign-in, and returns its token.
func step(t *testing.T, c *forumtest.Cast, email string) string {
	t.Helper()
	link, err := c.Community.MemberLink(ctx, email)
	if err != nil {
		t.Fatal(err)
	}
	entry, err := c.Community.UseLink(ctx, link, community.Arrival{Device: "Firefox · Linux"})
	if err != nil || entry.Session != "" || entry.Device != "" || entry.SecondStep == "" {
		t.Fatalf("a link and an authenticator give %+v, %v", entry, err)
	}
	return entry.SecondStep
}

// The last six digits of the values of RFC 6238, appendix B, for SHA-1.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		step, ok := community.StepOf([]byte("12345678901234567890"), want, time.Unix(at, 0))
		if !ok || step != at/30 {
			t.Errorf("%s at %d is taken for the step %d (%v)", want, at, step, ok)
		}
		for aside, taken := range map[int64]bool{-60: false, -30: true, 30: true, 60: false} {
			if at+aside < 0 {
				continue // there were no steps
			}
			if _, ok := community.StepOf([]byte("12345678901234567890"), want, time.Unix(at+aside, 0)); ok != taken {
				t.Errorf("%s, %d s beside its time: %v", want, aside, ok)
			}
		}
	}
}

func TestTheSecondStepTakesACodeOnce(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		secret, _ := enrol(t, c, c.Amina)
		box.one(t, community.LetterSecondStep, "amina@example.org")
		token := step(t, c, "amina@example.org")
		box.none(t, "the first step")
		if _, err := c.Community.SecondStep(ctx, token, codeAt(t, c, secret, 0)); !errors.Is(err, community.ErrCode) {
			t.Errorf("the code that confirmed the authenticator works again: %v", err)
		}
		c.Clock.Pass(30 * time.Second)
		code := codeAt(t, c, secret, 0)
		entry, err := c.Community.SecondStep(ctx, token, code[:3]+" "+code[3:])
		if err != nil {
			t.Fatal(err)
		}
		box.one(t, community.LetterNewSignIn, "amina@example.org")
		sessions, err := c.Community.Sessions(ctx, viewerOf(t, c, entry.Session))
		if err != nil || len(sessions) != 1 || sessions[0].Device != "Firefox · Linux" {
			t.Errorf("sessions %+v, %v", sessions, err)
		}
		if _, err := c.Community.SecondStep(ctx, token, codeAt(t, c, secret, 1)); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a step that is over: %v", err)
		}
		// Neither the same code nor an older one works in another browser.
		token = step(t, c, "amina@example.org")
		for _, replay := range []string{code, codeAt(t, c, secret, -1)} {
			if _, err := c.Community.SecondStep(ctx, token, replay); !errors.Is(err, community.ErrCode) {
				t.Errorf("a replay: %v", err)
			}
		}
		if _, err := c.Community.SecondStep(ctx, token, codeAt(t, c, secret, 1)); err != nil {
			t.Errorf("the next code, from a clock that is fast: %v", err)
		}
	})
}

func TestTwoAtTheSameMomentDoNotBothGetInWithOneCode(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		secret, recovery := enrol(t, c, c.Amina)
		c.Clock.Pass(time.Minute)
		for _, code := range []string{codeAt(t, c, secret, 0), recovery[0]} {
			const browsers = 6
			tokens := make([]string, browsers)
			for i := range tokens {
				tokens[i] = step(t, c, "amina@example.org")
			}
			results := make(chan error, browsers)
			for _, token := range tokens {
				go func() {
					_, err := c.Community.SecondStep(ctx, token, code)
					results <- err
				}()
			}
			entered := 0
			for range browsers {
				if err := <-results; err == nil {
					entered++
				} else if !errors.Is(err, community.ErrCode) {
					t.Error(err)
				}
			}
			if entered != 1 {
				t.Errorf("one code let %d in", entered)
			}
		}
	})
}

func TestFiveTriesForASecondStep(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		secret, _ := enrol(t, c, c.Amina)
		c.Clock.Pass(time.Minute)
		token := step(t, c, "amina@example.org")
		for try := range 5 {
			want := community.ErrCode
			if try == 4 {
				want = models.ErrNotFound
			}
			if _, err := c.Community.SecondStep(ctx, token, []string{"", "000000", "x", "12345678", "abcde-fghjk"}[try]); !errors.Is(err, want) {
				t.Errorf("try %d: %v, want %v", try+1, err, want)
			}
		}
		if _, err := c.Community.StepOpen(ctx, token); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("after five tries the step is open: %v", err)
		}
		if _, err := c.Community.SecondStep(ctx, token, codeAt(t, c, secret, 0)); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the right code after five tries: %v", err)
		}
		// Beginning anew does, and no code was used up.
		if _, err := c.Community.SecondStep(ctx, step(t, c, "amina@example.org"), codeAt(t, c, secret, 0)); err != nil {
			t.Error(err)
		}
	})
}

func TestASecondStepIsItsOwnMembersOnly(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		secret, recovery := enrol(t, c, c.Amina)
		rosas, _ := enrol(t, c, c.Rosa)
		c.Clock.Pass(time.Minute)
		token := step(t, c, "rosa@example.org")
		for what, code := range map[string]string{"code": codeAt(t, c, secret, 0), "recovery code": recovery[3]} {
			if _, err := c.Community.SecondStep(ctx, token, code); !errors.Is(err, community.ErrCode) {
				t.Errorf("another member's %s: %v", what, err)
			}
		}
		for _, forged := range []string{"", "forged", strings.Repeat("x", 5000), "\x00"} {
			if _, err := c.Community.SecondStep(ctx, forged, codeAt(t, c, rosas, 0)); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("the forged step %.10q: %v", forged, err)
			}
		}
		if err := c.Community.SuspendMember(ctx, "rosa@example.org", c.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.SecondStep(ctx, token, codeAt(t, c, rosas, 0)); !errors.Is(err, community.ErrSuspended) {
			t.Errorf("suspended between the steps: %v", err)
		}
		late := step(t, c, "amina@example.org")
		c.Clock.Pass(11 * time.Minute)
		if _, err := c.Community.SecondStep(ctx, late, codeAt(t, c, secret, 0)); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("after its time: %v", err)
		}
	})
}

func TestRecoveryCodesWorkOnceEach(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		_, codes := enrol(t, c, c.Amina)
		box.take()
		seen := map[string]bool{}
		for _, code := range codes {
			seen[code] = true
		}
		if len(seen) != 10 || len(codes) != 10 {
			t.Fatalf("codes %v", codes)
		}
		if _, err := c.Community.SecondStep(ctx, step(t, c, "amina@example.org"), strings.ToUpper(strings.ReplaceAll(codes[0], "-", " "))); err != nil {
			t.Fatal(err)
		}
		if letters := box.take(); len(letters) != 2 || letters[1].Kind != community.LetterRecovery || !letters[1].Removed {
			t.Errorf("letters %+v", letters)
		}
		if _, err := c.Community.SecondStep(ctx, step(t, c, "amina@example.org"), codes[0]); !errors.Is(err, community.ErrCode) {
			t.Errorf("a used recovery code: %v", err)
		}
		if _, left, err := c.Community.SecondFactor(ctx, c.Amina); err != nil || left != 9 {
			t.Errorf("%d codes are left, %v", left, err)
		}
		if err := c.Community.ProveByCode(ctx, c.Amina, codes[1], community.Arrival{}); err != nil {
			t.Error(err)
		}
		box.one(t, community.LetterRecovery, "amina@example.org")
		fresh, err := c.Community.RenewRecoveryCodes(ctx, c.Amina, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		if letter := box.one(t, community.LetterRecovery, "amina@example.org"); letter.Removed {
			t.Error("new codes are told as a used one")
		}
		if err := c.Community.ProveByCode(ctx, c.Amina, codes[2], community.Arrival{}); !errors.Is(err, community.ErrCode) {
			t.Errorf("an old code: %v", err)
		}
		if err := c.Community.ProveByCode(ctx, c.Amina, fresh[2], community.Arrival{}); err != nil {
			t.Error(err)
		}
		if _, err := c.Community.RenewRecoveryCodes(ctx, c.Rosa, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("recovery codes without an authenticator: %v", err)
		}
	})
}

func TestAnAuthenticatorIsConfirmedAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		first, err := c.Community.BeginAuthenticator(ctx, c.Amina)
		if err != nil {
			t.Fatal(err)
		}
		second, err := c.Community.BeginAuthenticator(ctx, c.Amina)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(second.URL, "otpauth://totp/Colloquy:amina@example.org?") || !strings.Contains(second.URL, "secret="+second.Secret) {
			t.Errorf("the address of the secret is %s", second.URL)
		}
		confirm := func(viewer models.Viewer, token, secret string) error {
			_, err := c.Community.ConfirmAuthenticator(ctx, viewer, token, codeAt(t, c, secret, 0), community.Arrival{})
			return err
		}
		if err := confirm(c.Amina, first.Token, first.Secret); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a secret that was replaced: %v", err)
		}
		if err := confirm(c.Rosa, second.Token, second.Secret); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("another member's secret: %v", err)
		}
		if _, err := c.Community.Authenticating(ctx, c.Rosa, second.Token); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("another member sees the secret: %v", err)
		}
		if err := confirm(c.Amina, second.Token, first.Secret); !errors.Is(err, community.ErrCode) {
			t.Errorf("the code of another secret: %v", err)
		}
		if again, err := c.Community.Authenticating(ctx, c.Amina, second.Token); err != nil || again != second {
			t.Errorf("after a wrong code the secret is %+v, %v", again, err)
		}
		if err := confirm(c.Amina, second.Token, second.Secret); err != nil {
			t.Fatal(err)
		}
		if err := confirm(c.Amina, second.Token, second.Secret); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("confirmed twice: %v", err)
		}
		if _, err := c.Community.BeginAuthenticator(ctx, c.Amina); !errors.Is(err, models.ErrTaken) {
			t.Errorf("a second authenticator: %v", err)
		}
		if err := c.Community.RemoveAuthenticator(ctx, c.Amina, community.Arrival{}); err != nil {
			t.Fatal(err)
		}
		if err := c.Community.RemoveAuthenticator(ctx, c.Amina, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
		signedIn(t, c, "amina@example.org") // with one step again
	})
}

// A recovery code stands in no row as it is, nor a code of a letter: who reads the
// database signs in with neither.
func TestCodesAreKeptAsKeyedHashes(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		box := mailed(c)
		_, codes := enrol(t, c, c.Amina)
		half := step(t, c, "amina@example.org")
		box.take()
		ask(t, c, "rosa@example.org", laptop, community.Arrival{})
		letter := box.one(t, community.LetterSignIn, "rosa@example.org")
		for _, table := range []string{"links", "recovery_codes", "ceremonies"} {
			kept := dumped(t, c, table)
			for _, secret := range append(codes, letter.Code, letter.Token, laptop, half, strings.ReplaceAll(codes[0], "-", "")) {
				if strings.Contains(kept, secret) {
					t.Errorf("%s holds %q", table, secret)
				}
			}
		}
	})
}

// dumped is all that a table holds, one value after another.
func dumped(t *testing.T, c *forumtest.Cast, name string) string {
	t.Helper()
	var all strings.Builder
	err := c.Store.Dump(ctx, func(d *store.Dump) error {
		for _, table := range d.Tables {
			if table.Name != name {
				continue
			}
			return d.Rows(table, func(values []any) error {
				for _, value := range values {
					if bytes, ok := value.([]byte); ok {
						value = string(bytes)
					}
					fmt.Fprint(&all, value, "\n")
				}
				return nil
			})
		}
		return nil
	})
	if err != nil || all.Len() == 0 {
		t.Fatalf("the table %s holds %d bytes, %v", name, all.Len(), err)
	}
	return all.String()
}
