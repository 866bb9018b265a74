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
	// Pseudonyms are for the member's own eyes only.
	Pseudonyms []OwnPseudonym `json:"pseudonyms" nullable:"false" doc:"Your own pseudonyms; nobody else is told that they are yours"`
}

// OwnPseudonym is a name that the member who asks goes by in one theme.
type OwnPseudonym struct {
	Name  string  `json:"name" doc:"What persona takes to speak under it in a theme that allows it"`
	Theme *string `json:"theme" doc:"Slug of its theme; null when you cannot read it any more"`
	Group *string `json:"group" doc:"Name of the stakeholder group shown beside it; null when none is"`
}

func (a *api) me(described huma.API) {
	add(described, huma.Operation{
		OperationID: "get-me", Method: http.MethodGet, Path: "/me", Tags: []string{"me"}, Summary: "Who you are",
	}, nil, a.getMe)
}

func (a *api) getMe(ctx context.Context, viewer models.Viewer, _ *struct{}) (*reply[Me], error) {
	if !viewer.SignedIn() {
		return nil, unauthorized("Only members are somebody here: send a personal access token.", false)
	}
	found, err := a.Community.Pseudonyms(ctx, viewer)
	if err != nil {
		return nil, err
	}
	pseudonyms := make([]OwnPseudonym, 0, len(found))
	for _, own := range found {
		pseudonyms = append(pseudonyms, OwnPseudonym{Name: own.Name, Theme: filled(own.ThemeSlug), Group: filled(own.GroupName)})
	}
	return &reply[Me]{Body: Me{
		Handle: viewer.Persona.PersonaHandle, Name: viewer.Persona.PersonaName, Group: viewer.Persona.GroupName,
		Role: string(viewer.Member.Role), Language: viewer.Member.Language,
		Pseudonyms: pseudonyms,
	}}, nil
}
