// Package oidc lets other services say who somebody is, by OpenID Connect: the
// authorization code flow with PKCE (RFC 7636), state and nonce. It asks for nothing but
// the name under which a service knows somebody: no address, no profile.
package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	provider "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// answerWithin is how long a service may take for one answer.
	answerWithin = 5 * time.Second
	// maxAnswer is the most bytes of an answer.
	maxAnswer = 1 << 20
	// restFor is how long a service that could not be reached is not asked again, so that
	// one that is down costs nobody more than one wait.
	restFor = 10 * time.Second
	// maxSubject is the most characters of a name that a service gives (OpenID Connect
	// Core 1.0, section 2).
	maxSubject = 255
)

var (
	// ErrRefused is returned when what a service or a browser brought proves nothing.
	ErrRefused = errors.New("the other service vouches for nobody")
	// ErrUnreachable is returned when a service does not answer, or not as one should.
	ErrUnreachable = errors.New("the other service does not answer")
)

// Settings are what is agreed with a service.
type Settings struct {
	// Issuer is the service's name and address in one, exactly as it writes it.
	Issuer string
	// ClientID and ClientSecret are what this site is to the service.
	ClientID     string
	ClientSecret string
	// Redirect is where the service sends browsers back to.
	Redirect string
}

// Service is a service that says who somebody is. It is safe for concurrent use.
type Service struct {
	settings Settings
	now      func() time.Time
	client   *http.Client

	mu    sync.Mutex
	found *endpoints
	// rests is until when the service is not asked again.
	rests time.Time
}

// endpoints are where a service is asked, as it says itself.
type endpoints struct {
	oauth    oauth2.Config
	verifier *provider.IDTokenVerifier
}

// New makes a service. Nothing is asked of it yet: one that is down keeps no site from
// starting.
func New(settings Settings, now func() time.Time) *Service {
	return &Service{
		settings: settings, now: now,
		client: &http.Client{Timeout: answerWithin, Transport: bounded{http.DefaultTransport}},
	}
}

// bounded cuts answers that are too long.
type bounded struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(request)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, maxAnswer), response.Body}
	}
	return response, err
}

// Start is the address to send a browser to. ErrUnreachable when the service cannot be
// asked where that is.
func (s *Service) Start(ctx context.Context, state, nonce, verifier string) (string, error) {
	at, err := s.endpoints(ctx)
	if err != nil {
		return "", err
	}
	return at.oauth.AuthCodeURL(state, provider.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// Finish fetches what the service signs for a code, and returns how it names whom. It
// returns ErrRefused or ErrUnreachable.
func (s *Service) Finish(ctx context.Context, code, nonce, verifier string) (subject string, err error) {
	at, err := s.endpoints(ctx)
	if err != nil {
		return "", err
	}
	token, err := at.oauth.Exchange(provider.ClientContext(ctx, s.client), code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", notExchanged(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := at.verifier.Verify(ctx, raw)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err := s.fits(id, nonce); err != nil {
		return "", err
	}
	return id.Subject, nil
}

// notExchanged says why there is nothing for a code. What the service wrote is left out:
// it may name people.
func notExchanged(err error) error {
	var answer *oauth2.RetrieveError
	switch {
	case !errors.As(err, &answer):
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	case answer.Response.StatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("%w: it answers %d to the code", ErrUnreachable, answer.Response.StatusCode)
	}
	return fmt.Errorf("%w: it answers %d to the code", ErrRefused, answer.Response.StatusCode)
}

// fits checks what the library leaves to its user (OpenID Connect Core 1.0, section
// 3.1.3.7, steps 3 to 5 and 11).
func (s *Service) fits(id *provider.IDToken, nonce string) error {
	var claims struct {
		For string `json:"azp"`
	}
	if err := id.Claims(&claims); err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return fmt.Errorf("%w: the nonce is another one", ErrRefused)
	case len(id.Audience) > 1 && claims.For == "", claims.For != "" && claims.For != s.settings.ClientID:
		return fmt.Errorf("%w: the token was made for another site", ErrRefused)
	case id.Subject == "", len(id.Subject) > maxSubject:
		return fmt.Errorf("%w: the token names nobody", ErrRefused)
	}
	return nil
}

// endpoints asks the service where it is to be asked, once it is needed and until it has
// answered.
func (s *Service) endpoints(ctx context.Context) (*endpoints, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.found != nil {
		return s.found, nil
	}
	if s.now().Before(s.rests) {
		return nil, fmt.Errorf("%w and is left alone for a while", ErrUnreachable)
	}
	found, err := s.discover(ctx)
	if err != nil {
		s.rests = s.now().Add(restFor)
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	s.found = found
	return found, nil
}

func (s *Service) discover(ctx context.Context) (*endpoints, error) {
	about, err := provider.NewProvider(provider.ClientContext(ctx, s.client), s.settings.Issuer)
	if err != nil {
		// It may hold a whole page that the service answered with.
		return nil, fmt.Errorf("%.200s", err.Error())
	}
	var claims struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := about.Claims(&claims); err != nil {
		return nil, err
	}
	endpoint := about.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // what holds when a service says nothing
	if len(claims.Methods) > 0 && !slices.Contains(claims.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &endpoints{
		oauth: oauth2.Config{
			ClientID: s.settings.ClientID, ClientSecret: s.settings.ClientSecret, Endpoint: endpoint,
			RedirectURL: s.settings.Redirect, Scopes: []string{provider.ScopeOpenID},
		},
		verifier: about.Verifier(&provider.Config{ClientID: s.settings.ClientID, Now: s.now}),
	}, nil
}
