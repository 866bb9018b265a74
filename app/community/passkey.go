package community

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"colloquy/models"
	"colloquy/models/store"
)

var (
	// ErrPasskey is returned for a device's answer that proves nothing: of another site, to
	// another question, with a passkey that nobody has here, or not signed as it should be.
	ErrPasskey = errors.New("the passkey was not accepted")
	// ErrPasskeyLate is returned when the question that a device answers was answered
	// before or ran out.
	ErrPasskeyLate = errors.New("the question to the device has run out")
	// ErrPasskeyCopied is returned when a device counts fewer uses of a passkey than were
	// seen: there may be two of it.
	ErrPasskeyCopied = errors.New("the passkey may have been copied")
)

// PasskeyHost is the host that passkeys are bound to; empty when this site can have none.
func (c *Community) PasskeyHost() string {
	if c.party == nil {
		return ""
	}
	return c.party.Config.RPID
}

// Passkeys lists the viewer's passkeys, oldest first.
func (c *Community) Passkeys(ctx context.Context, viewer models.Viewer) ([]models.Passkey, error) {
	if !viewer.SignedIn() {
		return nil, store.ErrNotFound
	}
	return c.store.Passkeys(ctx, viewer.Member.ID)
}

// BeginPasskey asks the viewer's device for a new passkey: the options are for the
// browser, the token is for AddPasskey. store.ErrNotFound when there can be none.
func (c *Community) BeginPasskey(ctx context.Context, viewer models.Viewer) (options []byte, token string, err error) {
	if c.party == nil || !viewer.SignedIn() {
		return nil, "", store.ErrNotFound
	}
	passkeys, err := c.store.Passkeys(ctx, viewer.Member.ID)
	if err != nil {
		return nil, "", fmt.Errorf("begin a passkey: %w", err)
	}
	owner := holder{name: viewer.Persona.PersonaName}
	if err := owner.hold(passkeys...); err != nil {
		return nil, "", err
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		if owner.handle, err = tx.NamePasskeyUser(viewer.Member.ID, random(32)); err != nil {
			return err
		}
		var session *webauthn.SessionData
		if options, session, err = owner.ask(c.party); err != nil {
			return err
		}
		token, err = c.begin(tx, models.CeremonyPasskeyNew, &viewer.Member.ID, session, passkeyMinutes*time.Minute)
		return err
	})
	return options, token, err
}

// NewPasskey is what comes back from a device that made a passkey.
type NewPasskey struct {
	// Token is that of BeginPasskey.
	Token string
	// Name is what the member calls the passkey; empty takes the device's.
	Name string
	// Answer is the device's, as the browser wrote it.
	Answer []byte
	// Device says coarsely which browser it was.
	Device string
}

// AddPasskey checks what a device made and keeps it. It returns Invalid for the name,
// ErrPasskeyLate and ErrPasskey.
func (c *Community) AddPasskey(ctx context.Context, viewer models.Viewer, made NewPasskey) error {
	if c.party == nil || !viewer.SignedIn() {
		return store.ErrNotFound
	}
	name, err := passkeyName(made.Name)
	if err != nil {
		return err
	}
	if name == "" {
		name = made.Device
	}
	var session webauthn.SessionData
	ceremony, err := c.answered(ctx, models.CeremonyPasskeyNew, made.Token, &session)
	switch {
	case err != nil:
		return err
	case ceremony.MemberID == nil || *ceremony.MemberID != viewer.Member.ID:
		return ErrPasskeyLate
	}
	owner := holder{handle: session.UserID}
	id, record, err := owner.made(c.party, session, made.Answer)
	if err != nil {
		return err
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		return tx.CreatePasskey(&models.Passkey{
			MemberID: viewer.Member.ID, CredentialID: id, Credential: record, Name: name, CreatedOn: day(c.now()),
		})
	})
	if errors.Is(err, store.ErrTaken) {
		return ErrPasskey
	} else if err != nil {
		return fmt.Errorf("add a passkey: %w", err)
	}
	c.letter(ctx, Letter{Kind: LetterPasskey, To: viewer.Member.Email, Language: viewer.Member.Language, Device: made.Device})
	return nil
}

func passkeyName(given string) (string, error) {
	invalid := Invalid{}
	name := line(invalid, "name", given, MaxName, false)
	return name, invalid.Err()
}

// RenamePasskey changes what the viewer calls a passkey; store.ErrNotFound when it is not
// theirs.
func (c *Community) RenamePasskey(ctx context.Context, viewer models.Viewer, id int64, name string) error {
	if !viewer.SignedIn() {
		return store.ErrNotFound
	}
	name, err := passkeyName(name)
	if err != nil {
		return err
	}
	return c.store.Write(ctx, func(tx *store.Tx) error { return tx.RenamePasskey(viewer.Member.ID, id, name) })
}

// RemovePasskey forgets a passkey of the viewer's; store.ErrNotFound when it is not theirs.
func (c *Community) RemovePasskey(ctx context.Context, viewer models.Viewer, id int64, device string) error {
	if !viewer.SignedIn() {
		return store.ErrNotFound
	}
	if err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.DeletePasskey(viewer.Member.ID, id) }); err != nil {
		return err
	}
	c.letter(ctx, Letter{Kind: LetterPasskey, To: viewer.Member.Email, Language: viewer.Member.Language, Device: device, Removed: true})
	return nil
}

// AskPasskey asks whoever it is for one of their passkeys: the options are for the
// browser, the token is for EnterByPasskey or ProvePasskey. store.ErrNotFound when there
// can be none.
func (c *Community) AskPasskey(ctx context.Context) (options []byte, token string, err error) {
	if c.party == nil {
		return nil, "", store.ErrNotFound
	}
	options, session, err := question(c.party)
	if err != nil {
		return nil, "", err
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		token, err = c.begin(tx, models.CeremonyPasskey, nil, session, passkeyMinutes*time.Minute)
		return err
	})
	return options, token, err
}

// EnterByPasskey lets in whose device answered. A passkey is two factors at once: the
// device, and what unlocks it. It returns ErrPasskeyLate, ErrPasskey, ErrPasskeyCopied and
// ErrSuspended.
func (c *Community) EnterByPasskey(ctx context.Context, token string, answer []byte, from Arrival) (Entry, error) {
	passkey, record, err := c.usedPasskey(ctx, token, answer)
	if err != nil {
		return Entry{}, err
	}
	entry, err := c.enter(ctx, passkey.MemberID, from, BothFactors, func(tx *store.Tx) error {
		return tx.UsePasskey(&passkey, record, day(c.now()))
	})
	if errors.Is(err, store.ErrNotFound) { // removed or used meanwhile, or the member is leaving
		return Entry{}, ErrPasskey
	}
	return entry, err
}

// ProvePasskey checks that the viewer's own device answered, with the errors of
// EnterByPasskey: another member's passkey is ErrPasskey.
func (c *Community) ProvePasskey(ctx context.Context, viewer models.Viewer, token string, answer []byte) error {
	passkey, record, err := c.usedPasskey(ctx, token, answer)
	switch {
	case err != nil:
		return err
	case passkey.MemberID != viewer.MemberID():
		return ErrPasskey
	}
	err = c.store.Write(ctx, func(tx *store.Tx) error { return tx.UsePasskey(&passkey, record, day(c.now())) })
	if errors.Is(err, store.ErrNotFound) {
		return ErrPasskey
	}
	return err
}

// usedPasskey checks the answer of a device and returns whose passkey it is and the record
// to keep. The question is used up, whatever the answer.
func (c *Community) usedPasskey(ctx context.Context, token string, answer []byte) (models.Passkey, []byte, error) {
	var none models.Passkey
	if c.party == nil {
		return none, nil, store.ErrNotFound
	}
	var session webauthn.SessionData
	if _, err := c.answered(ctx, models.CeremonyPasskey, token, &session); err != nil {
		return none, nil, err
	}
	if len(answer) > maxPasskeyAnswer {
		return none, nil, ErrPasskey
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return none, nil, errors.Join(ErrPasskey, err)
	}
	passkey, err := c.store.PasskeyByCredential(ctx, parsed.RawID)
	if errors.Is(err, store.ErrNotFound) {
		return none, nil, ErrPasskey
	} else if err != nil {
		return none, nil, fmt.Errorf("use a passkey: %w", err)
	}
	member, err := c.store.Member(ctx, passkey.MemberID)
	if err != nil {
		return none, nil, fmt.Errorf("use a passkey: %w", err)
	}
	owner := holder{handle: member.PasskeyUser}
	if err := owner.hold(passkey); err != nil {
		return none, nil, err
	}
	record, err := owner.used(c.party, session, parsed)
	return passkey, record, err
}

// answered ends a ceremony between this site and a device.
func (c *Community) answered(ctx context.Context, kind models.CeremonyKind, token string, session *webauthn.SessionData) (models.Ceremony, error) {
	var ceremony models.Ceremony
	err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		*session = webauthn.SessionData{}
		ceremony, err = c.take(tx, kind, token, session)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return ceremony, ErrPasskeyLate
	}
	return ceremony, err
}
