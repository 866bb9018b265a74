package community_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

func TestTheLastConvenerCannotLeave(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for _, way := range []models.Leaving{models.LeavingKeeps, models.LeavingRemoves} {
			err := c.Community.Leave(ctx, c.Teo, way)
			var invalid models.Invalid
			if !errors.As(err, &invalid) || invalid["texts"] != models.LastConvener {
				t.Errorf("%s: %v", way, err)
			}
		}
		if _, err := c.Store.ViewerOfMember(ctx, c.Teo.Member.ID); err != nil {
			t.Errorf("the convener is gone: %v", err)
		}
		ada := c.Add(t, "ada@example.org", "Ada First", "Funders", models.RoleConvener)
		if err := c.Community.Leave(ctx, c.Teo, models.LeavingKeeps); err != nil {
			t.Errorf("with another convener: %v", err)
		}
		if err := c.Community.Leave(ctx, ada, models.LeavingKeeps); err == nil {
			t.Error("nobody is left to run the community")
		}
	})
}

func TestLeavingIsSaidInFull(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for _, way := range []models.Leaving{"", "maybe"} {
			var invalid models.Invalid
			if err := c.Community.Leave(ctx, c.Rosa, way); !errors.As(err, &invalid) || invalid["texts"] != models.Unknown {
				t.Errorf("%q: %v", way, err)
			}
		}
		if err := c.Community.EndMember(ctx, "nobody@example.org", models.LeavingKeeps); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("nobody leaves: %v", err)
		}
		for range 2 {
			err := c.Community.EndMember(ctx, "ROSA@example.org", models.LeavingKeeps)
			if errors.Is(err, models.ErrNotFound) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
		t.Error("somebody can leave twice")
	})
}

// TestWhoLeavesIsToldAndForgotten: live lines are closed before rights are looked at, what
// waits for the address is dropped, and then the last letter goes out.
func TestWhoLeavesIsToldAndForgotten(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		var told []string
		room := community.New(c.Store, c.Clock.Now, community.Hooks{
			MemberEnded: func(id int64) { told = append(told, fmt.Sprint("ended ", id == c.Rosa.Member.ID)) },
			RightsMoved: func() { told = append(told, "rights") },
			FacesMoved:  func(map[int64]int64) { told = append(told, "faces") },
			Forget:      func(address string) { told = append(told, "forget "+address) },
			Letter: func(_ context.Context, letter community.Letter) {
				told = append(told, string(letter.Kind)+" "+letter.To)
			},
			Erasing: func(list ...models.Erasure) (func() error, error) {
				told = append(told, list[0].String())
				return nil, nil
			},
			Failed: func(_ context.Context, err error) { t.Error(err) },
		})
		if err := room.Leave(ctx, c.Rosa, models.LeavingRemoves); err != nil {
			t.Fatal(err)
		}
		room.Wait()
		want := []string{"member " + c.Rosa.Member.Opaque + " removes", "ended true", "rights", "faces", "forget rosa@example.org", "left rosa@example.org"}
		if fmt.Sprint(told) != fmt.Sprint(want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}

// talkative makes Rosa write a lot, in two threads.
func talkative(t *testing.T, c *forumtest.Cast, texts int) []int64 {
	t.Helper()
	threads := []int64{c.Start(t, c.Amina, forumtest.Public, "One"), c.Start(t, c.Rosa, forumtest.Inside, "Two")}
	for i := range texts - 1 {
		c.Respond(t, c.Rosa, threads[i%2], fmt.Sprintf("Text %d.", i))
	}
	return threads
}

// left counts Rosa's texts that do not belong to the one former member yet.
func left(t *testing.T, c *forumtest.Cast, threads []int64) (texts, former int) {
	t.Helper()
	var one int64
	if err := c.Store.Write(ctx, func(tx *store.Tx) (err error) { one, err = tx.Former(); return err }); err != nil {
		t.Fatal(err)
	}
	for _, id := range threads {
		rows, err := c.Store.Responses(ctx, models.Scope{All: true}, id, 1, math.MaxInt32)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			switch row.PersonaID {
			case one:
				former++
			case c.Rosa.PersonaID:
				texts++
			}
		}
	}
	return texts, former
}

// TestAStopInTheMiddleLeavesNothingHalf: what is not done yet shows a former member at once,
// and the next start does it. No transaction takes more than 200 texts.
func TestAStopInTheMiddleLeavesNothingHalf(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		threads := talkative(t, c, 450)
		var room *community.Community
		room = community.New(c.Store, c.Clock.Now, community.Hooks{
			FacesMoved: func(threads map[int64]int64) {
				if len(threads) > 0 {
					room.Stop() // after the first portion
				}
			},
			Failed: func(_ context.Context, err error) { t.Error(err) },
		})
		if err := room.Leave(ctx, c.Rosa, models.LeavingKeeps); err != nil {
			t.Fatal(err)
		}
		room.Wait()
		if texts, former := left(t, c, threads); texts != 250 || former != 200 {
			t.Errorf("after the first portion %d texts are left and %d done", texts, former)
		}
		rows, err := c.Store.Responses(ctx, models.Scope{All: true}, threads[0], 1, math.MaxInt32)
		for _, row := range rows[1:] {
			if row.PersonaName != "" || row.PersonaHandle != "" || row.GroupName != "" || row.PersonaKind != models.PersonaFormer {
				t.Fatalf("¶%d still says %+v, %v", row.Number, row.Byline, err)
			}
		}
		if _, err := c.Store.Member(ctx, c.Rosa.Member.ID); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the member is there: %v", err)
		}
		again := community.New(c.Store, c.Clock.Now, community.Hooks{Failed: func(_ context.Context, err error) { t.Error(err) }})
		again.Resume(ctx)
		again.Wait()
		if texts, former := left(t, c, threads); texts != 0 || former != 450 {
			t.Errorf("after the next start %d texts are left and %d done", texts, former)
		}
		if cuts, err := c.Store.Cuts(ctx); err != nil || len(cuts) != 0 {
			t.Errorf("to be done are still %+v, %v", cuts, err)
		}
	})
}

func TestAllTextsAndStaying(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		threads := talkative(t, c, 30)
		for _, persona := range []int64{c.Amina.PersonaID, 999_999} { // somebody else's, nobody's
			var invalid models.Invalid
			if err := c.Community.CutAuthorship(ctx, c.Rosa, persona); !errors.As(err, &invalid) {
				t.Errorf("persona %d: %v", persona, err)
			}
		}
		for range 2 { // the second finds nothing to do
			if err := c.Community.CutAuthorship(ctx, c.Rosa, 0); err != nil {
				t.Fatal(err)
			}
			c.Community.Wait()
		}
		if texts, former := left(t, c, threads); texts != 0 || former != 30 {
			t.Errorf("%d texts carry her name, %d none", texts, former)
		}
		n := c.Respond(t, c.Rosa, threads[0], "Written later.")
		row, err := c.Forum.Response(ctx, c.Visitor, threads[0], n)
		if err != nil || row.PersonaName != "Rosa Quispe" {
			t.Errorf("a later text is by %q, %v", row.PersonaName, err)
		}
		profile, err := c.Community.Profile(ctx, c.Amina, "rosa-quispe")
		if err != nil || profile.Responses != 1 {
			t.Errorf("her page counts %d texts, %v", profile.Responses, err)
		}
	})
}
