// Package forumtest is the stage on which the other packages' tests play:
// throwaway databases of both kinds, and what a test needs to know of the
// machine. Only tests import it.
package forumtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// databasePrefix starts the name of every database made here; a number
	// follows, the Unix time of the process's start, by which left-behind
	// databases of a server that outlives us are recognised.
	databasePrefix = "colloquy_test_"
	// leftBehindAfter is well above go test's own limit for one package.
	leftBehindAfter = 2 * time.Hour
	// clusterDeadline bounds every administrative act on the cluster.
	clusterDeadline = time.Minute
)

// cluster is the one PostgreSQL server of this test process.
type cluster struct {
	admin   *url.URL // the maintenance database, as a superuser or with CREATEDB
	started time.Time

	lock      sync.Mutex
	templates map[string]func() (string, error)
}

// theCluster starts the server at first need. A process has one; its templates
// live as long as it does.
var theCluster = sync.OnceValues(func() (*cluster, error) {
	address := os.Getenv("TEST_DATABASE_URL")
	if address == "" {
		started, err := startPostgres()
		if err != nil {
			return nil, err
		}
		address = started
	}
	admin, err := url.Parse(address)
	if err != nil || admin.Scheme != "postgres" && admin.Scheme != "postgresql" {
		return nil, errors.New("TEST_DATABASE_URL must be a postgres:// address")
	}
	c := &cluster{admin: admin, started: time.Now(), templates: map[string]func() (string, error){}}
	if err := c.sweep(); err != nil {
		return nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	return c, nil
})

// Postgres returns the postgres:// address of a fresh, empty database, which is
// dropped when the test ends. It is made in a throwaway cluster of this process,
// started from the installed binaries, or on the server of TEST_DATABASE_URL
// (PostgreSQL 15 or newer, a role that may create databases). Without either the
// test is left out.
func Postgres(tb testing.TB) string {
	tb.Helper()
	return postgresCluster(tb).fresh(tb, "template1")
}

// PostgresTemplate returns the address of a fresh copy of a database that
// prepare has filled, dropped when the test ends. Prepare runs once per process
// and name and must leave no connection open; a failure of it fails every test
// that asks for this name.
func PostgresTemplate(tb testing.TB, name string, prepare func(url string) error) string {
	tb.Helper()
	c := postgresCluster(tb)
	template, err := c.template(name, prepare)
	if err != nil {
		tb.Fatalf("prepare the PostgreSQL template %q: %v", name, err)
	}
	return c.fresh(tb, template)
}

func postgresCluster(tb testing.TB) *cluster {
	tb.Helper()
	c, err := theCluster()
	var absent absentError
	switch {
	case errors.As(err, &absent):
		LeftOut(tb, "PostgreSQL", err)
	case err != nil:
		tb.Fatalf("start the PostgreSQL of the tests: %v", err)
	}
	return c
}

// absentError says why there is no PostgreSQL on this machine: a reason to leave
// tests out. Any other error is a fault and fails them.
type absentError string

func (e absentError) Error() string { return string(e) }

// fresh copies a database and drops the copy when the test ends.
func (c *cluster) fresh(tb testing.TB, template string) string {
	tb.Helper()
	name := c.newName()
	// Copying files is several times faster here than the default, which
	// writes every page of the template to the log.
	if err := c.exec("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY file_copy"); err != nil {
		tb.Fatalf("copy the PostgreSQL database %s: %v", template, err)
	}
	tb.Cleanup(func() {
		if err := c.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			tb.Errorf("drop the PostgreSQL database of the test: %v", err)
		}
	})
	return c.address(name)
}

// template returns the name of the prepared database called name, making it at
// the first call.
func (c *cluster) template(name string, prepare func(url string) error) (string, error) {
	c.lock.Lock()
	once, ok := c.templates[name]
	if !ok {
		once = sync.OnceValues(func() (string, error) { return c.makeTemplate(prepare) })
		c.templates[name] = once
	}
	c.lock.Unlock()
	return once()
}

func (c *cluster) makeTemplate(prepare func(url string) error) (string, error) {
	database := c.newName()
	if err := c.exec("CREATE DATABASE " + database + " TEMPLATE template1 STRATEGY file_copy"); err != nil {
		return "", err
	}
	if err := prepare(c.address(database)); err != nil {
		return "", err
	}
	// A connection to a template would make every copy of it wait.
	return database, c.exec("ALTER DATABASE " + database + " WITH ALLOW_CONNECTIONS false")
}

// newName returns a name that needs no quoting and that sweep understands.
func (c *cluster) newName() string {
	return databasePrefix + strconv.FormatInt(c.started.Unix(), 10) + "_" + strings.ToLower(rand.Text()[:10])
}

// address returns the URL of one database of the cluster.
func (c *cluster) address(database string) string {
	u := *c.admin
	u.Path = "/" + database
	return u.String()
}

// exec runs one statement on the maintenance database. Its own connection each
// time: tests run side by side, and CREATE DATABASE takes no transaction.
func (c *cluster) exec(statement string) error {
	return c.connected(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, statement)
		return err
	})
}

func (c *cluster) connected(do func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), clusterDeadline)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.admin.String())
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, conn), conn.Close(ctx))
}

// sweep drops what processes that were killed have left on a server that is not
// ours; on a cluster of our own there is nothing yet.
func (c *cluster) sweep() error {
	return c.connected(func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", databasePrefix)
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range names {
			stamp, _, _ := strings.Cut(strings.TrimPrefix(name, databasePrefix), "_")
			seconds, err := strconv.ParseInt(stamp, 10, 64)
			if err != nil || c.started.Sub(time.Unix(seconds, 0)) < leftBehindAfter {
				continue
			}
			// Another run may be sweeping too: the one that comes second finds nothing.
			if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
				return err
			}
		}
		return nil
	})
}
