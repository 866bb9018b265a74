package forum_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

var ctx = context.Background()

// each runs a test with the cast on both databases.
func each(t *testing.T, run func(t *testing.T, c *forumtest.Cast)) {
	t.Helper()
	forumtest.Stores(t, func(t *testing.T, s *store.Store) { run(t, forumtest.NewCast(t, s)) })
}

func denied(t *testing.T, err error, want access.Reason) {
	t.Helper()
	var refusal access.Denied
	if !errors.As(err, &refusal) || refusal.Reason != want {
		t.Errorf("got %v, want a refusal for the reason %q", err, want)
	}
}

func TestNobodyWritesWhereTheyMayNot(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		open := c.Start(t, c.Amina, forumtest.Public, "In the open")
		boards := c.Start(t, c.Paul, forumtest.Boards, "Behind the door")

		_, err := c.Forum.Respond(ctx, c.Visitor, open, forum.NewResponse{Body: "hello"})
		denied(t, err, access.SignIn)
		_, err = c.Forum.StartThread(ctx, c.Visitor, forum.NewThread{Theme: forumtest.Public, Title: "x", Body: "x"})
		denied(t, err, access.SignIn)

		for name, viewer := range map[string]models.Viewer{"visitor": c.Visitor, "member of another group": c.Amina} {
			if _, err := c.Forum.Thread(ctx, viewer, boards); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s reads the head of a private thread: %v", name, err)
			}
			if _, err := c.Forum.Respond(ctx, viewer, boards, forum.NewResponse{Body: "hello"}); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s responds in a private thread: %v", name, err)
			}
			if _, err := c.Forum.Respond(ctx, viewer, boards, forum.NewResponse{Body: ""}); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s is told of an empty text in a private thread: %v", name, err)
			}
			if rows, err := c.Forum.Page(ctx, viewer, boards, 1); err != nil || len(rows) != 0 {
				t.Errorf("%s reads %d responses of a private thread, %v", name, len(rows), err)
			}
			if err := c.Forum.RemoveText(ctx, viewer, boards, 1); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s removes a private text: %v", name, err)
			}
			if hits, _, err := c.Forum.Search(ctx, viewer, forum.Search{Query: "behind the door"}); err != nil || len(hits) != 0 {
				t.Errorf("%s finds %d private texts, %v", name, len(hits), err)
			}
		}
		_, err = c.Forum.StartThread(ctx, c.Amina, forum.NewThread{
			Theme: forumtest.Boards, Title: "x", Body: "x", Kind: models.KindInsight, Level: models.LevelInPractice,
		})
		var invalid forum.Invalid
		if !errors.As(err, &invalid) || invalid["theme"] != models.Unknown {
			t.Errorf("a thread in a theme one may not read: %v", err)
		}
		if _, err := c.Forum.Thread(ctx, c.Lena, boards); err != nil {
			t.Errorf("a moderator reads every theme: %v", err)
		}
	})
}

func TestOnlyTheAuthorEditsAndTheModeratorRemoves(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Whose text")
		n := c.Respond(t, c.Rosa, id, "Mine.")
		denied(t, c.Forum.EditText(ctx, c.Amina, id, n, forum.TextEdit{Body: "Yours."}), access.NotOwn)
		denied(t, c.Forum.EditText(ctx, c.Lena, id, n, forum.TextEdit{Body: "Yours."}), access.NotOwn)
		denied(t, c.Forum.RemoveText(ctx, c.Amina, id, n), access.NotOwn)
		denied(t, c.Forum.RemoveText(ctx, c.Visitor, id, n), access.SignIn)
		locked := true
		_, err := c.Forum.EditThread(ctx, c.Amina, id, forum.ThreadEdit{Locked: &locked})
		denied(t, err, access.Role)
		_, err = c.Forum.EditThread(ctx, c.Rosa, id, forum.ThreadEdit{Locked: &locked})
		denied(t, err, access.NotOwn)
		if err := c.Forum.RemoveText(ctx, c.Lena, id, n); err != nil {
			t.Fatal(err)
		}
		if err := c.Forum.EditText(ctx, c.Rosa, id, n, forum.TextEdit{Body: "Again."}); !errors.Is(err, forum.ErrRemoved) {
			t.Errorf("editing a removed text: %v", err)
		}
		if _, err := c.Forum.EditThread(ctx, c.Lena, id, forum.ThreadEdit{Locked: &locked}); err != nil {
			t.Fatal(err)
		}
		_, err = c.Forum.Respond(ctx, c.Amina, id, forum.NewResponse{Body: "Too late."})
		denied(t, err, access.Locked)
		denied(t, c.Forum.EditText(ctx, c.Amina, id, 1, forum.TextEdit{Body: "Too late."}), access.Locked)
	})
}

func TestNumbersAreGaplessAndEachChangeTakesOne(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Counting")
		second := c.Respond(t, c.Rosa, id, "Two.")   // seq 2
		third := c.Respond(t, c.Amina, id, "Three.") // seq 3
		if second != 2 || third != 3 {
			t.Fatalf("numbers %d, %d", second, third)
		}
		if err := c.Forum.EditText(ctx, c.Rosa, id, 2, forum.TextEdit{Body: "Two, mended."}); err != nil { // seq 4
			t.Fatal(err)
		}
		if err := c.Forum.EditText(ctx, c.Rosa, id, 2, forum.TextEdit{Body: "Two, mended."}); err != nil { // none
			t.Fatal(err)
		}
		title := "Counting on"
		if _, err := c.Forum.EditThread(ctx, c.Amina, id, forum.ThreadEdit{Title: &title}); err != nil { // seq 5
			t.Fatal(err)
		}
		if _, err := c.Forum.EditThread(ctx, c.Amina, id, forum.ThreadEdit{Title: &title}); err != nil { // none
			t.Fatal(err)
		}
		if err := c.Forum.RemoveText(ctx, c.Amina, id, 3); err != nil { // seq 6
			t.Fatal(err)
		}
		if err := c.Forum.RemoveText(ctx, c.Amina, id, 3); err != nil { // none
			t.Fatal(err)
		}
		head, err := c.Forum.Thread(ctx, c.Visitor, id)
		if err != nil {
			t.Fatal(err)
		}
		if head.Seq != 6 || head.ChangedSeq != 5 || head.Responses != 1 || head.LastNumber != 3 || head.LatestNumber != 2 ||
			head.Title != title || head.Slug != "counting-on" {
			t.Errorf("head %+v", head.Thread)
		}
		if got := fmt.Sprint(c.Hints.Of(id)); got != "[1 2 3 4 5 6]" {
			t.Errorf("hints %s", got)
		}
		rows, err := c.Forum.Page(ctx, c.Visitor, id, 1)
		if err != nil || len(rows) != 3 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		if rows[1].Rev != 2 || rows[1].ChangedSeq != 4 || rows[1].EditedAt == nil || !strings.Contains(rows[1].HTML, "mended") {
			t.Errorf("edited row %+v", rows[1])
		}
		if gone := rows[2]; !gone.Removed() || gone.HTML != "" || gone.PersonaName != "" || gone.ChangedSeq != 6 {
			t.Errorf("tombstone %+v", gone)
		}
		if got := voices(head); got != "map[1:1 2:1]" {
			t.Errorf("voices %s", got)
		}
	})
}

func voices(head models.ThreadHead) string {
	counts := map[int64]int{}
	for _, voice := range head.Voices {
		counts[voice.GroupID] = voice.Responses
	}
	return fmt.Sprint(counts)
}

func TestChangesAreTheLatestStateInOrder(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Changing")
		for range 4 {
			c.Respond(t, c.Rosa, id, "A response.")
		}
		if err := c.Forum.EditText(ctx, c.Rosa, id, 2, forum.TextEdit{Body: "Edited."}); err != nil { // seq 6
			t.Fatal(err)
		}
		changes, err := c.Forum.Changes(ctx, id, 3, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range changes.Rows {
			got = append(got, fmt.Sprintf("%d@%d", row.Number, row.ChangedSeq))
		}
		if fmt.Sprint(got) != "[4@4 5@5 2@6]" || changes.Head.Seq != 6 || changes.Truncated || changes.ThreadChanged {
			t.Errorf("changes %v, head %d", got, changes.Head.Seq)
		}
		changes, err = c.Forum.Changes(ctx, id, 0, 2)
		if err != nil || !changes.Truncated || len(changes.Rows) != 2 {
			t.Errorf("truncated %v, %d rows, %v", changes.Truncated, len(changes.Rows), err)
		}
	})
}

func TestRetriesMakeOneResponse(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Once")
		input := forum.NewResponse{Body: "Only once.", Lang: "en", Key: "k1"}
		const twins = 8
		numbers, replays := make([]int, twins), make([]bool, twins)
		var wait sync.WaitGroup
		for i := range twins {
			wait.Go(func() {
				posted, err := c.Forum.Respond(ctx, c.Rosa, id, input)
				if err != nil {
					t.Errorf("twin %d: %v", i, err)
				}
				numbers[i], replays[i] = posted.Number, posted.Replayed
			})
		}
		wait.Wait()
		first := 0
		for i := range twins {
			if numbers[i] != 2 {
				t.Errorf("twin %d got number %d", i, numbers[i])
			}
			if !replays[i] {
				first++
			}
		}
		if first != 1 {
			t.Errorf("%d twins were first", first)
		}
		head, err := c.Forum.Thread(ctx, c.Rosa, id)
		if err != nil || head.Seq != 2 || head.Responses != 1 {
			t.Errorf("seq %d, %d responses, %v", head.Seq, head.Responses, err)
		}
		input.Body = "Another text."
		if _, err := c.Forum.Respond(ctx, c.Rosa, id, input); !errors.Is(err, forum.ErrKeyReused) {
			t.Errorf("the key with another text: %v", err)
		}
		if posted, err := c.Forum.Respond(ctx, c.Amina, id, input); err != nil || posted.Number != 3 || posted.Replayed {
			t.Errorf("the same key of another member: %+v, %v", posted, err)
		}
	})
}

func TestAnEditFromAnOldEditionConflicts(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Two windows")
		if err := c.Forum.EditText(ctx, c.Amina, id, 1, forum.TextEdit{Body: "First window.", Rev: 1}); err != nil {
			t.Fatal(err)
		}
		err := c.Forum.EditText(ctx, c.Amina, id, 1, forum.TextEdit{Body: "Second window.", Rev: 1})
		var conflict *forum.Conflict
		if !errors.As(err, &conflict) || conflict.Current.Body != "First window." || conflict.Yours != "Second window." || conflict.Current.Rev != 2 {
			t.Fatalf("conflict %+v, %v", conflict, err)
		}
	})
}

func TestInvalidTextsChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Strict")
		for name, tc := range map[string]struct {
			body string
			want models.Problem
		}{
			"empty": {"", models.Empty}, "blank": {" \n\t\u200b\u2800 ", models.Empty},
			"too long": {strings.Repeat("x", forum.MaxText+1), models.TooLong}, "broken": {"a\xff", models.Encoding},
		} {
			_, err := c.Forum.Respond(ctx, c.Rosa, id, forum.NewResponse{Body: tc.body})
			var invalid forum.Invalid
			if !errors.As(err, &invalid) || invalid["body"] != tc.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := c.Forum.Respond(ctx, c.Rosa, id, forum.NewResponse{Body: "To nobody.", ReplyTo: 99})
		var invalid forum.Invalid
		if !errors.As(err, &invalid) || invalid["reply_to"] != models.Unknown {
			t.Errorf("reply to a number that is not there: %v", err)
		}
		if head, err := c.Forum.Thread(ctx, c.Rosa, id); err != nil || head.Seq != 1 {
			t.Errorf("seq %d, %v", head.Seq, err)
		}
		if posted, err := c.Forum.Respond(ctx, c.Rosa, id, forum.NewResponse{Body: strings.Repeat("é", forum.MaxText), ReplyTo: 1}); err != nil || posted.Number != 2 {
			t.Errorf("the longest text: %+v, %v", posted, err)
		}
	})
}

func TestSearchFindsFoldedWordsAndForgetsRemovedOnes(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "La liberté d’association")
		c.Respond(t, c.Rosa, id, "The quick *beneficial* ownership register. O'Neill's \"quoted\" words.")
		finds := func(query string) int {
			hits, _, err := c.Forum.Search(ctx, c.Visitor, forum.Search{Query: query})
			if err != nil {
				t.Fatalf("%q: %v", query, err)
			}
			return len(hits)
		}
		for query, want := range map[string]int{
			"liberte": 1, "LIBERTÉ": 1, "benef owner": 0, "beneficial owner": 1, "register quick": 1, "nothing": 0,
			`"quoted`: 1, "o'neill": 1, `' OR 1=1 --`: 0, "*": 0, "": 0, `\ : & | !`: 0, "neill's": 1,
		} {
			if got := finds(query); got != want {
				t.Errorf("%q finds %d, want %d", query, got, want)
			}
		}
		if err := c.Forum.RemoveText(ctx, c.Rosa, id, 2); err != nil {
			t.Fatal(err)
		}
		if finds("beneficial") != 0 {
			t.Error("a removed text is found")
		}
	})
}

func TestWhatTheAuthorRemovesIsErased(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Gone")
		c.Respond(t, c.Rosa, id, "unmistakable words")
		if err := c.Forum.EditText(ctx, c.Rosa, id, 2, forum.TextEdit{Body: "unmistakable words, edited"}); err != nil {
			t.Fatal(err)
		}
		if err := c.Forum.RemoveText(ctx, c.Rosa, id, 2); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"responses", "editions"} {
			found, err := c.Store.Holds(ctx, table, "body", "unmistakable")
			if err != nil || found {
				t.Errorf("%s holds the removed text: %v, %v", table, found, err)
			}
		}
	})
}

func TestListsPageWithoutGapsOrDoubles(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		theme, err := c.Forum.Theme(ctx, c.Visitor, forumtest.Public)
		if err != nil {
			t.Fatal(err)
		}
		pinned := true
		for i := range 11 {
			id := c.Start(t, c.Amina, forumtest.Public, fmt.Sprintf("Thread %d", i))
			if i%5 == 0 {
				if _, err := c.Forum.EditThread(ctx, c.Lena, id, forum.ThreadEdit{Pinned: &pinned}); err != nil {
					t.Fatal(err)
				}
			}
		}
		var seen []string
		after := ""
		for {
			rows, next, err := c.Forum.Threads(ctx, c.Visitor, theme.ID, "", after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				seen = append(seen, strings.TrimPrefix(row.Title, "Thread "))
			}
			if after = next; next == "" {
				break
			}
		}
		if got := strings.Join(seen, " "); got != "10 5 0 9 8 7 6 4 3 2 1" {
			t.Errorf("order %s", got)
		}
	})
}

// TestTheRuleIsOne holds the access rule in Go and the store's condition in SQL together.
func TestTheRuleIsOne(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for name, viewer := range map[string]models.Viewer{
			"visitor": c.Visitor, "amina": c.Amina, "paul": c.Paul, "lena": c.Lena, "teo": c.Teo,
		} {
			scope := access.Scope(viewer)
			rows, err := c.Store.Themes(ctx, scope)
			if err != nil {
				t.Fatal(err)
			}
			bySQL := map[string]bool{}
			for _, row := range rows {
				bySQL[row.Slug] = true
			}
			everything, err := c.Store.Themes(ctx, models.Scope{All: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range everything {
				if byGo := access.May(scope, access.OfTheme(&row)); byGo != bySQL[row.Slug] {
					t.Errorf("%s and %s: Go says %v, SQL says %v", name, row.Slug, byGo, bySQL[row.Slug])
				}
			}
		}
	})
}

// TestATextThatLooksLikeATimeStaysAsWritten: a database driver may be too helpful.
func TestATextThatLooksLikeATimeStaysAsWritten(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for _, text := range []string{"2026-03-01", "2026-03-01 10:20:30", "2026-03-01T10:20:30Z", "1700000000", "true", "NULL", "0x41"} {
			id := c.Start(t, c.Amina, forumtest.Public, text)
			n := c.Respond(t, c.Rosa, id, text)
			row, err := c.Forum.Response(ctx, c.Visitor, id, n)
			if err != nil || row.Body != text || row.HTML != "<p>"+text+"</p>\n" {
				t.Errorf("%q is read as %q, %q, %v", text, row.Body, row.HTML, err)
			}
			head, err := c.Forum.Thread(ctx, c.Visitor, id)
			if err != nil || head.Title != text {
				t.Errorf("the title %q is read as %q, %v", text, head.Title, err)
			}
		}
	})
}
