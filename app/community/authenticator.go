package community

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"colloquy/models"
	"colloquy/models/store"
)

// What every authenticator app understands (RFC 6238): SHA-1, six digits, steps of thirty
// seconds. One step of either side is taken too, for clocks that go wrong.
const (
	stepSeconds = 30
	stepsAside  = 1
	secretBytes = 20
	// enrolMinutes is how long a new secret waits for its first code.
	enrolMinutes = 30
	// stepTries is how many codes may be given before one has to sign in anew.
	stepTries = 5
)

// Enrolment is a new secret that waits for its first code.
type Enrolment struct {
	// Token names it in the form that brings the code.
	Token string
	// Secret is for typing (base32, RFC 4648), URL for scanning.
	Secret string
	URL    string
}

// BeginAuthenticator makes a secret for the viewer, in place of one that waits;
// store.ErrTaken when they have an authenticator.
func (c *Community) BeginAuthenticator(ctx context.Context, viewer models.Viewer) (Enrolment, error) {
	secret := random(secretBytes)
	var token string
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Authenticator(viewer.Member.ID)
		if err == nil {
			return store.ErrTaken
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := tx.EndCeremoniesOf(models.CeremonyAuthenticator, viewer.Member.ID); err != nil {
			return err
		}
		token, err = c.begin(tx, models.CeremonyAuthenticator, &viewer.Member.ID, secret, enrolMinutes*time.Minute)
		return err
	})
	if err != nil {
		return Enrolment{}, fmt.Errorf("begin an authenticator: %w", err)
	}
	return c.enrolment(ctx, viewer, token, secret)
}

// Authenticating finds the viewer's secret that waits for its first code;
// store.ErrNotFound when there is none.
func (c *Community) Authenticating(ctx context.Context, viewer models.Viewer, token string) (Enrolment, error) {
	var secret []byte
	ceremony, err := c.peek(ctx, models.CeremonyAuthenticator, token, &secret)
	if err == nil && *ceremony.MemberID != viewer.Member.ID {
		err = store.ErrNotFound
	}
	if err != nil {
		return Enrolment{}, err
	}
	return c.enrolment(ctx, viewer, token, secret)
}

func (c *Community) enrolment(ctx context.Context, viewer models.Viewer, token string, secret []byte) (Enrolment, error) {
	settings, err := c.Settings(ctx, 0)
	if err != nil {
		return Enrolment{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: strings.ReplaceAll(settings.Name, ":", " "), AccountName: viewer.Member.Email, Secret: secret,
	})
	if err != nil {
		return Enrolment{}, fmt.Errorf("the address of a secret: %w", err)
	}
	return Enrolment{Token: token, Secret: key.Secret(), URL: key.URL()}, nil
}

// ConfirmAuthenticator takes the first code of a new secret, which is the viewer's second
// step from then on, and returns the recovery codes: they are shown this once. ErrCode
// for a wrong code, store.ErrNotFound when the secret has waited for too long.
func (c *Community) ConfirmAuthenticator(ctx context.Context, viewer models.Viewer, token, code string, from Arrival) ([]string, error) {
	codes, rows, err := c.newRecoveryCodes(ctx, viewer.Member.ID)
	if err != nil {
		return nil, err
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		var secret []byte
		ceremony, err := c.take(tx, models.CeremonyAuthenticator, token, &secret)
		if err != nil {
			return err
		}
		if *ceremony.MemberID != viewer.Member.ID {
			return store.ErrNotFound
		}
		step, ok := stepOf(secret, normal(code), c.now())
		if !ok {
			return ErrCode // and the ceremony stays
		}
		err = tx.CreateAuthenticator(&models.Authenticator{
			MemberID: viewer.Member.ID, Secret: secret, LastStep: step, CreatedOn: day(c.now()),
		})
		if err != nil {
			return err
		}
		return tx.ReplaceRecoveryCodes(viewer.Member.ID, rows)
	})
	if err != nil {
		return nil, fmt.Errorf("confirm an authenticator: %w", err)
	}
	c.notice(ctx, LetterSecondStep, viewer.Member, from, false)
	return codes, nil
}

// RemoveAuthenticator takes the viewer's second step away, with the recovery codes;
// store.ErrNotFound when they have none.
func (c *Community) RemoveAuthenticator(ctx context.Context, viewer models.Viewer, from Arrival) error {
	err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.DeleteAuthenticator(viewer.Member.ID) })
	if err != nil {
		return fmt.Errorf("remove an authenticator: %w", err)
	}
	c.notice(ctx, LetterSecondStep, viewer.Member, from, true)
	return nil
}

// SecondFactor tells whether the viewer has an authenticator, and how many recovery codes
// they have left.
func (c *Community) SecondFactor(ctx context.Context, viewer models.Viewer) (has bool, codes int, err error) {
	_, err = c.store.Authenticator(ctx, viewer.Member.ID)
	if errors.Is(err, store.ErrNotFound) {
		return false, 0, nil
	} else if err != nil {
		return false, 0, err
	}
	codes, err = c.store.RecoveryCodesLeft(ctx, viewer.Member.ID)
	return true, codes, err
}

// StepOpen finds whose second step waits under a token, as EmailKey names them;
// store.ErrNotFound when none does. It is for counting the tries of an account.
func (c *Community) StepOpen(ctx context.Context, token string) (string, error) {
	var from Arrival
	ceremony, err := c.peek(ctx, models.CeremonySecondStep, token, &from)
	if err != nil {
		return "", err
	}
	if ceremony.Tries >= stepTries {
		return "", store.ErrNotFound
	}
	member, err := c.store.Member(ctx, *ceremony.MemberID)
	return member.EmailKey, err
}

// SecondStep takes the code of an authenticator, or a recovery code, of somebody who has
// proved one factor, and lets them in. Each call is one of five tries. ErrCode for a code
// that does not work, store.ErrNotFound when one has to begin anew, ErrSuspended for who
// was suspended meanwhile.
func (c *Community) SecondStep(ctx context.Context, token, code string) (Entry, error) {
	var ceremony models.Ceremony
	err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		ceremony, err = tx.TryCeremony(models.CeremonySecondStep, hashOf(token), stepTries, c.now().UTC())
		return err
	})
	if err != nil {
		return Entry{}, err
	}
	answer, err := c.answerOf(ctx, *ceremony.MemberID, code)
	if err != nil {
		return Entry{}, err
	}
	var from Arrival
	if _, err := c.peek(ctx, models.CeremonySecondStep, token, &from); err != nil {
		return Entry{}, err
	}
	entry, err := c.enter(ctx, *ceremony.MemberID, from, BothFactors, func(tx *store.Tx) error {
		if _, err := c.take(tx, models.CeremonySecondStep, token, &from); err != nil {
			return err
		}
		return c.consume(tx, *ceremony.MemberID, answer)
	})
	if errors.Is(err, ErrCode) && ceremony.Tries >= stepTries {
		return Entry{}, store.ErrNotFound
	} else if err != nil || !answer.recovery() {
		return entry, err
	}
	member, err := c.store.Member(ctx, *ceremony.MemberID)
	if err == nil {
		c.notice(ctx, LetterRecovery, &member, from, true)
	}
	return entry, err
}

// answer is a code that was given for the second step, ready to be compared.
type answer struct {
	code string
	// mac is set when it cannot be a code of an authenticator.
	mac []byte
}

func (a answer) recovery() bool { return a.mac != nil }

func (c *Community) answerOf(ctx context.Context, memberID int64, code string) (answer, error) {
	code = normal(code)
	if len(code) == otp.DigitsSix.Length() {
		return answer{code: code}, nil
	}
	mac, err := c.recoveryMac(ctx, memberID, code)
	return answer{code: code, mac: mac}, err
}

// consume uses an answer up; ErrCode when it is not good, or was used before.
func (c *Community) consume(tx *store.Tx, memberID int64, given answer) error {
	var err error
	if given.recovery() {
		err = tx.UseRecoveryCode(memberID, given.mac, day(c.now()))
	} else {
		var authenticator models.Authenticator
		if authenticator, err = tx.Authenticator(memberID); err == nil {
			step, ok := stepOf(authenticator.Secret, given.code, c.now())
			if !ok {
				return ErrCode
			}
			err = tx.UseStep(memberID, step)
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return ErrCode
	}
	return err
}

// stepOf finds the time step that a code belongs to, among the present one and its
// neighbours. All are computed, whatever is found.
func stepOf(secret []byte, code string, now time.Time) (int64, bool) {
	present, found, at := now.Unix()/stepSeconds, 0, int64(0)
	for step := present - stepsAside; step <= present+stepsAside; step++ {
		want, err := hotp.GenerateCode(base32.StdEncoding.EncodeToString(secret), uint64(step))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found, at = 1, step
		}
	}
	return at, found == 1
}
