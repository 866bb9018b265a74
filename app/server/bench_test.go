package server

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"colloquy/app/config"
	"colloquy/models"
)

// BenchmarkBudgets measures what docs/benchmarks.md promises and prints each figure
// beside its budget. It takes a few minutes and is made for -benchtime 1x: its loops
// are bounded by themselves. A missed budget is said, not failed: times are the
// machine's, and only the ratios within one run compare.
func BenchmarkBudgets(b *testing.B) {
	report := &report{}
	databases(b, func(b *testing.B, c config.Config) {
		report.database = b.Name()[strings.LastIndex(b.Name(), "/")+1:]
		b.Run("program", func(b *testing.B) { report.program(b, c) })
		m := serveMeasured(b, c)
		b.Run("pages", func(b *testing.B) { report.pages(b, m) })
		b.Run("long", func(b *testing.B) { report.long(b, m) })
		b.Run("queries", func(b *testing.B) { report.queries(b, m) })
		b.Run("search", func(b *testing.B) { report.search(b, m) })
		b.Run("posting", func(b *testing.B) { report.posting(b, m) })
	})
	b.Run("visit", report.visit)
	report.print()
}

// report collects the lines.
type report struct {
	database string
	lines    []string
}

// add adds a measured figure. A budget is "" when none was set.
func (r *report) add(what, figure, budget string, met bool) {
	verdict := "met"
	switch {
	case budget == "":
		verdict = ""
	case !met:
		verdict = "MISSED"
	}
	if r.database != "" {
		what = r.database + ": " + what
	}
	r.lines = append(r.lines, strings.Join([]string{what, figure, budget, verdict}, "\t"))
}

// ratio adds a comparison, which must reach at least so much.
func (r *report) ratio(what string, c compared, least float64) {
	r.add(what, fmt.Sprintf("%.2f × (%.2f to %.2f; %.0f of %.0f/s), p99 %s", c.ratio, c.least, c.most, c.ours, c.theirs,
		c.p99.Round(100*time.Microsecond)), atLeast(least), c.ratio >= least)
}

func atLeast(ratio float64) string {
	if ratio == 0 {
		return ""
	}
	return fmt.Sprintf("≥ %.1f ×", ratio)
}

// took adds a time, which may be at most so long.
func (r *report) took(what string, took, most time.Duration) {
	r.add(what, took.Round(10*time.Microsecond).String(), "≤ "+most.String(), took <= most)
}

// count adds a number, which may be at most so much.
func (r *report) count(what string, n, most int) {
	r.add(what, fmt.Sprint(n), fmt.Sprintf("≤ %d", most), n <= most)
}

func (r *report) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "\nwhat\tfigure\tbudget\tmet")
	for _, line := range r.lines {
		fmt.Fprintln(w, line)
	}
	_ = w.Flush() // the terminal
}

// pages compares pages with bare Fiber serving the same bytes.
func (r *report) pages(b *testing.B, m *measured) {
	thread := path(&m.fifty, 1)
	if r.database == "SQLite" { // a visitor's kept page asks the database nothing
		for _, accept := range []string{"", "gzip", "br"} {
			c := m.ask(thread, accept, false).againstBare(b)
			what := strings.TrimSpace("thread of 50, visitor " + accept)
			r.ratio(what, c, 0.4)
			r.took(what+", p99 at 64 connections", c.p99, 20*time.Millisecond)
		}
		r.ratio("home, visitor", m.ask("/", "", false).againstBare(b), 0.2)
		r.ratio("themes, visitor", m.ask("/themes", "", false).againstBare(b), 0.2)
	}
	r.ratio("thread of 50, signed in", m.ask(thread, "", true).againstBare(b), 0.2)
	r.ratio("thread of 50, signed in br", m.ask(thread, "br", true).againstBare(b), 0)
	r.ratio("home, signed in", m.ask("/", "", true).againstBare(b), 0)
}

// coldTries is how often a cold page is asked for.
const coldTries = 25

// long compares the first page of the longest thread with a late one.
func (r *report) long(b *testing.B, m *measured) {
	first, late := m.ask(path(&m.long, 1), "", false), m.ask(path(&m.long, size.Longest/models.PageSize), "", false)
	var cold [2][]time.Duration
	for range coldTries {
		for i, page := range []asking{first, late} {
			m.forget(b)
			start := time.Now()
			page.once(b)
			cold[i] = append(cold[i], time.Since(start))
		}
	}
	a, z := median(cold[0]), median(cold[1])
	r.within(fmt.Sprintf("page 1 and page %d of %d, cold: %s and %s", size.Longest/models.PageSize, size.Longest,
		a.Round(10*time.Microsecond), z.Round(10*time.Microsecond)), float64(z)/float64(a))
	c := late.against(b, first)
	r.within(fmt.Sprintf("page 1 and page %d of %d, warm: %.0f/s and %.0f/s", size.Longest/models.PageSize, size.Longest,
		c.theirs, c.ours), c.ratio)
}

// within adds a ratio that may go a fifth either way.
func (r *report) within(what string, ratio float64) {
	r.add(what, fmt.Sprintf("%.2f ×", ratio), "within 1.2 ×", ratio <= 1.2 && ratio >= 1/1.2)
}

// queries counts what a page asks of the database when nothing is kept in memory.
func (r *report) queries(b *testing.B, m *measured) {
	profile := "/members/" + m.author.Persona.PersonaHandle
	for _, signedIn := range []bool{false, true} {
		most, at := 0, ""
		for _, address := range []string{
			"/", "/themes", "/themes/" + m.theme(b), path(&m.fifty, 1), path(&m.long, 100), "/search?q=mandate", profile,
			"/learning-agenda", "/about",
		} {
			if n := m.asked(b, m.ask(address, "", signedIn)); n > most {
				most, at = n, address
			}
		}
		who := map[bool]string{false: "visitor", true: "signed in"}[signedIn]
		r.count("queries of a cold thread page, 1 response, "+who, m.asked(b, m.ask(path(&m.one, 1), "", signedIn)), 8)
		r.count("queries of a cold thread page, 50 responses, "+who, m.asked(b, m.ask(path(&m.fifty, 1), "", signedIn)), 8)
		r.count("queries of the cold page that asks most ("+at+"), "+who, most, 8)
	}
}

// asked counts the statements of one page; the site's own background asks in between
// at times, so the least of some tries counts.
func (m *measured) asked(b *testing.B, page asking) int {
	b.Helper()
	least := 1 << 30
	for range 3 {
		m.forget(b)
		before := m.store.Queries()
		page.once(b)
		least = min(least, int(m.store.Queries()-before))
	}
	return least
}

func (m *measured) theme(b *testing.B) string {
	b.Helper()
	themes, err := m.forum.Themes(context.Background(), models.Viewer{Now: time.Now()})
	must(b, err)
	return themes[0].Slug
}
