package community

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"colloquy/models"
	"colloquy/models/store"
)

// Viewer finds who is signed in with a session's token; store.ErrNotFound when the
// session ended or the member is suspended.
func (c *Community) Viewer(ctx context.Context, token string) (models.Viewer, error) {
	viewer, seen, err := c.store.ViewerBySession(ctx, hashOf(token), c.now().UTC())
	viewer, err = c.active(viewer, err)
	if err != nil {
		return viewer, err
	}
	if today := day(c.now()); seen.Before(today) {
		err = c.store.Write(ctx, func(tx *store.Tx) error {
			return tx.SeeSession(viewer.SessionID, today, today.AddDate(0, 0, sessionDays))
		})
	}
	return viewer, err
}

// Viewers finds who is still signed in among sessions. Of those that are not, suspended
// names the ones whose member is suspended; the others have merely ended.
func (c *Community) Viewers(ctx context.Context, sessionIDs []int64) (viewers map[int64]models.Viewer, suspended map[int64]bool, err error) {
	now := c.now().UTC()
	viewers, err = c.store.ViewersBySessions(ctx, sessionIDs, now)
	if err != nil {
		return nil, nil, fmt.Errorf("viewers: %w", err)
	}
	var ended []int64
	for _, id := range sessionIDs {
		if viewer, open := viewers[id]; open {
			if active, err := c.active(viewer, nil); err == nil {
				viewers[id] = active
				continue
			}
		}
		delete(viewers, id)
		ended = append(ended, id)
	}
	if len(ended) == 0 {
		return viewers, nil, nil
	}
	found, err := c.store.SuspendedSessions(ctx, ended, now)
	if err != nil {
		return nil, nil, fmt.Errorf("viewers: %w", err)
	}
	suspended = make(map[int64]bool, len(found))
	for _, id := range found {
		suspended[id] = true
	}
	return viewers, suspended, nil
}

// SignIn checks a password and lets its member in. The answer for known and unknown
// addresses is the same: ErrCredentials.
func (c *Community) SignIn(ctx context.Context, email, password string, from Arrival) (Entry, error) {
	if !utf8.ValidString(email) || strings.ContainsRune(email, 0) {
		email = "" // nobody's, and as slow as the others
	}
	member, err := c.store.MemberByEmail(ctx, EmailKey(email))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Entry{}, fmt.Errorf("sign in: %w", err)
	}
	match, err := c.matches(ctx, password, member.PasswordHash)
	if err != nil {
		return Entry{}, err
	}
	if !match {
		return Entry{}, ErrCredentials
	}
	return c.enter(ctx, member.ID, from, OneFactor, nil)
}

// RequestLink sends a one-time sign-in link when the address belongs to a member who
// is not suspended. It returns nil for known and unknown addresses alike, and as
// quickly: the rest happens in the background (see Wait). Invalid is for what is no
// address, ErrBusy when too many ask at once.
func (c *Community) RequestLink(ctx context.Context, email string) error {
	invalid := Invalid{}
	_, key := address(invalid, email)
	if err := invalid.Err(); err != nil {
		return err
	}
	select {
	case c.requests <- struct{}{}:
	default:
		return ErrBusy
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestWithin)
	c.background.Go(func() {
		defer cancel()
		defer func() { <-c.requests }()
		if err := c.sendLink(ctx, key); err != nil {
			c.failed(ctx, err)
		}
	})
	return nil
}

func (c *Community) sendLink(ctx context.Context, key string) error {
	member, err := c.store.MemberByEmail(ctx, key)
	if errors.Is(err, store.ErrNotFound) || err == nil && member.Suspended(c.now()) {
		return nil
	} else if err != nil {
		return fmt.Errorf("request link: %w", err)
	}
	token, err := c.newLink(ctx, member.ID)
	if err == nil {
		c.letter(ctx, Letter{Kind: LetterSignIn, To: member.Email, Language: member.Language, Token: token})
	}
	return err
}

// Wait returns when the work in the background is done.
func (c *Community) Wait() { c.background.Wait() }

func (c *Community) newLink(ctx context.Context, memberID int64) (string, error) {
	token, hash := newToken()
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		return tx.CreateLink(&models.Link{
			TokenHash: hash, MemberID: memberID,
			ExpiresAt: c.now().UTC().Truncate(time.Microsecond).Add(linkMinutes * time.Minute),
		})
	})
	if err != nil {
		return "", fmt.Errorf("new link: %w", err)
	}
	return token, nil
}

// LinkOpen tells whether a one-time link can still be used, without using it.
func (c *Community) LinkOpen(ctx context.Context, token string) error {
	_, err := c.store.LinkByToken(ctx, hashOf(token), c.now().UTC())
	return err
}

// UseLink consumes a one-time link and lets its member in; store.ErrNotFound when the
// link was used, ran out or never was.
func (c *Community) UseLink(ctx context.Context, token string, from Arrival) (Entry, error) {
	link, err := c.store.LinkByToken(ctx, hashOf(token), c.now().UTC())
	if err != nil {
		return Entry{}, err
	}
	return c.enter(ctx, link.MemberID, from, OneFactor, func(tx *store.Tx) error { return tx.UseLink(link.ID, c.now().UTC()) })
}

// SignOut ends the viewer's session and closes its live lines.
func (c *Community) SignOut(ctx context.Context, viewer models.Viewer) error {
	if viewer.SessionID == 0 {
		return nil
	}
	if err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(viewer.SessionID) }); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	if c.hooks.SessionEnded != nil {
		c.hooks.SessionEnded(viewer.SessionID)
	}
	return nil
}

// EnterDemo signs in as a fictional member; the handlers offer it on a demo only.
func (c *Community) EnterDemo(ctx context.Context, handle string) (Entry, error) {
	member, err := c.store.MemberOfHandle(ctx, handle)
	if err != nil {
		return Entry{}, err
	}
	mark, err := c.DeviceMark(ctx, member.EmailKey)
	if err != nil {
		return Entry{}, err
	}
	return c.enter(ctx, member.ID, Arrival{Mark: mark}, BothFactors, nil)
}

// DemoViewer finds a fictional member as who speaks when a demo goes on talking, without
// a session; store.ErrNotFound when there is no such member or they are suspended.
func (c *Community) DemoViewer(ctx context.Context, handle string) (models.Viewer, error) {
	member, err := c.store.MemberOfHandle(ctx, handle)
	if err != nil {
		return models.Viewer{}, err
	}
	return c.active(c.store.ViewerOfMember(ctx, member.ID))
}

// Sweep deletes what has expired.
func (c *Community) Sweep(ctx context.Context) error {
	return errors.Join(
		c.store.Write(ctx, func(tx *store.Tx) error { return tx.Sweep(c.now().UTC()) }),
		c.sweepJoining(ctx),
	)
}
