package community

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"colloquy/models"
)

const (
	// passkeyMinutes is how long somebody has to answer their device.
	passkeyMinutes = 5
	// maxPasskeyAnswer is the most bytes of a device's answer; it takes about two thousand.
	maxPasskeyAnswer = 64 << 10
	// passkeySite is what devices show as the name of the site. It names no community:
	// a list of passkeys may be seen by others.
	passkeySite = "Colloquy"
)

// newParty is the side of the Web Authentication standard that this site plays, bound to
// the host of its base address; nil when it has none that the standard takes. A browser
// on the same machine reaches the site by an IP address too, which the standard refuses:
// there passkeys are bound to localhost.
func newParty(base string, origins []string) *webauthn.WebAuthn {
	parsed, err := url.Parse(base)
	if err != nil {
		return nil
	}
	host := parsed.Hostname()
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		host = "localhost"
	}
	yes, timeout := true, webauthn.TimeoutConfig{Timeout: passkeyMinutes * time.Minute, TimeoutUVD: passkeyMinutes * time.Minute}
	party, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: passkeySite, RPOrigins: originsOf(host, origins),
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			RequireResidentKey: &yes, ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
		// Some password managers tell more than they were asked; none of it is used.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
	})
	if err != nil {
		return nil
	}
	return party
}

// originsOf are those of the site's origins that stand on a host.
func originsOf(host string, origins []string) []string {
	return slices.DeleteFunc(slices.Clone(origins), func(origin string) bool {
		parsed, err := url.Parse(origin)
		return err != nil || parsed.Hostname() != host
	})
}

// holder is a member as the standard sees one.
type holder struct {
	handle      []byte
	name        string
	credentials []webauthn.Credential
}

// WebAuthnID is the random name that the member's devices know.
func (h *holder) WebAuthnID() []byte { return h.handle }

// WebAuthnName is what the device shows to tell accounts apart.
func (h *holder) WebAuthnName() string { return h.name }

// WebAuthnDisplayName is the same.
func (h *holder) WebAuthnDisplayName() string { return h.name }

// WebAuthnCredentials are the passkeys in question.
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

// hold adds passkeys as they were written.
func (h *holder) hold(passkeys ...models.Passkey) error {
	for i := range passkeys {
		var credential webauthn.Credential
		if err := json.Unmarshal(passkeys[i].Credential, &credential); err != nil {
			return fmt.Errorf("passkey %d: %w", passkeys[i].ID, err)
		}
		h.credentials = append(h.credentials, credential)
	}
	return nil
}

// ask asks a device of the member's for a passkey, but for one that holds one already; in
// the form that browsers take.
func (h *holder) ask(party *webauthn.WebAuthn) ([]byte, *webauthn.SessionData, error) {
	creation, session, err := party.BeginRegistration(h,
		webauthn.WithExclusions(webauthn.Credentials(h.credentials).CredentialDescriptors()))
	if err != nil {
		return nil, nil, fmt.Errorf("begin a passkey: %w", err)
	}
	options, err := json.Marshal(creation.Response)
	return options, session, err
}

// question asks any device for a passkey of this site, in the form that browsers take.
func question(party *webauthn.WebAuthn) ([]byte, *webauthn.SessionData, error) {
	assertion, session, err := party.BeginDiscoverableLogin()
	if err != nil {
		return nil, nil, fmt.Errorf("ask for a passkey: %w", err)
	}
	options, err := json.Marshal(assertion.Response)
	return options, session, err
}

// made checks the answer of a device that made a passkey and returns its name there and
// the record to keep. What tells the device's make is left out: nothing asks for it.
func (h *holder) made(party *webauthn.WebAuthn, session webauthn.SessionData, answer []byte) (id, record []byte, err error) {
	if len(answer) > maxPasskeyAnswer {
		return nil, nil, ErrPasskey
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, nil, errors.Join(ErrPasskey, err)
	}
	credential, err := party.CreateCredential(h, session, parsed)
	if err != nil {
		return nil, nil, errors.Join(ErrPasskey, err)
	}
	record, err = recordOf(credential)
	return credential.ID, record, err
}

// used checks the answer of a device that used a passkey and returns the record to keep.
// ErrPasskeyCopied tells that the device counts fewer uses than were seen.
func (h *holder) used(party *webauthn.WebAuthn, session webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData) ([]byte, error) {
	mine := func([]byte, []byte) (webauthn.User, error) { return h, nil }
	_, credential, err := party.ValidatePasskeyLogin(mine, session, answer)
	switch {
	case err != nil:
		return nil, errors.Join(ErrPasskey, err)
	case credential.Authenticator.CloneWarning:
		return nil, ErrPasskeyCopied
	}
	return recordOf(credential)
}

func recordOf(credential *webauthn.Credential) ([]byte, error) {
	credential.Attestation = webauthn.CredentialAttestation{}
	credential.Extensions = webauthn.CredentialExtensions{}
	credential.Authenticator.AAGUID = nil
	return json.Marshal(credential)
}
