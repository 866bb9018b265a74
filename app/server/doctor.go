package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"colloquy/app/bus"
	"colloquy/app/config"
	"colloquy/app/mail"
	"colloquy/models/store"
)

const (
	// lowDisk is how much room the data directory should have left.
	lowDisk = 1 << 30
	// busWithin is how long all addresses of the bus may take together.
	busWithin = 10 * time.Second
)

// finding is one thing that the doctor looked at.
type finding struct {
	what string
	// says is what is right; err is what is wrong and how to mend it.
	says string
	err  error
}

// Doctor checks configuration, database, mail, bus and disk, says in words what is wrong
// and how to mend it, and returns an error when anything is.
func Doctor(ctx context.Context, c config.Config, out, logTo io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	findings := []finding{
		{what: "configuration", says: "every value can be right; the site is " + c.BaseURL},
		checkAddress(c), checkDisk(c), checkDatabase(ctx, c, logTo), checkMail(ctx, c, logTo),
	}
	findings = append(findings, checkBus(ctx, c)...)
	findings = append(findings, checkServices(ctx, c)...)
	findings = append(findings, checkPlans(c)...)
	wrong := 0
	for _, f := range findings {
		mark, text := "ok", f.says
		if f.err != nil {
			mark, text = "WRONG", strings.Join(strings.Fields(f.err.Error()), " ")
			wrong++
		}
		if _, err := fmt.Fprintf(out, "%-6s %-14s %s\n", mark, f.what, text); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d checks found something wrong", wrong, len(findings))
	}
	return nil
}

func checkAddress(c config.Config) finding {
	f := finding{what: "address", says: "encrypted, or for this machine only"}
	if !c.TLS() && !c.Loopback() {
		f.err = errors.New("the site is open to other machines without encryption: put a proxy with TLS before it " +
			"and set COLLOQUY_BASE_URL to its https:// address")
	}
	return f
}

func checkDisk(c config.Config) finding {
	f := finding{what: "disk"}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		f.err = fmt.Errorf("COLLOQUY_DATA_DIR %s cannot be made: %w", c.DataDir, err)
		return f
	}
	probe := filepath.Join(c.DataDir, ".probe")
	if err := os.WriteFile(probe, []byte("probe"), 0o600); err != nil {
		f.err = fmt.Errorf("COLLOQUY_DATA_DIR %s cannot be written: %w", c.DataDir, err)
		return f
	}
	if err := os.Remove(probe); err != nil {
		f.err = err
		return f
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(c.DataDir, &disk); err != nil {
		f.err = err
		return f
	}
	free := disk.Bavail * uint64(disk.Bsize)
	f.says = fmt.Sprintf("%s can be written, %d GiB are free", c.DataDir, free>>30)
	if free < lowDisk {
		f.err = fmt.Errorf("only %d MiB are free in %s: make room", free>>20, c.DataDir)
	}
	return f
}

func checkDatabase(ctx context.Context, c config.Config, logTo io.Writer) finding {
	f := finding{what: "database"}
	f.err = look(ctx, c, logTo, func(s *store.Store) error {
		if err := s.Ping(ctx); err != nil {
			return err
		}
		if err := s.Check(ctx); err != nil {
			return err
		}
		list, err := s.Migrations(ctx)
		if err != nil {
			return err
		}
		for _, migration := range list {
			if !migration.Applied {
				return fmt.Errorf("migration %s is waiting: run colloquy migrate", migration.Name)
			}
		}
		sizes, err := s.Sizes(ctx)
		f.says = fmt.Sprintf("%s answers and is up to date: %d members, %d threads", s.Kind(), sizes.Members, sizes.Threads)
		return err
	})
	return f
}

func checkMail(ctx context.Context, c config.Config, logTo io.Writer) finding {
	f := finding{what: "mail", says: "the mail server answers"}
	outbox := filepath.Join(c.DataDir, "outbox")
	if c.SMTPURL == "" {
		f.says = "COLLOQUY_SMTP_URL is empty: letters go to " + outbox
	}
	office, err := mail.Open(c.SMTPURL, c.MailFrom, outbox, NewLog(c, logTo))
	if err != nil {
		f.err = err
		return f
	}
	defer office.Close()
	if err := office.Check(ctx); err != nil {
		f.err = fmt.Errorf("%w: look at COLLOQUY_SMTP_URL", err)
	}
	return f
}

// checkBus tries the bus, when there is to be one.
func checkBus(ctx context.Context, c config.Config) []finding {
	if c.NATSURL == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, busWithin)
	defer cancel()
	f := finding{what: "bus", says: "NATS answers and passes hints on"}
	if strings.HasPrefix(c.DatabaseURL, "sqlite://") {
		f.says += ", but the embedded database serves one instance only: COLLOQUY_NATS_URL can be empty"
	}
	if err := bus.Check(ctx, c.NATSURL); err != nil {
		f.err = fmt.Errorf("%w. Look at COLLOQUY_NATS_URL and at NATS; until then instances see each other's changes within three seconds", err)
	}
	return []finding{f}
}

// checkPlans names what is configured and not built yet.
func checkPlans(c config.Config) []finding {
	if c.UploadsURL == "" {
		return nil
	}
	return []finding{{what: "uploads", says: "COLLOQUY_UPLOADS_URL is read, but this version takes no uploads"}}
}
