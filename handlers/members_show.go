package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/views"
)

// membersShow is the directory, for members.
func (s *Site) membersShow(c *fiber.Ctx) error {
	v := s.at(c)
	page := views.MembersPage{
		Query: c.Query("q"), Initiative: c.Query("initiative"), Later: c.Query("after") != "",
		AllGroups: v.settings.Groups, Initiatives: v.settings.Initiatives,
	}
	page.GroupID, _ = strconv.ParseInt(c.Query("group"), 10, 64) // what is no number asks for all
	if page.Query != "" && v.viewer.SignedIn() {
		if err := s.limit(c, "search"); err != nil {
			return err
		}
	}
	var err error
	page.Directory, err = s.Community.Directory(c.UserContext(), v.viewer, community.DirectoryQuery{
		GroupID: page.GroupID, Initiative: page.Initiative, Name: page.Query, After: c.Query("after"),
	})
	if err != nil {
		return err
	}
	p := s.page(c, "", "")
	p.NoIndex = true
	s.cacheRule(c, false)
	return s.render(c, views.Members(p, page))
}
