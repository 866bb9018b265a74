package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// Copies makes members' copies of all that is theirs.
type Copies struct {
	store   *store.Store
	baseURL string
}

// NewCopies makes the maker. baseURL begins the addresses of texts.
func NewCopies(s *store.Store, baseURL string) *Copies { return &Copies{store: s, baseURL: baseURL} }

// MinePage writes the page of a copy that people read; texts gives every text to each.
type MinePage func(w io.Writer, texts func(each func(text *models.OwnText) error) error) error

// Collect reads what is the viewer's own but for their texts.
func (c *Copies) Collect(ctx context.Context, viewer models.Viewer) (models.Mine, error) {
	mine, err := c.store.Mine(ctx, access.Scope(viewer), viewer.MemberID())
	mine.MadeAt = viewer.Now.UTC().Truncate(time.Second)
	return mine, err
}

// Write writes a copy as a ZIP: index.html to read and data.json for programs. Texts are
// read some at a time, twice: both hold those that were there at the beginning.
func (c *Copies) Write(ctx context.Context, viewer models.Viewer, mine *models.Mine, page MinePage, w io.Writer) error {
	last, err := c.store.LastOwnText(ctx, viewer.MemberID())
	if err != nil {
		return fmt.Errorf("copy of what is somebody's own: %w", err)
	}
	texts := func(each func(text *models.OwnText) error) error { return c.texts(ctx, viewer, last, each) }
	file := zip.NewWriter(w)
	for _, entry := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"index.html", func(w io.Writer) error { return page(w, texts) }},
		{"data.json", func(w io.Writer) error { return mineJSON(w, mine, texts) }},
	} {
		into, err := file.CreateHeader(&zip.FileHeader{Name: entry.name, Method: zip.Deflate, Modified: mine.MadeAt})
		if err == nil {
			err = entry.write(into)
		}
		if err != nil {
			return fmt.Errorf("copy of what is somebody's own: %s: %w", entry.name, err)
		}
	}
	return file.Close()
}

// texts gives every text of the viewer up to an id to each.
func (c *Copies) texts(ctx context.Context, viewer models.Viewer, last int64, each func(text *models.OwnText) error) error {
	for after := int64(0); ; {
		some, err := c.store.OwnTexts(ctx, access.Scope(viewer), viewer.MemberID(), after, last, exportPage)
		if err != nil {
			return err
		}
		for i := range some {
			text := &some[i]
			after = text.ID
			if text.Slug != "" {
				text.Address = c.baseURL + "/threads/" + strconv.FormatInt(text.ThreadID, 10) + "/" + text.Slug + "/" + strconv.Itoa(text.Number)
			}
			if err := each(text); err != nil {
				return err
			}
		}
		if len(some) < exportPage {
			return nil
		}
	}
}

// mineJSON writes what is somebody's own as one object, with the texts as its last field.
func mineJSON(w io.Writer, mine *models.Mine, texts func(each func(text *models.OwnText) error) error) error {
	head, err := plainJSON(mine)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s,\n\"texts\":[", bytes.TrimSuffix(head, []byte("}"))); err != nil {
		return err
	}
	between := "\n"
	err = texts(func(text *models.OwnText) error {
		line, err := plainJSON(text)
		if err == nil {
			_, err = fmt.Fprintf(w, "%s%s", between, line)
		}
		between = ",\n"
		return err
	})
	if err == nil {
		_, err = io.WriteString(w, "\n]}\n")
	}
	return err
}

// plainJSON is a value as JSON that leaves people's signs as they are.
func plainJSON(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(text.Bytes()), err
}
