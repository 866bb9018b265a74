package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"colloquy/models"
)

// Me is the member who asks, in JSON.
type Me struct {
	Handle   string `json:"handle" doc:"The profile's name in addresses"`
	Name     string `json:"name"`
	Group    string `json:"group" doc:"Name of the stakeholder group"`
	Role     string `json:"role" enum:"member,moderator,convener"`
	Language string `json:"language" doc:"Chosen for pages; empty: as the browser says"`
}

func (a *api) me(described huma.API) {
	add(described, huma.Operation{
		OperationID: "get-me", Method: http.MethodGet, Path: "/me", Tags: []string{"me"}, Summary: "Who you are",
	}, nil, a.getMe)
}

func (a *api) getMe(_ context.Context, viewer models.Viewer, _ *struct{}) (*reply[Me], error) {
	if !viewer.SignedIn() {
		return nil, unauthorized("Only members are somebody here: send a personal access token.", false)
	}
	return &reply[Me]{Body: Me{
		Handle: viewer.Persona.PersonaHandle, Name: viewer.Persona.PersonaName, Group: viewer.Persona.GroupName,
		Role: string(viewer.Member.Role), Language: viewer.Member.Language,
	}}, nil
}
