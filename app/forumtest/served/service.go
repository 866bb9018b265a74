package served

import (
	"testing"

	"colloquy/app/forumtest"
	"colloquy/app/oidc"
	"colloquy/handlers"
)

// WithService serves the site again with one other service to sign in through, whose key
// is acme.
func (s *Site) WithService(t testing.TB) *forumtest.Issuer {
	t.Helper()
	issuer := forumtest.NewIssuer(t, s.Clock.Now)
	service := oidc.New(oidc.Settings{
		Issuer: issuer.URL, ClientID: forumtest.ClientID, ClientSecret: forumtest.ClientSecret,
		Redirect: s.URL + "/sign-in/with/acme/callback",
	}, s.Clock.Now)
	s.Services = []handlers.Service{{
		Key: "acme", Name: "Acme", Issuer: issuer.URL, Start: service.Start, Finish: service.Finish, Down: oidc.ErrUnreachable,
	}}
	s.Restart(t)
	return issuer
}
