package server

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"colloquy/app/forum"
	"colloquy/models"
)

// Posting: so many writers at once, in rounds that alternate with bare INSERTs.
const (
	writers     = 16
	writeFor    = 500 * time.Millisecond
	writeRounds = 5
)

// posting compares the room's own act, through the room, with bare statements: the
// INSERT of the response's row alone, and all the rows of which a response consists
// in one transaction.
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
		row := m.writtenRow(b, pool, threads[0])
		var took []time.Duration
		var ours, alone, together []float64
		for range writeRounds {
			mine := write(b, func(writer int) error { return m.respond(threads[writer], writer) })
			took = append(took, mine...)
			ours = append(ours, perSecond(mine))
			alone = append(alone, perSecond(write(b, func(writer int) error { return row.insert(threads[writer]) })))
			together = append(together, perSecond(write(b, func(writer int) error { return row.insertAll(threads[writer]) })))
		}
		r.ratio("posting, 16 writers in "+where, comparedWrites(ours, alone, took), budgets[i])
		r.ratio("posting, 16 writers in "+where+", to bare statements for all its rows", comparedWrites(ours, together, took), 0)
	}
}

func perSecond(took []time.Duration) float64 { return float64(len(took)) / writeFor.Seconds() }

func comparedWrites(ours, theirs []float64, took []time.Duration) compared {
	ratios := make([]float64, 0, len(ours))
	for i := range ours {
		ratios = append(ratios, ours[i]/theirs[i])
	}
	return compared{
		ratio: median(ratios), least: slices.Min(ratios), most: slices.Max(ratios), ours: median(ours),
		theirs: median(theirs), p99: quantile(took, 0.99),
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
func write(b *testing.B, one func(writer int) error) []time.Duration {
	b.Helper()
	took, errs := make([][]time.Duration, writers), make([]error, writers)
	until := time.Now().Add(writeFor)
	var all sync.WaitGroup
	for writer := range writers {
		all.Go(func() {
			for start := time.Now(); start.Before(until) && errs[writer] == nil; {
				errs[writer] = one(writer)
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
