package archive

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// maxManifest is how many bytes the list of a backup's entries may have.
const maxManifest = 64 << 20

// ErrNotBackup is returned when a file is no backup, or too damaged to be read.
var ErrNotBackup = errors.New("this file is not a Colloquy backup, or it is damaged: take another copy")

// backup is an open backup file.
type backup struct {
	manifest manifest
	entries  map[string]*zip.File
}

// openBackup reads the list of a backup's entries and holds it against the file.
func openBackup(r io.ReaderAt, size int64) (*backup, error) {
	file, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNotBackup, err)
	}
	b := &backup{entries: make(map[string]*zip.File, len(file.File))}
	for _, entry := range file.File {
		if b.entries[entry.Name] != nil {
			return nil, fmt.Errorf("%w (two entries %q)", ErrNotBackup, entry.Name)
		}
		b.entries[entry.Name] = entry
	}
	list := b.entries[manifestName]
	if list == nil {
		return nil, fmt.Errorf("%w (it has no %s)", ErrNotBackup, manifestName)
	}
	delete(b.entries, manifestName)
	content, err := list.Open()
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNotBackup, err)
	}
	defer content.Close()
	text, err := io.ReadAll(io.LimitReader(content, maxManifest))
	if err == nil {
		err = json.Unmarshal(text, &b.manifest)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%s: %w)", ErrNotBackup, manifestName, err)
	}
	if b.manifest.Format != backupFormat {
		return nil, fmt.Errorf("the backup has format %d and this program reads format %d: use the program's version %s",
			b.manifest.Format, backupFormat, b.manifest.Version)
	}
	return b, nil
}

// check holds every entry against its size and hash, and the names against the list.
func (b *backup) check(ctx context.Context) error {
	if len(b.entries) != len(b.manifest.Entries) {
		return fmt.Errorf("%w (it has %d entries and lists %d)", ErrNotBackup, len(b.entries), len(b.manifest.Entries))
	}
	for _, info := range b.manifest.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		name, upload := strings.CutPrefix(info.Name, uploadFolder)
		if upload && !filepath.IsLocal(filepath.FromSlash(name)) || !upload && !strings.HasPrefix(info.Name, tableFolder) {
			return fmt.Errorf("%w (an entry is named %q)", ErrNotBackup, info.Name)
		}
		sum := sha256.New()
		size, err := b.copy(sum, info)
		if err != nil {
			return fmt.Errorf("%w (%s: %w)", ErrNotBackup, info.Name, err)
		}
		if size != info.Size || hex.EncodeToString(sum.Sum(nil)) != info.SHA256 {
			return fmt.Errorf("%w (%s is not what was written)", ErrNotBackup, info.Name)
		}
	}
	return nil
}

// copy reads an entry, at most one byte more than it may have.
func (b *backup) copy(w io.Writer, info entryInfo) (int64, error) {
	entry := b.entries[info.Name]
	if entry == nil {
		return 0, errors.New("it is missing")
	}
	content, err := entry.Open()
	if err != nil {
		return 0, err
	}
	defer content.Close()
	return io.Copy(w, io.LimitReader(content, info.Size+1))
}
