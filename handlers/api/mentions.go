package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"colloquy/models"
)

// Mention is somebody or a group that a text can name, in JSON.
type Mention struct {
	Kind   string `json:"kind" enum:"member,group"`
	Name   string `json:"name"`
	Handle string `json:"handle,omitempty" doc:"The profile of a member; left out for a group"`
	Group  int64  `json:"group,omitempty" doc:"Number of a group, as in /groups/{number}; left out for a member"`
}

// MentionList is who fits the beginning of a name.
type MentionList struct {
	Items []Mention `json:"items" nullable:"false"`
}

func (a *api) mentions(described huma.API) {
	add(described, huma.Operation{
		OperationID: "list-mentions", Method: http.MethodGet, Path: "/threads/{id}/mentions", Tags: []string{"threads"},
		Summary: "Whom a text in a thread can mention, at most ten",
		Description: "For members who may read the thread. Groups come first, then members by name; only those who may read the thread, " +
			"and of the members only those who are in the directory.",
	}, []int{http.StatusForbidden, http.StatusNotFound}, a.listMentions)
}

type mentionsInput struct {
	ID    string `path:"id"`
	Query string `query:"q" doc:"The beginning of any word of the name, or of the handle. Without it, members come in the order of their names"`
}

func (a *api) listMentions(ctx context.Context, viewer models.Viewer, input *mentionsInput) (*reply[MentionList], error) {
	id, err := threadID(input.ID)
	if err != nil {
		return nil, err
	}
	found, err := a.Community.Mentionable(ctx, viewer, id, input.Query)
	if err != nil {
		return nil, err
	}
	list := MentionList{Items: make([]Mention, 0, len(found))}
	for _, one := range found {
		mention := Mention{Kind: "member", Name: one.Name, Handle: one.Handle, Group: one.Group}
		if one.Group != 0 {
			mention.Kind = "group"
		}
		list.Items = append(list.Items, mention)
	}
	return &reply[MentionList]{Body: list}, nil
}
