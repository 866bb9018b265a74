package server

import (
	"context"
	"log/slog"

	"colloquy/app/mail"
	letterviews "colloquy/views/mail"
	"colloquy/views/words"
)

// letters writes the letters of the community room in their reader's language.
type letters struct {
	office *mail.Office
	base   string
	name   string
	log    *slog.Logger
}

func (l letters) signIn(ctx context.Context, email, language, token string) {
	subject, text := letterviews.SignIn(words.For(language), l.base+"/sign-in/"+token)
	l.send(ctx, mail.Letter{To: email, Subject: subject, Text: text})
}

// invitation is written in English, French, Spanish and Arabic one below the other:
// nobody knows yet what the guest reads.
func (l letters) invitation(ctx context.Context, email, token string) {
	subject, text := letterviews.Invitation(l.base + "/invitations/" + token)
	l.send(ctx, mail.Letter{To: email, Subject: subject, Text: text})
}

func (l letters) send(ctx context.Context, letter mail.Letter) {
	if err := l.office.Send(letter); err != nil {
		l.log.ErrorContext(ctx, "a letter was not taken", "error", err)
	}
}
