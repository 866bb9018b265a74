package server

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"

	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// TestPeopleLeaveWhileOthersWrite: nobody waits for ever, nothing is lost, and voices and
// counts are right afterwards, whatever happened in between.
func TestPeopleLeaveWhileOthersWrite(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		ctx, c := t.Context(), forumtest.NewCast(t, s)
		threads := []int64{c.Start(t, c.Amina, forumtest.Public, "One"), c.Start(t, c.Rosa, forumtest.Inside, "Two")}
		for i := range 60 {
			c.Respond(t, c.Rosa, threads[i%2], fmt.Sprintf("Text %d.", i))
		}
		paul := c.Respond(t, c.Paul, threads[0], "Paul was here.")
		for i := range 20 {
			c.Respond(t, c.Lena, threads[i%2], "Lena was here.")
		}
		const times = 12
		var wait sync.WaitGroup
		act := func(do func(i int) error) {
			wait.Go(func() {
				for i := range times {
					if err := do(i); err != nil {
						t.Error(err)
					}
				}
			})
		}
		act(func(i int) error {
			_, err := c.Forum.Respond(ctx, c.Amina, threads[i%2], forum.NewResponse{Body: "Meanwhile."})
			return err
		})
		act(func(i int) error {
			edit := community.MembershipEdit{GroupID: c.Groups[i%6].ID}
			return errors.Join(c.Community.EditMembership(ctx, c.Teo, "paul-nkemelu", edit), c.Community.EditMembership(ctx, c.Teo, "lena-fischer", edit))
		})
		act(func(i int) error {
			return c.Community.EditProfile(ctx, c.Amina, community.ProfileEdit{Name: fmt.Sprint("Amina ", i)})
		})
		wait.Go(func() {
			if err := c.Community.Leave(ctx, c.Rosa, models.LeavingRemoves); err != nil {
				t.Error(err)
			}
		})
		wait.Go(func() {
			if err := c.Forum.CutText(ctx, c.Paul, threads[0], paul); err != nil {
				t.Error(err)
			}
		})
		wait.Go(func() {
			if err := c.Community.CutAuthorship(ctx, c.Lena, 0); err != nil {
				t.Error(err)
			}
		})
		wait.Wait()
		c.Community.Wait()
		for _, id := range threads {
			countsRight(t, c, id)
		}
	})
}

// countsRight demands that a thread counts what stands in it.
func countsRight(t *testing.T, c *forumtest.Cast, id int64) {
	t.Helper()
	ctx := t.Context()
	head, err := c.Store.ThreadHead(ctx, models.Scope{All: true}, id)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := c.Store.Responses(ctx, models.Scope{All: true}, id, 1, math.MaxInt32)
	if err != nil {
		t.Fatal(err)
	}
	voices, visible, seqs := map[int64]int{}, 0, map[int64]bool{}
	for _, row := range rows {
		if seqs[row.ChangedSeq] {
			t.Errorf("the number %d is taken twice", row.ChangedSeq)
		}
		seqs[row.ChangedSeq] = true
		if row.Removed() {
			continue
		}
		if row.Number > 1 {
			visible++
		}
		if row.GroupID != 0 {
			voices[row.GroupID]++
		}
	}
	for _, voice := range head.Voices {
		if voices[voice.GroupID] != voice.Responses {
			t.Errorf("group %d counts %d voices and has %d", voice.GroupID, voice.Responses, voices[voice.GroupID])
		}
		delete(voices, voice.GroupID)
	}
	if len(voices) != 0 || head.Responses != visible || len(rows) != head.LastNumber {
		t.Errorf("uncounted voices %v; %d responses of %d; %d rows of %d", voices, head.Responses, visible, len(rows), head.LastNumber)
	}
}
