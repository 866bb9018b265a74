package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

const initiativesPath = "/community/initiatives"

// initiativesShow lists the initiatives, with the forms that add and rename.
func (s *Site) initiativesShow(c *fiber.Ctx) error {
	return s.showInitiatives(c, http.StatusOK, views.InitiativesPage{Saved: c.Query("saved") != ""})
}

func (s *Site) showInitiatives(c *fiber.Ctx, code int, page views.InitiativesPage) error {
	rows, err := s.Community.InitiativeUses(c.UserContext(), s.at(c).viewer)
	if err != nil {
		return err
	}
	page.Rows = rows
	return s.render(c, views.Initiatives(s.convening(c, code, initiativesPath), page))
}

// initiativeCreate adds an initiative.
func (s *Site) initiativeCreate(c *fiber.Ctx) error {
	name := c.FormValue("new_name")
	err := s.Community.CreateInitiative(c.UserContext(), s.at(c).viewer, name)
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		err = models.Invalid{"new_name": invalid["name"]}
	}
	return s.initiativeChanged(c, views.InitiativesPage{NewName: name}, err)
}

// initiativeUpdate gives an initiative another name.
func (s *Site) initiativeUpdate(c *fiber.Ctx) error {
	which, err := id(c, "id")
	if err != nil {
		return err
	}
	name := c.FormValue("name")
	err = s.Community.RenameInitiative(c.UserContext(), s.at(c).viewer, which, name)
	return s.initiativeChanged(c, views.InitiativesPage{Name: name, Changing: which}, err)
}

// initiativeDelete asks before an initiative is removed.
func (s *Site) initiativeDelete(c *fiber.Ctx) error {
	which, err := id(c, "id")
	if err != nil {
		return err
	}
	rows, err := s.Community.InitiativeUses(c.UserContext(), s.at(c).viewer)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.ID == which {
			return s.render(c, views.InitiativeDelete(s.convening(c, http.StatusOK, initiativesPath), row))
		}
	}
	return models.ErrNotFound
}

// initiativeRemove removes an initiative, from all profiles too.
func (s *Site) initiativeRemove(c *fiber.Ctx) error {
	which, err := id(c, "id")
	if err != nil {
		return err
	}
	err = s.Community.DeleteInitiative(c.UserContext(), s.at(c).viewer, which)
	return s.initiativeChanged(c, views.InitiativesPage{}, err)
}

// initiativeChanged answers a form: the page again with what is wrong, or as it stands now.
func (s *Site) initiativeChanged(c *fiber.Ctx, page views.InitiativesPage, err error) error {
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(s.at(c).words, invalid)
		return s.showInitiatives(c, status(err), page)
	} else if err != nil {
		return err
	}
	return seeOther(c, initiativesPath+"?saved=1")
}
