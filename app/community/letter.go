package community

import "context"

// LetterKind says what a letter is about.
type LetterKind string

// The letters of this room.
const (
	LetterSignIn      LetterKind = "sign in"      // a one-time link and its code
	LetterInvitation  LetterKind = "invitation"   // an invitation
	LetterNewSignIn   LetterKind = "new sign-in"  // somebody signed in with a browser not seen before
	LetterPassword    LetterKind = "password"     // the password was changed, set or removed
	LetterPasskey     LetterKind = "passkey"      // a passkey was added or removed
	LetterSecondStep  LetterKind = "second step"  // the authenticator was added or removed
	LetterRecovery    LetterKind = "recovery"     // a recovery code was used, or new ones were made
	LetterIdentity    LetterKind = "identity"     // another service was connected or disconnected
	LetterAddress     LetterKind = "address"      // a new address waits to be confirmed: to the new one
	LetterAddressOld  LetterKind = "address old"  // the address was changed: to the old one
	LetterSignedOut   LetterKind = "signed out"   // all other sessions were ended
	LetterJoinRequest LetterKind = "join request" // somebody wishes to join: to conveners
	LetterLeft        LetterKind = "left"         // the membership has ended
)

// Letter is a letter that the room asks to be sent. It names nothing of the community.
type Letter struct {
	Kind LetterKind
	To   string
	// Language is the reader's; empty when it is not known.
	Language string
	// Token goes into the link of the letter, Code can be typed instead.
	Token string
	Code  string
	// Device says coarsely where it happened; empty when that is not known.
	Device string
	// Removed tells that what the letter is about was taken away, not added.
	Removed bool
}

func (c *Community) letter(ctx context.Context, letter Letter) {
	if c.hooks.Letter != nil {
		c.hooks.Letter(ctx, letter)
	}
}
