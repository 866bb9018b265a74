package community

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"colloquy/app/access"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// MaxCommunityText is the most characters of the house rules or the privacy text.
const MaxCommunityText = 20_000

// TextEdit is one of the community's own texts as a convener has written it.
type TextEdit struct {
	Kind models.TextKind
	// Bodies is the Markdown by the tag of its language. Languages that are not named
	// keep what they have; an empty body takes the language's text away.
	Bodies map[string]string
	// Base is the edition that the writing began from.
	Base int
	// AskAgain asks every member to agree to the rules before they write again.
	AskAgain bool
}

// TextField is the name of the form's field, and of the problem, for a language.
func TextField(tag string) string { return "text_" + tag }

// EditText makes the next edition of the community's texts and returns its number: the
// other text goes along unchanged. Saving what stands there already makes none. Errors:
// access.Denied, Invalid; the field "base" is models.Newer when somebody has written
// another edition of the text meanwhile.
func (c *Community) EditText(ctx context.Context, viewer models.Viewer, edit TextEdit) (int, error) {
	if err := access.Can(viewer, access.Convene, access.Thing{}); err != nil {
		return 0, err
	}
	invalid := Invalid{}
	bodies := map[string]string{}
	for tag, text := range edit.Bodies {
		clean, err := prose.Clean(text, MaxCommunityText)
		if err != nil && !errors.Is(err, prose.ErrEmpty) {
			invalid[TextField(tag)] = models.Problem(prose.Fault(err))
		}
		bodies[tag] = clean
	}
	if !edit.Kind.Valid() {
		invalid["kind"] = models.Unknown
	}
	if err := invalid.Err(); err != nil {
		return 0, err
	}
	version := 0
	err := c.convene(ctx, viewer, func(tx *store.Tx) (err error) {
		version, err = c.writeText(tx, edit, bodies)
		return err
	})
	return version, err
}

// writeText writes the next edition of a text behind the lock of convene.
func (c *Community) writeText(tx *store.Tx, edit TextEdit, bodies map[string]string) (int, error) {
	row, err := tx.Community()
	if err != nil {
		return 0, err
	}
	texts, err := tx.CommunityTexts(row.RulesVersion)
	if err != nil {
		return 0, err
	}
	known, latest := map[string]string{}, 0
	for _, text := range texts {
		if text.Kind == edit.Kind {
			known[text.Lang], latest = text.Body, max(latest, text.Version)
		}
	}
	changed := false
	for tag, body := range bodies {
		changed = changed || known[tag] != body
	}
	version, agree := row.RulesVersion, row.AgreeVersion
	if changed {
		if edit.Base < latest {
			return 0, Invalid{"base": models.Newer}
		}
		made := edition(edit.Kind, version+1, bodies, known)
		if len(made) == 0 {
			return 0, Invalid{TextField(slices.Min(slices.Collect(maps.Keys(bodies)))): models.Empty}
		}
		version++
		for i := range made {
			made[i].CreatedOn = day(c.now())
		}
		if err := tx.CreateCommunityTexts(made); err != nil {
			return 0, err
		}
	}
	if edit.AskAgain {
		agree = version
	}
	if version == row.RulesVersion && agree == row.AgreeVersion {
		return version, errUnchanged
	}
	return version, tx.SetTextVersions(version, agree)
}

// edition is a text in all languages that are written now, and an empty one for each from
// which it is taken away; nothing when no language would have the text any more.
func edition(kind models.TextKind, version int, bodies, known map[string]string) []models.CommunityText {
	var made []models.CommunityText
	some := false
	for tag, body := range known {
		_, written := bodies[tag]
		some = some || !written && body != ""
	}
	for _, tag := range slices.Sorted(maps.Keys(bodies)) {
		body := bodies[tag]
		if body == "" && known[tag] == "" {
			continue
		}
		some = some || body != ""
		text := models.CommunityText{Kind: kind, Version: version, Lang: tag, Body: body, Renderer: prose.Renderer}
		if body != "" {
			text.HTML = string(prose.Render(body))
		}
		made = append(made, text)
	}
	if !some {
		return nil
	}
	return made
}

// Texts finds the community's own texts as they stood in an edition, by kind and then by
// language. A kind without any is the text that comes with the program.
func (c *Community) Texts(ctx context.Context, version int) (map[models.TextKind]map[string]models.CommunityText, error) {
	found := map[models.TextKind]map[string]models.CommunityText{models.TextRules: {}, models.TextPrivacy: {}}
	if version == 0 {
		return found, nil
	}
	rows, err := c.store.CommunityTexts(ctx, version)
	if err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	for _, row := range rows {
		if row.Body == "" || !row.Kind.Valid() {
			continue
		}
		if row.Renderer != prose.Renderer {
			row.HTML = string(prose.Render(row.Body))
		}
		found[row.Kind][row.Lang] = row
	}
	return found, nil
}

// Best chooses from a text in several languages the one for a reader: in the first of the
// preferred languages that has it, else in any; false when there is none at all.
func Best(texts map[string]models.CommunityText, prefer ...string) (models.CommunityText, bool) {
	for _, tag := range append(prefer, slices.Sorted(maps.Keys(texts))...) {
		if text, ok := texts[tag]; ok {
			return text, true
		}
	}
	return models.CommunityText{}, false
}

// Editions lists the editions of the community's own texts for members, the newest first.
func (c *Community) Editions(ctx context.Context, viewer models.Viewer) ([]models.TextEdition, error) {
	if !viewer.SignedIn() {
		return nil, access.Denied{Act: access.Read, Reason: access.SignIn}
	}
	return c.store.TextEditions(ctx)
}
