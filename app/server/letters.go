package server

import (
	"context"
	"log/slog"

	"colloquy/app/community"
	"colloquy/app/mail"
	letterviews "colloquy/views/mail"
	"colloquy/views/words"
)

// letters writes the letters of the community room in their reader's language.
type letters struct {
	office *mail.Office
	base   string
	log    *slog.Logger
}

// write sends what the community room asks for.
func (l letters) write(ctx context.Context, letter community.Letter) {
	w := words.For(letter.Language)
	var subject, text string
	switch letter.Kind {
	case community.LetterSignIn:
		subject, text = letterviews.SignIn(w, l.base+"/sign-in/"+letter.Token)
	case community.LetterInvitation:
		subject, text = letterviews.Invitation(l.base + "/invitations/" + letter.Token)
	case community.LetterPasskey:
		subject, text = letterviews.Passkey(w, letter.Removed, letter.Device, l.security())
	case community.LetterIdentity:
		subject, text = letterviews.Identity(w, letter.Removed, letter.Device, l.security())
	default:
		return
	}
	l.send(ctx, mail.Letter{To: letter.To, Subject: subject, Text: text})
}

// security is the page on which members change how they sign in.
func (l letters) security() string { return l.base + "/settings/security" }

func (l letters) send(ctx context.Context, letter mail.Letter) {
	if err := l.office.Send(letter); err != nil {
		l.log.ErrorContext(ctx, "a letter was not taken", "error", err)
	}
}
