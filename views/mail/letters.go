// Package mail holds the letters of Colloquy as complete plain text, in the language
// of whoever reads them. A letter tells nothing of the community to whoever finds it.
package mail

import (
	"strings"

	"colloquy/views/words"
)

// SignIn is the letter with a one-time sign-in link, and a code to type instead.
func SignIn(w *words.Words, link, code string) (subject, text string) {
	return w.T("mail.sign-in.subject"), w.T("mail.sign-in.text", "link", link, "code", inTwo(code))
}

// Left is the last letter to somebody whose membership has ended.
func Left(w *words.Words) (subject, text string) {
	return w.T("mail.left.subject"), w.T("mail.left.text")
}

// Invitation is the letter with an invitation, in every language one below the other,
// because nobody knows yet what the guest reads.
func Invitation(link string) (subject, text string) {
	languages := words.Languages()
	parts := make([]string, 0, len(languages))
	for _, language := range languages {
		parts = append(parts, words.For(language.Tag).T("mail.invitation.text", "link", link))
	}
	return words.For(languages[0].Tag).T("mail.invitation.subject"), strings.Join(parts, "\n\n—\n\n")
}
