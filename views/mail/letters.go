// Package mail holds the letters of Colloquy as complete plain text, in the language
// of whoever reads them. A letter tells nothing of the community to whoever finds it.
package mail

import "colloquy/views/words"

// SignIn is the letter with a one-time sign-in link, and a code to type instead, if there
// is one.
func SignIn(w *words.Words, link, code string) (subject, text string) {
	if code == "" {
		return w.T("mail.sign-in.subject"), w.T("mail.sign-in.text-link", "link", link)
	}
	return w.T("mail.sign-in.subject"), w.T("mail.sign-in.text", "link", link, "code", inTwo(code))
}

// Left is the last letter to somebody whose membership has ended.
func Left(w *words.Words) (subject, text string) {
	return w.T("mail.left.subject"), w.T("mail.left.text")
}
