package server

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"
)

// Words that somebody may look for in the data set, where its small vocabulary makes
// each word stand in an eighth to a fifth of all texts; pairs and beginnings of words.
var searched = []string{
	"mandate", "budget", "secretariat", "contracts", "evidence", "trust", "learning", "forests",
	"conseil", "confiance", "apprentissage", "marchés", "presupuesto", "municipio", "confianza", "bosque",
	"المجلس", "الثقة", "water schools", "minutes election", "budget region", "données routes", "actas plan", "govern",
	"learn", "citizens company", "thread response",
}

const searchRounds = 12

// search asks for ordinary words, one after the other, as a visitor does.
func (r *report) search(b *testing.B, m *measured) {
	var took []time.Duration
	for round := range searchRounds {
		for _, words := range searched {
			page := m.ask("/search?q="+url.QueryEscape(words), "", false)
			start := time.Now()
			page.once(b)
			if round > 0 { // the first one warms
				took = append(took, time.Since(start))
			}
		}
	}
	slowest, of := slices.Max(took), len(took)
	r.took(fmt.Sprintf("search over %d responses, p50 of %d", size.Responses, of), median(took), 15*time.Millisecond)
	r.took(fmt.Sprintf("search over %d responses, p99 (slowest %s)", size.Responses, slowest.Round(time.Millisecond)),
		quantile(took, 0.99), 60*time.Millisecond)
}
