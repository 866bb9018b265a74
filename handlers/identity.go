package handlers

import (
	"context"
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

// Service is another service through which members may sign in, by OpenID Connect.
type Service struct {
	// Key names it in addresses, Name on pages; Issuer is what it calls itself.
	Key    string
	Name   string
	Issuer string
	// Start is the address to send a browser to. Finish fetches what the service signs
	// for a code, and returns how it names whom. Both fail with Down when the service does
	// not answer; any other error tells that what it answers proves nothing.
	Start  func(ctx context.Context, state, nonce, verifier string) (address string, err error)
	Finish func(ctx context.Context, code, nonce, verifier string) (subject string, err error)
	Down   error
}

var (
	// errServiceRefused: what a service answered proves nothing.
	errServiceRefused = errors.New("the other service vouches for nobody")
	// errServiceDown: a service does not answer.
	errServiceDown = errors.New("the other service does not answer")
	// errDeclined: the service, or the person there, let nobody through.
	errDeclined = errors.New("the other service let nobody through")
)

// failed gives an error of the service its name here.
func (s Service) failed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, s.Down):
		return fmt.Errorf("%w: %w", errServiceDown, err)
	}
	return fmt.Errorf("%w: %w", errServiceRefused, err)
}

// service finds the service that the address names.
func (s *Site) service(c *fiber.Ctx) (Service, error) {
	for _, service := range s.Services {
		if service.Key == c.Params("service") {
			return service, nil
		}
	}
	return Service{}, models.ErrNotFound
}

// services are the services through which one may sign in, for pages.
func (s *Site) services() []views.Service {
	list := make([]views.Service, len(s.Services))
	for i, service := range s.Services {
		list[i] = views.Service{Key: service.Key, Name: service.Name}
	}
	return list
}

// ownServices are the services that the viewer has connected, then the others. One that
// is no longer offered is named as it names itself.
func (s *Site) ownServices(c *fiber.Ctx) ([]views.Service, error) {
	identities, err := s.Community.Identities(c.UserContext(), s.at(c).viewer)
	if err != nil {
		return nil, err
	}
	connected := map[string]bool{}
	list := make([]views.Service, 0, len(identities)+len(s.Services))
	for _, identity := range identities {
		shown := views.Service{Name: identity.Issuer, Connected: identity.ID}
		for _, service := range s.Services {
			if service.Issuer == identity.Issuer {
				shown.Key, shown.Name = service.Key, service.Name
			}
		}
		connected[shown.Key] = true
		list = append(list, shown)
	}
	for _, service := range s.services() {
		if !connected[service.Key] {
			list = append(list, service)
		}
	}
	return list, nil
}
