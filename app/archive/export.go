package archive

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"colloquy/models"
	"colloquy/models/store"
)

// exportPage is how many rows an export reads at once.
const exportPage = 200

// everything reads all themes: an export is the operator's.
var everything = models.Scope{All: true}

// ExportOptions say how a community is exported.
type ExportOptions struct {
	// Source names this community in the threads, such as its address; empty for its name.
	Source string
	Now    time.Time
	// Progress is told how many threads are done; may be nil.
	Progress func(done int)
}

// Exported counts what an export holds.
type Exported struct {
	Themes, Threads, Texts, Members int
}

// exportedAbout is README.txt of an export.
const exportedAbout = `This is the whole community %q as it was on %s.

community.json        name, purpose, stakeholder groups, initiatives
themes.json           the themes in their order, with who may read each
threads/*.jsonl       the conversations, one file a theme, one JSON object a line:
                      source, title, theme, kind, level, outcome, lang, dates, and the
                      posts with number (n), author, date, Markdown body, and the
                      number of the post that they answer (parent)
workshops.json        workshops with sessions and resources
learning-agenda.json  the open questions, with the ids of the threads that speak to them
members.csv           the members, with their addresses

All files are UTF-8; times are RFC 3339 in UTC. Texts that were removed are not here:
their numbers are missing. There are no passwords, sessions or tokens in it. In
members.csv a cell that a spreadsheet would take for a formula begins with an
apostrophe.

It holds what everyone may read and what only some may read, and people's addresses:
keep it as carefully as the site itself. Any site of this kind takes the files of
threads back (colloquy import threads FILE); to move a whole site, use backup and
restore.
`

// Export writes the whole community, whoever may read it, as a ZIP of open formats.
func Export(ctx context.Context, s *store.Store, w io.Writer, options ExportOptions) (Exported, error) {
	row, err := s.Community(ctx)
	if err != nil {
		return Exported{}, fmt.Errorf("export: %w", err)
	}
	if options.Source == "" {
		options.Source = row.Name
	}
	e := exporting{store: s, zip: zip.NewWriter(w), options: options}
	about := fmt.Sprintf(exportedAbout, row.Name, options.Now.UTC().Format(time.RFC3339))
	for _, write := range []func(context.Context) error{
		func(context.Context) error { return e.text("README.txt", about) },
		func(ctx context.Context) error { return e.community(ctx, row) },
		e.themes, e.workshops, e.agenda, e.members,
		func(context.Context) error { return e.zip.Close() },
	} {
		if err := write(ctx); err != nil {
			return e.done, fmt.Errorf("export: %w", err)
		}
	}
	return e.done, nil
}

type exporting struct {
	store   *store.Store
	zip     *zip.Writer
	options ExportOptions
	done    Exported
}

// file begins a file of the archive.
func (e *exporting) file(name string) (io.Writer, error) {
	return e.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: e.options.Now.UTC()})
}

func (e *exporting) text(name, content string) error {
	w, err := e.file(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, content)
	return err
}

func (e *exporting) json(name string, content any) error {
	w, err := e.file(name)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(content)
}

func (e *exporting) community(ctx context.Context, row models.Community) error {
	groups, err := e.store.Groups(ctx)
	if err != nil {
		return err
	}
	initiatives, err := e.store.Initiatives(ctx)
	if err != nil {
		return err
	}
	type group struct {
		ID       int64  `json:"id"`
		Name     string `json:"name"`
		Explains string `json:"explains"`
	}
	type initiative struct {
		Slug string `json:"slug"`
		Name string `json:"name"`
	}
	content := struct {
		Name        string       `json:"name"`
		Purpose     string       `json:"purpose"`
		Demo        bool         `json:"demo"`
		CreatedAt   time.Time    `json:"created_at"`
		FoundedAt   *time.Time   `json:"founded_at"`
		Groups      []group      `json:"groups"`
		Initiatives []initiative `json:"initiatives"`
	}{
		Name: row.Name, Purpose: row.Purpose, Demo: row.Demo, CreatedAt: row.CreatedAt.UTC(), FoundedAt: row.FoundedAt,
		Groups: []group{}, Initiatives: []initiative{},
	}
	for _, g := range groups {
		content.Groups = append(content.Groups, group{ID: g.ID, Name: g.Name, Explains: g.Explains})
	}
	for _, i := range initiatives {
		content.Initiatives = append(content.Initiatives, initiative{Slug: i.Slug, Name: i.Name})
	}
	return e.json("community.json", content)
}

// themes writes the themes and the threads of each.
func (e *exporting) themes(ctx context.Context) error {
	rows, err := e.store.Themes(ctx, everything)
	if err != nil {
		return err
	}
	type theme struct {
		Slug      string    `json:"slug"`
		Title     string    `json:"title"`
		Line      string    `json:"line"`
		Purpose   string    `json:"purpose"`
		Lang      string    `json:"lang"`
		Audience  string    `json:"audience"`
		Groups    []int64   `json:"groups,omitempty"`
		CreatedAt time.Time `json:"created_at"`
		Threads   string    `json:"threads"`
	}
	list := make([]theme, 0, len(rows))
	for _, row := range rows {
		list = append(list, theme{
			Slug: row.Slug, Title: row.Title, Line: row.Line, Purpose: row.Purpose, Lang: row.Lang,
			Audience: string(row.Audience), Groups: row.GroupIDs, CreatedAt: row.CreatedAt.UTC(), Threads: threadFile(row.Slug),
		})
	}
	if err := e.json("themes.json", list); err != nil {
		return err
	}
	e.done.Themes = len(rows)
	for _, row := range rows {
		if err := e.threads(ctx, row.Theme); err != nil {
			return fmt.Errorf("theme %s: %w", row.Slug, err)
		}
	}
	return nil
}

func threadFile(slug string) string { return "threads/" + slug + ".jsonl" }

func (e *exporting) members(ctx context.Context) error {
	rows, err := e.store.Members(ctx)
	if err != nil {
		return err
	}
	e.done.Members = len(rows)
	w, err := e.file("members.csv")
	if err != nil {
		return err
	}
	table := csv.NewWriter(w)
	lines := [][]string{{"name", "handle", "group", "role", "joined_on", "email"}}
	for _, row := range rows {
		lines = append(lines, []string{
			cell(row.Name), cell(row.Handle), cell(row.Group), string(row.Role),
			row.JoinedOn.UTC().Format(time.DateOnly), cell(row.Email),
		})
	}
	return table.WriteAll(lines)
}

// cell keeps a spreadsheet from taking what somebody wrote for a formula.
func cell(value string) string {
	if strings.ContainsAny(value[:min(len(value), 1)], "=+-@") {
		return "'" + value
	}
	return value
}
