package forum

import (
	"colloquy/app/prose"
	"colloquy/models"
)

// excerptRunes is how long the stored first words of a text are.
const excerptRunes = 180

// text is a text made ready to be written.
type text struct {
	body    string
	html    prose.HTML
	excerpt string
	lang    string
	// words is the folded text for the search.
	words string
}

// Preview renders a text as it would be shown, without keeping it.
func (f *Forum) Preview(body string) (prose.HTML, error) {
	invalid := Invalid{}
	t := cleanText(invalid, body, "")
	return t.html, invalid.Err()
}

// cleanText renders a body; what is wrong with it is added to invalid.
func cleanText(invalid Invalid, body, lang string) text {
	clean, err := prose.Clean(body, MaxText)
	if err != nil {
		invalid["body"] = models.Problem(prose.Fault(err))
		return text{}
	}
	html := prose.Render(clean)
	return text{
		body: clean, html: html, lang: cleanLang(lang, clean),
		excerpt: prose.Excerpt(html, excerptRunes), words: prose.Fold(prose.Text(html)),
	}
}

func cleanTitle(invalid Invalid, title string) string {
	clean, err := prose.CleanLine(title, MaxTitle)
	if err != nil {
		invalid["title"] = models.Problem(prose.Fault(err))
	}
	return clean
}

// cleanLang keeps a plausible language tag; an empty or odd one becomes a guess.
func cleanLang(lang, body string) string {
	if len(lang) >= 2 && len(lang) <= 12 {
		plain := true
		for _, c := range lang {
			plain = plain && (c == '-' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
		}
		if plain {
			return lang
		}
	}
	if guess := prose.GuessLanguage(body); guess != "" {
		return guess
	}
	return "en"
}

// response is a new row of this text.
func (t text) response(threadID, personaID int64) *models.Response {
	return &models.Response{
		ThreadID: threadID, PersonaID: personaID, Body: t.body, HTML: string(t.html), Excerpt: t.excerpt,
		Renderer: prose.Renderer, Lang: t.lang, Rev: 1, Dating: models.DatedExactly,
	}
}
