package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"colloquy/app/community"
	"colloquy/app/config"
	"colloquy/app/mail"
	"colloquy/models"
	"colloquy/models/store"
)

// withSite runs a command on the opened, migrated database with its rooms, and waits for
// what the command left to be done in the background.
func withSite(ctx context.Context, c config.Config, logTo io.Writer, do func(s *site) error) error {
	s, err := open(ctx, c, NewLog(c, logTo))
	if err != nil {
		return err
	}
	var behind error
	s.rooms(nil, community.Hooks{
		Failed: func(_ context.Context, err error) { behind = errors.Join(behind, err) },
		Forget: func(address string) { behind = errors.Join(behind, mail.ClearOutbox(s.outbox(), address)) },
	})
	err = do(s)
	s.community.Wait()
	return errors.Join(err, behind, s.close())
}

// MemberAdd makes a member; the group is named exactly.
func MemberAdd(ctx context.Context, c config.Config, email, name, group, role string, out, logTo io.Writer) error {
	return withSite(ctx, c, logTo, func(s *site) error {
		_, err := s.community.AddMember(ctx, email, name, group, models.Role(role))
		var invalid models.Invalid
		if errors.As(err, &invalid) {
			return s.explain(ctx, invalid)
		} else if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s is a member now. Make a sign-in link with: colloquy member link %s\n", name, email)
		return err
	})
}

// explain says in words which argument is wrong.
func (s *site) explain(ctx context.Context, invalid models.Invalid) error {
	groups, err := s.community.Groups(ctx)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(groups))
	for _, group := range groups {
		names = append(names, strconv.Quote(group.Name))
	}
	sentences := map[string]string{
		"email": "--email must be a complete address that no member has",
		"name":  "--name must be a name of at most 80 characters",
		"group": "--group must be one of " + strings.Join(names, ", "),
		"role":  "--role must be member, moderator or convener",
	}
	if invalid["role"] == models.LastConvener {
		return errors.New("this is the last convener: make another member a convener first")
	}
	for _, field := range []string{"email", "name", "group", "role"} {
		if _, wrong := invalid[field]; wrong {
			return errors.New(sentences[field])
		}
	}
	return invalid
}

// known turns a missing member into a sentence.
func known(err error, email string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("no member has the address %s", email)
	}
	return err
}

// MemberChange gives a member another group or role; empty ones stay. A running site
// follows within seconds.
func MemberChange(ctx context.Context, c config.Config, email, group, role string, out, logTo io.Writer) error {
	if group == "" && role == "" {
		return errors.New("say what to change with --group, --role or both")
	}
	return withSite(ctx, c, logTo, func(s *site) error {
		err := s.community.EditMember(ctx, email, group, models.Role(role))
		var invalid models.Invalid
		if errors.As(err, &invalid) {
			return s.explain(ctx, invalid)
		} else if err != nil {
			return known(err, email)
		}
		_, err = fmt.Fprintf(out, "%s is changed\n", email)
		return err
	})
}

// MemberLift ends a member's suspension; they sign in anew.
func MemberLift(ctx context.Context, c config.Config, email string, out, logTo io.Writer) error {
	return withSite(ctx, c, logTo, func(s *site) error {
		if err := s.community.LiftMember(ctx, email); err != nil {
			return known(err, email)
		}
		_, err := fmt.Fprintf(out, "%s is not suspended\n", email)
		return err
	})
}

// MemberSuspend keeps a member out for some days; a running site ends their sessions
// within seconds.
func MemberSuspend(ctx context.Context, c config.Config, email string, days int, out, logTo io.Writer) error {
	if days < 1 {
		return errors.New("--days must be at least 1")
	}
	return withSite(ctx, c, logTo, func(s *site) error {
		until := time.Now().AddDate(0, 0, days)
		if err := s.community.SuspendMember(ctx, email, until); err != nil {
			return known(err, email)
		}
		_, err := fmt.Fprintf(out, "%s is suspended until %s\n", email, until.Format(time.DateOnly))
		return err
	})
}

// MemberLeave ends a membership on somebody's behalf, for good. What becomes of their texts
// must be said: keep or remove.
func MemberLeave(ctx context.Context, c config.Config, email, texts string, out, logTo io.Writer) error {
	ways := map[string]models.Leaving{"keep": models.LeavingKeeps, "remove": models.LeavingRemoves}
	if ways[texts] == "" {
		return errors.New("--texts must be keep (as a former member's) or remove")
	}
	return withSite(ctx, c, logTo, func(s *site) error {
		err := s.community.EndMember(ctx, email, ways[texts])
		var invalid models.Invalid
		if errors.As(err, &invalid) {
			return errors.New("this is the last convener: make another member a convener first")
		} else if err != nil {
			return known(err, email)
		}
		_, err = fmt.Fprintln(out, "the membership has ended")
		return err
	})
}

// MemberLink prints a one-time sign-in link.
func MemberLink(ctx context.Context, c config.Config, email string, out, logTo io.Writer) error {
	return withSite(ctx, c, logTo, func(s *site) error {
		token, err := s.community.MemberLink(ctx, email)
		if err != nil {
			return known(err, email)
		}
		_, err = fmt.Fprintf(out, "%s/sign-in/%s\n", c.BaseURL, token)
		return err
	})
}

// TokenCreate prints a new access token, and nothing else.
func TokenCreate(ctx context.Context, c config.Config, email, name string, out, logTo io.Writer) error {
	if email == "" {
		return errors.New("--member must name the member's address")
	}
	return withSite(ctx, c, logTo, func(s *site) error {
		token, err := s.community.CreateToken(ctx, email, name)
		if err != nil {
			return known(err, email)
		}
		_, err = fmt.Fprintln(out, token)
		return err
	})
}

// TokenList lists all access tokens.
func TokenList(ctx context.Context, c config.Config, out, logTo io.Writer) error {
	return withSite(ctx, c, logTo, func(s *site) error {
		tokens, err := s.community.Tokens(ctx)
		for _, token := range tokens {
			state := "open"
			if token.RevokedAt != nil {
				state = "revoked " + token.RevokedAt.Format(time.DateOnly)
			}
			if _, err := fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\n", token.ID, token.Email, token.Name,
				token.CreatedOn.Format(time.DateOnly), state); err != nil {
				return err
			}
		}
		return err
	})
}

// TokenRevoke ends an access token.
func TokenRevoke(ctx context.Context, c config.Config, id string, out, logTo io.Writer) error {
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return errors.New("the token's ID must be a number; token list shows it")
	}
	return withSite(ctx, c, logTo, func(s *site) error {
		if err := s.community.RevokeToken(ctx, number); errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("there is no open token %d", number)
		} else if err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "token %d is revoked\n", number)
		return err
	})
}

// EpochRenew gives the database a new life, after a restore by other means.
func EpochRenew(ctx context.Context, c config.Config, out, logTo io.Writer) error {
	return withSite(ctx, c, logTo, func(s *site) error {
		epoch := community.NewEpoch()
		if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.RenewEpoch(epoch) }); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "the epoch is %s now; open pages load anew\n", epoch)
		return err
	})
}
