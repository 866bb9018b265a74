package mail

import (
	"strings"

	"colloquy/views/words"
)

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

// Joining is the letter with which a guest confirms their address.
func Joining(w *words.Words, link string) (subject, text string) {
	return w.T("mail.joining.subject"), w.T("mail.joining.text", "link", link)
}

// JoinRequest is the letter that tells a convener of requests to join; the link leads to
// them.
func JoinRequest(w *words.Words, link string) (subject, text string) {
	return w.T("mail.join-request.subject"), w.T("mail.join-request.text", "link", link)
}
