package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestDescription checks the OpenAPI document as far as its users depend on it: the
// version, every operation, every reference, what may be null.
func TestDescription(t *testing.T) {
	w := &world{t: t, app: site(Deps{BaseURL: origin})}
	got := w.call("", "GET", "/openapi.json", "").want(200)
	document := got.object()
	if document["openapi"] != "3.1.0" || got.header.Get("Content-Type") != "application/openapi+json" {
		t.Errorf("version %v, type %s", document["openapi"], got.header.Get("Content-Type"))
	}
	if servers := fmt.Sprint(document["servers"]); servers != "[map[url:"+origin+prefix+"]]" {
		t.Errorf("servers %s", servers)
	}
	paths, _ := document["paths"].(map[string]any)
	var operations, ids []string
	for path, item := range paths {
		methods, _ := item.(map[string]any)
		for method, description := range methods {
			operations = append(operations, strings.ToUpper(method)+" "+path)
			operation, _ := description.(map[string]any)
			ids = append(ids, fmt.Sprint(operation["operationId"]))
			responses, _ := operation["responses"].(map[string]any)
			if operation["summary"] == "" || len(responses) < 3 || responses["500"] == nil || responses["401"] == nil {
				t.Errorf("%s %s is described by %v", method, path, slices.Sorted(maps.Keys(responses)))
			}
		}
	}
	slices.Sort(operations)
	want := []string{
		"DELETE /threads/{id}/responses/{number}", "GET /me", "GET /search", "GET /themes", "GET /themes/{slug}",
		"GET /themes/{slug}/threads", "GET /threads/{id}", "GET /threads/{id}/changes", "GET /threads/{id}/mentions", "GET /threads/{id}/responses",
		"PATCH /threads/{id}", "PATCH /threads/{id}/responses/{number}", "POST /threads", "POST /threads/{id}/responses",
	}
	if !slices.Equal(operations, want) {
		t.Errorf("the operations are\n%s", strings.Join(operations, "\n"))
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != len(want) {
		t.Errorf("operation ids come twice: %v", ids)
	}
	checkReferences(t, document, document)

	components, _ := document["components"].(map[string]any)
	schemas, _ := json.Marshal(components["schemas"])
	for _, part := range []string{
		`"persona":{"anyOf":[{"$ref":"#/components/schemas/Persona"},{"type":"null"}]`,
		`"enum":["insight","proposal","open challenge",null],"type":["string","null"]`,
		`"required":["theme","title","kind","level","body"]`,
		`"items":{"description":`,
	} {
		if !strings.Contains(string(schemas), part) {
			t.Errorf("the schemas lack %s", part)
		}
	}
	for _, other := range []string{"/docs", "/schemas/Thread.json", "/openapi.yaml"} {
		w.call("", "GET", other, "").want(404)
	}
}

// checkReferences fails for a reference to nothing.
func checkReferences(t *testing.T, document map[string]any, part any) {
	t.Helper()
	switch part := part.(type) {
	case map[string]any:
		if reference, ok := part["$ref"].(string); ok {
			var found any = document
			for _, step := range strings.Split(strings.TrimPrefix(reference, "#/"), "/") {
				within, _ := found.(map[string]any)
				found = within[step]
			}
			if found == nil {
				t.Errorf("%s refers to nothing", reference)
			}
		}
		for _, below := range part {
			checkReferences(t, document, below)
		}
	case []any:
		for _, below := range part {
			checkReferences(t, document, below)
		}
	}
}
