package archive

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// uploadSwap exchanges the folder of uploads for another one, and can undo that.
type uploadSwap struct {
	folder, fresh, former string
	files                 int
	exchanged             bool
}

// unpackUploads writes the uploads of a backup beside the folder in use.
func (b *backup) unpackUploads(dataDir string) (*uploadSwap, error) {
	folder := filepath.Join(dataDir, uploadFolder)
	swap := &uploadSwap{folder: folder, fresh: folder + ".restored", former: folder + ".former"}
	if _, err := os.Stat(swap.former); err == nil {
		return nil, fmt.Errorf("%s is left from an earlier restore: look into it and remove it", swap.former)
	}
	if err := os.RemoveAll(swap.fresh); err != nil {
		return nil, err
	}
	for _, info := range b.manifest.Entries {
		name, ok := strings.CutPrefix(info.Name, uploadFolder)
		if !ok {
			continue
		}
		if err := b.unpack(info, filepath.Join(swap.fresh, filepath.FromSlash(name))); err != nil {
			return nil, errors.Join(err, os.RemoveAll(swap.fresh))
		}
		swap.files++
	}
	return swap, nil
}

func (b *backup) unpack(info entryInfo, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = b.copy(file, info)
	return errors.Join(err, file.Sync(), file.Close())
}

// forth exchanges the folders.
func (u *uploadSwap) forth() error {
	if err := os.Rename(u.folder, u.former); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	u.exchanged = true
	if u.files == 0 {
		return nil
	}
	return os.Rename(u.fresh, u.folder)
}

// back undoes forth and removes what was unpacked.
func (u *uploadSwap) back() error {
	if !u.exchanged {
		return os.RemoveAll(u.fresh)
	}
	errs := []error{os.RemoveAll(u.folder), os.RemoveAll(u.fresh)}
	if err := os.Rename(u.former, u.folder); err != nil && !errors.Is(err, os.ErrNotExist) {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// clean removes the former uploads.
func (u *uploadSwap) clean() error { return os.RemoveAll(u.former) }
