package archive

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"colloquy/models/store"
)

const (
	// backupFormat is the version of the form that a backup has.
	backupFormat = 1
	// manifestName is the entry that lists all others.
	manifestName = "manifest.json"
	// tableFolder and uploadFolder hold one entry a table and one a file.
	tableFolder, uploadFolder = "tables/", "uploads/"
)

// lettersOfEntry are the tables that let somebody in and end with a restore anyway:
// their rows are in no backup.
var lettersOfEntry = []string{"sessions", "links", "ceremonies"}

// BackupOptions say what a backup tells of itself.
type BackupOptions struct {
	// Version is the program's version.
	Version string
	Now     time.Time
	// Progress is told how many rows are done; may be nil.
	Progress func(rows int)
}

// manifest lists what is in a backup.
type manifest struct {
	Format    int         `json:"format"`
	Version   string      `json:"version"`
	Migration string      `json:"migration"`
	Database  string      `json:"database"`
	MadeAt    time.Time   `json:"made_at"`
	Tables    []tableInfo `json:"tables"`
	Entries   []entryInfo `json:"entries"`
}

// tableInfo is how many rows of a table are in a backup.
type tableInfo struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
}

// entryInfo is what an entry must hold.
type entryInfo struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Backup writes everything of a running site: all tables as they are at one moment,
// and the folder of uploads in the data directory. Either database takes it back. The
// file holds secrets (password hashes, addresses): keep it as carefully as the site.
func Backup(ctx context.Context, s *store.Store, dataDir string, w io.Writer, options BackupOptions) error {
	migration, err := lastMigration(ctx, s)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	b := backing{zip: zip.NewWriter(w), options: options, manifest: manifest{
		Format: backupFormat, Version: options.Version, Migration: migration, Database: s.Kind(),
		MadeAt: options.Now.UTC().Truncate(time.Microsecond),
	}}
	if err := s.Dump(ctx, b.tables); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if err := b.uploads(filepath.Join(dataDir, uploadFolder)); err != nil {
		return fmt.Errorf("backup of the uploads: %w", err)
	}
	list, err := b.zip.Create(manifestName)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	encoder := json.NewEncoder(list)
	encoder.SetIndent("", " ")
	if err := errors.Join(encoder.Encode(b.manifest), b.zip.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// lastMigration names the schema that the database has.
func lastMigration(ctx context.Context, s *store.Store) (string, error) {
	list, err := s.Migrations(ctx)
	if err != nil {
		return "", err
	}
	last := ""
	for _, m := range list {
		if m.Applied {
			last, _, _ = strings.Cut(m.Name, "_")
		}
	}
	if last == "" {
		return "", errors.New("the database is empty; start the site or run migrate first")
	}
	return last, nil
}

type backing struct {
	zip      *zip.Writer
	options  BackupOptions
	manifest manifest
	rows     int
}

// entry writes one entry and takes down its size and hash.
func (b *backing) entry(name string, write func(w io.Writer) error) error {
	into, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.manifest.MadeAt})
	if err != nil {
		return err
	}
	sum, size := sha256.New(), &counter{}
	if err := write(io.MultiWriter(into, sum, size)); err != nil {
		return err
	}
	b.manifest.Entries = append(b.manifest.Entries, entryInfo{
		Name: name, Size: size.bytes, SHA256: hex.EncodeToString(sum.Sum(nil)),
	})
	return nil
}

// counter counts the bytes written to it.
type counter struct{ bytes int64 }

// Write counts.
func (c *counter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	return len(p), nil
}

// tables writes one entry a table: a JSON object a row.
func (b *backing) tables(d *store.Dump) error {
	for _, table := range d.Tables {
		if slices.Contains(lettersOfEntry, table.Name) {
			continue
		}
		before := b.rows
		err := b.entry(tableFolder+table.Name+".jsonl", func(w io.Writer) error {
			into := bufio.NewWriterSize(w, 64<<10)
			encoder := json.NewEncoder(into)
			encoder.SetEscapeHTML(false)
			row := make(map[string]any, len(table.Columns))
			err := d.Rows(table, func(values []any) error {
				for i, column := range table.Columns {
					row[column.Name] = values[i]
				}
				if b.rows++; b.options.Progress != nil {
					b.options.Progress(b.rows)
				}
				return encoder.Encode(row)
			})
			return errors.Join(err, into.Flush())
		})
		if err != nil {
			return err
		}
		b.manifest.Tables = append(b.manifest.Tables, tableInfo{Name: table.Name, Rows: b.rows - before})
	}
	return nil
}

// uploads writes the regular files of a folder, if it is there.
func (b *backing) uploads(folder string) error {
	root, err := os.OpenRoot(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(path string, file fs.DirEntry, err error) error {
		if err != nil || !file.Type().IsRegular() {
			return err
		}
		return b.entry(uploadFolder+path, func(w io.Writer) error {
			content, err := root.Open(path)
			if err != nil {
				return err
			}
			defer content.Close()
			_, err = io.Copy(w, content)
			return err
		})
	})
}
