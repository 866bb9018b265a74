package community

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"colloquy/models"
	"colloquy/models/store"
)

// journeyMinutes is how long somebody has to come back from another service.
const journeyMinutes = 10

var (
	// ErrJourney is returned to whoever comes back from another service without having set
	// out from here in this browser, or comes back twice, or too late.
	ErrJourney = errors.New("nobody is expected back from this service")
	// ErrStranger is returned when another service vouches for somebody who is connected
	// with no member here.
	ErrStranger = errors.New("this identity is connected with no member")
	// ErrIdentityTaken is returned when an identity is connected with another member.
	ErrIdentityTaken = errors.New("this identity is connected with another member")
)

// Journey is what is remembered while somebody is at another service to prove who they
// are. Everything but State stays between this site and the service.
type Journey struct {
	// Service is the service's key.
	Service string
	// State comes back with the browser, Nonce in what the service signs, and Verifier is
	// shown when that is fetched (RFC 7636).
	State    string
	Nonce    string
	Verifier string
	// Next is the path to go on to.
	Next string
	// MemberID is who connects the service with their membership; 0 for somebody who
	// signs in.
	MemberID int64
}

// Depart begins a journey to a service: of the viewer, to connect it, or of the zero
// Viewer, to sign in. The token is for Arrive and stays in the browser.
func (c *Community) Depart(ctx context.Context, viewer models.Viewer, service, next string) (Journey, string, error) {
	secret := func() string { return base64.RawURLEncoding.EncodeToString(random(32)) }
	journey := Journey{
		Service: service, State: secret(), Nonce: secret(), Verifier: secret(), Next: next, MemberID: viewer.MemberID(),
	}
	var owner *int64
	if viewer.SignedIn() {
		owner = &viewer.Member.ID
	}
	var token string
	err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		token, err = c.begin(tx, models.CeremonyIdentity, owner, journey, journeyMinutes*time.Minute)
		return err
	})
	if err != nil {
		return Journey{}, "", fmt.Errorf("depart: %w", err)
	}
	return journey, token, nil
}

// Arrive ends the journey to a service from which somebody comes back with a state;
// ErrJourney when there is none. A wrong state, which others can make a browser bring,
// does not end it.
func (c *Community) Arrive(ctx context.Context, token, service, state string) (Journey, error) {
	var journey Journey
	_, err := c.peek(ctx, models.CeremonyIdentity, token, &journey)
	if err == nil && (journey.Service != service || subtle.ConstantTimeCompare([]byte(journey.State), []byte(state)) != 1) {
		return Journey{}, ErrJourney
	}
	if err == nil {
		err = c.store.Write(ctx, func(tx *store.Tx) error {
			_, err := c.take(tx, models.CeremonyIdentity, token, &journey)
			return err
		})
	}
	if errors.Is(err, store.ErrNotFound) {
		return Journey{}, ErrJourney
	} else if err != nil {
		return Journey{}, fmt.Errorf("arrive: %w", err)
	}
	return journey, nil
}

// EnterByIdentity lets in for whom a service vouches; ErrStranger when that is nobody
// here. It never makes a member, and never goes by an address.
func (c *Community) EnterByIdentity(ctx context.Context, issuer, subject string, from Arrival) (Entry, error) {
	identity, err := c.store.Identity(ctx, issuer, subject)
	if err == nil {
		var entry Entry
		entry, err = c.enter(ctx, identity.MemberID, from, OneFactor, func(tx *store.Tx) error {
			return tx.IdentityStands(identity.ID)
		})
		if err == nil {
			return entry, nil
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return Entry{}, ErrStranger
	}
	return Entry{}, err
}

// Identities lists how other services name the viewer, oldest first.
func (c *Community) Identities(ctx context.Context, viewer models.Viewer) ([]models.Identity, error) {
	if !viewer.SignedIn() {
		return nil, store.ErrNotFound
	}
	return c.store.Identities(ctx, viewer.Member.ID)
}

// Connect lets the viewer sign in through a service from now on, at the end of their own
// journey. ErrJourney when it was another member's, ErrIdentityTaken when the identity is;
// connecting it once more changes nothing.
func (c *Community) Connect(ctx context.Context, viewer models.Viewer, journey Journey, issuer, subject, device string) error {
	if !viewer.SignedIn() || journey.MemberID != viewer.Member.ID {
		return ErrJourney
	}
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		return tx.CreateIdentity(&models.Identity{
			MemberID: viewer.Member.ID, Issuer: issuer, Subject: subject, CreatedOn: day(c.now()),
		})
	})
	if errors.Is(err, store.ErrTaken) {
		identity, err := c.store.Identity(ctx, issuer, subject)
		if err == nil && identity.MemberID != viewer.Member.ID {
			return ErrIdentityTaken
		}
		return err
	} else if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	c.letter(ctx, Letter{Kind: LetterIdentity, To: viewer.Member.Email, Language: viewer.Member.Language, Device: device})
	return nil
}

// Disconnect ends signing in through a service; store.ErrNotFound when the identity is
// not the viewer's.
func (c *Community) Disconnect(ctx context.Context, viewer models.Viewer, id int64, device string) error {
	if !viewer.SignedIn() {
		return store.ErrNotFound
	}
	if err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.DeleteIdentity(viewer.Member.ID, id) }); err != nil {
		return err
	}
	c.letter(ctx, Letter{Kind: LetterIdentity, To: viewer.Member.Email, Language: viewer.Member.Language, Device: device, Removed: true})
	return nil
}
