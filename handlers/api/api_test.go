package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/app/forum"
	"colloquy/models"
)

func TestInput(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "Input")
		responses := thread + "/responses"
		long := strings.Repeat("é", forum.MaxText+1)
		opening := `{"theme":"open","title":"T","kind":"insight","level":"in practice","body":"B"`
		for _, c := range []struct {
			method, path, body string
			status             int
			location           string
		}{
			{"POST", responses, `{"body":`, 400, "body"},
			{"POST", responses, "{\"body\":\"\xff\xfe\"}", 400, "body"},
			{"POST", responses, `{"body":"a"} x`, 400, "body"},
			{"POST", responses, ``, 400, ""},
			{"POST", responses, strings.Repeat("[", 100_000), 400, "body"},
			{"POST", responses, `{"body":"` + strings.Repeat("a", maxBody) + `"}`, 413, ""},
			{"POST", responses, `[]`, 422, "body"},
			{"POST", responses, `null`, 422, "body"},
			{"POST", responses, `{}`, 422, "body.body"},
			{"POST", responses, `{"body":null}`, 422, "body.body"},
			{"POST", responses, `{"body":" \u200b\n"}`, 422, "body.body"},
			{"POST", responses, `{"body":7}`, 422, "body.body"},
			{"POST", responses, `{"body":"` + long + `"}`, 422, "body.body"},
			{"POST", responses, `{"body":"a","reply_to":77}`, 422, "body.reply_to"},
			{"POST", responses, `{"body":"a","reply_to":0}`, 422, "body.reply_to"},
			{"POST", responses, `{"body":"a","reply_to":99999999999999999999999}`, 422, "body.reply_to"},
			{"POST", responses, `{"body":"a","reply_to":1e0}`, 422, "body"},
			{"POST", responses, `{"body":"a","persona":"ben"}`, 422, "body.persona"},
			{"POST", responses, `{"body":"a","replyto":1}`, 422, "body.replyto"},
			{"PATCH", responses + "/1", `{"body":"` + long + `"}`, 422, "body.body"},
			{"PATCH", responses + "/1", `{"body":"a","rev":-1}`, 422, "body.rev"},
			{"POST", "/threads", `{}`, 422, "body.title"},
			{"POST", "/threads", `{}`, 422, "body.kind"},
			{"POST", "/threads", `{}`, 422, "body.theme"},
			{"POST", "/threads", opening + `,"kind":"rant"}`, 422, "body.kind"},
			{"POST", "/threads", opening + `,"title":"` + strings.Repeat("t", 201) + `"}`, 422, "body.title"},
			{"POST", "/threads", opening + `,"theme":"\u0000"}`, 422, "body.theme"},
			{"POST", "/threads", opening + `,"persona":"mona"}`, 422, "body.persona"},
			{"PATCH", thread, `{"title":" "}`, 422, "body.title"},
			{"PATCH", thread, `{"outcome":"solved"}`, 422, "body.outcome"},
			{"PATCH", thread, `{"kind":3}`, 422, "body.kind"},
			{"PATCH", thread, `{"locked":"yes"}`, 422, "body.locked"},
			{"GET", responses + "?after=-1", "", 422, "query.after"},
			{"GET", responses + "?limit=0", "", 422, "query.limit"},
			{"GET", responses + "?limit=many", "", 422, "query.limit"},
			{"GET", thread + "/changes?since=-1", "", 422, "query.since"},
			{"GET", thread + "/changes?since=x", "", 422, "query.since"},
			{"GET", "/themes/open/threads?after=x", "", 422, "query.after"},
			{"GET", "/themes/open/threads?after=0.-zzzzzzzzzzzz.1", "", 422, "query.after"},
			{"GET", "/search?q=a&from=soon", "", 422, "query.from"},
			{"GET", "/search?q=a&to=2024-13-01", "", 422, "query.to"},
			{"GET", "/search?q=a&kind=rant", "", 422, "query.kind"},
			{"GET", "/search?q=a&after=-1", "", 422, "query.after"},
		} {
			got := w.call("Ana", c.method, c.path, c.body, "Idempotency-Key", "one")
			if got.status != c.status {
				t.Errorf("%s %s %.60s: %d, want %d: %.300s", c.method, c.path, c.body, got.status, c.status, got.body)
				continue
			}
			got.want(c.status)
			if c.location != "" {
				got.names(c.location)
			}
			if len(got.body) > 2000 {
				t.Errorf("%s %s: the answer repeats the input", c.method, c.path)
			}
		}
		w.call("Ana", "POST", responses, `{"body":"a"}`).want(422).names("header.Idempotency-Key")
		w.call("Ana", "POST", responses, `{"body":"a"}`, "Content-Type", "text/plain", "Idempotency-Key", "k").want(415)
		if list := w.call("", "GET", responses, "").want(200); len(list.items()) != 1 {
			t.Errorf("something was written: %s", list.body)
		}
		bomb := w.call("Ana", "POST", responses, `{"body":"a"}`, "Content-Encoding", "gzip", "Idempotency-Key", "k")
		bomb.want(415)
		crowd := "{" + strings.Repeat(`"a":1,"`+strings.Repeat("x", 200)+`":1,`, 1000)
		for i := range 1000 {
			crowd += fmt.Sprintf(`"p%d":1,`, i)
		}
		if got := w.call("Ana", "POST", responses, crowd+`"body":"a"}`, "Idempotency-Key", "k").want(422); len(got.body) > 6000 {
			t.Errorf("the answer to a crowd of properties has %d bytes", len(got.body))
		}
		longest := strings.Repeat("é", forum.MaxText)
		w.respond("Ana", thread, "longest", longest).want(201)
	})
}

func TestThread(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		made := w.call("Ana", "POST", "/threads", `{"theme":"open","title":"How do MSIs learn?","kind":"question",
			"level":"big picture","body":"**Really**?","lang":"en","persona":"ana"}`, "Idempotency-Key", "t1").want(201)
		thread := strings.TrimPrefix(made.header.Get("Location"), prefix)
		object := made.object()
		created, _ := object["created_at"].(string)
		if at, err := time.Parse(time.RFC3339Nano, created); err != nil || !strings.HasSuffix(created, "Z") || time.Since(at) > time.Minute {
			t.Errorf("created_at %q: %v", created, err)
		}
		ep, _ := object["ep"].(string)
		want := fmt.Sprintf(`{"id":%v,"title":"How do MSIs learn?","slug":"how-do-msis-learn","theme":"open","lang":"en",`+
			`"kind":"question","level":"big picture","outcome":null,"locked":false,"pinned":false,"seq":1,"ep":%q,"responses":0,`+
			`"created_at":%q,"last_response_at":null,"persona":{"name":"Ana","group":"MSI secretariats","handle":"ana"}}`,
			strings.TrimPrefix(thread, "/threads/"), ep, created)
		if strings.TrimSpace(made.body) != want || ep == "" {
			t.Errorf("the thread is\n%s, want\n%s", made.body, want)
		}
		if got := w.call("", "GET", thread, "").want(200); got.body != made.body {
			t.Errorf("read again: %s", got.body)
		}
		again := w.call("Ana", "POST", "/threads", `{"theme":"open","title":"How do MSIs learn?","kind":"question",
			"level":"big picture","body":"**Really**?","lang":"en"}`, "Idempotency-Key", "t1").want(200)
		if again.body != made.body || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("replayed: %s %v", again.body, again.header)
		}

		w.call("Ben", "PATCH", thread, `{"title":"Mine"}`).want(403)
		w.call("Ana", "PATCH", thread, `{"locked":true}`).want(403)
		edited := w.call("Ana", "PATCH", thread, `{"title":"How do they learn?","outcome":"open challenge","kind":"insight"}`).want(200).object()
		if edited["title"] != "How do they learn?" || edited["outcome"] != "open challenge" || edited["kind"] != "insight" ||
			edited["level"] != "big picture" || edited["seq"] != 2.0 {
			t.Errorf("edited: %v", edited)
		}
		same := w.call("Ana", "PATCH", thread, `{"title":"How do they learn?"}`).want(200).object()
		if same["seq"] != 2.0 {
			t.Errorf("an edit that changes nothing took a seq: %v", same)
		}
		cleared := w.call("Ana", "PATCH", thread, `{"outcome":null,"title":null}`).want(200).object()
		if cleared["outcome"] != nil || cleared["title"] != "How do they learn?" || cleared["seq"] != 3.0 {
			t.Errorf("cleared: %v", cleared)
		}

		w.respond("Ben", thread, "b1", "Before the lock.").want(201)
		w.call("Mona", "PATCH", thread, `{"locked":true,"pinned":true}`).want(200)
		w.respond("Ben", thread, "b2", "Too late.").want(403)
		w.call("Ben", "PATCH", thread+"/responses/2", `{"body":"Too late."}`).want(403)
		w.call("Ana", "PATCH", thread, `{"title":"Too late"}`).want(403)
		head := w.call("", "GET", thread, "").want(200).object()
		if head["locked"] != true || head["pinned"] != true || head["responses"] != 1.0 || head["last_response_at"] == nil {
			t.Errorf("locked: %v", head)
		}
	})
}

func TestThreadsPageByPage(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var paths []string
		for i := range 5 {
			paths = append(paths, w.start("Ana", "open", fmt.Sprintf("Thread %d", i)))
		}
		w.call("Mona", "PATCH", paths[1], `{"pinned":true}`).want(200)
		var titles []string
		for after := ""; ; {
			page := w.call("", "GET", "/themes/open/threads?limit=2&after="+after, "").want(200)
			for _, item := range page.items() {
				titles = append(titles, fmt.Sprint(item["title"]))
			}
			next, more := page.object()["next"].(string)
			if !more {
				break
			}
			after = next
		}
		if want := []string{"Thread 1", "Thread 4", "Thread 3", "Thread 2", "Thread 0"}; !slices.Equal(titles, want) {
			t.Errorf("the list is %v, want %v", titles, want)
		}
		theme := w.call("", "GET", "/themes/open", "").want(200).object()
		if theme["slug"] != "open" || theme["threads"] != 5.0 || theme["audience"] != "everyone" || theme["latest_at"] == nil {
			t.Errorf("the theme is %v", theme)
		}
	})
}

func TestSearch(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "Openness of contracts")
		w.respond("Ben", thread, "1", "Contracts need civic space.").want(201)
		today := time.Now().UTC().Format(time.DateOnly)
		for query, count := range map[string]int{
			"q=civic": 1, "q=contracts": 2, "q=CIVIC+spa": 1, "q=nowhere": 0, "q=": 0, "": 0, "q=%22%27*%29(": 0,
			"q=contracts&group=Researchers": 1, "q=contracts&group=Nobody": 0, "q=contracts&kind=question": 2,
			"q=contracts&kind=insight": 0, "q=contracts&theme=open": 2, "q=contracts&theme=inside": 0,
			"q=contracts&from=" + today: 2, "q=contracts&to=" + today: 2, "q=contracts&to=2001-02-03": 0,
			"q=contracts&from=2001-02-03T04:05:06%2B02:00": 2, "q=contracts&to=2001-02-03T04:05:06+02:00": 0,
			"q=contracts&after=20": 0,
		} {
			if found := w.call("", "GET", "/search?"+query, "").want(200); len(found.items()) != count {
				t.Errorf("%s: %d found, want %d: %s", query, len(found.items()), count, found.body)
			}
		}
		hit := w.call("", "GET", "/search?q=civic", "").items()[0]
		where, _ := hit["thread"].(map[string]any)
		persona, _ := hit["persona"].(map[string]any)
		if hit["number"] != 2.0 || where["title"] != "Openness of contracts" || where["theme"] != "open" || persona["handle"] != "ben" ||
			hit["excerpt"] != "Contracts need civic space." {
			t.Errorf("the hit: %v", hit)
		}
	})
}

// What an imported text does not say stays unsaid.
func TestBlanksStayBlank(t *testing.T) {
	at := time.Date(2024, 2, 7, 15, 4, 5, 0, time.FixedZone("", 3600))
	for dating, want := range map[models.Dating]string{
		models.DatedExactly: `"2024-02-07T14:04:05Z"`, models.DatedByDay: `"2024-02-07T00:00:00Z"`, models.Undated: `null`,
	} {
		if got, err := json.Marshal(written(at, dating)); err != nil || string(got) != want {
			t.Errorf("%s: %s, want %s", dating, got, want)
		}
	}
	if got, err := json.Marshal(personaJSON(&models.Byline{})); err != nil || string(got) != `{"name":null,"group":null}` {
		t.Errorf("a blank persona: %s", got)
	}
}
