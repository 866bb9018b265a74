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
		subject, text = letterviews.SignIn(w, l.base+"/sign-in/"+letter.Token, letter.Code)
	case community.LetterInvitation:
		subject, text = letterviews.Invitation(l.base + "/invitations/" + letter.Token)
	case community.LetterProof:
		subject, text = letterviews.Proof(w, letter.Code)
	case community.LetterAddress:
		subject, text = letterviews.Address(w, l.base+"/settings/address/"+letter.Token)
	case community.LetterLeft:
		subject, text = letterviews.Left(w)
	case community.LetterJoining:
		subject, text = letterviews.Joining(w, l.base+"/join/"+letter.Token)
	case community.LetterJoinRequest:
		subject, text = letterviews.JoinRequest(w, l.base+"/invitations/requests")
	default:
		if subject, text = l.event(w, letter); text == "" {
			return
		}
	}
	l.send(ctx, mail.Letter{To: letter.To, Subject: subject, Text: text, Unkept: letter.Kind == community.LetterLeft})
}

// event is a letter that tells of what happened to a member's account.
func (l letters) event(w *words.Words, letter community.Letter) (subject, text string) {
	event := letterviews.Event{Device: letter.Device, At: letter.At, Link: l.base + "/settings/security"}
	switch letter.Kind {
	case community.LetterNewSignIn:
		return letterviews.NewSignIn(w, event)
	case community.LetterPassword:
		return letterviews.Password(w, event, letter.Removed)
	case community.LetterPasskey:
		return letterviews.Passkey(w, event, letter.Removed)
	case community.LetterSecondStep:
		return letterviews.SecondStep(w, event, letter.Removed)
	case community.LetterRecovery:
		return letterviews.Recovery(w, event, letter.Removed)
	case community.LetterIdentity:
		return letterviews.Identity(w, event, letter.Removed)
	case community.LetterAddressOld:
		return letterviews.AddressOld(w, event)
	case community.LetterTaken:
		return letterviews.Taken(w, event)
	case community.LetterSignedOut:
		return letterviews.SignedOut(w, event)
	default:
		return "", ""
	}
}

func (l letters) send(ctx context.Context, letter mail.Letter) {
	if err := l.office.Send(letter); err != nil {
		l.log.ErrorContext(ctx, "a letter was not taken", "error", err)
	}
}
