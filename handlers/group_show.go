package handlers

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// groupMembers is how many of its members a group's page lists; the directory has all.
const groupMembers = 30

// groupShow is the page of a stakeholder group. Its members are listed for members only.
func (s *Site) groupShow(c *fiber.Ctx) error {
	groupID, err := id(c, "id")
	if err != nil {
		return err
	}
	v := s.at(c)
	at := slices.IndexFunc(v.settings.Groups, func(group models.Group) bool { return group.ID == groupID })
	if at < 0 {
		return models.ErrNotFound
	}
	page := views.GroupPage{
		Group: v.settings.Groups[at], Groups: v.settings.Groups, Lang: "en",
		MayFind: access.Can(v.viewer, access.Directory, access.Thing{}) == nil,
	}
	if page.Said, err = s.Community.GroupSaid(c.UserContext(), v.viewer, groupID); err != nil {
		return err
	}
	themes, err := s.Forum.Themes(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	for _, theme := range themes {
		if theme.Audience == models.AudienceGroups && slices.Contains(theme.GroupIDs, groupID) {
			page.Themes = append(page.Themes, theme)
		}
	}
	if page.MayFind {
		found, err := s.Community.Directory(c.UserContext(), v.viewer, community.DirectoryQuery{GroupID: groupID})
		if err != nil {
			return err
		}
		page.Members, page.Total = found.Rows[:min(len(found.Rows), groupMembers)], found.Total
	}
	return s.render(c, views.Group(s.page(c, "", ""), page))
}
