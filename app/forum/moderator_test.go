package forum_test

import (
	"testing"

	"colloquy/app/forum"
	"colloquy/app/forumtest"
)

// TestAThemesModeratorMayDoThereWhatModeratorsDo and nowhere else.
func TestAThemesModeratorMayDoThereWhatModeratorsDo(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		there, elsewhere := c.Start(t, c.Paul, forumtest.Boards, "There"), c.Start(t, c.Paul, forumtest.Inside, "Elsewhere")
		try := func(thread int64) (reads, locks, removes bool) {
			rosa := c.Again(t, c.Rosa)
			_, err := c.Forum.Thread(ctx, rosa, thread)
			reads = err == nil
			_, err = c.Forum.EditThread(ctx, rosa, thread, forum.ThreadEdit{Locked: new(true), Title: new("By her")})
			locks = err == nil
			removes = c.Forum.RemoveText(ctx, rosa, thread, 1) == nil
			return reads, locks, removes
		}
		if reads, locks, removes := try(there); reads || locks || removes {
			t.Errorf("before: %v %v %v", reads, locks, removes)
		}
		counted := counters(t, c).RightsSeq
		for range 2 { // the second is a double submit
			if err := c.Community.AddModerator(ctx, c.Teo, forumtest.Boards, "rosa-quispe"); err != nil {
				t.Fatal(err)
			}
		}
		if now := counters(t, c).RightsSeq; now != counted+1 {
			t.Errorf("the rights moved from %d to %d", counted, now)
		}
		themes, err := c.Community.ModeratedThemes(ctx, c.Teo, "rosa-quispe")
		if err != nil || len(themes) != 1 || themes[0].Slug != forumtest.Boards {
			t.Errorf("she moderates %+v, %v", themes, err)
		}
		if reads, locks, removes := try(there); !reads || !locks || !removes {
			t.Errorf("there: %v %v %v", reads, locks, removes)
		}
		if reads, locks, removes := try(elsewhere); !reads || locks || removes {
			t.Errorf("elsewhere: %v %v %v", reads, locks, removes)
		}
		for range 2 {
			if err := c.Community.RemoveModerator(ctx, c.Teo, forumtest.Boards, "rosa-quispe"); err != nil {
				t.Fatal(err)
			}
		}
		if reads, locks, removes := try(there); reads || locks || removes || counters(t, c).RightsSeq != counted+2 {
			t.Errorf("after: %v %v %v, rights at %d", reads, locks, removes, counters(t, c).RightsSeq)
		}
	})
}
