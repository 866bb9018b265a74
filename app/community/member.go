package community

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// joining is a new member with what their profile shows.
type joining struct {
	email, key   string
	name         string
	groupID      int64
	role         models.Role
	organisation string
	language     string
	passwordHash string
	// languages are tags separated by spaces, initiatives ids, agreed the edition of the
	// house rules that was agreed to.
	languages   string
	initiatives []int64
	agreed      int
	// known tells that the operator adds somebody whom they know, by whatever name.
	known bool
}

// join writes a member and their named persona. Invalid is for a name that nobody may go
// by, or that looks like a moderator's.
func (c *Community) join(tx *store.Tx, j joining) (models.Member, error) {
	if !j.known {
		if err := c.mayBeNamed(tx, j.name, 0, j.role); err != nil {
			return models.Member{}, err
		}
	}
	member := models.Member{
		Email: j.email, EmailKey: j.key, PasswordHash: j.passwordHash, Role: j.role, GroupID: j.groupID,
		Language: j.language, JoinedOn: day(c.now()), Directory: true,
		AgreedVersion: j.agreed,
	}
	if err := tx.CreateMember(&member); err != nil {
		return member, err
	}
	handle, err := freeHandle(tx, j.name)
	if err != nil {
		return member, err
	}
	persona := models.Persona{
		Kind: models.PersonaNamed, MemberID: &member.ID, Handle: &handle, Name: j.name, Skeleton: skeleton(j.name), GroupID: &j.groupID,
		Organisation: j.organisation, Languages: j.languages, CreatedAt: day(c.now()),
	}
	if err := tx.CreatePersona(&persona); err != nil {
		return member, err
	}
	for _, id := range j.initiatives {
		if err := tx.AddInitiative(persona.ID, id); err != nil {
			return member, err
		}
	}
	if j.role == models.RoleConvener {
		return member, tx.Founded(c.now().UTC().Truncate(time.Microsecond))
	}
	return member, nil
}

// freeHandle makes a handle of a name that nobody has.
func freeHandle(tx *store.Tx, name string) (string, error) {
	base := prose.Slug(name)
	if base == "thread" {
		base = "member"
	}
	handle := base
	for n := 2; ; n++ {
		taken, err := tx.HandleTaken(handle)
		if err != nil || !taken {
			return handle, err
		}
		handle = base + "-" + strconv.Itoa(n)
	}
}

// AddMember makes a member for the operator. The group is named exactly; Invalid says
// which argument is wrong.
func (c *Community) AddMember(ctx context.Context, email, name, group string, role models.Role) (models.Member, error) {
	invalid := Invalid{}
	j := joining{role: role, known: true}
	j.email, j.key = address(invalid, email)
	j.name = line(invalid, "name", name, MaxName, true)
	if !role.Valid() {
		invalid["role"] = models.Unknown
	}
	found, err := c.store.GroupByName(ctx, group)
	if errors.Is(err, store.ErrNotFound) || err == nil && found.Retired {
		invalid["group"] = models.Unknown
	} else if err != nil {
		return models.Member{}, fmt.Errorf("add member: %w", err)
	}
	j.groupID = found.ID
	if err := invalid.Err(); err != nil {
		return models.Member{}, err
	}
	var member models.Member
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		member, err = c.join(tx, j)
		return err
	})
	if errors.Is(err, store.ErrTaken) {
		return member, Invalid{"email": models.Taken}
	}
	return member, err
}

// EditMember is EditMembership for the operator. The group is named exactly; an empty
// group or role stays. Invalid says which argument is wrong.
func (c *Community) EditMember(ctx context.Context, email, group string, role models.Role) error {
	member, err := c.store.MemberByEmail(ctx, EmailKey(email))
	if err != nil {
		return err
	}
	edit, invalid := MembershipEdit{Role: role}, Invalid{}
	if role != "" && !role.Valid() {
		invalid["role"] = models.Unknown
	}
	if group != "" {
		found, err := c.store.GroupByName(ctx, group)
		if errors.Is(err, store.ErrNotFound) || err == nil && found.Retired && found.ID != member.GroupID {
			invalid["group"] = models.Unknown
		} else if err != nil {
			return fmt.Errorf("edit member: %w", err)
		}
		edit.GroupID = found.ID
	}
	if err := invalid.Err(); err != nil {
		return err
	}
	return c.edit(ctx, member.ID, edit, nil)
}

// SuspendMember is Suspend for the operator, who may suspend the last convener too.
func (c *Community) SuspendMember(ctx context.Context, email string, until time.Time) error {
	member, err := c.store.MemberByEmail(ctx, EmailKey(email))
	if err != nil {
		return err
	}
	return c.suspend(ctx, member.ID, until, nil)
}

// LiftMember is Lift for the operator.
func (c *Community) LiftMember(ctx context.Context, email string) error {
	member, err := c.store.MemberByEmail(ctx, EmailKey(email))
	if err != nil {
		return err
	}
	return c.lift(ctx, member.ID, nil)
}

// MemberLink makes a one-time sign-in link for a member, for the operator to hand over.
func (c *Community) MemberLink(ctx context.Context, email string) (string, error) {
	member, err := c.store.MemberByEmail(ctx, EmailKey(email))
	if err != nil {
		return "", err
	}
	return c.handedLink(ctx, member.ID)
}

// CreateToken makes a personal access token for a member; it is shown this once.
func (c *Community) CreateToken(ctx context.Context, email, name string) (string, error) {
	member, err := c.store.MemberByEmail(ctx, EmailKey(email))
	if err != nil {
		return "", err
	}
	token, hash := newToken()
	return token, c.store.Write(ctx, func(tx *store.Tx) error {
		return tx.CreateToken(&models.Token{TokenHash: hash, MemberID: member.ID, Name: name, CreatedOn: day(c.now())})
	})
}

// Tokens lists all access tokens for the operator.
func (c *Community) Tokens(ctx context.Context) ([]store.TokenRow, error) { return c.store.Tokens(ctx) }

// RevokeToken ends an access token.
func (c *Community) RevokeToken(ctx context.Context, id int64) error {
	return c.store.Write(ctx, func(tx *store.Tx) error { return tx.RevokeToken(id, c.now().UTC()) })
}

// ViewerByToken finds the member of an access token; store.ErrNotFound when it is not
// valid or the member is suspended.
func (c *Community) ViewerByToken(ctx context.Context, token string) (models.Viewer, error) {
	viewer, err := c.store.ViewerByToken(ctx, hashOf(token))
	return c.active(viewer, err)
}

// active gives the viewer the present moment and refuses the suspended.
func (c *Community) active(viewer models.Viewer, err error) (models.Viewer, error) {
	if err != nil {
		return models.Viewer{}, err
	}
	viewer.Now = c.now()
	if viewer.Member.Suspended(viewer.Now) {
		return models.Viewer{}, store.ErrNotFound
	}
	return viewer, nil
}
