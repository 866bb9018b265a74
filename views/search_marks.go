package views

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/views/words"
)

// SearchPage is a search with what it found.
type SearchPage struct {
	// Query is what was looked for; empty when nothing was.
	Query string
	// Terms are the folded words of the query, in its order.
	Terms []string
	Hits  []models.SearchHit
	// Skip is how many closer results stand on earlier pages; Next how many to pass
	// over for more, 0 when there are none.
	Skip int
	Next int
}

// titled gives the page its title: with the query when there is one.
func (s *SearchPage) titled(p Page) Page {
	if s.Query != "" {
		p.Title = p.T("search.title-for", "query", s.Query)
	}
	return placed(p, p.T("search.title"), SectionSearch)
}

// path is the address of the search, passing over so many results.
func (s *SearchPage) path(skip int) string {
	query := url.Values{"q": {s.Query}}
	if skip > 0 {
		query.Set("skip", strconv.Itoa(skip))
	}
	return "/search?" + query.Encode()
}

// markedText is a piece of a text; Hit tells that it is a word that was looked for.
type markedText struct {
	Text string
	Hit  bool
}

// marked cuts a text at the words that were looked for; neighbours among them are
// one piece. The last term counts where a word begins with it, as the search itself
// counts it; the others are whole words.
func marked(text string, terms []string) []markedText {
	if len(terms) == 0 {
		return []markedText{{Text: text}}
	}
	var pieces []markedText
	for _, token := range tokens(text) {
		first, _ := utf8.DecodeRuneInString(token)
		hit := wordRune(first) && found(prose.Fold(token), terms)
		last := len(pieces) - 1
		switch {
		case last >= 0 && pieces[last].Hit == hit:
			pieces[last].Text += token
		case hit && last >= 1 && strings.TrimSpace(pieces[last].Text) == "":
			pieces[last-1].Text += pieces[last].Text + token
			pieces = pieces[:last]
		default:
			pieces = append(pieces, markedText{Text: token, Hit: hit})
		}
	}
	return pieces
}

func found(word string, terms []string) bool {
	last := terms[len(terms)-1]
	return slices.Contains(terms, word) || strings.HasPrefix(word, last)
}

// tokens parts a text into words and what stands between them.
func tokens(text string) []string {
	var list []string
	start, inWord := 0, false
	for i, r := range text {
		if word := wordRune(r); i == 0 {
			inWord = word
		} else if word != inWord {
			list = append(list, text[start:i])
			start, inWord = i, word
		}
	}
	if start < len(text) {
		list = append(list, text[start:])
	}
	return list
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// hitPlace says what was found: an opening or a response, and in which theme.
func hitPlace(w *words.Words, h *models.SearchHit) []words.Piece {
	if h.Number == 1 {
		return w.Pieces("search.opening-in")
	}
	return w.Pieces("search.response-in", "number", strconv.Itoa(h.Number))
}
