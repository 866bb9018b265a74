package community_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

// understood writes a list as it was understood, a line a guest.
func understood(guests community.Guests) string {
	var lines []string
	for _, g := range guests.All {
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%d %s|%s|%s|%s", g.Number, g.Email, g.Name, g.Group, g.Problem), "|"))
	}
	return strings.Join(lines, "\n")
}

func TestListsAreUnderstood(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		invite(t, c.Community, c.Lena, community.NewInvitation{Email: "waits@example.org"})
		groups := map[string]int64{"Funders": c.Groups[4].ID, "Bailleurs": c.Groups[4].ID}
		for name, test := range map[string]struct{ list, want string }{
			"addresses":       {"a@example.org\r\n\r\n  b@example.org, \r\n", "1 a@example.org\n3 b@example.org"},
			"old line ends":   {"a@example.org\rb@example.org", "1 a@example.org\n2 b@example.org"},
			"names":           {"Rosa Quispe <a@example.org>\n\"Doe, Jane\" <b@example.org>\n<c@example.org>", "1 a@example.org|Rosa Quispe\n2 b@example.org|Doe, Jane\n3 c@example.org"},
			"a mark at first": {"\ufeffemail,group\na@example.org,Funders", "2 a@example.org||Funders"},
			"semicolons":      {"E-Mail;Name;Group\na@example.org;Jane;Bailleurs", "2 a@example.org|Jane|Bailleurs"},
			"tabs":            {"name\temail\nJane\ta@example.org", "2 a@example.org|Jane"},
			"quotes":          {"email,name\n\"a@example.org\",\"Doe, \"\"J\"\" Jane\"", `2 a@example.org|Doe, "J" Jane`},
			"other columns":   {"id,email,city\n1,a@example.org,Lima\n2", "2 a@example.org\n3 |||unknown"},
			"bad addresses":   {"a@example.org\nnobody\na@b\nx@example.org y@example.org", "1 a@example.org\n2 nobody|||unknown\n3 a@b|||unknown\n4 x@example.org y@example.org|||unknown"},
			"an open quote":   {"email,name\na@example.org,\"Jane\nb@example.org,Joe", "2 |||unknown\n3 b@example.org|Joe"},
			"twice":           {"a@example.org\nA@Example.org\nａ@example.org", "1 a@example.org\n2 A@Example.org|||twice\n3 ａ@example.org|||twice"},
			"no such group":   {"email,group\na@example.org,funders\nb@example.org,=1+1", "2 a@example.org||funders|no group\n3 b@example.org||=1+1|no group"},
			"waiting already": {"waits@example.org\nWAITS@example.org", "1 waits@example.org|||invited\n2 WAITS@example.org|||twice"},
			"a long name":     {"email,name\na@example.org," + strings.Repeat("x", 81), "2 a@example.org|||too long"},
			"a trick":         {"email,name\na@example.org,\u202eevil\u202c<script>", "2 a@example.org|evil<script>"},
			"a hidden sign":   {"a\u200b@example.org", "1 a\u200b@example.org|||unknown"},
		} {
			guests, err := c.Community.PreviewInvitations(ctx, c.Lena, community.NewInvitations{List: test.list, Groups: groups})
			if got := understood(guests); err != nil || got != test.want {
				t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, test.want)
			}
		}
		for want, list := range map[string]string{
			"list is empty": "\ufeff \r\n\t\n", "list is empty ": "email,group\n", "list is encoding": "a@example.org\xff", "list is encoding ": "a\x00@example.org",
			"list is too many": strings.Repeat("a@example.org\n", 501), "list is too long": strings.Repeat("x", 100_001),
		} {
			_, err := c.Community.PreviewInvitations(ctx, c.Lena, community.NewInvitations{List: list})
			if err == nil || err.Error() != "invalid: "+strings.TrimSpace(want) {
				t.Errorf("%s: %v", want, err)
			}
		}
		_, err := c.Community.PreviewInvitations(ctx, c.Lena, community.NewInvitations{List: strings.Repeat("a@example.org\n", 500) + "\n\n"})
		if err != nil {
			t.Errorf("five hundred lines: %v", err)
		}
	})
}

func TestAPreviewNeverTellsWhoIsAMember(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		list := community.NewInvitations{List: "amina@example.org\nnew@example.org\nbad", Key: "k", Each: community.NewInvitation{Themes: []string{forumtest.Public}}}
		guests, err := room.PreviewInvitations(ctx, c.Lena, list)
		if err != nil || understood(guests) != "1 amina@example.org\n2 new@example.org\n3 bad|||unknown" {
			t.Errorf("%s, %v", understood(guests), err)
		}
		sent, guests, err := room.InviteAll(ctx, c.Lena, list)
		if err != nil || sent != 2 || guests.Rest() != "bad" {
			t.Errorf("%d sent, %q left, %v", sent, guests.Rest(), err)
		}
		if kinds := room.to("amina@example.org"); len(kinds) != 0 {
			t.Errorf("a member is sent %v", kinds)
		}
		if kinds := room.to("new@example.org"); len(kinds) != 1 || kinds[0] != community.LetterInvitation {
			t.Errorf("a guest is sent %v", kinds)
		}
		rows, _, err := room.Invitations(ctx, c.Lena, 0)
		if err != nil || len(rows) != 2 || len(rows[0].Themes) != 1 {
			t.Errorf("the list shows %d, %v", len(rows), err)
		}
		// The next preview says the same of both.
		guests, err = room.PreviewInvitations(ctx, c.Lena, list)
		if err != nil || understood(guests) != "1 amina@example.org|||invited\n2 new@example.org|||invited\n3 bad|||unknown" {
			t.Errorf("afterwards: %s, %v", understood(guests), err)
		}
	})
}

func TestAListSentTwiceInvitesOnce(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		list := community.NewInvitations{
			List: "email;group;name\na@example.org;Funders;Jane\nb@example.org;;\nbroken;;", Key: "the same",
			Groups: map[string]int64{"Funders": c.Groups[4].ID}, Each: community.NewInvitation{GroupID: c.Groups[0].ID, Note: "Lima"},
		}
		var wait sync.WaitGroup
		for range 5 {
			wait.Go(func() {
				sent, guests, err := room.InviteAll(ctx, c.Lena, list)
				if err != nil || sent != 2 || guests.Rest() != "email;group;name\nbroken;;" {
					t.Errorf("%d sent, %q left, %v", sent, guests.Rest(), err)
				}
			})
		}
		wait.Wait()
		rows, _, err := room.Invitations(ctx, c.Lena, 0)
		if err != nil || len(rows) != 2 || len(room.to("a@example.org")) != 1 {
			t.Fatalf("%d invitations, %v", len(rows), err)
		}
		if b, a := rows[0], rows[1]; *a.GroupID != c.Groups[4].ID || a.Note != "Jane" || *b.GroupID != c.Groups[0].ID || b.Note != "Lima" || a.MaxUses != 1 {
			t.Errorf("they are %+v and %+v", a.Invitation, b.Invitation)
		}
		list.Key = "another"
		if sent, _, err := room.InviteAll(ctx, c.Lena, list); err != nil || sent != 0 {
			t.Errorf("the same list with another key invites %d, %v", sent, err)
		}
		list.Each.Role = models.RoleModerator
		if _, _, err := room.InviteAll(ctx, c.Lena, list); err == nil {
			t.Error("a moderator makes moderators by a list")
		}
	})
}

func FuzzGuestList(f *testing.F) {
	for _, seed := range []string{"a@example.org", "email,group\na@x.org,\"b\n", "\ufeffe-mail;name\n;", "Name <a@x.org>\r\n<", "email\temail\n\t"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		guests, problem := community.ReadGuests(list)
		if problem != "" && len(guests.All) > 0 && guests.Good() > 0 {
			t.Errorf("%q is refused with %q and read", list, problem)
		}
		if rest := guests.Rest(); rest != "" {
			again, problem := community.ReadGuests(rest)
			if problem != "" || again.Rest() != rest {
				t.Errorf("what is left of %q is %q, and of that %q, %q", list, rest, again.Rest(), problem)
			}
		}
	})
}
