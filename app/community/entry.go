package community

import (
	"context"
	"errors"
	"time"

	"colloquy/models"
	"colloquy/models/store"
)

// stepMinutes is how long somebody has for the second step of signing in.
const stepMinutes = 10

// Arrival is what a browser tells of itself when somebody signs in.
type Arrival struct {
	// Device says coarsely what it is, such as "Firefox on Linux".
	Device string
	// Mark is what the browser was given when a member signed in with it; see DeviceMark.
	Mark string
	// Browser is a secret of the browser's own, for what must go on in the browser in which
	// it began. It is written nowhere.
	Browser string `json:"-"`
}

// Entry is what a browser gets when somebody has proved who they are.
type Entry struct {
	// Session is the token of the new session; empty when a second step is needed.
	Session string
	// SecondStep is the token of the ceremony that waits for a code; empty otherwise.
	SecondStep string
	// Device is the mark by which this browser is known as this member's from now on;
	// see DeviceMark. Empty before the second step.
	Device string
}

// Strength says how much a member has proved.
type Strength int

// The strengths: one factor, after which a member with an authenticator is asked for a
// code, and both.
const (
	OneFactor Strength = iota
	BothFactors
)

// openSession writes a session and returns its token.
func (c *Community) openSession(tx *store.Tx, memberID int64, device string) (string, error) {
	token, hash := newToken()
	today := day(c.now())
	return token, tx.CreateSession(&models.Session{
		TokenHash: hash, MemberID: memberID, CreatedOn: today, SeenOn: today, ExpiresOn: today.AddDate(0, 0, sessionDays),
		Device: device,
	})
}

// enter lets a member in who proved who they are, or begins the second step when they
// have an authenticator and proved one factor only. before runs in the same transaction.
// It returns ErrSuspended, or store.ErrNotFound for somebody who has left.
func (c *Community) enter(ctx context.Context, memberID int64, from Arrival, proved Strength,
	before func(tx *store.Tx) error,
) (Entry, error) {
	member, err := c.store.Member(ctx, memberID)
	switch {
	case err != nil:
		return Entry{}, err
	case member.Suspended(c.now()):
		return Entry{}, ErrSuspended
	}
	var entry Entry
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		entry = Entry{}
		// Looked at again: what ends a membership may have come in between.
		now, err := tx.MemberToEnter(memberID)
		switch {
		case err != nil:
			return err
		case now.Suspended(c.now()):
			return ErrSuspended
		}
		if before != nil {
			if err := before(tx); err != nil {
				return err
			}
		}
		if proved == OneFactor {
			_, err := tx.Authenticator(memberID)
			if err == nil {
				entry.SecondStep, err = c.begin(tx, models.CeremonySecondStep, &memberID, from, stepMinutes*time.Minute)
				return err
			} else if !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		entry.Session, err = c.openSession(tx, memberID, from.Device)
		return err
	})
	if err != nil || entry.Session == "" {
		return entry, err
	}
	return entry, c.entered(ctx, &member, from, &entry)
}

// entered is what follows a new session: the browser is known as the member's from now
// on, and a member whose browser was not known gets a letter.
func (c *Community) entered(ctx context.Context, member *models.Member, from Arrival, entry *Entry) error {
	known, err := c.KnowsDevice(ctx, from.Mark, member.EmailKey)
	if err != nil {
		return err
	}
	if !known {
		c.letter(ctx, Letter{Kind: LetterNewSignIn, To: member.Email, Language: member.Language, Device: from.Device})
	}
	entry.Device, err = c.DeviceMark(ctx, member.EmailKey)
	return err
}
