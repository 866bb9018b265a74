package server

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"strconv"
	"strings"
	"testing"
	"time"
)

// writtenRow is a response as the room wrote it, to be written again with bare
// statements through database/sql.
type writtenRow struct {
	pool    *sql.DB
	groupID int64
	// values are those of the columns in written.
	values []any
	words  string
	// insertOne, index, … are the statements in the words of the database.
	insertOne, voice, advance, index, key string
}

// written are the columns of a response that are the same each time it is written.
const written = "persona_id, body, html, excerpt, renderer, lang, rev, dating"

// writtenRow writes a response and reads its row.
func (m *measured) writtenRow(b *testing.B, pool *sql.DB, threadID int64) writtenRow {
	b.Helper()
	must(b, m.respond(threadID, 0))
	row := writtenRow{pool: pool, groupID: m.author.Member.GroupID, values: make([]any, 8)}
	words := m.words()
	into := make([]any, len(row.values))
	for i := range row.values {
		into[i] = &row.values[i]
	}
	must(b, pool.QueryRow(words("SELECT "+written+" FROM responses WHERE thread_id = ? ORDER BY number DESC LIMIT 1"),
		threadID).Scan(into...))
	body, _ := row.values[1].(string)
	row.words = strings.ToLower(body)
	row.insertOne = words("INSERT INTO responses (thread_id, number, changed_seq, created_at, " + written +
		") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id")
	row.voice = words(`INSERT INTO thread_voices (thread_id, group_id, responses) VALUES (?, ?, 1)
		ON CONFLICT (thread_id, group_id) DO UPDATE SET responses = thread_voices.responses + 1`)
	row.advance = words(`UPDATE threads SET seq = seq + 1, last_number = last_number + 1, responses = responses + 1,
		latest_number = last_number + 1, active_at = ? WHERE id = ? RETURNING seq, last_number`)
	row.index = "INSERT INTO search_index (rowid, title, words) VALUES (?, '', ?)"
	if m.store.Path() == "" {
		row.index = "INSERT INTO search_index (response_id, words) VALUES ($1, setweight(to_tsvector('simple', $2), 'B'))"
	}
	row.key = words("INSERT INTO idempotency_keys (mac, request_hash, thread_id, number, created_on) VALUES (?, ?, ?, ?, ?)")
	return row
}

// words puts the places for values as the database names them.
func (m *measured) words() func(string) string {
	if m.store.Path() != "" {
		return func(statement string) string { return statement }
	}
	return func(statement string) string {
		for n := 1; strings.Contains(statement, "?"); n++ {
			statement = strings.Replace(statement, "?", "$"+strconv.Itoa(n), 1)
		}
		return statement
	}
}

// insert writes the response's row alone: one statement, a transaction of its own, as
// durable as a response is.
func (w writtenRow) insert(threadID int64) error {
	// Far above the numbers that responses take.
	number := 10_000_000 + posted.Add(1)
	_, err := w.pool.ExecContext(context.Background(), w.insertOne, w.row(threadID, number, number)...)
	return err
}

func (w writtenRow) row(threadID, number, seq int64) []any {
	return append([]any{threadID, number, seq, time.Now().UTC().Truncate(time.Microsecond)}, w.values...)
}

// insertAll writes all of which a response consists, without asking who may.
func (w writtenRow) insertAll(threadID int64) (err error) {
	ctx, now := context.Background(), time.Now().UTC().Truncate(time.Microsecond)
	tx, err := w.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the first error is the one to tell
		}
	}()
	if _, err = tx.ExecContext(ctx, w.voice, threadID, w.groupID); err != nil {
		return err
	}
	var seq, number, id int64
	if err = tx.QueryRowContext(ctx, w.advance, now, threadID).Scan(&seq, &number); err != nil {
		return err
	}
	if err = tx.QueryRowContext(ctx, w.insertOne, w.row(threadID, number, seq)...).Scan(&id); err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, w.index, id, w.words); err != nil {
		return err
	}
	mac := sha256.Sum256([]byte(strconv.FormatInt(posted.Add(1), 10)))
	if _, err = tx.ExecContext(ctx, w.key, mac[:], mac[:], threadID, number, now); err != nil {
		return err
	}
	return tx.Commit()
}
