package community

import (
	"context"
	"errors"
	"fmt"

	"colloquy/app/access"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// MaxAnswer is the most characters of an answer to the conveners' question.
const MaxAnswer = 2000

// listedRequests is how many requests stand on one page.
const listedRequests = 50

// Wish is what somebody says who wishes to join.
type Wish struct {
	Email string
	Name  string
	// GroupID is the group they would join, 0 when they leave it open.
	GroupID int64
	Answer  string
	// Language is that of the page on which they asked.
	Language string
}

// AskToJoin takes the wish of somebody to join. Where whoever has an address may join, the
// address alone is asked and gets a letter with an invitation; where conveners decide,
// the wish waits for them, one for each address. It returns nil for known and unknown
// addresses alike, and as quickly: a member's gets a sign-in letter. Errors: Invalid,
// ErrBusy, and store.ErrNotFound where people are invited only.
func (c *Community) AskToJoin(ctx context.Context, wish Wish) error {
	community, err := c.store.Community(ctx)
	if err != nil {
		return fmt.Errorf("ask to join: %w", err)
	}
	invalid := Invalid{}
	request := models.JoinRequest{Language: wish.Language, CreatedOn: day(c.now())}
	request.Email, request.EmailKey = address(invalid, wish.Email)
	take := c.inviteGuest
	switch community.Joining {
	case models.JoiningOpen:
	case models.JoiningRequest:
		take = c.putRequest
		request.Name = line(invalid, "name", wish.Name, MaxName, true)
		request.Answer = answerText(invalid, wish.Answer, community.JoinQuestion != "")
		if wish.GroupID != 0 {
			request.GroupID = &wish.GroupID
			if err := c.joinableGroup(ctx, invalid, wish.GroupID); err != nil {
				return err
			}
		}
	default:
		return store.ErrNotFound
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	return c.afterAnswer(ctx, func(ctx context.Context) error {
		_, err := c.store.MemberByEmail(ctx, request.EmailKey)
		switch {
		case err == nil:
			return c.sendLink(ctx, request.EmailKey, nil, false)
		case !errors.Is(err, store.ErrNotFound):
			return fmt.Errorf("ask to join: %w", err)
		}
		return take(ctx, request)
	})
}

// answerText cleans what somebody answers; where nothing is asked it may be empty.
func answerText(invalid Invalid, text string, needed bool) string {
	clean, err := prose.Clean(text, MaxAnswer)
	if err != nil && (needed || !errors.Is(err, prose.ErrEmpty)) {
		invalid["answer"] = models.Problem(prose.Fault(err))
	}
	return clean
}

// afterAnswer does what known and unknown addresses do not have in common, in the
// background; ErrBusy when too many wait for that.
func (c *Community) afterAnswer(ctx context.Context, do func(ctx context.Context) error) error {
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

// inviteGuest sends an invitation that its reader asked for; an older one of the same
// address stops working.
func (c *Community) inviteGuest(ctx context.Context, request models.JoinRequest) error {
	token, hash := newToken()
	now := c.moment()
	expires := now.AddDate(0, 0, ownDays)
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		err := tx.RenewOwnInvitation(request.EmailKey, hash, expires)
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return tx.CreateInvitation(&models.Invitation{
			TokenHash: hash, Email: request.Email, EmailKey: request.EmailKey, Role: models.RoleMember,
			CreatedOn: day(now), ExpiresAt: expires,
		})
	})
	if err != nil {
		return fmt.Errorf("invite a guest: %w", err)
	}
	c.letter(ctx, Letter{Kind: LetterInvitation, To: request.Email, Language: request.Language, Token: token})
	return nil
}

func (c *Community) putRequest(ctx context.Context, request models.JoinRequest) error {
	err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.PutJoinRequest(&request) })
	if err != nil {
		return fmt.Errorf("put a request: %w", err)
	}
	return c.tellConveners(ctx)
}

// tellConveners writes to the conveners that somebody wishes to join: once a day at most,
// and again on a later day for what came after the letter.
func (c *Community) tellConveners(ctx context.Context) error {
	var due bool
	err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.TellRequests(day(c.now()))
		return err
	})
	if err != nil || !due {
		return err
	}
	conveners, err := c.store.RequestReaders(ctx, c.now().UTC())
	if err != nil {
		return fmt.Errorf("tell the conveners: %w", err)
	}
	for _, convener := range conveners {
		c.letter(ctx, Letter{Kind: LetterJoinRequest, To: convener.Email, Language: convener.Language})
	}
	return nil
}

// JoinRequests lists the requests to join for whoever decides them, oldest first, after
// one of them. Next is where the list goes on, 0 at its end.
func (c *Community) JoinRequests(ctx context.Context, viewer models.Viewer, after int64) (rows []models.JoinRequest, next int64, err error) {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return nil, 0, err
	}
	rows, err = c.store.JoinRequests(ctx, after, listedRequests+1)
	if err != nil {
		return nil, 0, fmt.Errorf("requests to join: %w", err)
	}
	if len(rows) > listedRequests {
		rows = rows[:listedRequests]
		next = rows[listedRequests-1].ID
	}
	return rows, next, nil
}

// RequestsWaiting counts the requests to join that wait for the viewer; none do for whom
// may not decide them.
func (c *Community) RequestsWaiting(ctx context.Context, viewer models.Viewer) (int, error) {
	if access.Can(viewer, access.Convene, access.Thing{}) != nil {
		return 0, nil //nolint:nilerr // that they may not is the answer
	}
	return c.store.CountJoinRequests(ctx)
}

// AcceptRequest invites somebody who wished to join, into the given group; 0 lets them
// choose. store.ErrNotFound when the request is decided.
func (c *Community) AcceptRequest(ctx context.Context, viewer models.Viewer, id, groupID int64) error {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return err
	}
	invalid := Invalid{}
	invitation, _, err := c.offered(ctx, viewer, invalid, NewInvitation{GroupID: groupID})
	if err != nil {
		return err
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	var token string
	token, invitation.TokenHash = newToken()
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		request, err := tx.TakeJoinRequest(id)
		if err != nil {
			return err
		}
		invitation.Email, invitation.EmailKey = request.Email, request.EmailKey
		return tx.CreateInvitation(&invitation)
	})
	if err != nil {
		return err
	}
	return c.sendInvitations(ctx, map[string]Letter{invitation.EmailKey: {To: invitation.Email, Token: token}})
}

// SetRequestAside deletes a request to join; nobody is told. store.ErrNotFound when it is
// decided.
func (c *Community) SetRequestAside(ctx context.Context, viewer models.Viewer, id int64) error {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return err
	}
	return c.store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.TakeJoinRequest(id)
		return err
	})
}
