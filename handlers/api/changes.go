package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"colloquy/app/access"
	"colloquy/models"
)

// maxChanges is how many changed responses are worth catching up with; beyond, the
// thread is read anew.
const maxChanges = 200

// Changes is what happened in a thread after a number, in JSON.
type Changes struct {
	Ep     string     `json:"ep" doc:"The epoch in which seq counts"`
	Seq    int64      `json:"seq" doc:"Number of the thread's latest change: the since of the next question"`
	Reset  bool       `json:"reset" doc:"Read the thread anew: another epoch, a since that lies ahead, or more than 200 changed responses"`
	Thread *Thread    `json:"thread" doc:"The thread when its own head changed after since, else null"`
	Items  []Response `json:"items" nullable:"false" doc:"Latest state of each changed response, by seq; empty on reset"`
}

// TransformSchema describes what may be null.
func (Changes) TransformSchema(_ huma.Registry, schema *huma.Schema) *huma.Schema {
	orNull(schema, "thread")
	return schema
}

func (a *api) changes(described huma.API) {
	add(described, huma.Operation{
		OperationID: "list-changes", Method: http.MethodGet, Path: "/threads/{id}/changes", Tags: []string{"threads"},
		Summary: "What changed in a thread after a seq",
	}, []int{http.StatusNotFound, http.StatusUnprocessableEntity}, a.listChanges)
}

type changesInput struct {
	ID    string `path:"id"`
	Since int64  `query:"since" minimum:"0" doc:"A seq seen before; 0 for everything"`
	Ep    string `query:"ep" doc:"The epoch of that seq; the present one when left out"`
}

func (a *api) listChanges(ctx context.Context, viewer models.Viewer, input *changesInput) (*reply[Changes], error) {
	id, err := threadID(input.ID)
	if err != nil {
		return nil, err
	}
	// Asked first, so that a private thread costs no more than one that never was; what
	// goes out is authorised below against the audience of its own snapshot.
	if _, err := a.Forum.Thread(ctx, viewer, id); err != nil {
		return nil, err
	}
	found, err := a.Forum.Changes(ctx, id, input.Since, maxChanges)
	if err != nil {
		return nil, err
	}
	head := &found.Head
	if !access.May(access.Scope(viewer), access.OfThread(head, false)) {
		return nil, errNotFound
	}
	changes := Changes{Ep: found.Epoch, Seq: head.Seq, Items: []Response{}}
	if found.Truncated || input.Since > head.Seq || input.Ep != "" && input.Ep != found.Epoch {
		changes.Reset = true
		return &reply[Changes]{Body: changes}, nil
	}
	changes.Items = responsesJSON(found.Rows)
	if found.ThreadChanged {
		thread := threadJSON(&head.Thread, &head.Byline, head.ThemeSlug, found.Epoch)
		changes.Thread = &thread
	}
	return &reply[Changes]{Body: changes}, nil
}
