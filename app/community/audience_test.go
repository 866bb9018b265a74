package community_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"colloquy/app/access"
	"colloquy/app/forumtest"
	"colloquy/models"
)

// completions are who is offered, groups with an @ before them.
func completions(t *testing.T, c *forumtest.Cast, viewer models.Viewer, thread int64, prefix string) string {
	t.Helper()
	found, err := c.Community.Mentionable(ctx, viewer, thread, prefix)
	if err != nil {
		t.Fatal(err)
	}
	list := make([]string, 0, len(found))
	for _, mention := range found {
		if mention.Group != 0 {
			list = append(list, "@"+mention.Name)
		} else {
			list = append(list, mention.Handle)
		}
	}
	return strings.Join(list, " ")
}

func TestOnlyWhoReadsAThreadIsMentionedInIt(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		threads := map[string]int64{}
		for _, theme := range []string{forumtest.Public, forumtest.Inside, forumtest.Boards} {
			threads[theme] = c.Start(t, c.Teo, theme, "A thread")
		}
		const absent = 999_999
		for who, viewer := range map[string]models.Viewer{"a visitor": c.Visitor, "a member": c.Rosa} {
			_, private := c.Community.Mentionable(ctx, viewer, threads[forumtest.Boards], "p")
			_, nothing := c.Community.Mentionable(ctx, viewer, absent, "p")
			if private == nil || nothing == nil || private.Error() != nothing.Error() {
				t.Errorf("%s is told %v of a private thread, %v of none", who, private, nothing)
			}
		}
		var denied access.Denied
		if _, err := c.Community.Mentionable(ctx, c.Visitor, threads[forumtest.Public], "p"); !errors.As(err, &denied) || denied.Reason != access.SignIn {
			t.Errorf("a visitor completes names in the open: %v", err)
		}
		for _, asked := range []struct {
			theme  string
			viewer models.Viewer
			prefix string
			want   string
		}{
			{forumtest.Public, c.Rosa, "", "amina-diallo lena-fischer paul-nkemelu teodora-ilic"},
			{forumtest.Boards, c.Paul, "", "lena-fischer teodora-ilic"},
			{forumtest.Boards, c.Paul, "am", ""},
			{forumtest.Boards, c.Paul, "f", "@Funders lena-fischer"},
			{forumtest.Boards, c.Teo, "msi", "@MSI boards"},
			{forumtest.Inside, c.Teo, "msi", "@MSI secretariats @Country level MSI actors @MSI boards"},
			{forumtest.Inside, c.Teo, "p", "paul-nkemelu"},
			{forumtest.Inside, c.Paul, "p", ""},
			{forumtest.Inside, c.Teo, "ROSA q", "rosa-quispe"},
			{forumtest.Inside, c.Teo, "@", ""},
			{forumtest.Inside, c.Teo, "%", ""},
		} {
			if got := completions(t, c, asked.viewer, threads[asked.theme], asked.prefix); got != asked.want {
				t.Errorf("%s, %q: %s, want %s", asked.theme, asked.prefix, got, asked.want)
			}
		}
		// Whoever moderates the theme reads it, and can be named there from then on.
		if err := c.Community.AddModerator(ctx, c.Teo, forumtest.Boards, "amina-diallo"); err != nil {
			t.Fatal(err)
		}
		if got := completions(t, c, c.Paul, threads[forumtest.Boards], "am"); got != "amina-diallo" {
			t.Errorf("a moderator of the theme is offered as %q", got)
		}
		if err := c.Community.RemoveModerator(ctx, c.Teo, forumtest.Boards, "amina-diallo"); err != nil {
			t.Fatal(err)
		}
		if got := completions(t, c, c.Paul, threads[forumtest.Boards], "am"); got != "" {
			t.Errorf("who moderates no longer is offered as %q", got)
		}
	})
}

func TestMentionListsAreShort(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		thread := c.Start(t, c.Teo, forumtest.Public, "A thread")
		for n := range 30 {
			c.Add(t, fmt.Sprintf("n%d@example.org", n), fmt.Sprintf("Mso Name %02d", 29-n), "Funders", models.RoleMember)
		}
		got := completions(t, c, c.Rosa, thread, "ms")
		groups, members, _ := strings.Cut(got, " mso-")
		if groups != "@MSI secretariats @Country level MSI actors @MSI boards" || len(strings.Fields(members)) != 7 {
			t.Errorf("offered are %s", got)
		}
		if offered := strings.Fields(completions(t, c, c.Rosa, thread, "name")); len(offered) != 10 || offered[0] != "mso-name-00" || offered[9] != "mso-name-09" {
			t.Errorf("offered are %q", offered)
		}
		before := c.Store.Queries()
		completions(t, c, c.Rosa, thread, "m")
		if asked := c.Store.Queries() - before; asked > 4 {
			t.Errorf("a completion asks %d times", asked)
		}
	})
}
