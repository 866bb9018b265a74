package forumtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Flags that a device sets in what it signs (Web Authentication Level 3, section 6.1).
const (
	devicePresent  = 0x01
	deviceVerified = 0x04
	deviceAttested = 0x40
)

// Device makes and uses passkeys as a browser and a phone together do, and lies where a
// test tells it to.
type Device struct {
	// Origin is the page that the browser says it stands on, Host the site that the phone
	// signs for.
	Origin string
	Host   string
	// Unverified leaves out that the phone was unlocked.
	Unverified bool
	// Count is how often the phone says that the passkey was used; each use adds one.
	Count uint32
	// Challenge is signed in place of the site's; empty for the site's.
	Challenge string
	// Handle is named in place of the member's; nil for the member's.
	Handle []byte

	id     []byte
	key    *ecdsa.PrivateKey
	handle []byte
}

// Make makes a passkey as a site's options ask and returns the answer.
func (d *Device) Make(t testing.TB, options []byte) []byte {
	t.Helper()
	var asked struct {
		Challenge string
		User      struct{ ID string }
	}
	must(t, json.Unmarshal(options, &asked))
	var err error
	d.handle, err = base64.RawURLEncoding.DecodeString(asked.User.ID)
	must(t, err)
	d.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	d.id = make([]byte, 20)
	_, _ = rand.Read(d.id) // documented to never return an error
	public, err := d.key.PublicKey.Bytes()
	must(t, err)
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: public[1:33], -3: public[33:]})
	must(t, err)
	var data bytes.Buffer
	data.Write(d.data(deviceAttested))
	data.Write(make([]byte, 16)) // no make of device
	data.Write(binary.BigEndian.AppendUint16(nil, uint16(len(d.id))))
	data.Write(d.id)
	data.Write(cose)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data.Bytes()})
	must(t, err)
	return d.answer(t, map[string]string{
		"clientDataJSON": encoded(d.page(t, "webauthn.create", asked.Challenge)), "attestationObject": encoded(object),
	})
}

// Use answers a site's options with the passkey that was made last.
func (d *Device) Use(t testing.TB, options []byte) []byte {
	t.Helper()
	var asked struct{ Challenge string }
	must(t, json.Unmarshal(options, &asked))
	d.Count++
	data, page := d.data(0), d.page(t, "webauthn.get", asked.Challenge)
	hash := sha256.Sum256(page)
	signed := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, signed[:])
	must(t, err)
	handle := d.handle
	if d.Handle != nil {
		handle = d.Handle
	}
	return d.answer(t, map[string]string{
		"clientDataJSON": encoded(page), "authenticatorData": encoded(data), "signature": encoded(signature),
		"userHandle": encoded(handle),
	})
}

// data is what the phone signs of itself.
func (d *Device) data(flags byte) []byte {
	host := sha256.Sum256([]byte(d.Host))
	flags |= devicePresent
	if !d.Unverified {
		flags |= deviceVerified
	}
	return binary.BigEndian.AppendUint32(append(host[:], flags), d.Count)
}

// page is what the browser says of the page.
func (d *Device) page(t testing.TB, act, challenge string) []byte {
	t.Helper()
	if d.Challenge != "" {
		challenge = d.Challenge
	}
	text, err := json.Marshal(map[string]any{"type": act, "challenge": challenge, "origin": d.Origin, "crossOrigin": false})
	must(t, err)
	return text
}

func (d *Device) answer(t testing.TB, response map[string]string) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"id": encoded(d.id), "rawId": encoded(d.id), "type": "public-key", "response": response,
		"clientExtensionResults": map[string]any{},
	})
	must(t, err)
	return text
}

func encoded(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
