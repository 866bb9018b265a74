package community_test

import (
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
)

// names are the names in a page of the directory.
func names(page models.Directory) string {
	list := make([]string, 0, len(page.Rows))
	for _, row := range page.Rows {
		list = append(list, row.PersonaName)
	}
	return strings.Join(list, ", ")
}

// look reads the directory as Rosa does.
func look(t *testing.T, c *forumtest.Cast, query community.DirectoryQuery) models.Directory {
	t.Helper()
	page, err := c.Community.Directory(ctx, c.Rosa, query)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func leave(member *models.Member) { member.Directory = false }

func TestTheDirectoryIsForMembers(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		suspended := c.Paul
		member := *c.Paul.Member
		until := c.Clock.Now().Add(time.Hour)
		member.SuspendedUntil, suspended.Member = &until, &member
		for reason, viewer := range map[access.Reason]models.Viewer{access.SignIn: c.Visitor, access.Suspended: suspended} {
			var denied access.Denied
			page, err := c.Community.Directory(ctx, viewer, community.DirectoryQuery{})
			if !errors.As(err, &denied) || denied.Reason != reason || len(page.Rows) != 0 || page.Total != 0 {
				t.Errorf("%s: %v, %+v", reason, err, page)
			}
			if found, err := c.Community.FindMembers(ctx, viewer, "amina"); !errors.As(err, &denied) || len(found) != 0 {
				t.Errorf("%s finds %v, %v", reason, found, err)
			}
		}
		if found, err := c.Community.FindMembers(ctx, c.Lena, "amina"); err == nil || len(found) != 0 {
			t.Errorf("a moderator finds %v for a convener's page, %v", found, err)
		}
	})
}

func TestTheDirectoryIsByGroupAndName(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		c.Add(t, "zoe@example.org", "Zoe Ade", "MSI secretariats", models.RoleMember)
		c.Add(t, "emile@example.org", "Émile Sarr", "MSI secretariats", models.RoleMember)
		c.Add(t, "twin@example.org", "amina diallo", "MSI secretariats", models.RoleMember)
		if got := names(look(t, c, community.DirectoryQuery{})); got != "Amina Diallo, amina diallo, Émile Sarr, Zoe Ade, Rosa Quispe, Paul Nkemelu, Lena Fischer, Teodora Ilić" {
			t.Errorf("in order: %s", got)
		}
		if err := c.Community.EditProfile(ctx, c.Amina, community.ProfileEdit{
			Directory: true,
			Name:      "Amina Diallo", Organisation: "A secretariat", Initiatives: []string{"ogp", "eiti"},
		}); err != nil {
			t.Fatal(err)
		}
		for _, asked := range []struct {
			query community.DirectoryQuery
			want  string
		}{
			{community.DirectoryQuery{Name: "emi"}, "Émile Sarr"},
			{community.DirectoryQuery{Name: " ÉMILE "}, "Émile Sarr"},
			{community.DirectoryQuery{Name: "sar"}, "Émile Sarr"},
			{community.DirectoryQuery{Name: "diallo ami"}, "Amina Diallo, amina diallo"},
			{community.DirectoryQuery{Name: "ilic"}, "Teodora Ilić"},
			{community.DirectoryQuery{Name: "amina-diallo-2"}, "amina diallo"},
			{community.DirectoryQuery{Name: "ina"}, ""},
			{community.DirectoryQuery{Name: "%"}, ""},
			{community.DirectoryQuery{Name: "' OR 1=1 --"}, ""},
			{community.DirectoryQuery{Name: "\xff\x00"}, ""},
			{community.DirectoryQuery{Name: strings.Repeat("é", 10_000)}, ""},
			{community.DirectoryQuery{GroupID: c.Groups[2].ID}, "Paul Nkemelu"},
			{community.DirectoryQuery{GroupID: 999_999}, ""},
			{community.DirectoryQuery{GroupID: -1}, ""},
			{community.DirectoryQuery{Initiative: "ogp"}, "Amina Diallo"},
			{community.DirectoryQuery{Initiative: "nothing"}, ""},
			{community.DirectoryQuery{Initiative: "eiti", GroupID: c.Groups[1].ID}, ""},
		} {
			page := look(t, c, asked.query)
			if got := names(page); got != asked.want || page.Total != len(page.Rows) {
				t.Errorf("%+v finds %s of %d, want %s", asked.query, got, page.Total, asked.want)
			}
		}
		row := look(t, c, community.DirectoryQuery{Name: "amina-diallo", Initiative: "ogp"}).Rows[0]
		if row.Organisation != "A secretariat" || len(row.Initiatives) != 2 || row.Initiatives[0].Name != "EITI" || row.GroupKey != "s" {
			t.Errorf("her row says %+v", row)
		}
	})
}

// TestWhoIsHiddenIsInNoListAndNoCount: nobody tells a hidden member from one who never was.
func TestWhoIsHiddenIsInNoListAndNoCount(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		thread := c.Start(t, c.Teo, forumtest.Public, "Open")
		all := func() string {
			page := look(t, c, community.DirectoryQuery{})
			mentions, err := c.Community.Mentionable(ctx, c.Rosa, thread, "")
			if err != nil {
				t.Fatal(err)
			}
			home, err := c.Forum.Home(ctx, c.Rosa)
			if err != nil {
				t.Fatal(err)
			}
			found, err := c.Community.Mentionable(ctx, c.Rosa, thread, "second")
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(names(page), page.Total, page.Groups, mentions, found, home.Members, home.Groups)
		}
		before := all()
		for name, hide := range map[string]func(viewer models.Viewer){
			"Second Out": func(viewer models.Viewer) { c.Choose(t, viewer, leave) },
			"Second Suspended": func(viewer models.Viewer) {
				if err := c.Community.SuspendMember(ctx, viewer.Member.Email, c.Clock.Now().Add(time.Hour)); err != nil {
					t.Fatal(err)
				}
			},
		} {
			viewer := c.Add(t, strings.ReplaceAll(name, " ", ".")+"@example.org", name, "Funders", models.RoleMember)
			if all() == before {
				t.Errorf("%s was found by nobody", name)
			}
			hide(viewer)
			if now := all(); now != before {
				t.Errorf("%s is betrayed:\n%s\n%s", name, now, before)
			}
			for _, query := range []string{"second", name, viewer.Persona.PersonaHandle} {
				if page := look(t, c, community.DirectoryQuery{Name: query}); page.Total != 0 || len(page.Rows) != 0 || len(page.Groups) != 0 {
					t.Errorf("%s is found by %q: %+v", name, query, page)
				}
			}
			if _, err := c.Community.Profile(ctx, c.Rosa, viewer.Persona.PersonaHandle); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s has a page: %v", name, err)
			}
		}
		c.Clock.Pass(2 * time.Hour)
		if page := look(t, c, community.DirectoryQuery{Name: "second"}); names(page) != "Second Suspended" {
			t.Errorf("once the suspension is over there is %s", names(page))
		}
	})
}

func TestTheDirectoryGoesOnByKey(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		const more = 2*community.DirectoryPageSize + 7
		groups := []string{"MSI secretariats", "Funders", "Researchers"}
		for n := range more {
			// Many share a name: the handle tells them apart.
			c.Add(t, fmt.Sprintf("n%d@example.org", n), fmt.Sprintf("Name %d", n%5), groups[n%3], models.RoleMember)
		}
		var seen []string
		place := ""
		for pages := 1; ; pages++ {
			page := look(t, c, community.DirectoryQuery{After: place})
			if page.Total != more+5 {
				t.Errorf("page %d counts %d", pages, page.Total)
			}
			for _, row := range page.Rows {
				seen = append(seen, row.PersonaHandle)
			}
			if place = page.Next; place == "" {
				if pages != 3 {
					t.Errorf("%d pages", pages)
				}
				break
			}
			// Who comes and goes meanwhile moves nobody else.
			if pages == 1 {
				c.Add(t, "aaa@example.org", "Aaa First", groups[0], models.RoleMember)
				look(t, c, community.DirectoryQuery{})
				c.Choose(t, c.Again(t, memberOf(t, c, "aaa@example.org")), leave)
			}
		}
		if len(seen) != more+5 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != len(seen) {
			t.Errorf("%d rows, some of them twice or never", len(seen))
		}
		for _, bad := range []string{"x", "1.2", "a.b.c", "1.%%%.x", "1._w.x", strings.Repeat(".", 9)} {
			_, err := c.Community.Directory(ctx, c.Rosa, community.DirectoryQuery{After: bad})
			refused(t, err, "after", models.Unknown)
		}
		if page := look(t, c, community.DirectoryQuery{After: "999.YQ.nobody"}); len(page.Rows) != 0 {
			t.Errorf("behind a place that never was there is %s", names(page))
		}
	})
}

func memberOf(t *testing.T, c *forumtest.Cast, email string) models.Viewer {
	t.Helper()
	member, err := c.Store.MemberByEmail(ctx, email)
	if err != nil {
		t.Fatal(err)
	}
	return models.Viewer{Member: &member}
}

// TestAnotherInstanceHidesAtOnce: what one instance keeps goes by the counters of the
// database.
func TestAnotherInstanceHidesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		other := community.New(c.Store, c.Clock.Now, community.Hooks{})
		for round := range 2 {
			page, err := other.Directory(ctx, c.Rosa, community.DirectoryQuery{Name: "paul"})
			if err != nil || len(page.Rows) != 1-round {
				t.Fatalf("round %d: %s, %v", round, names(page), err)
			}
			c.Choose(t, c.Paul, leave)
		}
		look(t, c, community.DirectoryQuery{})
		before := c.Store.Queries()
		look(t, c, community.DirectoryQuery{Name: "a"})
		if asked := c.Store.Queries() - before; asked != 1 {
			t.Errorf("a look into a directory that stands asks %d times", asked)
		}
	})
}

func TestWhatAProfileShowsToWhom(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if err := c.Community.EditProfile(ctx, c.Amina, community.ProfileEdit{
			Directory: true,
			Name:      "Amina Diallo", Organisation: "A secretariat", About: "About her.", Initiatives: []string{"ogp"},
		}); err != nil {
			t.Fatal(err)
		}
		seen := func(viewer models.Viewer) string {
			profile, err := c.Community.Profile(ctx, viewer, "amina-diallo")
			switch {
			case errors.Is(err, models.ErrNotFound):
				return "nothing"
			case err != nil:
				t.Fatal(err)
			case profile.PersonaName != "Amina Diallo" || profile.GroupKey != "s":
				t.Errorf("the byline is %+v", profile.Byline)
			}
			whole := profile.Organisation != "" && profile.About != "" && len(profile.Initiatives) == 1 && !profile.JoinedOn.IsZero()
			bare := profile.Organisation == "" && profile.About == "" && len(profile.Initiatives) == 0 && profile.JoinedOn.IsZero()
			if whole == bare {
				t.Errorf("neither whole nor bare: %+v", profile)
			}
			if whole {
				return "all"
			}
			return fmt.Sprintf("%d texts", profile.Responses)
		}
		check := func(when string, want map[string]string) {
			t.Helper()
			for who, viewer := range map[string]models.Viewer{"visitor": c.Visitor, "member": c.Rosa, "moderator": c.Lena, "convener": c.Teo, "self": c.Amina} {
				if got := seen(viewer); got != want[who] {
					t.Errorf("%s, a %s sees %s, want %s", when, who, got, want[who])
				}
			}
		}
		check("listed", map[string]string{"visitor": "nothing", "member": "all", "moderator": "all", "convener": "all", "self": "all"})
		c.Choose(t, c.Amina, leave)
		check("hidden", map[string]string{"visitor": "nothing", "member": "nothing", "moderator": "nothing", "convener": "all", "self": "all"})
		inside := c.Start(t, c.Amina, forumtest.Inside, "Among members")
		check("hidden, with a text inside", map[string]string{"visitor": "nothing", "member": "1 texts", "moderator": "1 texts", "convener": "all", "self": "all"})
		open := c.Start(t, c.Rosa, forumtest.Public, "In the open")
		said := c.Respond(t, c.Amina, open, "Said to all.")
		check("hidden, with an open text", map[string]string{"visitor": "1 texts", "member": "2 texts", "moderator": "2 texts", "convener": "all", "self": "all"})
		c.Choose(t, c.Amina, func(member *models.Member) { member.Directory = true })
		check("listed, with texts", map[string]string{"visitor": "1 texts", "member": "all", "moderator": "all", "convener": "all", "self": "all"})
		for thread, number := range map[int64]int{open: said, inside: 1} {
			if err := c.Forum.RemoveText(ctx, c.Amina, thread, number); err != nil {
				t.Fatal(err)
			}
		}
		c.Choose(t, c.Amina, leave)
		check("hidden, over a thread without its opening", map[string]string{"visitor": "nothing", "member": "0 texts", "moderator": "0 texts", "convener": "all", "self": "all"})
		if err := c.Community.AddModerator(ctx, c.Teo, forumtest.Public, "amina-diallo"); err != nil {
			t.Fatal(err)
		}
		c.Amina = c.Again(t, c.Amina)
		check("hidden, moderating an open theme", map[string]string{"visitor": "0 texts", "member": "0 texts", "moderator": "0 texts", "convener": "all", "self": "all"})
		for _, nobody := range []string{"nobody", "amina-diallo'", "%", ""} {
			if _, err := c.Community.Profile(ctx, c.Teo, nobody); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%q has a page: %v", nobody, err)
			}
		}
	})
}

func TestWhatAGroupHasSaidIsWhatOneMayRead(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		c.Start(t, c.Paul, forumtest.Boards, "Behind the door")
		c.Respond(t, c.Paul, c.Start(t, c.Paul, forumtest.Inside, "Among members"), "More.")
		c.Respond(t, c.Paul, c.Start(t, c.Amina, forumtest.Public, "In the open"), "Here too.")
		for _, asked := range []struct {
			who    string
			viewer models.Viewer
			want   models.Said
		}{
			{"a visitor", c.Visitor, models.Said{Responses: 1, Threads: 1}},
			{"a member", c.Rosa, models.Said{Responses: 3, Threads: 2}},
			{"one of the group", c.Paul, models.Said{Responses: 4, Threads: 3}},
			{"a moderator", c.Lena, models.Said{Responses: 4, Threads: 3}},
		} {
			if got, err := c.Community.GroupSaid(ctx, asked.viewer, c.Groups[2].ID); err != nil || got != asked.want {
				t.Errorf("%s counts %+v, %v", asked.who, got, err)
			}
		}
		if got, err := c.Community.GroupSaid(ctx, c.Teo, 999_999); err != nil || got != (models.Said{}) {
			t.Errorf("a group that never was has said %+v, %v", got, err)
		}
	})
}
