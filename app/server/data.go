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
	"colloquy/app/demo"
)

// Demo fills an empty database with the demo community.
func Demo(ctx context.Context, c config.Config, out, logTo io.Writer) error {
	return withSite(ctx, c, logTo, func(s *site) error {
		if err := demo.WriteDemo(ctx, s.store, time.Now()); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, "the demo community is written; start it with: colloquy serve")
		return err
	})
}

// Measure is the size of a data set for measuring.
type Measure struct {
	Threads, Responses, Members, Longest int
}

// BenchData writes a large, repeatable data set.
func BenchData(ctx context.Context, c config.Config, size Measure, out, logTo io.Writer) error {
	if size.Threads < 1 || size.Members < 1 || size.Responses < 0 || size.Longest < 0 {
		return errors.New("--threads and --members must be at least 1, --responses and --longest not negative")
	}
	return withSite(ctx, c, logTo, func(s *site) error {
		shown := progress(logTo, "responses written")
		measured, err := demo.WriteMeasure(ctx, s.store, demo.MeasureOptions{
			Threads: size.Threads, Responses: size.Responses, Members: size.Members, Longest: size.Longest,
			Progress: func(done, _ int) { shown(done) },
		})
		if errors.Is(err, demo.ErrMeasured) {
			_, err = fmt.Fprintln(out, "this data set is there already")
			return err
		} else if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%d threads with %d responses by %d members are written\n",
			measured.Threads, measured.Responses, measured.Members)
		return err
	})
}

// ImportThreads imports conversations from a file in the thread archive format.
func ImportThreads(ctx context.Context, c config.Config, file, theme string, out, logTo io.Writer) error {
	r, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("read the archive: %w", err)
	}
	defer r.Close()
	return withSite(ctx, c, logTo, func(s *site) error {
		report, err := archive.ImportThreads(ctx, s.store, r, archive.ImportOptions{
			Theme: theme, Now: time.Now(), Progress: progress(logTo, "lines read"),
		})
		for _, problem := range report.Errors {
			if _, err := fmt.Fprintln(logTo, problem); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(out, "%d threads added, %d added to, %d unchanged; %d responses added; %d lines refused\n",
			report.Threads, report.Added, report.Unchanged, report.Responses, report.Refused); err != nil {
			return err
		}
		if err == nil && report.Refused > 0 {
			err = fmt.Errorf("%d lines were refused; their numbers and reasons are above", report.Refused)
		}
		return err
	})
}

// progress shows how far long work has come, on a terminal only; elsewhere it is silent.
func progress(w io.Writer, what string) func(done int) {
	file, ok := w.(*os.File)
	if !ok {
		return func(int) {}
	}
	if info, err := file.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return func(int) {}
	}
	last := time.Time{}
	return func(done int) {
		if now := time.Now(); now.Sub(last) > 200*time.Millisecond {
			last = now
			_, _ = fmt.Fprintf(file, "\r%d %s", done, what) // the work goes on without it
		}
	}
}
