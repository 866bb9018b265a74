package handlers

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

// faceOf reads as whom a form wants to speak.
func faceOf(c *fiber.Ctx) models.Face {
	return views.FaceOf(func(field string) string { return c.FormValue(field) })
}

// speakingIn says as whom the viewer may write in a thread. A fresh form (reads) begins
// with the pseudonym of whoever has one: who forgets to choose is not shown by it.
func (s *Site) speakingIn(c *fiber.Ctx, head *models.ThreadHead, composer views.Composer) (views.Speaking, error) {
	speaking := composer.As
	viewer := s.at(c).viewer
	if !viewer.SignedIn() || !head.ThemePseudonyms {
		return speaking, nil
	}
	speaking.Offered = true
	own, err := s.Community.PseudonymIn(c.UserContext(), viewer, head.ThemeID)
	switch {
	case errors.Is(err, models.ErrNotFound):
		return speaking, nil
	case err != nil:
		return speaking, err
	}
	speaking.Own = []models.Pseudonym{own}
	if reads(c) {
		speaking.Face = models.Face{Choice: models.FacePseudonym}
	}
	return speaking, nil
}

// speakingAnew says as whom the viewer may open a thread in one of the themes.
func (s *Site) speakingAnew(c *fiber.Ctx, themes []models.Theme, form views.ThreadForm) (views.Speaking, error) {
	speaking := form.As
	viewer := s.at(c).viewer
	for _, theme := range themes {
		if theme.Pseudonyms && viewer.SignedIn() {
			speaking.Offered, speaking.Themes = true, append(speaking.Themes, theme.Title)
		}
	}
	if !speaking.Offered {
		return speaking, nil
	}
	all, err := s.Community.Pseudonyms(c.UserContext(), viewer)
	if err != nil {
		return speaking, err
	}
	for _, own := range all {
		if own.ThemeSlug == "" || !own.Open {
			continue
		}
		speaking.Own = append(speaking.Own, own)
		if reads(c) && own.ThemeSlug == form.Theme {
			speaking.Face = models.Face{Choice: models.FacePseudonym}
		}
	}
	return speaking, nil
}
