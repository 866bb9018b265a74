package oidc_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"colloquy/app/forumtest"
	"colloquy/app/oidc"
)

var ctx = context.Background()

const (
	state    = "a state of somebody's own"
	nonce    = "a nonce of somebody's own"
	verifier = "a-verifier-of-somebodys-own-which-is-long-enough"
	back     = "http://127.0.0.1:1/sign-in/with/acme/callback"
)

func service(issuer *forumtest.Issuer, clock *forumtest.Clock) *oidc.Service {
	return oidc.New(oidc.Settings{
		Issuer: issuer.URL, ClientID: forumtest.ClientID, ClientSecret: forumtest.ClientSecret, Redirect: back,
	}, clock.Now)
}

// code goes to the issuer and comes back with a code.
func code(t *testing.T, s *oidc.Service, issuer *forumtest.Issuer) string {
	t.Helper()
	address, err := s.Start(ctx, state, nonce, verifier)
	if err != nil {
		t.Fatal(err)
	}
	return issuer.Visit(t, address).Query().Get("code")
}

func TestTheServiceSaysWho(t *testing.T) {
	clock := forumtest.NewClock()
	issuer := forumtest.NewIssuer(t, clock.Now)
	s := service(issuer, clock)
	if issuer.Asked() != 0 {
		t.Error("a service is asked before anybody signs in")
	}
	address, err := s.Start(ctx, state, nonce, verifier)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := asked.Query()
	if q.Get("scope") != "openid" || q.Get("code_challenge_method") != "S256" || strings.Contains(address, verifier) ||
		q.Get("state") != state || q.Get("nonce") != nonce || q.Get("redirect_uri") != back || strings.Contains(address, "hush") {
		t.Errorf("the browser is sent to %s", address)
	}
	arrived := issuer.Visit(t, address)
	if arrived.Query().Get("state") != state {
		t.Errorf("it comes back with %s", arrived)
	}
	for range 2 {
		subject, err := s.Finish(ctx, code(t, s, issuer), nonce, verifier)
		if err != nil || subject != "subject-1" {
			t.Errorf("%q, %v", subject, err)
		}
	}
	if issuer.Asked() != 1 {
		t.Errorf("asked %d times where to ask", issuer.Asked())
	}
}

func TestWhatProvesNothingIsRefused(t *testing.T) {
	clock := forumtest.NewClock()
	issuer := forumtest.NewIssuer(t, clock.Now)
	s := service(issuer, clock)
	set := func(name string, value any) func(map[string]any) {
		return func(claims map[string]any) { claims[name] = value }
	}
	for name, lie := range map[string]struct {
		change func(map[string]any)
		forged bool
	}{
		"another nonce":            {set("nonce", "another"), false},
		"no nonce":                 {func(claims map[string]any) { delete(claims, "nonce") }, false},
		"made for another site":    {set("aud", "another"), false},
		"made for several sites":   {set("aud", []string{forumtest.ClientID, "another"}), false},
		"asked by another site":    {set("azp", "another"), false},
		"another issuer":           {set("iss", "https://evil.example"), false},
		"expired":                  {set("exp", clock.Now().Add(-time.Minute).Unix()), false},
		"not valid yet":            {set("nbf", clock.Now().Add(time.Hour).Unix()), false},
		"about nobody":             {set("sub", ""), false},
		"about somebody very long": {set("sub", strings.Repeat("x", 256)), false},
		"signed by another":        {nil, true},
		"not signed":               {set("alg", "none"), false},
	} {
		issuer.Lies(lie.change, lie.forged)
		if subject, err := s.Finish(ctx, code(t, s, issuer), nonce, verifier); !errors.Is(err, oidc.ErrRefused) || subject != "" {
			t.Errorf("%s: %q, %v", name, subject, err)
		}
	}
	issuer.Lies(nil, false)
	once := code(t, s, issuer)
	if _, err := s.Finish(ctx, once, nonce, "another-verifier-of-somebody-elses-and-long-enough"); !errors.Is(err, oidc.ErrRefused) {
		t.Errorf("another verifier: %v", err)
	}
	if _, err := s.Finish(ctx, once, nonce, verifier); !errors.Is(err, oidc.ErrRefused) {
		t.Errorf("a code used before: %v", err)
	}
	_, err := s.Finish(ctx, "forged", nonce, verifier)
	if !errors.Is(err, oidc.ErrRefused) || strings.Contains(err.Error(), "hush") {
		t.Errorf("a forged code: %v", err)
	}
	// Two sites at one service, and the token says for whom it was asked.
	issuer.Lies(func(claims map[string]any) {
		claims["aud"], claims["azp"] = []string{forumtest.ClientID, "another"}, forumtest.ClientID
	}, false)
	if subject, err := s.Finish(ctx, code(t, s, issuer), nonce, verifier); err != nil || subject != "subject-1" {
		t.Errorf("made for several sites, asked by this one: %q, %v", subject, err)
	}
}

func TestAServiceThatIsDownIsLeftAlone(t *testing.T) {
	clock := forumtest.NewClock()
	issuer := forumtest.NewIssuer(t, clock.Now)
	wrong := oidc.New(oidc.Settings{Issuer: issuer.URL + "/", ClientID: "a", ClientSecret: "b", Redirect: back}, clock.Now)
	for range 3 {
		if _, err := wrong.Start(ctx, state, nonce, verifier); !errors.Is(err, oidc.ErrUnreachable) {
			t.Errorf("an issuer that names itself otherwise: %v", err)
		}
	}
	if issuer.Asked() != 1 {
		t.Errorf("asked %d times within a few seconds", issuer.Asked())
	}
	clock.Pass(time.Minute)
	if _, err := wrong.Start(ctx, state, nonce, verifier); err == nil || issuer.Asked() != 2 {
		t.Errorf("after a while it is asked again: %d, %v", issuer.Asked(), err)
	}

	s := service(issuer, clock)
	waiting := code(t, s, issuer)
	issuer.Stop()
	if _, err := s.Finish(ctx, waiting, nonce, verifier); !errors.Is(err, oidc.ErrUnreachable) {
		t.Errorf("a service that went down: %v", err)
	}
	if _, err := service(issuer, clock).Start(ctx, state, nonce, verifier); !errors.Is(err, oidc.ErrUnreachable) {
		t.Errorf("a service that is down: %v", err)
	}
}
