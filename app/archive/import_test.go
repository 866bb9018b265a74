package archive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"colloquy/app/archive"
	"colloquy/app/forumtest"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

var (
	now      = time.Date(2026, 2, 12, 9, 30, 0, 0, time.UTC)
	everyone = models.Scope{}
)

// established gives a store with the community's row and the six groups' first two.
func established(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Write(context.Background(), func(tx *store.Tx) error {
		err := tx.CreateCommunity(&models.Community{
			Name: "Test", Purpose: "To test.", Epoch: "e0", Secret: []byte("secret-of-the-test"), CreatedAt: now,
		})
		if err != nil {
			return err
		}
		for i, group := range []models.Group{{Key: "s", Name: "MSI secretariats"}, {Key: "r", Name: "Researchers"}} {
			group.Position = i + 1
			if err := tx.CreateGroup(&group); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func importText(t *testing.T, s *store.Store, text string) archive.Report {
	t.Helper()
	report, err := archive.ImportThreads(context.Background(), s, strings.NewReader(text), archive.ImportOptions{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// threadsOf lists the threads of a theme as everyone reads them.
func threadsOf(t *testing.T, s *store.Store, slug string) []models.Thread {
	t.Helper()
	theme, err := s.Theme(context.Background(), everyone, slug)
	if err != nil {
		t.Fatal(err)
	}
	threads, err := s.ThreadsOfTheme(context.Background(), everyone, theme.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return threads
}

func rowsOf(t *testing.T, s *store.Store, threadID int64) []models.ResponseRow {
	t.Helper()
	rows, err := s.Sources(context.Background(), everyone, threadID, 0, 10000)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

const sample = `{"source":"pad","licence":"CC0","title":"A seat for whom?","theme":"Board matters","kind":"question","posts":[
{"n":10,"author":"Ada","date":"2024-03-01T10:00:00+02:00","body":"Who *sits*?","format":"markdown"},
{"n":7,"author":"","date":"2024-03-02","body":"2. <b>Us</b> & you\n# not a heading","format":"text","parent":10},
{"n":8,"author":"Ada","body":"<p>Really <script>alert(1)</script><em>now</em></p>","format":"html","parent":7},
{"n":9,"date":"when?","body":"Again","format":"markdown","parent":11},
{"n":11,"date":"2024-03-03T08:00:00","body":"Again","format":"markdown","parent":99}]}`

// oneLine takes the line breaks out of a sample.
func oneLine(text string) string { return strings.ReplaceAll(text, "\n", "") + "\n" }

func TestImport(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		established(t, s)
		report := importText(t, s, oneLine(sample))
		if report.Threads != 1 || report.Responses != 5 || report.Refused != 0 || len(report.Errors) != 1 {
			t.Fatalf("report %+v", report)
		}
		if got := report.Errors[0].Error(); got != `line 1: post 4: the date "when?" cannot be read and is left out` {
			t.Errorf("remark %q", got)
		}
		threads := threadsOf(t, s, "board-matters")
		if len(threads) != 1 {
			t.Fatalf("%d threads", len(threads))
		}
		thread := threads[0]
		if thread.Title != "A seat for whom?" || thread.Slug != "a-seat-for-whom" || thread.Kind != models.KindQuestion ||
			thread.Level != "" || thread.Seq != 5 || thread.LastNumber != 5 || thread.Responses != 4 ||
			thread.LatestNumber != 5 || thread.Dating != models.DatedExactly ||
			!thread.CreatedAt.Equal(time.Date(2024, 3, 1, 8, 0, 0, 0, time.UTC)) ||
			!thread.ActiveAt.Equal(time.Date(2024, 3, 3, 8, 0, 0, 0, time.UTC)) {
			t.Errorf("thread %+v", thread)
		}
		rows := rowsOf(t, s, thread.ID)
		checkSampleRows(t, rows)
		if rows[0].PersonaID != rows[2].PersonaID {
			t.Error("one author has two personas")
		}
		if rows[3].PersonaID == rows[4].PersonaID || rows[1].PersonaID == rows[3].PersonaID {
			t.Error("blank personas are shared")
		}
		hits, err := s.Search(context.Background(), everyone, []string{"seat"}, store.SearchFilter{Limit: 5})
		if err != nil || len(hits) != 1 || hits[0].Number != 1 {
			t.Errorf("the title is not found: %v, %v", hits, err)
		}
	})
}

func checkSampleRows(t *testing.T, rows []models.ResponseRow) {
	t.Helper()
	want := []struct {
		html    string
		name    string
		kind    models.PersonaKind
		replyTo int
		dating  models.Dating
	}{
		{"<p>Who <em>sits</em>?</p>\n", "Ada", models.PersonaImported, 0, models.DatedExactly},
		{"<p>2. &lt;b&gt;Us&lt;/b&gt; &amp; you<br>\n# not a heading</p>\n", "", models.PersonaBlank, 1, models.DatedByDay},
		{"<p>Really <em>now</em></p>\n", "Ada", models.PersonaImported, 2, models.Undated},
		{"<p>Again</p>\n", "", models.PersonaBlank, 5, models.Undated},
		{"<p>Again</p>\n", "", models.PersonaBlank, 0, models.DatedExactly},
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		w := want[i]
		if row.HTML != strings.ReplaceAll(w.html, "<br>", "<br/>") && row.HTML != w.html {
			t.Errorf("¶%d shows %q, want %q", i+1, row.HTML, w.html)
		}
		if row.Number != i+1 || row.ChangedSeq != int64(i+1) || row.PersonaName != w.name || row.PersonaKind != w.kind ||
			row.ReplyTo != w.replyTo || row.Dating != w.dating || row.Rev != 1 {
			t.Errorf("¶%d is %+v", i+1, row)
		}
		if w.dating == models.Undated && !row.CreatedAt.Equal(now) {
			t.Errorf("¶%d without a date is of %v", i+1, row.CreatedAt)
		}
	}
}

func TestImportAgain(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		established(t, s)
		const first = `{"source":"pad","title":"T","posts":[{"n":1,"author":"Ada","body":"One","format":"text"},` +
			`{"n":2,"author":"Ada","body":"+1","format":"text"},{"n":3,"author":"Ada","body":"+1","format":"text"}]}` + "\n"
		if report := importText(t, s, first); report.Threads != 1 || report.Responses != 3 {
			t.Fatalf("report %+v", report)
		}
		if report := importText(t, s, first); report.Threads != 0 || report.Responses != 0 || report.Unchanged != 1 {
			t.Fatalf("again: %+v", report)
		}
		longer := strings.Replace(first, "]}", `,{"n":4,"author":"Bo","body":"Two","format":"text","parent":3},`+
			`{"n":5,"author":"Ada","body":"+1","format":"text","parent":4}]}`, 1)
		moved := map[int64]int64{}
		report, err := archive.ImportThreads(context.Background(), s, strings.NewReader(longer), archive.ImportOptions{
			Now: now.Add(time.Hour), Hint: func(id, seq int64) { moved[id] = seq },
		})
		if err != nil || report.Added != 1 || report.Responses != 2 || report.Threads != 0 {
			t.Fatalf("longer: %+v, %v", report, err)
		}
		threads := threadsOf(t, s, "imported-conversations")
		if len(threads) != 1 || threads[0].Seq != 5 || threads[0].LastNumber != 5 || threads[0].Responses != 4 ||
			threads[0].LatestNumber != 5 || moved[threads[0].ID] != 5 {
			t.Fatalf("thread %+v, hints %v", threads, moved)
		}
		rows := rowsOf(t, s, threads[0].ID)
		if rows[3].ReplyTo != 3 || rows[4].ReplyTo != 4 || rows[4].ChangedSeq != 5 || rows[4].PersonaID != rows[0].PersonaID {
			t.Errorf("rows %+v", rows[3:])
		}
	})
}

func TestImportReportsLines(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		established(t, s)
		long := strings.Repeat("x", 100_001)
		text := strings.Join([]string{
			`{"source":"s","title":"Good","posts":[{"n":1,"body":"Yes","format":"text"}]}`,
			`{"source":"s","title":`,
			"",
			`[1]`,
			`{"source":"s","title":"None","posts":[]}`,
			`{"source":"s","title":"F","posts":[{"n":1,"body":"b","format":"rtf"}]}`,
			`{"source":"s","title":"B","posts":[{"n":1,"format":"text"}]}`,
			`{"source":"s","title":"L","posts":[{"n":1,"body":"` + long + `","format":"markdown"}]}`,
			`{"source":"s","title":7,"posts":[{"n":1,"body":"b","format":"text"}]}`,
			"\xff\xfe",
			`{"source":"s","title":"Also good","posts":[{"n":1,"body":"Yes","format":"text"}]}`,
		}, "\n")
		report := importText(t, s, text)
		if report.Threads != 2 || report.Refused != 8 {
			t.Fatalf("report %+v", report)
		}
		want := []string{
			"line 2: it is not JSON", "line 4: it is a JSON array, not an object", "line 5: it has no posts",
			`line 6: post 1 has the format "rtf"`, "line 7: post 1 has no body",
			"line 8: post 1: it has more than 100000 characters", `line 9: "title" is a JSON number, not a string`,
			"line 10: it is not UTF-8",
		}
		for i, e := range report.Errors {
			if !strings.HasPrefix(e.Error(), want[i]) || !e.Refused {
				t.Errorf("error %q, want %q", e.Error(), want[i])
			}
		}
	})
}

func TestImportKeepsLongTitle(t *testing.T) {
	s := forumtest.Open(t, forumtest.SQLite(t))
	established(t, s)
	title := strings.TrimSpace(strings.Repeat("seven_words_are_one ", 15))
	line, err := json.Marshal(map[string]any{"source": "s", "title": title, "posts": []any{
		map[string]any{"n": 1, "body": "Body", "format": "markdown"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	importText(t, s, string(line))
	thread := threadsOf(t, s, "imported-conversations")[0]
	if len([]rune(thread.Title)) > 200 || !strings.HasSuffix(thread.Title, "…") {
		t.Errorf("title %q", thread.Title)
	}
	if rows := rowsOf(t, s, thread.ID); rows[0].HTML != "<p><strong>"+title+"</strong></p>\n<p>Body</p>\n" {
		t.Errorf("opening %q", rows[0].HTML)
	}
	if report := importText(t, s, string(line)); report.Unchanged != 1 {
		t.Errorf("again: %+v", report)
	}
}

func TestImportFixtures(t *testing.T) {
	files, err := filepath.Glob("../../../shared/fixtures/threads/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		forumtest.LeftOut(t, "shared/fixtures", os.ErrNotExist)
	}
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		established(t, s)
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			report, err := archive.ImportThreads(context.Background(), s, bytes.NewReader(content), archive.ImportOptions{Now: now})
			if err != nil || len(report.Errors) > 0 {
				t.Fatalf("%s: %v %v", file, err, report.Errors)
			}
			t.Logf("%s: %+v in %v", filepath.Base(file), report, time.Since(begin))
			again, err := archive.ImportThreads(context.Background(), s, bytes.NewReader(content), archive.ImportOptions{Now: now})
			if err != nil || again.Responses != 0 || again.Unchanged != report.Threads {
				t.Errorf("%s again: %+v, %v", file, again, err)
			}
			compareFixture(t, s, content, report)
		}
	})
}

// compareFixture holds what was imported against the file: every post has its number,
// and answers what it answered.
func compareFixture(t *testing.T, s *store.Store, content []byte, report archive.Report) {
	t.Helper()
	plain, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	type fixturePost struct {
		N      int
		Parent int
		Body   string
	}
	var line struct {
		Title, Theme string
		Posts        []fixturePost
	}
	posts := 0
	for decoder := json.NewDecoder(plain); decoder.More(); {
		line.Theme, line.Posts = "", nil
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.Theme == "" {
			line.Theme = "imported-conversations"
		}
		posts += len(line.Posts)
		var rows []models.ResponseRow
		for _, thread := range threadsOf(t, s, prose.Slug(line.Theme)) {
			if thread.Title == line.Title {
				rows = rowsOf(t, s, thread.ID)
			}
		}
		if len(rows) != len(line.Posts) {
			t.Fatalf("%s: %d of %d posts", line.Title, len(rows), len(line.Posts))
		}
		number := map[int]int{}
		for i, p := range line.Posts {
			number[p.N] = i + 1
		}
		for i, row := range rows {
			if row.ReplyTo != number[line.Posts[i].Parent] {
				t.Errorf("%s: ¶%d answers %d, not %d", line.Title, i+1, row.ReplyTo, number[line.Posts[i].Parent])
			}
			if strings.Contains(row.HTML, "<script") || strings.Contains(row.HTML, "<img") {
				t.Errorf("%s: ¶%d is not safe", line.Title, i+1)
			}
		}
	}
	if posts != report.Responses {
		t.Errorf("%d posts, %d imported", posts, report.Responses)
	}
}

func TestImportDamagedFile(t *testing.T) {
	s := forumtest.Open(t, forumtest.SQLite(t))
	established(t, s)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte(strings.Repeat(oneLine(sample), 50))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	cut := packed.Bytes()[:packed.Len()-12]
	_, err := archive.ImportThreads(context.Background(), s, bytes.NewReader(cut), archive.ImportOptions{Now: now})
	if err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("error %v", err)
	}
}
