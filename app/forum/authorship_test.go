package forum_test

import (
	"errors"
	"slices"
	"testing"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// erased remembers what was written down, and refuses when it shall.
type erased struct {
	lines  []string
	undone int
	refuse error
}

func (e *erased) add(list ...models.Erasure) (func() error, error) {
	for _, erasure := range list {
		e.lines = append(e.lines, erasure.String())
	}
	return func() error { e.undone++; return nil }, e.refuse
}

func withErased(c *forumtest.Cast) (*forum.Forum, *erased) {
	log := &erased{}
	return forum.New(c.Store, c.Row.Secret, c.Clock.Now, forum.Hooks{Moved: c.Hints.Add, Erasing: log.add}), log
}

func TestOnlyWhoWroteATextTakesTheirNameOff(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id, private := c.Start(t, c.Amina, forumtest.Public, "Whose"), c.Start(t, c.Paul, forumtest.Boards, "Theirs")
		n := c.Respond(t, c.Rosa, id, "Rosa's words.")
		denied(t, c.Forum.CutText(ctx, c.Visitor, id, n), access.SignIn)
		for _, viewer := range []models.Viewer{c.Amina, c.Lena, c.Teo} { // the opener, a moderator, a convener
			denied(t, c.Forum.CutText(ctx, viewer, id, n), access.NotOwn)
		}
		for _, viewer := range []models.Viewer{c.Visitor, c.Amina} {
			if err := c.Forum.CutText(ctx, viewer, private, 1); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("who may not read it: %v", err)
			}
		}
		if err := c.Forum.CutText(ctx, c.Rosa, id, 99); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a text that is not there: %v", err)
		}
		gone := c.Respond(t, c.Rosa, id, "Removed words.")
		if err := c.Forum.RemoveText(ctx, c.Rosa, id, gone); err != nil {
			t.Fatal(err)
		}
		if err := c.Forum.CutText(ctx, c.Rosa, id, gone); !errors.Is(err, forum.ErrRemoved) {
			t.Errorf("a removed text: %v", err)
		}
		if row, err := c.Forum.Response(ctx, c.Visitor, id, n); err != nil || row.PersonaName != "Rosa Quispe" {
			t.Errorf("the text is by %q, %v", row.PersonaName, err)
		}
	})
}

func TestATextWithoutItsAuthor(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		room, log := withErased(c)
		id := c.Start(t, c.Amina, forumtest.Public, "Unmistakable")
		first, second := c.Respond(t, c.Rosa, id, "Unmistakable words."), c.Respond(t, c.Rosa, id, "Other words.")
		locked := true
		if _, err := room.EditThread(ctx, c.Lena, id, forum.ThreadEdit{Locked: &locked}); err != nil {
			t.Fatal(err)
		}
		before, err := room.Thread(ctx, c.Visitor, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := room.CutText(ctx, c.Rosa, id, first); err != nil { // in a locked thread too
			t.Fatal(err)
		}
		changes, err := room.Changes(ctx, id, before.Seq, 10)
		if err != nil || len(changes.Rows) != 1 || changes.ThreadChanged || changes.Head.Seq != before.Seq+1 {
			t.Fatalf("open pages are told of %+v, %v", changes, err)
		}
		row := changes.Rows[0]
		if row.Number != first || row.PersonaKind != models.PersonaFormer || row.PersonaName+row.PersonaHandle+row.GroupName != "" || row.EditedAt != nil || row.Body != "Unmistakable words." {
			t.Errorf("the text is %+v", row)
		}
		if hints := c.Hints.Of(id); hints[len(hints)-1] != changes.Head.Seq {
			t.Errorf("hinted %v", hints)
		}
		voices := map[int64]int{}
		for _, voice := range changes.Head.Voices {
			voices[voice.GroupID] = voice.Responses
		}
		if voices[c.Rosa.Member.GroupID] != 1 || voices[c.Amina.Member.GroupID] != 1 {
			t.Errorf("voices %v", voices)
		}
		denied(t, room.CutText(ctx, c.Rosa, id, first), access.NotOwn)
		denied(t, room.EditText(ctx, c.Rosa, id, first, forum.TextEdit{Body: "Mine again."}), access.NotOwn)
		denied(t, room.RemoveText(ctx, c.Rosa, id, first), access.NotOwn)
		if own, err := room.OwnNumbers(ctx, c.Rosa, id); err != nil || !slices.Equal(own, []int{second}) {
			t.Errorf("her numbers are %v, %v", own, err)
		}
		for group, want := range map[string]int{"": 2, "Country level MSI actors": 0} {
			if hits, _, err := room.Search(ctx, c.Visitor, forum.Search{Query: "unmistakable", Group: group}); err != nil || len(hits) != want {
				t.Errorf("the search in the group %q finds %d texts, %v", group, len(hits), err)
			}
		}
		if texts, err := room.ByPersona(ctx, c.Visitor, "rosa-quispe", 10); err != nil || len(texts) != 1 {
			t.Errorf("her page shows %d texts, %v", len(texts), err)
		}
		if len(log.lines) != 1 || log.undone != 0 {
			t.Errorf("written down: %q", log.lines)
		}
		if err := room.RemoveText(ctx, c.Lena, id, first); err != nil { // moderators still can
			t.Error(err)
		}
	})
}

// TestTheOpeningWithoutItsAuthor: the thread is opened by a former member too, and its head
// is no longer its author's to change.
func TestTheOpeningWithoutItsAuthor(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		id := c.Start(t, c.Amina, forumtest.Public, "Opened")
		answer := c.Respond(t, c.Amina, id, "Her own answer.")
		if err := c.Forum.CutText(ctx, c.Amina, id, answer); err != nil {
			t.Fatal(err)
		}
		if head, err := c.Forum.Thread(ctx, c.Visitor, id); err != nil || head.PersonaName != "Amina Diallo" || head.ChangedSeq != 0 {
			t.Errorf("after another text, it is opened by %q at %d, %v", head.PersonaName, head.ChangedSeq, err)
		}
		if err := c.Forum.CutText(ctx, c.Amina, id, 1); err != nil {
			t.Fatal(err)
		}
		head, err := c.Forum.Thread(ctx, c.Visitor, id)
		if err != nil || head.PersonaKind != models.PersonaFormer || head.ChangedSeq == 0 {
			t.Errorf("opened by %+v, %v", head.Byline, err)
		}
		title := "Mine still"
		_, err = c.Forum.EditThread(ctx, c.Amina, id, forum.ThreadEdit{Title: &title})
		denied(t, err, access.NotOwn)
		rows, err := c.Forum.Page(ctx, c.Visitor, id, 1)
		if err != nil || rows[0].PersonaID != head.PersonaID || rows[1].PersonaID != head.PersonaID {
			t.Errorf("the texts do not belong to one former member, %v", err)
		}
		// All of it has new numbers, in the order of the page: nothing tells what was cut first.
		if head.Seq != head.ChangedSeq+2 || rows[0].ChangedSeq != head.Seq-1 || rows[1].ChangedSeq != head.Seq {
			t.Errorf("numbers %d, %d and %d of %d", head.ChangedSeq, rows[0].ChangedSeq, rows[1].ChangedSeq, head.Seq)
		}
		for _, viewer := range []models.Viewer{c.Rosa, c.Amina} {
			if mine, err := c.Forum.Opened(ctx, viewer, &head); err != nil || mine {
				t.Errorf("somebody has opened it: %v", err)
			}
		}
	})
}

// TestWhatCannotBeWrittenDownIsNotErased: an erasure that a backup could bring back does
// not happen.
func TestWhatCannotBeWrittenDownIsNotErased(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		room, log := withErased(c)
		id := c.Start(t, c.Amina, forumtest.Public, "Kept")
		n := c.Respond(t, c.Rosa, id, "Rosa's words.")
		log.refuse = errors.New("the disk is full")
		if err := room.CutText(ctx, c.Rosa, id, n); !errors.Is(err, log.refuse) {
			t.Errorf("cut: %v", err)
		}
		if err := room.RemoveText(ctx, c.Rosa, id, n); !errors.Is(err, log.refuse) {
			t.Errorf("removed: %v", err)
		}
		if row, err := room.Response(ctx, c.Visitor, id, n); err != nil || row.PersonaName != "Rosa Quispe" || row.Removed() {
			t.Errorf("the text is %+v, %v", row, err)
		}
		log.refuse = nil
		if err := room.RemoveText(ctx, c.Lena, id, n); err != nil { // can be undone: not written down
			t.Fatal(err)
		}
		if len(log.lines) != 2 {
			t.Errorf("written down: %q", log.lines)
		}
	})
}

// TestAPseudonymEndsWithItsLastText: its name leads nowhere afterwards.
func TestAPseudonymEndsWithItsLastText(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		theme, group := int64(1), c.Rosa.Member.GroupID
		mask := models.Persona{Kind: models.PersonaPseudonym, MemberID: &c.Rosa.Member.ID, Name: "Heron", GroupID: &group, ThemeID: &theme, CreatedAt: c.Row.CreatedAt}
		if err := c.Store.Write(ctx, func(tx *store.Tx) error { return tx.CreatePersona(&mask) }); err != nil {
			t.Fatal(err)
		}
		masked, byline := c.Rosa, *c.Rosa.Persona
		masked.PersonaID, masked.Persona = mask.ID, &byline
		id := c.Start(t, c.Amina, forumtest.Public, "Masked")
		first, second := c.Respond(t, masked, id, "One."), c.Respond(t, masked, id, "Two.")
		for i, n := range []int{first, second} {
			if err := c.Forum.CutText(ctx, c.Rosa, id, n); err != nil {
				t.Fatal(err)
			}
			personas, err := c.Store.OwnPersonas(ctx, models.Scope{All: true}, c.Rosa.Member.ID)
			if err != nil || len(personas) != 2-i {
				t.Errorf("after %d texts she has %d personas, %v", i+1, len(personas), err)
			}
		}
	})
}
