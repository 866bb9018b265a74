package mail

import (
	"time"

	"colloquy/views/words"
)

// Event is what a letter tells of a member's account.
type Event struct {
	// Device says coarsely where it happened; empty when that is not known.
	Device string
	// At is when it happened.
	At time.Time
	// Link is where the member sees and changes how they sign in.
	Link string
}

// NewSignIn tells that somebody signed in with a browser not seen before.
func NewSignIn(w *words.Words, e Event) (subject, text string) {
	return w.T("mail.new-sign-in.subject"), e.text(w, w.T("mail.new-sign-in.text"))
}

// Password tells that the password was set or changed, or removed.
func Password(w *words.Words, e Event, removed bool) (subject, text string) {
	if removed {
		return w.T("mail.password.removed-subject"), e.text(w, w.T("mail.password.removed-text"))
	}
	return w.T("mail.password.subject"), e.text(w, w.T("mail.password.text"))
}

// Passkey tells that a passkey was added or removed.
func Passkey(w *words.Words, e Event, removed bool) (subject, text string) {
	if removed {
		return w.T("mail.passkey.removed-subject"), e.text(w, w.T("mail.passkey.removed-text"))
	}
	return w.T("mail.passkey.subject"), e.text(w, w.T("mail.passkey.text"))
}

// SecondStep tells that an authenticator was connected or disconnected.
func SecondStep(w *words.Words, e Event, removed bool) (subject, text string) {
	if removed {
		return w.T("mail.second-step.removed-subject"), e.text(w, w.T("mail.second-step.removed-text"))
	}
	return w.T("mail.second-step.subject"), e.text(w, w.T("mail.second-step.text"))
}

// Recovery tells that a recovery code was used, or that new ones were made.
func Recovery(w *words.Words, e Event, used bool) (subject, text string) {
	if used {
		return w.T("mail.recovery.used-subject"), e.text(w, w.T("mail.recovery.used-text"))
	}
	return w.T("mail.recovery.subject"), e.text(w, w.T("mail.recovery.text"))
}

// Identity tells that another service was connected or disconnected.
func Identity(w *words.Words, e Event, removed bool) (subject, text string) {
	if removed {
		return w.T("mail.identity.removed-subject"), e.text(w, w.T("mail.identity.removed-text"))
	}
	return w.T("mail.identity.subject"), e.text(w, w.T("mail.identity.text"))
}

// SignedOut tells that all other sessions were ended.
func SignedOut(w *words.Words, e Event) (subject, text string) {
	return w.T("mail.signed-out.subject"), e.text(w, w.T("mail.signed-out.text"))
}

// AddressOld tells the old address that letters go to another one now. Signing in with it
// no longer works: what is to be done is another.
func AddressOld(w *words.Words, e Event) (subject, text string) {
	return w.T("mail.address-old.subject"), w.T("mail.address-old.text", "when", e.when(w), "device", e.device(w))
}

// Taken tells a member that somebody wished to have their address.
func Taken(w *words.Words, e Event) (subject, text string) {
	return w.T("mail.taken.subject"), w.T("mail.taken.text", "when", e.when(w))
}

// Address asks whoever reads letters to a new address to confirm it.
func Address(w *words.Words, link string) (subject, text string) {
	return w.T("mail.address.subject"), w.T("mail.address.text", "link", link)
}

// Proof is the letter with a code for somebody who is signed in.
func Proof(w *words.Words, code string) (subject, text string) {
	return w.T("mail.proof.subject"), w.T("mail.proof.text", "code", inTwo(code))
}

// text is a letter about what has happened: that, where and when, and what to do.
func (e Event) text(w *words.Words, happened string) string {
	return w.T("mail.event.text", "happened", happened, "when", e.when(w), "device", e.device(w), "link", e.Link)
}

func (e Event) when(w *words.Words) string {
	at := e.At.UTC()
	// Without a present moment the year is always said.
	return w.T("mail.event.when", "day", w.Day(at, time.Time{}), "time", at.Format("15:04"))
}

func (e Event) device(w *words.Words) string {
	if e.Device == "" {
		return w.T("mail.event.no-device")
	}
	return e.Device
}

// inTwo sets a space in the middle of a code, so that it is read easily.
func inTwo(code string) string { return code[:len(code)/2] + " " + code[len(code)/2:] }
