package forum_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// Two themes with pseudonyms.
const (
	frank  = "frank-matters"
	candid = "candid-matters"
)

func newFace(name string) models.Face { return models.Face{Choice: models.FaceNew, Name: name} }

var hidden = models.Face{Choice: models.FacePseudonym}

// masks runs a test with a cast that has two themes with pseudonyms and a thread of
// Paul's in each.
func masks(t *testing.T, run func(t *testing.T, c *forumtest.Cast, here, there int64)) {
	t.Helper()
	each(t, func(t *testing.T, c *forumtest.Cast) {
		c.Masks(t, frank, "Frank matters", models.AudienceMembers)
		c.Masks(t, candid, "Candid matters", models.AudienceMembers)
		run(t, c, c.Start(t, c.Paul, frank, "Here"), c.Start(t, c.Paul, candid, "There"))
	})
}

func speak(c *forumtest.Cast, viewer models.Viewer, threadID int64, as models.Face) (forum.Posted, error) {
	return c.Forum.Respond(context.Background(), viewer, threadID, forum.NewResponse{Body: "Frankly.", Lang: "en", As: as})
}

// unwanted demands that a field is refused with a problem.
func unwanted(t *testing.T, err error, field string, want models.Problem) {
	t.Helper()
	var invalid models.Invalid
	if !errors.As(err, &invalid) || invalid[field] != want || len(invalid) != 1 {
		t.Errorf("%v, want %s: %s", err, field, want)
	}
}

// TestNobodySpeaksWithAnothersFace: a face that one does not have in the theme is unknown,
// whoever has it, and where no pseudonyms are allowed every one of them.
func TestNobodySpeaksWithAnothersFace(t *testing.T) {
	masks(t, func(t *testing.T, c *forumtest.Cast, here, there int64) {
		if _, err := speak(c, c.Amina, here, newFace("Heron")); err != nil {
			t.Fatal(err)
		}
		named := models.Face{Choice: models.FacePseudonym, Name: "Heron"}
		_, err := speak(c, c.Visitor, here, hidden)
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a visitor: %v", err)
		}
		for what, try := range map[string]struct {
			viewer models.Viewer
			thread int64
			face   models.Face
		}{
			"another member's":        {c.Rosa, here, named},
			"a moderator's attempt":   {c.Lena, here, named},
			"a convener's attempt":    {c.Teo, here, hidden},
			"another theme's":         {c.Amina, there, named},
			"none there":              {c.Amina, there, hidden},
			"another name":            {c.Amina, here, models.Face{Choice: models.FacePseudonym, Name: "Kingfisher"}},
			"another case":            {c.Amina, here, models.Face{Choice: models.FacePseudonym, Name: "heron"}},
			"no choice that is known": {c.Amina, here, models.Face{Choice: "1"}},
		} {
			_, err := speak(c, try.viewer, try.thread, try.face)
			t.Run(what, func(t *testing.T) { unwanted(t, err, "persona", models.NoFace) })
		}
		open := c.Start(t, c.Amina, forumtest.Public, "No names but one's own")
		for _, face := range []models.Face{hidden, named, newFace("Osprey")} {
			_, err = speak(c, c.Amina, open, face)
			unwanted(t, err, "persona", models.NoFace)
			_, err = c.Forum.StartThread(t.Context(), c.Amina, forum.NewThread{
				Theme: forumtest.Public, Title: "A title", Kind: models.KindQuestion, Level: models.LevelInPractice, Body: "Text.", As: face,
			})
			unwanted(t, err, "persona", models.NoFace)
		}
		if head, err := c.Forum.Thread(t.Context(), c.Amina, here); err != nil || head.Responses != 1 {
			t.Errorf("%d responses, %v", head.Responses, err)
		}
	})
}

// TestAPseudonymIsItsMembersOwn: its member edits and removes its texts and finds them
// marked as their own; nobody else does, and nothing but the name is shown.
func TestAPseudonymIsItsMembersOwn(t *testing.T) {
	masks(t, func(t *testing.T, c *forumtest.Cast, here, _ int64) {
		ctx := t.Context()
		posted, err := speak(c, c.Amina, here, newFace("  He\u200bron "))
		if err != nil {
			t.Fatal(err)
		}
		again, err := speak(c, c.Amina, here, hidden)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := speak(c, c.Amina, here, models.Face{}); err != nil {
			t.Fatal(err)
		}
		rows, err := c.Forum.Page(ctx, c.Rosa, here, 1)
		if err != nil {
			t.Fatal(err)
		}
		first, second, open := rows[1], rows[2], rows[3]
		if first.Byline != (models.Byline{PersonaKind: models.PersonaPseudonym, PersonaName: "Heron"}) || second.Byline != first.Byline {
			t.Errorf("shown is %+v", first.Byline)
		}
		if first.PersonaID != second.PersonaID || first.PersonaID == open.PersonaID || open.PersonaName != "Amina Diallo" {
			t.Error("the faces are mixed up")
		}
		if head, err := c.Forum.Thread(ctx, c.Rosa, here); err != nil || len(head.Voices) != 2 {
			t.Errorf("voices %+v, %v: a face without group counts in none", head.Voices, err)
		}
		amina := c.Again(t, c.Amina)
		if !amina.Speaks(first.PersonaID) || c.Again(t, c.Rosa).Speaks(first.PersonaID) {
			t.Error("who speaks with the face is not known")
		}
		own, err := c.Forum.OwnNumbers(ctx, amina, here)
		if err != nil || fmt.Sprint(own) != "[2 3 4]" {
			t.Errorf("own numbers %v, %v", own, err)
		}
		edit := forum.TextEdit{Body: "Frankly, and edited."}
		for _, other := range []models.Viewer{c.Rosa, c.Lena, c.Teo} {
			denied(t, c.Forum.EditText(ctx, other, here, posted.Number, edit), access.NotOwn)
		}
		if err := c.Forum.EditText(ctx, amina, here, posted.Number, edit); err != nil {
			t.Error(err)
		}
		if row, err := c.Forum.Response(ctx, c.Rosa, here, posted.Number); err != nil || row.PersonaName != "Heron" || row.Body != edit.Body {
			t.Errorf("edited: %+v, %v", row, err)
		}
		if err := c.Forum.RemoveText(ctx, amina, here, again.Number); err != nil {
			t.Error(err)
		}
	})
}

// TestAThreadOpensUnderAPseudonym: its opener edits its head, and the profile shows none
// of it.
func TestAThreadOpensUnderAPseudonym(t *testing.T) {
	masks(t, func(t *testing.T, c *forumtest.Cast, _, _ int64) {
		ctx := t.Context()
		posted, err := c.Forum.StartThread(ctx, c.Amina, forum.NewThread{
			Theme: frank, Title: "What nobody says", Kind: models.KindQuestion, Level: models.LevelInPractice, Body: "This.",
			As: models.Face{Choice: models.FaceNew, Name: "Heron", ShowGroup: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		head, err := c.Forum.Thread(ctx, c.Rosa, posted.ThreadID)
		if err != nil || head.PersonaName != "Heron" || head.PersonaHandle != "" || head.GroupName != "MSI secretariats" ||
			len(head.Voices) != 1 || head.Voices[0].GroupID != c.Groups[0].ID {
			t.Errorf("head %+v, %v", head.Byline, err)
		}
		title := "What somebody says"
		if _, err := c.Forum.EditThread(ctx, c.Amina, posted.ThreadID, forum.ThreadEdit{Title: &title}); err != nil {
			t.Error(err)
		}
		_, err = c.Forum.EditThread(ctx, c.Rosa, posted.ThreadID, forum.ThreadEdit{Title: &title})
		denied(t, err, access.NotOwn)
		profile, err := c.Community.Profile(ctx, c.Teo, "amina-diallo")
		if err != nil || profile.Responses != 0 || profile.Threads != 0 {
			t.Errorf("the profile counts %+v, %v", profile, err)
		}
		if hits, err := c.Forum.ByPersona(ctx, c.Teo, "amina-diallo", 10); err != nil || len(hits) != 0 {
			t.Errorf("the profile lists %+v, %v", hits, err)
		}
	})
}

// TestARetryUnderANewPseudonymWritesOnce: the request is known again with the same face
// and is another one with another face; twins make one pseudonym and one text.
func TestARetryUnderANewPseudonymWritesOnce(t *testing.T) {
	masks(t, func(t *testing.T, c *forumtest.Cast, here, _ int64) {
		ctx := t.Context()
		send := func(key string, face models.Face) (forum.Posted, error) {
			return c.Forum.Respond(ctx, c.Amina, here, forum.NewResponse{Body: "Frankly.", Lang: "en", Key: key, As: face})
		}
		const twins = 4
		var posted [twins]forum.Posted
		var failed [twins]error
		var all sync.WaitGroup
		for i := range twins {
			all.Go(func() { posted[i], failed[i] = send("twin", newFace("Heron")) })
		}
		all.Wait()
		made := 0
		for i := range twins {
			if failed[i] != nil || posted[i].Number != 2 {
				t.Errorf("twin %d: %+v, %v", i, posted[i], failed[i])
			}
			if !posted[i].Replayed {
				made++
			}
		}
		if made != 1 {
			t.Errorf("%d of the twins wrote", made)
		}
		for _, face := range []models.Face{{}, hidden, newFace("Osprey"), {Choice: models.FaceNew, Name: "Heron", ShowGroup: true}} {
			if _, err := send("twin", face); !errors.Is(err, forum.ErrKeyReused) {
				t.Errorf("%+v with the same key: %v", face, err)
			}
		}
		_, err := send("another", newFace("Osprey"))
		unwanted(t, err, "persona", models.HasPseudonym)
		if own, err := c.Community.Pseudonyms(ctx, c.Again(t, c.Amina)); err != nil || len(own) != 1 {
			t.Errorf("%+v, %v", own, err)
		}
	})
}

// TestWhatIsRefusedMakesNoPseudonym: when the text cannot be taken, no face is left over.
func TestWhatIsRefusedMakesNoPseudonym(t *testing.T) {
	masks(t, func(t *testing.T, c *forumtest.Cast, here, _ int64) {
		ctx := t.Context()
		_, err := c.Forum.Respond(ctx, c.Amina, here, forum.NewResponse{Body: "Frankly.", ReplyTo: 99, As: newFace("Heron")})
		unwanted(t, err, "reply_to", models.Unknown)
		locked := true
		if _, err := c.Forum.EditThread(ctx, c.Lena, here, forum.ThreadEdit{Locked: &locked}); err != nil {
			t.Fatal(err)
		}
		_, err = speak(c, c.Amina, here, newFace("Heron"))
		denied(t, err, access.Locked)
		must := c.Amina
		must.MustAgree = true
		_, err = speak(c, must, here, newFace("Heron"))
		denied(t, err, access.Agree)
		if faces := c.Again(t, c.Amina).Member.Faces; len(faces) != 1 {
			t.Errorf("%d faces", len(faces))
		}
	})
}

// TestAMovedThreadAsksAnew: a pseudonym does not follow its member into another theme.
func TestAMovedThreadAsksAnew(t *testing.T) {
	masks(t, func(t *testing.T, c *forumtest.Cast, here, there int64) {
		ctx := t.Context()
		for id, name := range map[int64]string{here: "Heron", there: "Kingfisher"} {
			if _, err := speak(c, c.Amina, id, newFace(name)); err != nil {
				t.Fatal(err)
			}
		}
		theme := candid
		if _, err := c.Forum.EditThread(ctx, c.Lena, here, forum.ThreadEdit{Theme: &theme}); err != nil {
			t.Fatal(err)
		}
		// The form said Heron.
		_, err := speak(c, c.Amina, here, models.Face{Choice: models.FacePseudonym, Name: "Heron"})
		unwanted(t, err, "persona", models.NoFace)
		if err := c.Forum.EditText(ctx, c.Amina, here, 2, forum.TextEdit{Body: "Still mine."}); err != nil {
			t.Error(err)
		}
	})
}
