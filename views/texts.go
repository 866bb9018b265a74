package views

import (
	"strconv"
	"strings"
	"time"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/views/words"
)

// ShownText is the house rules or the privacy text as one reader sees it.
type ShownText struct {
	Kind models.TextKind
	// Version is the edition that it was written for; 0 is the text that comes with the
	// program.
	Version int
	Body    string
	HTML    prose.HTML
	Lang    string
	// Day is when it was written; zero for the text that comes with the program.
	Day time.Time
}

// ProgramText is the Markdown of the house rules or the privacy text that come with the
// program, in one language: conveners begin theirs from it.
func ProgramText(w *words.Words, kind models.TextKind) string {
	var b strings.Builder
	paragraph := func(text string) { b.WriteString(text + "\n\n") }
	if kind == models.TextRules {
		paragraph(w.T("rules.stand"))
		for n := range ruleCount {
			number := strconv.Itoa(n + 1)
			paragraph(number + ". **" + w.T("rules.title-of."+number) + "** " + w.T("rules.text-of."+number))
		}
		paragraph("# " + w.T("rules.moderation"))
		paragraph(w.T("rules.moderation-text"))
		paragraph(w.T("rules.moderation-help"))
		return strings.TrimSpace(b.String())
	}
	paragraph(w.T("privacy.stand"))
	for _, s := range privacySections {
		paragraph("# " + w.T("privacy."+s.ID+".title"))
		for _, item := range s.Items {
			paragraph(w.T("privacy." + s.ID + "." + item))
		}
	}
	return strings.TrimSpace(b.String())
}

// textTitle is the name of a text.
func textTitle(w *words.Words, kind models.TextKind) string {
	if kind == models.TextPrivacy {
		return w.T("privacy.title")
	}
	return w.T("rules.title")
}

// textPath is the page on which a text stands.
func textPath(kind models.TextKind) string {
	if kind == models.TextPrivacy {
		return "/privacy"
	}
	return "/house-rules"
}

// editionPath is the page of an edition of both texts.
func editionPath(version int) string { return "/house-rules/editions/" + strconv.Itoa(version) }

// textsChanged names the texts that an edition has written anew.
func textsChanged(w *words.Words, kinds []models.TextKind) string {
	var names []string
	for _, kind := range kinds {
		names = append(names, textTitle(w, kind))
	}
	return w.List(names)
}
