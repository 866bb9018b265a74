// Package mail holds the letters of Colloquy as complete plain text, in the language
// of whoever reads them. A letter tells nothing of the community to whoever finds it.
package mail

import "colloquy/views/words"

// SignIn is the letter with a one-time sign-in link.
func SignIn(w *words.Words, link string) (subject, text string) {
	return w.T("mail.sign-in.subject"), w.T("mail.sign-in.text", "link", link)
}
