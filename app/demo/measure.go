package demo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"colloquy/app/community"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// ErrMeasured is returned when the data set asked for is in the database already.
var ErrMeasured = errors.New("this data set is there already; another seed makes another one")

// measureBatch is about how many responses one transaction writes: SQLite has one
// writer, and a server may run beside.
const measureBatch = 1000

// The data set lies in the past, whenever it is made: every thread begins within
// measureDays of measureBegin and lasts at most measureSpan.
var measureBegin = time.Date(2022, 1, 1, 8, 0, 0, 0, time.UTC)

const (
	measureDays = 700
	measureSpan = 300 * 24 * time.Hour
)

// MeasureOptions say how large a data set for measuring is. The same options make the
// same texts, authors and times.
type MeasureOptions struct {
	Threads int
	// Responses counts those of all threads together, openings not among them.
	Responses int
	Members   int
	// Longest is how many responses the longest thread has, exactly; 0 lets it be.
	Longest int
	Seed    uint64
	// Progress is told how many responses are there, of how many; may be nil.
	Progress func(done, total int)
}

// Measured counts what was written.
type Measured struct {
	Threads, Responses, Members int
}

// WriteMeasure writes a large, repeatable data set for measuring: members spread over
// the groups, threads of very different length in the themes that everyone may read
// (three are made when there is none). What is there of it already is left as it is;
// ErrMeasured says that this was all.
func WriteMeasure(ctx context.Context, s *store.Store, options MeasureOptions) (Measured, error) {
	m := measuring{options: options}
	lengths, err := m.lengths()
	if err != nil {
		return m.done, err
	}
	if m.themes, err = measureThemes(ctx, s); err != nil {
		return m.done, fmt.Errorf("themes for measuring: %w", err)
	}
	if err := m.members(ctx, s); err != nil {
		return m.done, fmt.Errorf("members for measuring: %w", err)
	}
	m.pool = newPool(options.Seed)
	progress := 0
	for first := 0; first < len(lengths); {
		last, rows := first, 0
		for last < len(lengths) && (last == first || rows+lengths[last] < measureBatch) {
			rows += lengths[last] + 1
			progress += lengths[last]
			last++
		}
		err := s.Write(ctx, func(tx *store.Tx) error { return m.threads(tx, lengths[first:last], first) })
		if err != nil {
			return m.done, fmt.Errorf("threads for measuring: %w", err)
		}
		if options.Progress != nil {
			options.Progress(progress, options.Responses)
		}
		first = last
	}
	if m.done == (Measured{}) {
		return m.done, ErrMeasured
	}
	return m.done, nil
}

type measuring struct {
	options MeasureOptions
	themes  []int64
	authors []models.Persona
	pool    []pooled
	done    Measured
}

// lengths says how many responses each thread has: a few have many and many have few.
func (m *measuring) lengths() ([]int, error) {
	o := m.options
	if o.Threads < 1 || o.Members < 1 || o.Responses < 0 || o.Longest < 0 {
		return nil, errors.New("a data set needs at least one thread and one member, and no number below zero")
	}
	most := o.Responses
	if o.Longest > 0 {
		most = o.Longest
	}
	if o.Longest > o.Responses || o.Threads*most < o.Responses {
		return nil, fmt.Errorf("%d threads of at most %d responses cannot hold %d in all", o.Threads, most, o.Responses)
	}
	lengths := make([]int, o.Threads)
	lengths[0] = o.Longest
	rest := o.Responses - o.Longest
	weights, sum := make([]float64, o.Threads), 0.0
	for i := range weights {
		if i == 0 && o.Longest > 0 {
			continue
		}
		weights[i] = math.Pow(float64(i+2), -0.8)
		sum += weights[i]
	}
	left := rest
	for i, weight := range weights {
		if weight > 0 {
			share := min(int(float64(rest)*weight/sum), most)
			lengths[i] += share
			left -= share
		}
	}
	for i := 0; left > 0; i = (i + 1) % o.Threads {
		if weights[i] > 0 && lengths[i] < most {
			lengths[i]++
			left--
		}
	}
	source := rand.New(rand.NewPCG(o.Seed, 0))
	source.Shuffle(len(lengths), func(i, j int) { lengths[i], lengths[j] = lengths[j], lengths[i] })
	return lengths, nil
}

// measureThemes finds the themes that everyone may read, or makes three.
func measureThemes(ctx context.Context, s *store.Store) ([]int64, error) {
	rows, err := s.Themes(ctx, models.Scope{})
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	if len(ids) > 0 {
		return ids, nil
	}
	return ids, s.Write(ctx, func(tx *store.Tx) error {
		last, err := tx.LastThemePosition()
		for i, title := range []string{"Measured: mandates", "Measured: budgets", "Measured: learning"} {
			if err != nil {
				return err
			}
			theme := models.Theme{
				Slug: prose.Slug(title), Title: title, Lang: "en", Position: last + i + 1,
				Audience: models.AudienceEveryone, CreatedAt: measureBegin,
			}
			err = tx.CreateTheme(&theme, nil)
			ids = append(ids, theme.ID)
		}
		return err
	})
}

// members writes the members that are not there and finds the personas of all.
func (m *measuring) members(ctx context.Context, s *store.Store) error {
	groups, err := s.Groups(ctx)
	if err != nil {
		return err
	}
	if len(groups) == 0 {
		return errors.New("the community has no groups yet")
	}
	set := strconv.FormatUint(m.options.Seed, 10)
	handles := make([]string, 0, m.options.Members)
	for i := range m.options.Members {
		handles = append(handles, "measured-"+set+"-"+strconv.Itoa(i+1))
	}
	return s.Write(ctx, func(tx *store.Tx) error {
		known, err := tx.PersonasByHandle(handles)
		if err != nil {
			return err
		}
		var missing []string
		var rows []models.Member
		for i, handle := range handles {
			if _, there := known[handle]; there {
				continue
			}
			address := handle + "@example.org"
			missing = append(missing, handle)
			rows = append(rows, models.Member{
				Email: address, EmailKey: community.EmailKey(address), Role: models.RoleMember,
				GroupID: groups[i%len(groups)].ID, JoinedOn: measureBegin.Truncate(24 * time.Hour), Directory: true,
			})
		}
		if err := tx.CreateMembers(rows); err != nil {
			return err
		}
		personas := make([]models.Persona, 0, len(rows))
		for i := range rows {
			_, number, _ := strings.Cut(missing[i], "-"+set+"-")
			personas = append(personas, models.Persona{
				Kind: models.PersonaNamed, MemberID: &rows[i].ID, Handle: &missing[i], Name: measuredName(number),
				GroupID: &rows[i].GroupID, CreatedAt: rows[i].JoinedOn,
			})
		}
		if err := tx.CreatePersonas(personas); err != nil {
			return err
		}
		for i, persona := range personas {
			known[missing[i]] = persona
		}
		m.authors = m.authors[:0]
		for _, handle := range handles {
			m.authors = append(m.authors, known[handle])
		}
		m.done.Members = len(personas)
		return nil
	})
}

// threads writes those of some threads that are not there; first is the number of the
// first of them within the whole set.
func (m *measuring) threads(tx *store.Tx, lengths []int, first int) error {
	keys := make([]string, len(lengths))
	for i := range lengths {
		keys[i] = fmt.Sprintf("measured-%d-%d", m.options.Seed, first+i+1)
	}
	known, err := tx.ImportedThreads(keys)
	if err != nil {
		return err
	}
	threads, texts := 0, 0
	for i, length := range lengths {
		if !known[keys[i]] {
			threads++
			texts += length + 1
		}
	}
	threadIDs, err := tx.ReserveIDs("threads", threads)
	if err != nil {
		return err
	}
	ids, err := tx.ReserveIDs("responses", texts)
	if err != nil {
		return err
	}
	var b batch
	for i, length := range lengths {
		if known[keys[i]] {
			continue
		}
		source := rand.New(rand.NewPCG(m.options.Seed, uint64(first+i)+1))
		m.thread(&b, source, &keys[i], threadIDs[0], ids[:length+1])
		threadIDs, ids = threadIDs[1:], ids[length+1:]
	}
	if err := b.write(tx); err != nil {
		return err
	}
	m.done.Threads += threads
	m.done.Responses += texts - threads
	return nil
}

// thread adds one thread to a batch; ids are those of its texts.
func (m *measuring) thread(b *batch, source *rand.Rand, key *string, id int64, ids []int64) {
	at := measureBegin.Add(time.Duration(source.Int64N(measureDays*24*3600)) * time.Second)
	step := min(int64(measureSpan)/int64(len(ids)), int64(36*time.Hour))
	language := source.IntN(len(languages))
	title := m.title(source, language)
	row := models.Thread{
		ID: id, ThemeID: m.themes[source.IntN(len(m.themes))], Slug: prose.Slug(title), Title: title,
		Lang: languages[language].tag, Kind: models.Kinds[source.IntN(len(models.Kinds))],
		Level: models.Levels[source.IntN(len(models.Levels))], Seq: int64(len(ids)), LastNumber: len(ids),
		ImportKey: key, Dating: models.DatedExactly,
	}
	if source.IntN(5) == 0 {
		row.Outcome = models.Outcomes[source.IntN(len(models.Outcomes))]
	}
	voices := map[int64]int{}
	for i, responseID := range ids {
		// Three texts of four are in the thread's own language.
		text := m.pool[source.IntN(len(m.pool))]
		if source.IntN(4) > 0 {
			text = m.pool[source.IntN(len(m.pool)/len(languages))*len(languages)+language]
		}
		author := m.authors[source.IntN(len(m.authors))]
		response, words := text.response, store.Words{ResponseID: responseID, Text: text.words}
		response.ID, response.ThreadID, response.Number, response.ChangedSeq = responseID, id, i+1, int64(i+1)
		response.PersonaID, response.CreatedAt = author.ID, at
		if i == 0 {
			words.Title = prose.Fold(title)
		} else if source.IntN(3) == 0 {
			response.ReplyToID = &ids[source.IntN(i)]
		}
		count(&row, &response)
		voices[*author.GroupID]++
		b.responses, b.words = append(b.responses, response), append(b.words, words)
		at = at.Add(time.Duration(source.Int64N(step))).Truncate(time.Second)
	}
	b.threads = append(b.threads, row)
	for groupID, responses := range voices {
		b.voices = append(b.voices, models.Voice{ThreadID: id, GroupID: groupID, Responses: responses})
	}
}
