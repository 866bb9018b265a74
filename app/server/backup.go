package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"colloquy/app/archive"
	"colloquy/app/config"
	"colloquy/models/store"
)

// Export writes the whole community in open formats.
func Export(ctx context.Context, c config.Config, file string, out, logTo io.Writer) error {
	return withSite(ctx, c, logTo, func(s *site) error {
		var done archive.Exported
		err := archive.WriteFile(file, func(w io.Writer) error {
			var err error
			done, err = archive.Export(ctx, s.store, w, archive.ExportOptions{
				Source: c.BaseURL, Now: time.Now(), Progress: progress(logTo, "threads written"),
			})
			return err
		})
		if err == nil {
			_, err = fmt.Fprintf(out, "%d threads with %d texts in %d themes, and %d members, are in %s\n",
				done.Threads, done.Texts, done.Themes, done.Members, file)
		}
		return err
	})
}

// Backup writes everything of a running site into one file. It does not bring the
// database up to date.
func Backup(ctx context.Context, c config.Config, file string, out, logTo io.Writer) error {
	return look(ctx, c, logTo, func(s *store.Store) error {
		err := archive.WriteFile(file, func(w io.Writer) error {
			return archive.Backup(ctx, s, c.DataDir, w, archive.BackupOptions{
				Version: Version, Now: time.Now(), Progress: progress(logTo, "rows written"),
			})
		})
		if err == nil {
			err = archive.ErasuresIn(c.DataDir).CopyBeside(file)
		}
		if err == nil {
			_, err = fmt.Fprintf(out, "the backup is in %s\n", file)
		}
		return err
	})
}

// Restore reads a backup into the database of a stopped site.
func Restore(ctx context.Context, c config.Config, file string, force bool, out, logTo io.Writer) error {
	r, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	defer r.Close()
	info, err := r.Stat()
	if err != nil {
		return fmt.Errorf("read the backup: %w", err)
	}
	options := archive.RestoreOptions{Force: force, Now: time.Now(), Progress: progress(logTo, "rows read")}
	if options.Erasures, err = archive.ErasuresBeside(file); err != nil {
		return err
	}
	s, err := openStore(ctx, c, NewLog(c, logTo))
	if err != nil {
		return err
	}
	restored, err := restoreInto(ctx, s, c, r, info.Size(), options)
	if err == nil {
		_, err = fmt.Fprintf(out, "%d rows of the backup made on %s are restored, %d erasures hold; everybody signs in again\n",
			restored.Rows, restored.MadeAt.Format(time.RFC3339), restored.Erasures)
	}
	return errors.Join(err, s.Close())
}

func restoreInto(ctx context.Context, s *store.Store, c config.Config, r io.ReaderAt, size int64,
	options archive.RestoreOptions,
) (archive.Restored, error) {
	if _, err := s.Migrate(ctx); err != nil {
		return archive.Restored{}, err
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return archive.Restored{}, fmt.Errorf("COLLOQUY_DATA_DIR cannot be used: %w", err)
	}
	return archive.Restore(ctx, s, c.DataDir, r, size, options)
}
