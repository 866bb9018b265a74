package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// DefaultTheme is the title of the theme for conversations that name none.
const DefaultTheme = "Imported conversations"

// ImportOptions say how conversations are imported.
type ImportOptions struct {
	// Theme is the title of the theme for lines that name none; empty for DefaultTheme.
	Theme string
	// Now is the time of texts without a date, and of new themes.
	Now time.Time
	// Progress is told how many lines are done; may be nil.
	Progress func(done int)
	// Hint is told after each commit which thread moved and to which number; may be nil.
	Hint func(threadID, seq int64)
}

// Report says what an import did.
type Report struct {
	// Threads counts the new threads, Added those that were known and got responses
	// added at their end, Unchanged those with nothing new.
	Threads, Added, Unchanged int
	// Responses counts the texts written, openings included; Blank those among the texts
	// of new threads that say nothing and are kept with their number.
	Responses, Blank int
	// Refused counts the lines that were not imported.
	Refused int
	// Errors tells of lines that were refused, and of what was left out of others.
	Errors []LineError
}

// LineError says what is wrong with a line, counted from 1.
type LineError struct {
	Line   int
	Reason string
	// Refused tells that nothing of the line was imported.
	Refused bool
}

// Error is the whole sentence.
func (e LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// ImportThreads imports conversations in the thread archive format, compressed or not,
// one transaction a thread. Running it again adds nothing; posts that are new in a
// known conversation are added at its end. A malformed line is reported and the rest
// imported. An error ends the import; what the report counts by then is done.
func ImportThreads(ctx context.Context, s *store.Store, r io.Reader, options ImportOptions) (Report, error) {
	i := &importing{store: s, options: options}
	i.options.Now = options.Now.UTC().Truncate(time.Microsecond)
	if i.options.Theme = shortLine(options.Theme); i.options.Theme == "" {
		i.options.Theme = DefaultTheme
	}
	from, err := newLines(r)
	if err != nil {
		return i.report, err
	}
	for done := 1; ; done++ {
		line, err := from.next()
		if errors.Is(err, io.EOF) {
			return i.report, nil
		}
		if err == nil {
			err = i.line(ctx, from.number, line)
		}
		var bad malformed
		if errors.As(err, &bad) {
			i.report.Refused++
			i.report.Errors = append(i.report.Errors, LineError{Line: from.number, Reason: bad.Error(), Refused: true})
		} else if err != nil {
			return i.report, fmt.Errorf("import, line %d: %w", from.number, err)
		}
		if options.Progress != nil {
			options.Progress(done)
		}
	}
}

type importing struct {
	store   *store.Store
	options ImportOptions
	report  Report
}

// line imports one conversation.
func (i *importing) line(ctx context.Context, number int, line []byte) error {
	a, err := parseLine(line)
	if err != nil {
		return err
	}
	c, err := converse(a, i.options.Now)
	if err != nil {
		return err
	}
	if c.theme == "" {
		c.theme = i.options.Theme
	}
	var done imported
	write := func(tx *store.Tx) error {
		var err error
		done, err = i.write(tx, &c)
		return err
	}
	err = i.store.Write(ctx, write)
	if errors.Is(err, store.ErrTaken) {
		// Somebody else made the theme, an author or this very thread meanwhile.
		err = i.store.Write(ctx, write)
	}
	if err != nil {
		return err
	}
	for _, remark := range c.remarks {
		i.report.Errors = append(i.report.Errors, LineError{Line: number, Reason: remark})
	}
	i.report.Responses += done.texts
	switch {
	case done.isNew:
		i.report.Threads++
		i.report.Blank += c.blank
	case done.texts > 0:
		i.report.Added++
	default:
		i.report.Unchanged++
	}
	if i.options.Hint != nil && done.texts > 0 {
		i.options.Hint(done.thread.ID, done.thread.Seq)
	}
	return nil
}

// imported is what one line did.
type imported struct {
	thread models.Thread
	texts  int
	isNew  bool
}

// write puts a conversation, or what is new of it, into the database.
func (i *importing) write(tx *store.Tx, c *conversation) (imported, error) {
	thread, err := tx.ThreadByImport(c.key)
	isNew := errors.Is(err, store.ErrNotFound)
	if err != nil && !isNew {
		return imported{}, err
	}
	ids := map[string]int64{}
	if !isNew {
		if ids, err = tx.ImportedTexts(thread.ID); err != nil {
			return imported{}, err
		}
	}
	fresh := make([]text, 0, len(c.texts))
	for _, t := range c.texts {
		if ids[t.key] == 0 {
			fresh = append(fresh, t)
		}
	}
	done := imported{thread: thread, texts: len(fresh), isNew: isNew}
	if len(fresh) == 0 {
		return done, nil
	}
	personas, err := i.personas(tx, c, fresh)
	if err != nil {
		return done, err
	}
	reserved, err := tx.ReserveIDs("responses", len(fresh))
	if err != nil {
		return done, err
	}
	for n, t := range fresh {
		ids[t.key] = reserved[n]
	}
	last := fresh[len(fresh)-1].created
	if isNew {
		done.thread, err = i.newThread(tx, c, personas[0])
	} else {
		var place store.Place
		place, err = tx.AdvanceMany(thread.ID, len(fresh), last)
		done.thread.Seq, done.thread.LastNumber = place.Seq, place.LastNumber
	}
	if err != nil {
		return done, err
	}
	return done, createTexts(tx, &done.thread, c, fresh, personas, ids)
}

// createTexts writes the last texts of a thread, whose row has counted them.
func createTexts(tx *store.Tx, thread *models.Thread, c *conversation, fresh []text, personas []int64, ids map[string]int64) error {
	responses := make([]models.Response, 0, len(fresh))
	words := make([]store.Words, 0, len(fresh))
	var later []store.Reply
	for n, t := range fresh {
		behind := len(fresh) - 1 - n
		response := models.Response{
			ID: ids[t.key], ThreadID: thread.ID, Number: thread.LastNumber - behind, PersonaID: personas[n],
			Body: t.body, HTML: string(t.html), Excerpt: prose.Excerpt(t.html, excerptRunes), Renderer: prose.Renderer,
			Lang: t.lang, Rev: 1, ChangedSeq: thread.Seq - int64(behind), ImportKey: &t.key, CreatedAt: t.created,
			Dating: t.dating,
		}
		if t.parent >= 0 {
			// An answered text that comes later in the line has the greater id.
			if parent := ids[c.texts[t.parent].key]; parent < response.ID {
				response.ReplyToID = &parent
			} else {
				later = append(later, store.Reply{ID: response.ID, ReplyToID: parent})
			}
		}
		responses = append(responses, response)
		title := ""
		if response.Number == 1 {
			title = prose.Fold(c.title)
		}
		words = append(words, store.Words{ResponseID: response.ID, Title: title, Text: t.words})
	}
	if err := tx.CreateResponses(responses, words); err != nil {
		return err
	}
	return tx.LinkReplies(later)
}

// newThread writes the row of a thread with all its texts counted.
func (i *importing) newThread(tx *store.Tx, c *conversation, personaID int64) (models.Thread, error) {
	themeID, err := i.theme(tx, c.theme)
	if err != nil {
		return models.Thread{}, err
	}
	count := len(c.texts)
	thread := models.Thread{
		ThemeID: themeID, Slug: prose.Slug(c.title), Title: c.title, Lang: c.lang, Kind: c.kind,
		Seq: int64(count), LastNumber: count, Responses: count - 1, ActiveAt: c.texts[count-1].created,
		PersonaID: personaID, ImportKey: &c.key, CreatedAt: c.texts[0].created, Dating: c.texts[0].dating,
	}
	if count > 1 {
		thread.LatestNumber = count
	}
	err = tx.CreateThread(&thread)
	return thread, err
}

// theme finds the theme of a title, or makes it for everyone, listed last.
func (i *importing) theme(tx *store.Tx, title string) (int64, error) {
	slug := prose.Slug(title)
	theme, err := tx.ThemeBySlug(models.Scope{All: true}, slug)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return theme.ID, err
	}
	position, err := tx.LastThemePosition()
	if err != nil {
		return 0, err
	}
	lang := prose.GuessLanguage(title)
	if lang == "" {
		lang = unknownLanguage
	}
	theme = models.Theme{
		Slug: slug, Title: title, Lang: lang, Position: position + 1, Audience: models.AudienceEveryone,
		CreatedAt: i.options.Now,
	}
	err = tx.CreateTheme(&theme, nil)
	return theme.ID, err
}

// personas finds or makes the persona of each text: one for a source and author, a
// blank one for every text without an author.
func (i *importing) personas(tx *store.Tx, c *conversation, texts []text) ([]int64, error) {
	var keys []string
	for _, t := range texts {
		if t.source != "" {
			keys = append(keys, t.source)
		}
	}
	known, err := tx.PersonasBySource(keys)
	if err != nil {
		return nil, err
	}
	var made []models.Persona
	of := make([]int, len(texts)) // the place in made, for texts whose persona is new
	places := map[string]int{}
	for n, t := range texts {
		persona := models.Persona{Kind: models.PersonaBlank, CreatedAt: i.options.Now}
		if t.source != "" {
			place, listed := places[t.source]
			if listed || known[t.source] != 0 {
				of[n] = place
				continue
			}
			places[t.source] = len(made)
			persona.Kind, persona.Name, persona.About, persona.SourceKey = models.PersonaImported, t.author, c.source, &t.source
		}
		of[n] = len(made)
		made = append(made, persona)
	}
	if err := tx.CreatePersonas(made); err != nil {
		return nil, err
	}
	ids := make([]int64, len(texts))
	for n, t := range texts {
		if ids[n] = known[t.source]; ids[n] == 0 {
			ids[n] = made[of[n]].ID
		}
	}
	return ids, nil
}
