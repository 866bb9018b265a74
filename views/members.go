package views

import (
	"net/url"
	"slices"
	"strings"

	"colloquy/models"
	"colloquy/views/words"
)

// MembersPage is the directory: the members who let themselves be found.
type MembersPage struct {
	models.Directory
	// AllGroups and Initiatives are the choices, the groups in their order.
	AllGroups   []models.Group
	Initiatives []models.Initiative
	// Query, GroupID and Initiative are what stands in the form.
	Query      string
	GroupID    int64
	Initiative string
	// Later tells that the list begins behind the first page.
	Later bool
}

// path is the address of the same question, continued after a place, which may be empty.
func (m *MembersPage) path(after string) string {
	query := url.Values{}
	for name, value := range map[string]string{"q": m.Query, "group": idValue(m.GroupID), "initiative": m.Initiative, "after": after} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if len(query) == 0 {
		return "/members"
	}
	return "/members?" + query.Encode()
}

// narrowed tells whether anything was asked for.
func (m *MembersPage) narrowed() bool {
	return m.Query != "" || m.GroupID != 0 || m.Initiative != "" || m.Later
}

// groupOptions are the groups, each with how many would be found in it.
func (m *MembersPage) groupOptions(p Page) []Option {
	options := []Option{{Label: p.T("members.group-any")}}
	for _, g := range m.AllGroups {
		if n := m.Groups[g.ID]; !g.Retired || n > 0 || g.ID == m.GroupID {
			options = append(options, Option{
				Value: idValue(g.ID), Label: p.T("members.group-count", "group", p.Words.GroupName(g.Key, g.Name), "n", n),
			})
		}
	}
	return options
}

func (m *MembersPage) initiativeOptions(p Page) []Option {
	options := []Option{{Label: p.T("members.initiative-any")}}
	for _, i := range m.Initiatives {
		options = append(options, Option{Value: i.Slug, Label: i.Name})
	}
	return options
}

// memberGroup is a stretch of the directory that belongs to one group.
type memberGroup struct {
	models.Byline
	Rows []models.DirectoryRow
}

// byGroup cuts the rows where the group changes.
func (m *MembersPage) byGroup() []memberGroup {
	var groups []memberGroup
	for _, row := range m.Rows {
		if last := len(groups) - 1; last < 0 || groups[last].GroupID != row.GroupID {
			groups = append(groups, memberGroup{Byline: row.Byline})
		}
		groups[len(groups)-1].Rows = append(groups[len(groups)-1].Rows, row)
	}
	return groups
}

// GroupPath is the address of a group's page.
func GroupPath(id int64) string { return "/groups/" + idValue(id) }

// spoken are the languages with these tags, as far as they are known; separated by spaces.
func spoken(tags string) []words.Language {
	var languages []words.Language
	for _, l := range words.WritingLanguages() {
		if slices.Contains(strings.Fields(tags), l.Tag) {
			languages = append(languages, l)
		}
	}
	return languages
}

// GroupPage is the page of a stakeholder group.
type GroupPage struct {
	Group models.Group
	// Lang is the language of what explains the group.
	Lang string
	// Said is how much the group has said in what the viewer may read.
	Said models.Said
	// Members are the first of its members who let themselves be found, Total is how many
	// there are; both are read only where MayFind.
	Members []models.DirectoryRow
	Total   int
	MayFind bool
	// Themes are those for this group that the viewer may read, Groups all groups.
	Themes []models.ThemeRow
	Groups []models.Group
}

func (g *GroupPage) name(p Page) string { return p.Words.GroupName(g.Group.Key, g.Group.Name) }

// saidLine is how much somebody has said.
func saidLine(p Page, said models.Said) string {
	if said.Responses == 0 {
		return p.T("profile.nothing-said")
	}
	return p.T("profile.counts", "responses", p.N("profile.texts", said.Responses), "threads", p.N("profile.in-threads", said.Threads))
}
