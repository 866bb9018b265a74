package community

import (
	"context"
	"errors"
	"fmt"

	"colloquy/models"
	"colloquy/models/store"
)

// ProveByPassword tells whether the password is the viewer's; ErrCredentials when it is
// not, or when they have none.
func (c *Community) ProveByPassword(ctx context.Context, viewer models.Viewer, password string) error {
	match, err := c.matches(ctx, password, viewer.Member.PasswordHash)
	if err == nil && !match {
		err = ErrCredentials
	}
	return err
}

// ProveByCode takes a code of the viewer's authenticator, or one of their recovery codes;
// ErrCode when it does not work.
func (c *Community) ProveByCode(ctx context.Context, viewer models.Viewer, code string, from Arrival) error {
	answer, err := c.answerOf(ctx, viewer.Member.ID, code)
	if err != nil {
		return err
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error { return c.consume(tx, viewer.Member.ID, answer) })
	if err == nil && answer.recovery() {
		c.notice(ctx, LetterRecovery, viewer.Member, from, true)
	}
	return err
}

// RequestProof sends the viewer a code with which they prove, in this browser, that the
// letters to their address reach them. browser is a secret of the browser's own. ErrBusy
// when too many ask at once.
func (c *Community) RequestProof(ctx context.Context, viewer models.Viewer, browser string) error {
	member := *viewer.Member
	return c.later(ctx, func(ctx context.Context) error {
		asked, err := c.newLink(ctx, member.ID, browserHash("proof", browser))
		if err != nil {
			return err
		}
		asked.link.Known = true
		if err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.CreateLink(&asked.link) }); err != nil {
			return fmt.Errorf("request a proof: %w", err)
		}
		c.letter(ctx, Letter{Kind: LetterProof, To: member.Email, Language: member.Language, Code: asked.code})
		return nil
	})
}

// ProveByLetter takes the code of such a letter; ErrCode when it does not work.
func (c *Community) ProveByLetter(ctx context.Context, viewer models.Viewer, browser, code string) error {
	link, err := c.tryCode(ctx, browserHash("proof", browser), code)
	if err != nil {
		return err
	}
	if link.MemberID != viewer.Member.ID {
		return ErrCode
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error { return tx.UseLink(link.ID, c.now().UTC()) })
	if errors.Is(err, store.ErrNotFound) { // used meanwhile
		err = ErrCode
	}
	return err
}
