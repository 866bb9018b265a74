package mail

import "colloquy/views/words"

// Passkey is the letter after a passkey was added or removed. device says coarsely where
// that was done, empty when it is not known; link leads to how one signs in.
func Passkey(w *words.Words, removed bool, device, link string) (subject, text string) {
	act := act(removed)
	return w.T("mail.passkey." + act + "-subject"), w.T("mail.passkey."+act+"-text", "link", link) + done(w, device)
}

// Identity is the letter after another service was connected or disconnected; see Passkey.
func Identity(w *words.Words, removed bool, device, link string) (subject, text string) {
	act := act(removed)
	return w.T("mail.identity." + act + "-subject"), w.T("mail.identity."+act+"-text", "link", link) + done(w, device)
}

func act(removed bool) string {
	if removed {
		return "removed"
	}
	return "added"
}

// done is the line on the device with which something was done.
func done(w *words.Words, device string) string {
	if device == "" {
		return ""
	}
	return "\n" + w.T("mail.key-device", "device", device) + "\n"
}
