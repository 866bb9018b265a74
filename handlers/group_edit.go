package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

const groupsPath = "/community/groups"

// groupsShow lists the stakeholder groups for conveners.
func (s *Site) groupsShow(c *fiber.Ctx) error {
	return s.showGroups(c, http.StatusOK, views.GroupsPage{Saved: c.Query("saved") != ""})
}

func (s *Site) showGroups(c *fiber.Ctx, code int, page views.GroupsPage) error {
	unused, err := s.Community.UnusedGroups(c.UserContext(), s.at(c).viewer)
	if err != nil {
		return err
	}
	page.Unused = make(map[int64]bool, len(unused))
	for _, which := range unused {
		page.Unused[which] = true
	}
	settings := s.at(c).settings
	page.Groups, page.Lang = settings.Groups, words.First(settings.Offered())
	return s.render(c, views.GroupsEdit(s.convening(c, code, groupsPath), page))
}

// groupNew is the form for another group.
func (s *Site) groupNew(c *fiber.Ctx) error {
	return s.showGroup(c, http.StatusOK, views.GroupEditPage{})
}

// groupEdit is the form of a group as it stands.
func (s *Site) groupEdit(c *fiber.Ctx) error {
	group, err := s.group(c)
	if err != nil {
		return err
	}
	return s.showGroup(c, http.StatusOK, views.GroupEditPage{
		ID: group.ID, Name: group.Name, Explains: group.Explains, Mark: views.GroupMark(s.at(c).words, &group), Known: group.Known(),
	})
}

// group finds the group of the address.
func (s *Site) group(c *fiber.Ctx) (models.Group, error) {
	which, err := id(c, "id")
	if err != nil {
		return models.Group{}, err
	}
	for _, group := range s.at(c).settings.Groups {
		if group.ID == which {
			return group, nil
		}
	}
	return models.Group{}, models.ErrNotFound
}

func (s *Site) showGroup(c *fiber.Ctx, code int, page views.GroupEditPage) error {
	return s.render(c, views.GroupEdit(s.convening(c, code, groupsPath), page))
}

// groupInput is what stands in the form of a group.
func groupInput(c *fiber.Ctx) views.GroupEditPage {
	return views.GroupEditPage{
		Name: c.FormValue("name"), Explains: c.FormValue("explains"),
		Mark: models.Mark{Letter: c.FormValue("letter"), Shape: c.FormValue("shape"), Colour: c.FormValue("colour")},
	}
}

// groupCreate adds a group.
func (s *Site) groupCreate(c *fiber.Ctx) error {
	page := groupInput(c)
	err := s.Community.CreateGroup(c.UserContext(), s.at(c).viewer, community.GroupEdit{
		Name: page.Name, Explains: page.Explains, Mark: page.Mark,
	})
	return s.groupWritten(c, page, err)
}

// groupUpdate changes a group's name, explanation and mark.
func (s *Site) groupUpdate(c *fiber.Ctx) error {
	group, err := s.group(c)
	if err != nil {
		return err
	}
	page := groupInput(c)
	page.ID, page.Known = group.ID, group.Known()
	err = s.Community.EditGroup(c.UserContext(), s.at(c).viewer, group.ID, community.GroupEdit{
		Name: page.Name, Explains: page.Explains, Mark: page.Mark,
	})
	return s.groupWritten(c, page, err)
}

// groupWritten answers the form of a group: the form again with what is wrong, or the list.
func (s *Site) groupWritten(c *fiber.Ctx, page views.GroupEditPage, err error) error {
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(s.at(c).words, invalid)
		return s.showGroup(c, status(err), page)
	}
	return s.groupChanged(c, err)
}

// groupMove changes places with the group above or below.
func (s *Site) groupMove(c *fiber.Ctx) error {
	which, err := id(c, "id")
	if err != nil {
		return err
	}
	by := 1
	if c.FormValue("to") == "up" {
		by = -1
	}
	return s.groupChanged(c, s.Community.MoveGroup(c.UserContext(), s.at(c).viewer, which, by))
}

// groupRetire takes a group out of what new members choose from.
func (s *Site) groupRetire(c *fiber.Ctx) error {
	which, err := id(c, "id")
	if err != nil {
		return err
	}
	return s.groupChanged(c, s.Community.RetireGroup(c.UserContext(), s.at(c).viewer, which))
}

// groupReopen undoes groupRetire.
func (s *Site) groupReopen(c *fiber.Ctx) error {
	which, err := id(c, "id")
	if err != nil {
		return err
	}
	return s.groupChanged(c, s.Community.ReopenGroup(c.UserContext(), s.at(c).viewer, which))
}

// groupRemove deletes a group that nobody and nothing uses.
func (s *Site) groupRemove(c *fiber.Ctx) error {
	which, err := id(c, "id")
	if err != nil {
		return err
	}
	return s.groupChanged(c, s.Community.DeleteGroup(c.UserContext(), s.at(c).viewer, which))
}

// groupChanged answers an act on the list: the list with what is wrong, or as it stands now.
func (s *Site) groupChanged(c *fiber.Ctx, err error) error {
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		return s.showGroups(c, status(err), views.GroupsPage{Errors: sentences(s.at(c).words, invalid)})
	} else if err != nil {
		return err
	}
	return seeOther(c, groupsPath+"?saved=1")
}
