package server

import (
	"time"

	"colloquy/app/config"
	"colloquy/app/oidc"
	"colloquy/handlers"
)

// services are the services through which members may sign in, as the handlers use them.
// None is asked anything yet.
func services(c config.Config) []handlers.Service {
	list := make([]handlers.Service, len(c.Services))
	for i, s := range c.Services {
		service := oidc.New(oidc.Settings{
			Issuer: s.Issuer, ClientID: s.ClientID, ClientSecret: s.ClientSecret,
			Redirect: c.BaseURL + "/sign-in/with/" + s.Key + "/callback",
		}, time.Now)
		list[i] = handlers.Service{
			Key: s.Key, Name: s.Name, Issuer: s.Issuer, Start: service.Start, Finish: service.Finish, Down: oidc.ErrUnreachable,
		}
	}
	return list
}
