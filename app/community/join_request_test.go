package community_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

func wish(email string) community.Wish {
	return community.Wish{Email: email, Name: "Margaret Owusu", Answer: "I work in a ministry.", Language: "fr"}
}

// opened is eachDoor for a community that people join in one way.
func opened(t *testing.T, how models.Joining, run func(t *testing.T, c *forumtest.Cast, room *door)) {
	t.Helper()
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		forumtest.Exec(t, room.url, "UPDATE community SET joining = '"+string(how)+"', join_question = 'Where do you work?'")
		run(t, c, room)
	})
}

func asks(t *testing.T, room *door, w community.Wish) {
	t.Helper()
	if err := room.AskToJoin(ctx, w); err != nil {
		t.Fatalf("%s: %v", w.Email, err)
	}
	room.Wait()
}

func TestNobodyAsksWherePeopleAreInvited(t *testing.T) {
	opened(t, models.JoiningInvited, func(t *testing.T, _ *forumtest.Cast, room *door) {
		for _, email := range []string{"new@example.org", "amina@example.org", "none"} {
			if err := room.AskToJoin(ctx, wish(email)); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s: %v", email, err)
			}
			if kinds := room.to(email); len(kinds) != 0 {
				t.Errorf("%s is sent %v", email, kinds)
			}
		}
	})
}

func TestRequestsWaitForConveners(t *testing.T) {
	opened(t, models.JoiningRequest, func(t *testing.T, c *forumtest.Cast, room *door) {
		var invalid models.Invalid
		err := room.AskToJoin(ctx, community.Wish{Email: "x", GroupID: 99, Answer: " \n"})
		if !errors.As(err, &invalid) || err.Error() != "invalid: answer is empty, email is unknown, group is unknown, name is empty" {
			t.Errorf("an empty request: %v", err)
		}
		long := wish("new@example.org")
		long.Answer = strings.Repeat("x", community.MaxAnswer+1)
		if err := room.AskToJoin(ctx, long); !errors.As(err, &invalid) || invalid["answer"] != models.TooLong {
			t.Errorf("a long answer: %v", err)
		}
		asks(t, room, wish("new@example.org"))
		c.Clock.Pass(2 * 24 * time.Hour)
		second := wish("NEW@example.org")
		second.Answer, second.GroupID = "In another one now.", c.Groups[1].ID
		asks(t, room, second)
		asks(t, room, wish("amina@example.org"))
		rows, next, err := room.JoinRequests(ctx, c.Teo, 0)
		if err != nil || len(rows) != 1 || next != 0 {
			t.Fatalf("%d requests wait, %v", len(rows), err)
		}
		if r := rows[0]; r.Answer != "In another one now." || *r.GroupID != c.Groups[1].ID || !r.CreatedOn.Equal(r.CreatedOn.Truncate(24*time.Hour)) {
			t.Errorf("the request is %+v", r)
		}
		if age := c.Clock.Now().Sub(rows[0].CreatedOn); age < 48*time.Hour {
			t.Errorf("asking again makes it %v old", age)
		}
		if kinds := room.to("amina@example.org"); !slices.Equal(kinds, []community.LetterKind{community.LetterSignIn}) {
			t.Errorf("a member who asks is sent %v", kinds)
		}
		if kinds := room.to("new@example.org"); len(kinds) != 0 {
			t.Errorf("whoever asks is sent %v", kinds)
		}
		if err := room.AcceptRequest(ctx, c.Teo, rows[0].ID, 99); !errors.As(err, &invalid) {
			t.Errorf("accepted into no group: %v", err)
		}
		if err := room.AcceptRequest(ctx, c.Teo, rows[0].ID, c.Groups[4].ID); err != nil {
			t.Fatal(err)
		}
		if err := room.AcceptRequest(ctx, c.Teo, rows[0].ID, 0); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("accepted twice: %v", err)
		}
		joined, err := room.Accept(ctx, room.token("NEW@example.org"), accept("Margaret", ""), community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		if viewer, err := room.Viewer(ctx, joined.Session); err != nil || viewer.Member.GroupID != c.Groups[4].ID {
			t.Errorf("the group is %d, %v", viewer.Member.GroupID, err)
		}
	})
}

func TestWhatIsSetAsideIsGone(t *testing.T) {
	opened(t, models.JoiningRequest, func(t *testing.T, c *forumtest.Cast, room *door) {
		asks(t, room, wish("new@example.org"))
		rows, _, err := room.JoinRequests(ctx, c.Teo, 0)
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		for range 2 {
			err = room.SetRequestAside(ctx, c.Teo, rows[0].ID)
		}
		if !errors.Is(err, models.ErrNotFound) {
			t.Errorf("set aside twice: %v", err)
		}
		if waiting, err := room.RequestsWaiting(ctx, c.Teo); err != nil || waiting != 0 || len(room.to("new@example.org")) != 0 {
			t.Errorf("%d wait, %v, letters %v", waiting, err, room.to("new@example.org"))
		}
	})
}

func TestConvenersHearOfRequestsOnceADay(t *testing.T) {
	opened(t, models.JoiningRequest, func(t *testing.T, c *forumtest.Cast, room *door) {
		told := func(want int) {
			t.Helper()
			sweep(t, room.Community)
			kinds := room.to("teo@example.org")
			if len(kinds) != want || slices.ContainsFunc(kinds, func(k community.LetterKind) bool { return k != community.LetterJoinRequest }) {
				t.Fatalf("the convener has %v, want %d", kinds, want)
			}
		}
		told(0)
		for _, name := range []string{"a", "b", "c"} {
			asks(t, room, wish(name+"@example.org"))
		}
		told(1)
		asks(t, room, wish("late@example.org"))
		told(1)
		c.Clock.Pass(24 * time.Hour)
		told(2) // of those who came after the letter
		c.Clock.Pass(24 * time.Hour)
		told(2) // nobody new
		asks(t, room, wish("d@example.org"))
		told(3)
		if kinds := room.to("lena@example.org"); len(kinds) != 0 {
			t.Errorf("a moderator is sent %v", kinds)
		}
	})
}

func TestWhereWhoeverAsksMayJoin(t *testing.T) {
	opened(t, models.JoiningOpen, func(t *testing.T, c *forumtest.Cast, room *door) {
		asks(t, room, community.Wish{Email: "new@example.org"})
		first := room.token("new@example.org")
		asks(t, room, community.Wish{Email: "New@example.org"})
		second := room.token("New@example.org")
		if _, err := room.Invitation(ctx, first); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the first letter's link: %v", err)
		}
		asks(t, room, community.Wish{Email: "Amina@example.org"})
		if kinds := room.to("amina@example.org"); !slices.Equal(kinds, []community.LetterKind{community.LetterSignIn}) {
			t.Errorf("a member is sent %v", kinds)
		}
		if rows, _, err := room.Invitations(ctx, c.Teo, 0); err != nil || len(rows) != 0 {
			t.Errorf("the list of invitations shows %d, %v", len(rows), err)
		}
		guest := accept("New", "")
		guest.GroupID = c.Groups[0].ID
		joined, err := room.Accept(ctx, second, guest, community.Arrival{})
		if err != nil || joined.Session == "" {
			t.Fatal(joined, err)
		}
		if row, err := c.Store.InvitationByToken(ctx, hash(second)); err != nil || row.Email != "" || row.EmailKey != "" {
			t.Errorf("the address is kept where nobody needs it: %+v, %v", row.Invitation, err)
		}
		// When the door is closed, letters that are under way open it no more.
		asks(t, room, community.Wish{Email: "other@example.org"})
		forumtest.Exec(t, room.url, "UPDATE community SET joining = 'invited'")
		if _, err := room.Accept(ctx, room.token("other@example.org"), guest, community.Arrival{}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("after the door was closed: %v", err)
		}
	})
}
