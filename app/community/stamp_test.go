package community_test

import (
	"sync"
	"testing"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

// TestANewGroupStandsOnEveryText: every row takes one number, voices go along, and no
// transaction stamps more rows than it should.
func TestANewGroupStandsOnEveryText(t *testing.T) {
	const texts = 205
	each(t, func(t *testing.T, c *forumtest.Cast) {
		own, other := c.Start(t, c.Amina, forumtest.Public, "Hers"), c.Start(t, c.Rosa, forumtest.Public, "Not hers")
		c.Respond(t, c.Rosa, own, "A voice beside.")
		for range texts {
			c.Respond(t, c.Amina, other, "A text.")
		}
		removed := c.Respond(t, c.Amina, other, "Gone.")
		if err := c.Forum.RemoveText(ctx, c.Amina, other, removed); err != nil {
			t.Fatal(err)
		}
		before := map[int64]models.ThreadHead{own: head(t, c, own), other: head(t, c, other)}
		at := map[int64]int64{own: before[own].Seq, other: before[other].Seq}
		var mu sync.Mutex
		room := community.New(c.Store, c.Clock.Now, community.Hooks{FacesMoved: func(threads map[int64]int64) {
			mu.Lock()
			defer mu.Unlock()
			rows := int64(0)
			for id, seq := range threads {
				rows, at[id] = rows+seq-at[id], seq
			}
			if rows > 200 {
				t.Errorf("%d rows in one transaction", rows)
			}
			c.Forum.FacesMoved()
			c.Forum.Stamped(threads)
		}})
		if err := room.EditMembership(ctx, c.Teo, amina, community.MembershipEdit{GroupID: c.Groups[4].ID}); err != nil {
			t.Fatal(err)
		}
		room.Wait()
		for id, rows := range map[int64]int{own: 1, other: texts} {
			changes, err := c.Forum.Changes(ctx, id, before[id].Seq, 500)
			if err != nil || len(changes.Rows) != rows || changes.ThreadChanged != (id == own) {
				t.Fatalf("%d rows changed, want %d, the head %v, %v", len(changes.Rows), rows, changes.ThreadChanged, err)
			}
			want := before[id].Seq
			for _, row := range changes.Rows {
				if want++; row.ChangedSeq != want || row.GroupName != "Funders" {
					t.Fatalf("¶%d is of %s at %d, want %d", row.Number, row.GroupName, row.ChangedSeq, want)
				}
			}
			if changes.ThreadChanged {
				want++
			}
			if changes.Head.Seq != want {
				t.Errorf("the head is at %d, want %d", changes.Head.Seq, want)
			}
		}
		for _, voice := range head(t, c, other).Voices {
			if want := map[int64]int{c.Groups[1].ID: 1, c.Groups[4].ID: texts}[voice.GroupID]; voice.Responses != want {
				t.Errorf("the group %d has spoken %d times, want %d", voice.GroupID, voice.Responses, want)
			}
		}
		if err := c.Forum.RemoveText(ctx, c.Amina, own, 1); err != nil {
			t.Fatal(err)
		}
		if voices := head(t, c, own).Voices; len(voices) != 1 || voices[0].GroupID != c.Groups[1].ID || voices[0].Responses != 1 {
			t.Errorf("after the removal of her only text the voices are %+v", voices)
		}
	})
}

func head(t *testing.T, c *forumtest.Cast, id int64) models.ThreadHead {
	t.Helper()
	found, err := c.Forum.Thread(ctx, c.Lena, id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
