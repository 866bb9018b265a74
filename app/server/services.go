package server

import (
	"context"
	"fmt"
	"strings"
	"time"

	"colloquy/app/config"
	"colloquy/app/oidc"
	"colloquy/handlers"
)

// newService makes a configured service.
func newService(c config.Config, s config.Service) *oidc.Service {
	return oidc.New(oidc.Settings{
		Issuer: s.Issuer, ClientID: s.ClientID, ClientSecret: s.ClientSecret,
		Redirect: c.BaseURL + "/sign-in/with/" + s.Key + "/callback",
	}, time.Now)
}

// checkServices asks each service how it is to be asked; whether it knows this site shows
// only when somebody signs in.
func checkServices(ctx context.Context, c config.Config) []finding {
	list := make([]finding, len(c.Services))
	for i, s := range c.Services {
		list[i] = finding{what: "service " + s.Key, says: s.Issuer + " answers and describes itself"}
		if _, err := newService(c, s).Start(ctx, "state", "nonce", "verifier"); err != nil {
			list[i].err = fmt.Errorf("COLLOQUY_OIDC_%s_ISSUER cannot be used: %w", strings.ToUpper(s.Key), err)
		}
	}
	return list
}

// services are the services through which members may sign in, as the handlers use them.
// None is asked anything yet.
func services(c config.Config) []handlers.Service {
	list := make([]handlers.Service, len(c.Services))
	for i, s := range c.Services {
		service := newService(c, s)
		list[i] = handlers.Service{
			Key: s.Key, Name: s.Name, Issuer: s.Issuer, Start: service.Start, Finish: service.Finish, Down: oidc.ErrUnreachable,
		}
	}
	return list
}
