package community_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// hash is what is kept of a token.
func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func TestWhatAGuestSaysIsChecked(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		link := invite(t, room.Community, c.Lena, community.NewInvitation{})
		_, err := room.Accept(ctx, link, community.Acceptance{
			Name: " \u200b ", Email: "amina@", Password: "short", Organisation: strings.Repeat("x", 500), GroupID: 99,
			Reading: []string{"en", "<b>"}, Initiatives: []string{"no-such"},
		}, community.Arrival{})
		want := models.Invalid{
			"name": models.Empty, "email": models.Unknown, "password": models.TooShort, "organisation": models.TooLong,
			"rules": models.NotAgreed, "group": models.Unknown, "reading": models.Unknown, "initiatives": models.Unknown,
		}
		if err == nil || err.Error() != want.Error() {
			t.Errorf("got %v, want %v", err, want)
		}
		good := accept("\u202eEvil\u202c  Name", "new@example.org")
		good.GroupID, good.Password = c.Groups[0].ID, "quiet river stone"
		good.Reading, good.Initiatives = []string{"fr", "ar", "fr"}, []string{"ogp", "eiti"}
		if _, err := room.Accept(ctx, link, good, community.Arrival{}); err != nil {
			t.Fatal(err)
		}
		joined, err := finish(room, "new@example.org")
		if err != nil {
			t.Fatal(err)
		}
		viewer, err := room.Viewer(ctx, joined.Session)
		if err != nil || viewer.Persona.PersonaName != "Evil Name" || viewer.Persona.PersonaHandle != "evil-name" {
			t.Errorf("viewer %+v, %v", viewer.Persona, err)
		}
		persona, err := c.Store.NamedPersona(ctx, viewer.Member.ID)
		if err != nil || persona.Languages != "fr ar" {
			t.Errorf("languages %q, %v", persona.Languages, err)
		}
		profile, err := room.Profile(ctx, c.Amina, "evil-name")
		if err != nil || len(profile.Initiatives) != 2 {
			t.Errorf("initiatives %+v, %v", profile.Initiatives, err)
		}
		if _, err := room.SignIn(ctx, "new@example.org", "quiet river stone", community.Arrival{}); err != nil {
			t.Errorf("the password: %v", err)
		}
		if _, err := finish(room, "new@example.org"); !errors.Is(err, models.ErrNotFound) && !errors.Is(err, community.ErrInvitationUsed) {
			t.Errorf("the letter works twice: %v", err)
		}
	})
}

func TestARetiredGroupTakesNobody(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		invite(t, room.Community, c.Lena, community.NewInvitation{Email: "new@example.org", GroupID: c.Groups[0].ID})
		forumtest.Exec(t, room.url, fmt.Sprintf("UPDATE stakeholder_groups SET retired = TRUE WHERE id = %d", c.Groups[0].ID))
		if _, err := room.Invite(ctx, c.Lena, community.NewInvitation{GroupID: c.Groups[0].ID}); err == nil {
			t.Error("one may still invite into it")
		}
		link := room.token("new@example.org")
		guest := accept("New", "")
		var invalid models.Invalid
		if _, err := room.Accept(ctx, link, guest, community.Arrival{}); !errors.As(err, &invalid) || invalid["group"] != models.Empty {
			t.Errorf("the invitation's own group: %v", err)
		}
		guest.GroupID = c.Groups[1].ID
		joined, err := room.Accept(ctx, link, guest, community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		if viewer, err := room.Viewer(ctx, joined.Session); err != nil || viewer.Member.GroupID != c.Groups[1].ID {
			t.Errorf("the group is %d, %v", viewer.Member.GroupID, err)
		}
	})
}

// TestMembershipIsToldToNobody gives members' addresses, in every spelling, to whoever
// holds a link: the answer is that for any other address, and the rest is in a letter.
func TestMembershipIsToldToNobody(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		c.Add(t, "jürgen@bücher.example", "Jürgen", "Funders", models.RoleMember)
		link := invite(t, room.Community, c.Lena, community.NewInvitation{GroupID: c.Groups[0].ID, MaxUses: 100})
		before := members(t, c)
		for _, address := range []string{
			"amina@example.org", " AMINA@Example.org ", "ａmina@example.org", "ju\u0308rgen@bu\u0308cher.example",
			"JÜRGEN@xn--bcher-kva.example", "nobody@example.org",
		} {
			joined, err := room.Accept(ctx, link, accept("Another", address), community.Arrival{})
			if err != nil || !joined.Letter || joined.Session != "" || joined.Device != "" {
				t.Errorf("%q: %+v, %v", address, joined, err)
			}
		}
		room.Wait()
		if now := members(t, c); now != before {
			t.Errorf("%d members have become %d", before, now)
		}
		if kinds := room.to("amina@example.org"); !slices.Equal(kinds, []community.LetterKind{community.LetterSignIn, community.LetterSignIn, community.LetterSignIn}) {
			t.Errorf("Amina gets letters about %v", kinds)
		}
		if kinds := room.to("jürgen@bücher.example"); !slices.Equal(kinds, []community.LetterKind{community.LetterSignIn, community.LetterSignIn}) {
			t.Errorf("Jürgen gets letters about %v", kinds)
		}
		if kinds := room.to("nobody@example.org"); !slices.Equal(kinds, []community.LetterKind{community.LetterJoining}) {
			t.Errorf("whoever is new gets letters about %v", kinds)
		}
		if _, err := room.UseLink(ctx, room.token("amina@example.org"), community.Arrival{}); err != nil {
			t.Errorf("Amina's letter does not let her in: %v", err)
		}
	})
}

func TestAnInvitedMemberIsNotGivenAway(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		if token := invite(t, room.Community, c.Lena, community.NewInvitation{Email: "Rosa@example.org"}); token == "" {
			t.Error("inviting a member is answered in another way")
		}
		list, _, err := room.Invitations(ctx, c.Lena, 0)
		if err != nil || len(list) != 1 || list[0].Email != "Rosa@example.org" {
			t.Fatalf("the list does not show it: %+v, %v", list, err)
		}
		if _, err := room.ResendInvitation(ctx, c.Lena, list[0].ID); err != nil {
			t.Error(err)
		}
		if kinds := room.to("Rosa@example.org"); len(kinds) != 0 {
			t.Errorf("a member is sent %v", kinds)
		}
		// Somebody becomes a member while an invitation to them is open: its link answers
		// as if it had been accepted.
		invite(t, room.Community, c.Lena, community.NewInvitation{Email: "new@example.org", GroupID: c.Groups[0].ID})
		link := room.token("new@example.org")
		c.Add(t, "new@example.org", "Somebody", "Funders", models.RoleMember)
		joined, err := room.Accept(ctx, link, accept("New", ""), community.Arrival{})
		if err != nil || !joined.Letter || joined.Session != "" {
			t.Errorf("%+v, %v", joined, err)
		}
		room.Wait()
		if kinds := room.to("new@example.org"); kinds[len(kinds)-1] != community.LetterSignIn {
			t.Errorf("the member is sent %v", kinds)
		}
		if _, err := room.Invitation(ctx, link); !errors.Is(err, community.ErrInvitationUsed) {
			t.Errorf("afterwards the link: %v", err)
		}
	})
}

func members(t *testing.T, c *forumtest.Cast) int {
	t.Helper()
	sizes, err := c.Store.Sizes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return sizes.Members
}

func TestAnInvitationIntoThemes(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		boards := c.Groups[2].ID
		for name, test := range map[string]struct {
			role      models.Role
			themes    []string
			group     int64
			wantRole  models.Role
			first     []string
			moderates bool
		}{
			"a member finds them first":            {models.RoleMember, []string{forumtest.Inside, forumtest.Public}, c.Groups[0].ID, models.RoleMember, []string{forumtest.Public, forumtest.Inside}, false},
			"a member is not told of a closed one": {models.RoleMember, []string{forumtest.Boards}, c.Groups[0].ID, models.RoleMember, nil, false},
			"a member of the group is":             {models.RoleMember, []string{forumtest.Boards}, boards, models.RoleMember, []string{forumtest.Boards}, false},
			"a moderator of one theme":             {models.RoleModerator, []string{forumtest.Boards}, c.Groups[0].ID, models.RoleMember, []string{forumtest.Boards}, true},
			"a moderator of all":                   {models.RoleModerator, nil, c.Groups[0].ID, models.RoleModerator, nil, true},
			"a convener finds them first":          {models.RoleConvener, []string{forumtest.Boards}, c.Groups[0].ID, models.RoleConvener, []string{forumtest.Boards}, true},
		} {
			address := strings.ReplaceAll(name, " ", "") + "@example.org"
			invite(t, room.Community, c.Teo, community.NewInvitation{Email: address, GroupID: test.group, Role: test.role, Themes: test.themes})
			joined, err := room.Accept(ctx, room.token(address), accept(name, ""), community.Arrival{})
			if err != nil || !slices.Equal(joined.Themes, test.first) {
				t.Fatalf("%s: first %v, %v", name, joined.Themes, err)
			}
			viewer, err := room.Viewer(ctx, joined.Session)
			if err != nil || viewer.Member.Role != test.wantRole {
				t.Errorf("%s: is a %s, %v", name, viewer.Member.Role, err)
			}
			theme, err := c.Store.Theme(ctx, access.Scope(c.Teo), forumtest.Boards)
			if err != nil || viewer.ModeratesTheme(theme.ID) != test.moderates {
				t.Errorf("%s: moderates %v, %v", name, viewer.ModeratesTheme(theme.ID), err)
			}
			other, err := c.Store.Theme(ctx, access.Scope(c.Teo), forumtest.Public)
			if everywhere := test.wantRole != models.RoleMember; err != nil || viewer.ModeratesTheme(other.ID) != everywhere {
				t.Errorf("%s: moderates elsewhere %v, %v", name, !everywhere, err)
			}
		}
	})
}

// TestWhoJoinsAgreedToWhatTheyWereShown has an edition of the rules that everybody must
// agree to.
func TestWhoJoinsAgreedToWhatTheyWereShown(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		forumtest.Exec(t, room.url, "UPDATE community SET rules_version = 5, agree_version = 5")
		for name, test := range map[string]struct {
			shown int
			asks  bool
		}{"present": {5, false}, "old": {4, true}, "forged": {99, false}} {
			address := name + "@example.org"
			invite(t, room.Community, c.Lena, community.NewInvitation{Email: address, GroupID: c.Groups[0].ID})
			guest := accept("New", "")
			guest.RulesVersion = test.shown
			joined, err := room.Accept(ctx, room.token(address), guest, community.Arrival{})
			if err != nil {
				t.Fatal(err)
			}
			viewer, err := room.Viewer(ctx, joined.Session)
			if err != nil || viewer.MustAgree != test.asks || viewer.Member.AgreedVersion > 5 {
				t.Errorf("%s: must agree %v, agreed to %d, %v", name, viewer.MustAgree, viewer.Member.AgreedVersion, err)
			}
		}
	})
}

func TestAConfirmationIsForADay(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		link := invite(t, room.Community, c.Lena, community.NewInvitation{GroupID: c.Groups[0].ID, MaxUses: 5})
		for _, address := range []string{"one@example.org", "two@example.org"} {
			if _, err := room.Accept(ctx, link, accept("New", address), community.Arrival{}); err != nil {
				t.Fatal(err)
			}
		}
		room.Wait()
		for range 2 { // looking uses nothing up
			if err := room.JoiningOpen(ctx, room.token("one@example.org")); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := finish(room, "one@example.org"); err != nil {
			t.Error(err)
		}
		c.Clock.Pass(25 * time.Hour)
		if _, err := finish(room, "two@example.org"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a day later: %v", err)
		}
		sweep(t, room.Community)
		var left int
		err := c.Store.Dump(ctx, func(d *store.Dump) error {
			for _, table := range d.Tables {
				if table.Name == "ceremonies" {
					return d.Rows(table, func([]any) error { left++; return nil })
				}
			}
			return errors.New("no ceremonies")
		})
		if err != nil || left != 0 {
			t.Errorf("%d confirmations are kept, %v", left, err)
		}
	})
}
