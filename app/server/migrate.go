package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"colloquy/app/config"
	"colloquy/models/store"
)

// Migrate brings the database up to date.
func Migrate(ctx context.Context, c config.Config, out, logTo io.Writer) error {
	s, err := openStore(ctx, c, NewLog(c, logTo))
	if err != nil {
		return err
	}
	applied, err := s.Migrate(ctx)
	if err == nil {
		_, err = fmt.Fprintf(out, "%d migrations applied; the database is up to date\n", applied)
	}
	return errors.Join(err, s.Close())
}

// MigrateStatus says where every migration stands and changes nothing.
func MigrateStatus(ctx context.Context, c config.Config, out, logTo io.Writer) error {
	return look(ctx, c, logTo, func(s *store.Store) error {
		list, err := s.Migrations(ctx)
		for _, migration := range list {
			state := "waiting"
			if migration.Applied {
				state = "applied"
			}
			if _, err := fmt.Fprintf(out, "%s\t%s\n", state, migration.Name); err != nil {
				return err
			}
		}
		return err
	})
}

// look opens the database as it is, for commands that do not bring it up to date. An
// embedded database that does not exist is not made.
func look(ctx context.Context, c config.Config, logTo io.Writer, do func(s *store.Store) error) error {
	if path, ok := strings.CutPrefix(c.DatabaseURL, "sqlite://"); ok {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("there is no database at %s yet; colloquy serve makes it", path)
		}
	}
	s, err := openStore(ctx, c, NewLog(c, logTo))
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}
