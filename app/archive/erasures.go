package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"colloquy/models"
)

const (
	// erasuresName is the file of erasures in the data directory.
	erasuresName = "erasures.log"
	// besideBackup is what the copy of it beside a backup adds to the backup's name.
	besideBackup = ".erasures"
)

// Erasures is the file erasures.log: what was erased for good, so that no backup brings it
// back. It outlives the database and is no part of any backup. Its lines are sorted: their
// order would tell what was erased together, and so what belonged to one person.
type Erasures struct{ path string }

// ErasuresIn is the file of erasures of a data directory.
func ErasuresIn(dataDir string) Erasures { return Erasures{filepath.Join(dataDir, erasuresName)} }

// Add writes erasures down, on the disk when it returns, and returns how to take those back
// that it added. It is called before the erasing transaction commits: whatever crashes,
// no erasure is lost. The processes of one data directory wait for each other.
func (e Erasures) Add(list ...models.Erasure) (undo func() error, err error) {
	var added []string
	err = e.change(func(lines []string) []string {
		for _, erasure := range list {
			line := erasure.String()
			if _, known := slices.BinarySearch(lines, line); !known {
				added = append(added, line)
			}
		}
		return append(lines, added...)
	})
	if err != nil {
		return nil, err
	}
	return func() error {
		slices.Sort(added)
		return e.change(func(lines []string) []string {
			return slices.DeleteFunc(lines, func(line string) bool {
				_, mine := slices.BinarySearch(added, line)
				return mine
			})
		})
	}, nil
}

// change writes the file anew, whole or not at all.
func (e Erasures) change(do func(sorted []string) []string) error {
	if err := os.MkdirAll(filepath.Dir(e.path), 0o700); err != nil {
		return fmt.Errorf("write %s: %w", erasuresName, err)
	}
	lock, err := os.OpenFile(e.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock %s: %w", erasuresName, err)
	}
	defer lock.Close() // which unlocks it
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", erasuresName, err)
	}
	lines, err := e.lines()
	if err != nil {
		return err
	}
	lines = do(lines)
	slices.Sort(lines)
	lines = slices.Compact(lines)
	err = WriteFile(e.path, func(w io.Writer) error {
		text := strings.Join(lines, "\n")
		if text != "" {
			text += "\n"
		}
		_, err := io.WriteString(w, text)
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", erasuresName, err)
	}
	return syncFolder(filepath.Dir(e.path))
}

// syncFolder brings the names of a folder's files to the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("write %s: %w", erasuresName, err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// lines reads the file, sorted; one that is not there is empty.
func (e Erasures) lines() ([]string, error) {
	text, err := os.ReadFile(e.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read %s: %w", erasuresName, err)
	}
	lines := slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool { return line == "" })
	slices.Sort(lines)
	return lines, nil
}

// Read lists the erasures. A line that is none is an error: what it should erase is not known.
func (e Erasures) Read() ([]models.Erasure, error) {
	lines, err := e.lines()
	list := make([]models.Erasure, 0, len(lines))
	for _, line := range lines {
		erasure, ok := models.ParseErasure(line)
		if !ok {
			return nil, fmt.Errorf("%s holds a line that is no erasure (%q): mend it or take it out, then try again", e.path, line)
		}
		list = append(list, erasure)
	}
	return list, err
}

// CopyBeside puts a copy beside a backup, so that both are taken away together: the newest
// copy is good for every older backup. Without erasures there is none.
func (e Erasures) CopyBeside(backup string) error {
	lines, err := e.lines()
	if err != nil || len(lines) == 0 {
		return err
	}
	return WriteFile(backup+besideBackup, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
		return err
	})
}

// ErasuresBeside lists what the folder of a backup knows of erasures: a file erasures.log
// and the copies beside all backups there.
func ErasuresBeside(backup string) ([]models.Erasure, error) {
	folder := filepath.Dir(backup)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("look for erasures beside the backup: %w", err)
	}
	var list []models.Erasure
	for _, entry := range entries {
		if entry.Name() != erasuresName && !strings.HasSuffix(entry.Name(), besideBackup) || !entry.Type().IsRegular() {
			continue
		}
		some, err := Erasures{filepath.Join(folder, entry.Name())}.Read()
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}
