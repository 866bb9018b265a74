package main_test

import (
	"database/sql"
	"fmt"
	"strconv"
	"testing"

	"colloquy/app/forumtest"
)

// fleet is the instances of one site on one database.
type fleet struct {
	t       *testing.T
	places  []*place
	servers []*server
	bus     string // where their NATS is to listen; empty for a single instance
	db      *sql.DB
}

// newFleet makes two instances on PostgreSQL that hint each other through NATS, or a
// single one on SQLite. It starts none.
func newFleet(t *testing.T, postgres bool) *fleet {
	t.Helper()
	f := &fleet{t: t}
	if postgres {
		database := forumtest.MigratedPostgres(t)
		f.places = []*place{newPlace(t, database), newPlace(t, database)}
		f.bus = freeAddress(t)
		f.db = openDatabase(t, database)
	} else {
		p := newPlace(t, "")
		p.done("member", "add", "--email", "first@example.org", "--name", "First Here", "--group", "Funders")
		f.places = []*place{p}
		f.db = openDatabase(t, "sqlite://"+p.data+"/colloquy.db")
	}
	for _, p := range f.places {
		p.env["COLLOQUY_RATE_LIMITS"] = "off"
		if f.bus != "" {
			p.env["COLLOQUY_NATS_URL"] = "nats://colloquy:of-the-bus@" + f.bus
		}
	}
	return f
}

// serve starts all instances.
func (f *fleet) serve() {
	f.t.Helper()
	for _, p := range f.places {
		f.servers = append(f.servers, p.serve())
	}
}

// callers speak to each instance with one token.
func (f *fleet) callers(token string) []*caller {
	callers := make([]*caller, len(f.places))
	for i, p := range f.places {
		callers[i] = p.caller(token)
	}
	return callers
}

// heads are the latest numbers of threads, as they stand in the database.
func (f *fleet) heads(ids []int64) map[int64]int64 {
	f.t.Helper()
	heads := make(map[int64]int64, len(ids))
	for _, id := range ids {
		var seq int64
		must(f.t, f.db.QueryRowContext(f.t.Context(), "SELECT seq FROM threads WHERE id = "+strconv.FormatInt(id, 10)).Scan(&seq))
		heads[id] = seq
	}
	return heads
}

// closeThemes leaves every theme to members. Only a server that was started once has
// made any.
func (f *fleet) closeThemes() {
	f.t.Helper()
	_, err := f.db.ExecContext(f.t.Context(), "UPDATE themes SET audience = 'members'")
	must(f.t, err)
}

// fresh loads a thread anew from an instance, once that has its latest state.
func (f *fleet) fresh(v *viewer, p *place, id, head int64) *wholeThread {
	f.t.Helper()
	var whole *wholeThread
	await(f.t, startWithin, fmt.Sprintf("the page of thread %d is the latest", id), func() bool {
		var err error
		whole, err = v.load(f.t.Context(), p, id)
		must(f.t, err)
		return whole.seq == head
	})
	return whole
}
