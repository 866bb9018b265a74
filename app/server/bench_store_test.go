package server

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"colloquy/app/forum"
	"colloquy/models"
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

// Posting: so many writers at once, in rounds that alternate with bare INSERTs.
const (
	writers    = 16
	writeFor   = 800 * time.Millisecond
	writeRound = 5
)

// posting compares the room's own act with bare INSERTs of the same row.
func (r *report) posting(b *testing.B, m *measured) {
	pool := samePool(b, m)
	budgets := map[string][2]float64{"PostgreSQL": {0.5, 0.3}}[r.database]
	threads := make([]int64, writers)
	for i := range threads {
		threads[i] = m.newThread(b, i)
	}
	for i, where := range []string{"16 threads", "one thread"} {
		if i == 1 {
			threads = slices.Repeat(threads[:1], writers)
		}
		insert := m.inserting(b, pool, threads[0])
		var ours, theirs, ratios []float64
		var took []time.Duration
		for range writeRound {
			mine := write(b, func(writer, n int) error { return m.respond(threads[writer], writer) })
			took = append(took, mine...)
			other := write(b, func(writer, n int) error { return insert(threads[writer]) })
			ours = append(ours, float64(len(mine))/writeFor.Seconds())
			theirs = append(theirs, float64(len(other))/writeFor.Seconds())
			ratios = append(ratios, float64(len(mine))/float64(len(other)))
		}
		r.ratio(b, "posting, 16 writers in "+where, compared{
			ratio: median(ratios), least: slices.Min(ratios), most: slices.Max(ratios), ours: median(ours),
			theirs: median(theirs), p99: quantile(took, 0.99),
		}, budgets[i])
	}
}

// posted numbers what the measurements write, so that each key and number is new.
var posted atomic.Int64

func (m *measured) newThread(b *testing.B, i int) int64 {
	b.Helper()
	thread, err := m.forum.StartThread(context.Background(), m.author, forum.NewThread{
		Theme: m.theme(b), Title: "Writers of thread " + strconv.Itoa(i), Kind: models.KindInsight,
		Level: models.LevelBigPicture, Lang: "en", Body: "Opening.",
	})
	must(b, err)
	return thread.ThreadID
}

// respond writes a response as the composer does, with a key.
func (m *measured) respond(threadID int64, writer int) error {
	number := posted.Add(1)
	_, err := m.forum.Respond(context.Background(), m.author, threadID, forum.NewResponse{
		Body: writtenText(number), Lang: "en", Key: "measured-" + strconv.Itoa(writer) + "-" + strconv.FormatInt(number, 10),
	})
	return err
}

// writtenText is a response of three paragraphs.
func writtenText(number int64) string {
	return "What do *we* know about mandates, number " + strconv.FormatInt(number, 10) + "?\n\n" +
		"The board publishes its **minutes** before an election and the secretariat asks the regions whether their " +
		"budget was kept; see ¶1 and https://example.org/plan for the plan of the water districts.\n\n" +
		"> A mandate in writing, on one page.\n\nIt was read aloud at the beginning of every meeting, and nobody had to guess."
}

// write lets the writers write for a while and returns how long each text took.
func write(b *testing.B, one func(writer, n int) error) []time.Duration {
	b.Helper()
	took, errs := make([][]time.Duration, writers), make([]error, writers)
	until := time.Now().Add(writeFor)
	var all sync.WaitGroup
	for writer := range writers {
		all.Go(func() {
			for n, start := 0, time.Now(); start.Before(until) && errs[writer] == nil; n++ {
				errs[writer] = one(writer, n)
				now := time.Now()
				took[writer], start = append(took[writer], now.Sub(start)), now
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		must(b, err)
	}
	return slices.Concat(took...)
}

// samePool opens a pool of the kind and size that the store writes with.
func samePool(b *testing.B, m *measured) *sql.DB {
	b.Helper()
	if path := m.store.Path(); path != "" {
		pool, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(5000)"+
			"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)")
		must(b, err)
		pool.SetMaxOpenConns(1)
		b.Cleanup(func() { must(b, pool.Close()) })
		return pool
	}
	config, err := pgxpool.ParseConfig(m.url)
	must(b, err)
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	must(b, err)
	conn := stdlib.OpenDBFromPool(pool)
	b.Cleanup(func() {
		must(b, conn.Close())
		pool.Close()
	})
	return conn
}

// inserted are the columns of a response that a bare INSERT copies.
const inserted = "persona_id, body, html, excerpt, renderer, lang, rev, dating"

// inserting makes the bare INSERT of the row that respond writes: one statement, the
// same values, a transaction of its own, as acknowledged as a response is.
func (m *measured) inserting(b *testing.B, pool *sql.DB, threadID int64) func(threadID int64) error {
	b.Helper()
	must(b, m.respond(threadID, 0))
	mark := func(n int) string { return "$" + strconv.Itoa(n) }
	if m.store.Path() != "" {
		mark = func(int) string { return "?" }
	}
	row := make([]any, 8)
	into := make([]any, len(row))
	for i := range row {
		into[i] = &row[i]
	}
	must(b, pool.QueryRow("SELECT "+inserted+" FROM responses WHERE thread_id = "+mark(1)+
		" ORDER BY number DESC LIMIT 1", threadID).Scan(into...))
	marks := make([]string, len(row)+4)
	for i := range marks {
		marks[i] = mark(i + 1)
	}
	statement := "INSERT INTO responses (thread_id, number, changed_seq, created_at, " + inserted + ") VALUES (" +
		strings.Join(marks, ", ") + ")"
	return func(threadID int64) error {
		// Far above the numbers that responses take.
		number := 10_000_000 + posted.Add(1)
		_, err := pool.ExecContext(context.Background(), statement,
			append([]any{threadID, number, number, time.Now().UTC().Truncate(time.Microsecond)}, row...)...)
		return err
	}
}
