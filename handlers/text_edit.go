package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// textsShow lists the community's own texts for conveners.
func (s *Site) textsShow(c *fiber.Ctx) error {
	settings := s.at(c).settings
	texts, err := s.Community.Texts(c.UserContext(), settings.RulesVersion)
	if err != nil {
		return err
	}
	page := views.TextsPage{Version: settings.RulesVersion, Agree: settings.AgreeVersion, Saved: c.Query("saved") != ""}
	for _, kind := range models.TextKinds {
		state := views.TextState{ShownText: s.shown(c, kind, texts[kind])}
		for _, l := range words.Languages() {
			if _, written := texts[kind][l.Tag]; written {
				state.Languages = append(state.Languages, l.Name)
			}
		}
		page.Texts = append(page.Texts, state)
	}
	return s.render(c, views.Texts(s.convening(c, http.StatusOK, "/community/texts"), page))
}

// shown is a text for the reader of this request: in the language of their page, else the
// community's own, else any; the one that comes with the program when there is none.
func (s *Site) shown(c *fiber.Ctx, kind models.TextKind, texts map[string]models.CommunityText) views.ShownText {
	v := s.at(c)
	prefer := append([]string{v.words.Tag()}, v.settings.Offered()...)
	if text, ok := community.Best(texts, prefer...); ok {
		return views.ShownText{
			Kind: kind, Version: text.Version, Body: text.Body, HTML: prose.HTML(text.HTML), Lang: text.Lang, Day: text.CreatedOn,
		}
	}
	body := views.ProgramText(v.words, kind)
	return views.ShownText{Kind: kind, Body: body, HTML: prose.Render(body), Lang: v.words.Tag()}
}

// shownAt is shown for one text of an edition.
func (s *Site) shownAt(c *fiber.Ctx, kind models.TextKind, version int) (views.ShownText, error) {
	texts, err := s.Community.Texts(c.UserContext(), version)
	if err != nil {
		return views.ShownText{}, err
	}
	return s.shown(c, kind, texts[kind]), nil
}

// textKind reads which text the address means.
func textKind(c *fiber.Ctx) (models.TextKind, error) {
	kind := models.TextKind(c.Params("kind"))
	if !kind.Valid() {
		return "", models.ErrNotFound
	}
	return kind, nil
}

// textEdit is the form of a text, which begins from what holds.
func (s *Site) textEdit(c *fiber.Ctx) error {
	kind, err := textKind(c)
	if err != nil {
		return err
	}
	version := s.at(c).settings.RulesVersion
	texts, err := s.Community.Texts(c.UserContext(), version)
	if err != nil {
		return err
	}
	page := views.TextEditPage{Kind: kind, Base: version}
	s.eachBody(c, func(body *views.TextBody) {
		if body.Text = texts[kind][body.Lang].Body; len(texts[kind]) == 0 {
			body.Text = views.ProgramText(words.For(body.Lang), kind)
		}
		page.Bodies = append(page.Bodies, *body)
	})
	return s.showTextEdit(c, http.StatusOK, page)
}

// eachBody goes through the fields of the form: a text in each language that is offered.
func (s *Site) eachBody(c *fiber.Ctx, do func(body *views.TextBody)) {
	for _, l := range words.Offered(s.at(c).settings.Offered()) {
		do(&views.TextBody{Field: community.TextField(l.Tag), Lang: l.Tag, Name: l.Name, Dir: l.Dir})
	}
}

func (s *Site) showTextEdit(c *fiber.Ctx, code int, page views.TextEditPage) error {
	return s.render(c, views.TextEdit(s.convening(c, code, "/community/texts/"+string(page.Kind)), page))
}

// textUpdate makes the next edition of a text, or shows what it would look like.
func (s *Site) textUpdate(c *fiber.Ctx) error {
	kind, err := textKind(c)
	if err != nil {
		return err
	}
	page := views.TextEditPage{Kind: kind, AskAgain: c.FormValue("ask") != ""}
	page.Base, _ = strconv.Atoi(c.FormValue("base")) // what is no number is older than every edition
	edit := community.TextEdit{Kind: kind, Bodies: map[string]string{}, Base: page.Base, AskAgain: page.AskAgain}
	s.eachBody(c, func(body *views.TextBody) {
		body.Text = c.FormValue(body.Field)
		edit.Bodies[body.Lang] = body.Text
		if clean, err := prose.Clean(body.Text, community.MaxCommunityText); c.FormValue("preview") != "" && err == nil {
			body.Preview = prose.Render(clean)
		}
		page.Bodies = append(page.Bodies, *body)
	})
	if !s.proven(c) {
		return s.showTextEdit(c, http.StatusForbidden, page)
	} else if c.FormValue("preview") != "" {
		return s.showTextEdit(c, http.StatusOK, page)
	}
	_, err = s.Community.EditText(c.UserContext(), s.at(c).viewer, edit)
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		return s.textRefused(c, page, invalid)
	} else if err != nil {
		return err
	}
	return seeOther(c, "/community/texts?saved=1")
}

// textRefused is the form again with what is wrong. When somebody was quicker, it shows
// what they have saved and begins from there.
func (s *Site) textRefused(c *fiber.Ctx, page views.TextEditPage, invalid models.Invalid) error {
	page.Errors = sentences(s.at(c).words, invalid)
	if invalid["base"] == models.Newer {
		counters, err := s.Forum.Counters(c.UserContext())
		if err != nil {
			return err
		}
		settings, err := s.Community.Settings(c.UserContext(), counters.Faces)
		if err != nil {
			return err
		}
		theirs, err := s.shownAt(c, page.Kind, settings.RulesVersion)
		if err != nil {
			return err
		}
		page.Theirs, page.Base = &theirs, settings.RulesVersion
	}
	return s.showTextEdit(c, status(invalid), page)
}

// writtenTexts are the texts of a form in several languages, to be given back together
// when the form cannot be shown again.
func writtenTexts(c *fiber.Ctx) string {
	var texts []string
	for _, l := range words.Languages() {
		if text := c.FormValue(community.TextField(l.Tag)); text != "" {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "\n\n")
}
