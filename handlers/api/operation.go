package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"colloquy/models"
)

// maxBody is the largest request body, in bytes.
const maxBody = 16 << 20

// bearer is the name of the security scheme in the description.
const bearer = "token"

const about = `The JSON API of a Colloquy community. Whatever everyone may read needs no authentication;
a member's personal access token goes with every other request. The site's own pages may use the session
instead, with JSON and the site's Origin.

Lists are {items, next}: next goes into after to continue, and is null at the end. Times are RFC 3339 in UTC.
Errors are problem documents (RFC 9457); a 422 names each field in errors, a 429 says in Retry-After when to
come again. A private thing and one that never existed get the same 404.`

// config describes the API as a whole.
func (a *api) config() huma.Config {
	version := a.Version
	if version == "" {
		version = "1"
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Colloquy", Version: version, Description: about},
			Servers: []*huma.Server{{URL: a.BaseURL + prefix}},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{bearer: {Type: "http", Scheme: "bearer"}},
			},
		},
		Formats:       map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{rewrite},
	}
}

// format reads only valid UTF-8: the decoder would put U+FFFD where it is broken and
// say nothing.
var format = huma.Format{
	Marshal: huma.DefaultJSONFormat.Marshal,
	Unmarshal: func(data []byte, value any) error {
		if !utf8.Valid(data) {
			return errors.New("the body is not valid UTF-8")
		}
		return json.Unmarshal(data, value)
	},
}

// add registers one operation: its handler gets the viewer, its errors become problem
// documents. The statuses are those of its problems, 500 and those of admission apart.
func add[I, O any](described huma.API, operation huma.Operation, statuses []int,
	do func(ctx context.Context, viewer models.Viewer, input *I) (*O, error),
) {
	operation.MaxBodyBytes = maxBody + 1 // the library refuses a body of exactly its limit
	operation.BodyReadTimeout = -1       // the body was read before the handlers run
	operation.Security = []map[string][]string{{bearer: {}}}
	if operation.Method == http.MethodGet {
		operation.Security = append([]map[string][]string{{}}, operation.Security...)
	} else {
		statuses = append(statuses, http.StatusForbidden)
	}
	schema := described.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	if operation.Responses == nil {
		operation.Responses = map[string]*huma.Response{}
	}
	for _, status := range append(statuses, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusInternalServerError) {
		operation.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
		}
	}
	huma.Register(described, operation, func(ctx context.Context, input *I) (*O, error) {
		output, err := do(ctx, viewerOf(ctx), input)
		if err != nil {
			return nil, problemOf(ctx, operation.OperationID, err)
		}
		return output, nil
	})
}

// reply is an answer with a body and nothing else to say.
type reply[T any] struct{ Body T }

// created is the answer to a POST: 201, or 200 when it was a retry.
type created[T any] struct {
	Status   int
	Location string `header:"Location" doc:"Where the new thing is"`
	Replayed string `header:"Idempotency-Replayed" doc:"true when this is the answer to a retry: nothing new was made"`
	Body     T
}

func newCreated[T any](body T, location string, replayed bool) *created[T] {
	answer := &created[T]{Status: http.StatusCreated, Location: location, Body: body}
	if replayed {
		answer.Status, answer.Replayed = http.StatusOK, "true"
	}
	return answer
}

// replayable describes the answer to a retry of a POST that makes a T.
func replayable[T any](described huma.API) map[string]*huma.Response {
	schema := described.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
	return map[string]*huma.Response{"200": {
		Description: "A retry with the same Idempotency-Key: nothing new was made",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schema}},
	}}
}

// orNull describes a property that is null or what it was.
func orNull(schema *huma.Schema, names ...string) {
	for _, name := range names {
		property := schema.Properties[name]
		if property.Ref != "" {
			schema.Properties[name] = &huma.Schema{
				Description: property.Description,
				AnyOf:       []*huma.Schema{{Ref: property.Ref}, {Type: "null"}},
			}
			continue
		}
		property.Nullable = true
		if len(property.Enum) > 0 {
			property.Enum = append(property.Enum, nil)
		}
	}
}

// needed are the properties that a body must have. The description says so once all
// operations stand: the rooms check it, so that every problem names its field.
var needed = map[string][]string{
	"NewThread":   {"theme", "title", "kind", "level", "body"},
	"NewResponse": {"body"},
	"TextEdit":    {"body"},
}

// describe writes the description once. It cannot fail but by a mistake in the
// operations, which stops the start.
func describe(document *huma.OpenAPI) []byte {
	for name, properties := range needed {
		document.Components.Schemas.Map()[name].Required = properties
	}
	for _, item := range document.Paths {
		for _, operation := range []*huma.Operation{item.Get, item.Post, item.Patch, item.Delete} {
			if operation == nil {
				continue
			}
			for _, parameter := range operation.Parameters {
				// They are read as text, so that what is no number is not found either.
				if parameter.In == "path" && parameter.Name != "slug" {
					least := 1.0
					parameter.Schema = &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &least}
				}
			}
		}
	}
	description, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Errorf("describe the API: %w", err))
	}
	return description
}
