package api

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"colloquy/app/forum"
)

func TestIdempotency(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "Once only")
		first := w.respond("Ben", thread, "key", "Once").want(201)
		if first.header.Get("Idempotency-Replayed") != "" {
			t.Error("the first answer says that it is a replay")
		}
		again := w.respond("Ben", thread, "key", "Once").want(200)
		if again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("replayed: %s %v", again.body, again.header)
		}
		w.respond("Ben", thread, "key", "Twice").want(422).names("header.Idempotency-Key")
		w.respond("Ben", w.start("Ana", "open", "Elsewhere"), "key", "Once").want(422)
		if other := w.respond("Ana", thread, "key", "Once").want(201).object(); other["number"] != 3.0 {
			t.Errorf("another member's key: %v", other)
		}
		w.respond("Ben", thread, strings.Repeat("k", 256), "Once").want(422).names("header.Idempotency-Key")

		const twins = 8
		answers := make([]answer, twins)
		var all sync.WaitGroup
		for i := range twins {
			all.Go(func() { answers[i] = w.respond("Ben", thread, "twins", "At once") })
		}
		all.Wait()
		made := 0
		for _, answer := range answers {
			if answer.status == 201 {
				made++
			} else if answer.status != 200 {
				t.Errorf("a twin: %d %s", answer.status, answer.body)
			}
			if answer.body != answers[0].body {
				t.Errorf("twins differ: %s, %s", answer.body, answers[0].body)
			}
		}
		if list := w.call("", "GET", thread+"/responses", ""); made != 1 || len(list.items()) != 4 {
			t.Errorf("%d twins were made: %s", made, list.body)
		}
	})
}

func TestResponses(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "Responses")
		responses := thread + "/responses"
		made := w.call("Ben", "POST", responses, `{"body":"I *agree* with <b>this</b>.","reply_to":1,"lang":null}`, "Idempotency-Key", "1").want(201).object()
		html, _ := made["html"].(string)
		if made["number"] != 2.0 || made["reply_to"] != 1.0 || made["seq"] != 2.0 || made["rev"] != 1.0 || made["removed"] != false ||
			made["edited_at"] != nil || !strings.Contains(html, "<em>agree</em>") || made["body"] != "I *agree* with <b>this</b>." {
			t.Errorf("made: %v", made)
		}
		keys := []string{"body", "created_at", "edited_at", "html", "lang", "number", "persona", "removed", "reply_to", "rev", "seq"}
		var got []string
		for key := range made {
			got = append(got, key)
		}
		if slices.Sort(got); !slices.Equal(got, keys) {
			t.Errorf("its fields are %v", got)
		}

		w.call("Ana", "PATCH", responses+"/2", `{"body":"Not mine"}`).want(403)
		w.call("Mona", "PATCH", responses+"/2", `{"body":"Not mine"}`).want(403)
		edited := w.call("Ben", "PATCH", responses+"/2", `{"body":"I disagree.","rev":1}`).want(200).object()
		if edited["rev"] != 2.0 || edited["seq"] != 3.0 || edited["edited_at"] == nil || edited["body"] != "I disagree." {
			t.Errorf("edited: %v", edited)
		}
		conflict := w.call("Ben", "PATCH", responses+"/2", `{"body":"I wonder.","rev":1}`).want(409).object()
		current, _ := conflict["current"].(map[string]any)
		if current["body"] != "I disagree." || current["rev"] != 2.0 || conflict["yours"] != "I wonder." {
			t.Errorf("conflict: %v", conflict)
		}
		if same := w.call("Ben", "PATCH", responses+"/2", `{"body":"I disagree."}`).want(200).object(); same["seq"] != 3.0 || same["rev"] != 2.0 {
			t.Errorf("an edit that changes nothing: %v", same)
		}

		w.call("Ana", "DELETE", responses+"/2", "").want(403)
		for range 2 {
			if gone := w.call("Ben", "DELETE", responses+"/2", "").want(204); gone.body != "" {
				t.Errorf("removed: %s", gone.body)
			}
		}
		w.call("Ben", "DELETE", responses+"/7", "").want(404)
		w.call("Ben", "PATCH", responses+"/2", `{"body":"Back"}`).want(409)
		w.call("Mona", "DELETE", responses+"/1", "").want(204)
		list := w.call("", "GET", responses, "").want(200)
		if strings.Contains(list.body, "disagree") || strings.Contains(list.body, "Ben") || len(list.items()) != 2 {
			t.Errorf("after removal: %s", list.body)
		}
		for _, item := range list.items() {
			if item["removed"] != true || item["body"] != "" || item["html"] != "" || item["persona"] != nil {
				t.Errorf("a tombstone: %v", item)
			}
		}
		if head := w.call("", "GET", thread, "").want(200).object(); head["title"] != "Responses" || head["seq"] != 5.0 || head["responses"] != 0.0 {
			t.Errorf("the thread: %v", head)
		}
	})
}

func TestResponsesPageByPage(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "Long")
		for i := range 6 {
			w.respond("Ben", thread, fmt.Sprint(i), fmt.Sprint("Number ", i+2)).want(201)
		}
		w.call("Ben", "DELETE", thread+"/responses/4", "").want(204)
		var numbers []float64
		for after := 0.0; ; {
			page := w.call("", "GET", fmt.Sprintf("%s/responses?limit=3&after=%v", thread, after), "").want(200)
			for _, item := range page.items() {
				number, _ := item["number"].(float64)
				numbers = append(numbers, number)
			}
			next, more := page.object()["next"].(float64)
			if !more {
				break
			}
			after = next
		}
		if want := []float64{1, 2, 3, 4, 5, 6, 7}; !slices.Equal(numbers, want) {
			t.Errorf("the numbers are %v", numbers)
		}
		if behind := w.call("", "GET", thread+"/responses?after=99999999999&limit=999", "").want(200); len(behind.items()) != 0 || behind.object()["next"] != nil {
			t.Errorf("behind the end: %s", behind.body)
		}
	})
}

func TestChanges(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "Changes")
		w.respond("Ben", thread, "1", "Two").want(201)
		w.respond("Ben", thread, "2", "Three").want(201)
		changes := func(query string) map[string]any {
			t.Helper()
			return w.call("", "GET", thread+"/changes?"+query, "").want(200).object()
		}
		seqs := func(object map[string]any) (seqs []float64) {
			items, _ := object["items"].([]any)
			for _, item := range items {
				row, _ := item.(map[string]any)
				seq, _ := row["seq"].(float64)
				seqs = append(seqs, seq)
			}
			return seqs
		}
		all := changes("since=0")
		ep, _ := all["ep"].(string)
		if !slices.Equal(seqs(all), []float64{1, 2, 3}) || all["seq"] != 3.0 || all["reset"] != false || all["thread"] != nil || ep == "" {
			t.Errorf("all: %v", all)
		}
		w.call("Ben", "PATCH", thread+"/responses/2", `{"body":"Two again"}`).want(200)
		w.call("Ana", "PATCH", thread, `{"title":"Changed"}`).want(200)
		w.call("Ben", "DELETE", thread+"/responses/3", "").want(204)
		later := changes("since=3&ep=" + ep)
		head, _ := later["thread"].(map[string]any)
		if !slices.Equal(seqs(later), []float64{4, 6}) || later["seq"] != 6.0 || head["title"] != "Changed" || head["seq"] != 6.0 {
			t.Errorf("later: %v", later)
		}
		if last := changes("since=5"); !slices.Equal(seqs(last), []float64{6}) || last["thread"] != nil {
			t.Errorf("last: %v", last)
		}
		if none := changes("since=6"); len(seqs(none)) != 0 || none["reset"] != false {
			t.Errorf("none: %v", none)
		}
		for _, query := range []string{"since=7", "since=0&ep=other", "since=9223372036854775807"} {
			if reset := changes(query); reset["reset"] != true || len(seqs(reset)) != 0 || reset["thread"] != nil || reset["seq"] != 6.0 || reset["ep"] != ep {
				t.Errorf("%s: %v", query, reset)
			}
		}
		viewer, err := w.deps.Community.ViewerByToken(t.Context(), w.tokens["Ben"])
		must(t, err)
		id, err := threadID(strings.TrimPrefix(thread, "/threads/"))
		must(t, err)
		for range maxChanges {
			_, err := w.forum.Respond(t.Context(), viewer, id, forum.NewResponse{Body: "More"})
			must(t, err)
		}
		if most := changes("since=6"); len(seqs(most)) != maxChanges || most["reset"] != false {
			t.Errorf("%d changes: %d items", maxChanges, len(seqs(most)))
		}
		if many := changes("since=5"); many["reset"] != true || len(seqs(many)) != 0 {
			t.Errorf("more than %d changes: reset %v, %d items", maxChanges, many["reset"], len(seqs(many)))
		}
	})
}
