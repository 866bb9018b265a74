package community

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
	return c.enter(ctx, member.ID, from, OneFactor, func(tx *store.Tx) error {
		now, err := tx.Member(member.ID)
		if err == nil && now.PasswordHash != member.PasswordHash {
			return ErrCredentials // changed while this one was being compared
		}
		return err
	})
}

// Wait returns when the work in the background is done.
func (c *Community) Wait() { c.background.Wait() }

// later does something in the background, within a time of its own: how long it takes
// tells whoever asked for it nothing. ErrBusy when too much is being done already.
func (c *Community) later(ctx context.Context, do func(ctx context.Context) error) error {
	select {
	case c.requests <- struct{}{}:
	default:
		return ErrBusy
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestWithin)
	c.background.Go(func() {
		defer cancel()
		defer func() { <-c.requests }()
		if err := do(ctx); err != nil {
			c.failed(ctx, err)
		}
	})
	return nil
}

// SignOut ends the viewer's session and closes its live lines.
func (c *Community) SignOut(ctx context.Context, viewer models.Viewer) error {
	if viewer.SessionID == 0 {
		return nil
	}
	if err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.EndSession(viewer.SessionID) }); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	c.sessionsEnded(viewer.SessionID)
	return nil
}

// Sessions lists the viewer's open sessions, those seen last first.
func (c *Community) Sessions(ctx context.Context, viewer models.Viewer) ([]models.Session, error) {
	return c.store.Sessions(ctx, viewer.Member.ID, c.now().UTC())
}

// EndSession ends one of the viewer's own sessions: the browser is out at its next request
// and its live lines close. store.ErrNotFound when the viewer has no such session.
func (c *Community) EndSession(ctx context.Context, viewer models.Viewer, id int64) error {
	if err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.EndOwnSession(viewer.Member.ID, id) }); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	c.sessionsEnded(id)
	c.rightsMoved()
	return nil
}

// EndOtherSessions ends all of the viewer's sessions but this one, which gets another
// token: whoever holds a copy of its cookie is out as well. What has been begun elsewhere
// to sign in ends too. It returns the new token.
func (c *Community) EndOtherSessions(ctx context.Context, viewer models.Viewer, from Arrival) (string, error) {
	var others others
	err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		if others, err = c.endOthers(tx, viewer); err != nil {
			return err
		}
		return tx.EndLinks(viewer.Member.ID, true)
	})
	if err != nil {
		return "", fmt.Errorf("end the other sessions: %w", err)
	}
	c.othersEnded(viewer, others)
	c.notice(ctx, LetterSignedOut, viewer.Member, from, false)
	return others.token, nil
}

// others is what ending all of a member's sessions but one comes to.
type others struct {
	ended []int64
	// token is the new one of the session that stays.
	token string
}

// endOthers ends all sessions of the viewer but this one, and whatever waits for its next
// step; this one gets another token. othersEnded follows it after the commit.
func (c *Community) endOthers(tx *store.Tx, viewer models.Viewer) (others, error) {
	ended, err := tx.EndSessions(viewer.Member.ID, viewer.SessionID)
	if err != nil {
		return others{}, err
	}
	if err := tx.EndCeremonies(viewer.Member.ID); err != nil {
		return others{}, err
	}
	token, hash := newToken()
	return others{ended: ended, token: token}, tx.RotateSession(viewer.SessionID, hash, c.now().UTC())
}

func (c *Community) othersEnded(viewer models.Viewer, others others) {
	c.sessionsEnded(others.ended...)
	c.sessionRotated(viewer.SessionID)
	c.rightsMoved()
}

// RotateSession gives the viewer's session another token and returns it. The old one is
// out at its next request, whoever holds it. store.ErrNotFound when the session has ended.
func (c *Community) RotateSession(ctx context.Context, viewer models.Viewer) (string, error) {
	token, hash := newToken()
	err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.RotateSession(viewer.SessionID, hash, c.now().UTC()) })
	if err != nil {
		return "", fmt.Errorf("rotate a session: %w", err)
	}
	c.sessionRotated(viewer.SessionID)
	return token, nil
}

func (c *Community) sessionsEnded(ids ...int64) {
	for _, id := range ids {
		if c.hooks.SessionEnded != nil {
			c.hooks.SessionEnded(id)
		}
	}
}

func (c *Community) sessionRotated(id int64) {
	if c.hooks.SessionRotated != nil {
		c.hooks.SessionRotated(id)
	}
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
