package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"colloquy/app/community"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// ErrNotEmpty is returned when a restore would replace a community.
var ErrNotEmpty = errors.New("the database holds members or threads, which a restore would replace: " +
	"restore into another one, or use --force")

// RestoreOptions say how a backup is restored.
type RestoreOptions struct {
	// Force replaces whatever community the database holds.
	Force bool
	Now   time.Time
	// Erasures are done again besides those that the data directory knows: see ErasuresBeside.
	Erasures []models.Erasure
	// Progress is told how many rows are done; may be nil.
	Progress func(rows int)
}

// Restored says what was restored.
type Restored struct {
	MadeAt      time.Time
	Rows, Files int
	// Erasures is how many are known and hold.
	Erasures int
}

// Restore puts a backup of the given size into a migrated database and the data
// directory, in place of all that is there. The site must be stopped (else
// store.ErrRunning). The whole file is checked first; a restore that fails changes
// nothing. Afterwards the database has a new epoch, nobody is signed in, sign-in links
// and the operator's open invitations are gone and all access tokens revoked. What was
// erased for good since the backup was made is erased again, in the same transaction.
func Restore(ctx context.Context, s *store.Store, dataDir string, r io.ReaderAt, size int64, options RestoreOptions) (Restored, error) {
	release, err := s.Alone(ctx)
	if err != nil {
		return Restored{}, err
	}
	done, err := restore(ctx, s, dataDir, r, size, options)
	return done, errors.Join(err, release())
}

func restore(ctx context.Context, s *store.Store, dataDir string, r io.ReaderAt, size int64, options RestoreOptions) (Restored, error) {
	b, err := openBackup(r, size)
	if err != nil {
		return Restored{}, err
	}
	migration, err := lastMigration(ctx, s)
	if err != nil {
		return Restored{}, fmt.Errorf("restore: %w", err)
	}
	if b.manifest.Migration != migration {
		return Restored{}, fmt.Errorf("the backup was made by version %s with database version %s, and this program has %s: "+
			"restore it with that version of the program, then start this one", b.manifest.Version, b.manifest.Migration, migration)
	}
	if err := b.check(ctx); err != nil {
		return Restored{}, err
	}
	erasures, err := toErase(dataDir, options.Erasures)
	if err != nil {
		return Restored{}, err
	}
	swap, err := b.unpackUploads(dataDir)
	if err != nil {
		return Restored{}, fmt.Errorf("restore the uploads: %w", err)
	}
	put := restoring{backup: b, options: options}
	err = s.Write(ctx, func(tx *store.Tx) error {
		if err := put.tables(tx); err != nil {
			return err
		}
		if err := community.Replay(tx, erasures); err != nil {
			return err
		}
		return swap.forth()
	})
	if err != nil {
		return Restored{}, errors.Join(err, swap.back())
	}
	done := Restored{MadeAt: b.manifest.MadeAt, Rows: put.rows, Files: swap.files, Erasures: len(erasures)}
	return done, errors.Join(swap.clean(), s.Erase(ctx))
}

// toErase is everything that is known to be erased. What other files knew of it is
// written down in the data directory too: the next restore may not find them.
func toErase(dataDir string, others []models.Erasure) ([]models.Erasure, error) {
	known := ErasuresIn(dataDir)
	if len(others) > 0 {
		if _, err := known.Add(others...); err != nil {
			return nil, err
		}
	}
	return known.Read()
}

// restoring puts the tables of a backup into a database.
type restoring struct {
	backup  *backup
	options RestoreOptions
	rows    int
}

func (r *restoring) tables(tx *store.Tx) error {
	sizes, err := tx.Sizes()
	if err != nil {
		return err
	}
	if !r.options.Force && (sizes.Members > 0 || sizes.Threads > 0) {
		return ErrNotEmpty
	}
	tables, err := tx.Tables()
	if err != nil {
		return err
	}
	if err := tx.Clear(tables); err != nil {
		return err
	}
	listed := map[string]int{}
	for _, info := range r.backup.manifest.Tables {
		listed[info.Name] = info.Rows
	}
	for _, table := range tables {
		if slices.Contains(lettersOfEntry, table.Name) {
			continue
		}
		want, ok := listed[table.Name]
		if !ok {
			return fmt.Errorf("%w (it has no table %s)", ErrNotBackup, table.Name)
		}
		got, err := r.table(tx, table)
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("%w (table %s has %d rows, not %d)", ErrNotBackup, table.Name, got, want)
		}
	}
	if err := reindex(tx); err != nil {
		return err
	}
	if err := tx.EndAccess(r.options.Now.UTC().Truncate(time.Microsecond)); err != nil {
		return err
	}
	if err := tx.MoveFaces(); err != nil {
		return err
	}
	return tx.RenewEpoch(community.NewEpoch())
}

// table fills one table and returns how many rows it got.
func (r *restoring) table(tx *store.Tx, table store.Table) (int, error) {
	entry := r.backup.entries[tableFolder+table.Name+".jsonl"]
	if entry == nil {
		return 0, fmt.Errorf("%w (it has no table %s)", ErrNotBackup, table.Name)
	}
	content, err := entry.Open()
	if err != nil {
		return 0, fmt.Errorf("read table %s: %w", table.Name, err)
	}
	defer content.Close()
	decoder := json.NewDecoder(content)
	return tx.Fill(table, func() ([]any, error) {
		var row map[string]json.RawMessage
		if err := decoder.Decode(&row); errors.Is(err, io.EOF) {
			return nil, nil
		} else if err != nil {
			return nil, fmt.Errorf("%w (table %s: %w)", ErrNotBackup, table.Name, err)
		}
		values, err := rowValues(table, row)
		if err != nil {
			return nil, fmt.Errorf("%w (table %s: %w)", ErrNotBackup, table.Name, err)
		}
		if r.rows++; r.options.Progress != nil {
			r.options.Progress(r.rows)
		}
		return values, nil
	})
}

// rowValues reads a row as the columns of the table say.
func rowValues(table store.Table, row map[string]json.RawMessage) ([]any, error) {
	if len(row) != len(table.Columns) {
		return nil, fmt.Errorf("a row has %d columns, not %d", len(row), len(table.Columns))
	}
	values := make([]any, len(table.Columns))
	for i, column := range table.Columns {
		text, ok := row[column.Name]
		if !ok {
			return nil, fmt.Errorf("a row has no column %s", column.Name)
		}
		if string(text) == "null" {
			continue
		}
		value, err := columnValue(column.Kind, text)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", column.Name, err)
		}
		values[i] = value
	}
	return values, nil
}

func columnValue(kind store.ColumnKind, text json.RawMessage) (any, error) {
	switch kind {
	case store.Integer:
		return as[int64](text)
	case store.Number:
		return as[float64](text)
	case store.Boolean:
		return as[bool](text)
	case store.Bytes:
		return as[[]byte](text)
	case store.Moment:
		return as[time.Time](text)
	case store.Text:
		return as[string](text)
	}
	return nil, fmt.Errorf("unknown kind %q", kind)
}

func as[T any](text json.RawMessage) (any, error) {
	var value T
	err := json.Unmarshal(text, &value)
	return value, err
}

// reindexed is how many texts go into the search index at once.
const reindexed = 500

// reindex makes the search index from the texts.
func reindex(tx *store.Tx) error {
	for after := int64(0); ; {
		texts, err := tx.ShownTexts(everything, after, reindexed)
		if err != nil || len(texts) == 0 {
			return err
		}
		words := make([]store.Words, 0, len(texts))
		for _, text := range texts {
			after = text.ID
			words = append(words, store.Words{
				ResponseID: text.ID, Title: prose.Fold(text.Title), Text: prose.Fold(prose.Text(prose.HTML(text.HTML))),
			})
		}
		if err := tx.IndexWords(words); err != nil {
			return err
		}
	}
}
