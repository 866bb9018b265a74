package forum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"colloquy/app/access"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// NewThread is what somebody writes to start a thread.
type NewThread struct {
	Theme string // slug
	Title string
	Kind  models.Kind
	Level models.Level
	Lang  string
	Body  string
	// As is as whom they speak.
	As models.Face
	// Key is the idempotency key, empty for none.
	Key string
}

// StartThread opens a thread in a theme that the viewer may read. It returns Invalid,
// access.Denied, store.ErrNotFound (as the field "theme" in Invalid) or ErrKeyReused.
func (f *Forum) StartThread(ctx context.Context, viewer models.Viewer, input NewThread) (Posted, error) {
	if err := access.Can(viewer, access.StartThread, access.Thing{Audience: models.AudienceEveryone}); err != nil {
		return Posted{}, err
	}
	invalid := Invalid{}
	opening := cleanText(invalid, input.Body, input.Lang)
	title := cleanTitle(invalid, input.Title)
	if !slices.Contains(models.Kinds, input.Kind) {
		invalid["kind"] = choice(string(input.Kind))
	}
	if !slices.Contains(models.Levels, input.Level) {
		invalid["level"] = choice(string(input.Level))
	}
	if _, err := f.Theme(ctx, viewer, input.Theme); errors.Is(err, store.ErrNotFound) {
		invalid["theme"] = choice(input.Theme)
	} else if err != nil {
		return Posted{}, err
	}
	if err := invalid.Err(); err != nil {
		return Posted{}, err
	}
	request := withFace([]string{
		"thread", input.Theme, title, string(input.Kind), string(input.Level), input.Lang, opening.body,
	}, input.As)
	var as speaker
	posted, err := f.keyed(ctx, viewer, input.Key, request, func(tx *store.Tx) (Posted, error) {
		theme, err := tx.ThemeBySlug(access.Scope(viewer), input.Theme)
		if err != nil {
			return Posted{}, err
		}
		groups, err := tx.ThemeGroups(theme.ID)
		if err != nil {
			return Posted{}, err
		}
		thing := access.OfTheme(&models.ThemeRow{Theme: theme, GroupIDs: groups})
		if as, err = f.speaker(tx, viewer, thing, input.As); err != nil {
			return Posted{}, err
		}
		now := micros(f.now())
		thread := &models.Thread{
			ThemeID: theme.ID, Slug: prose.Slug(title), Title: title, Lang: opening.lang, Kind: input.Kind,
			Level: input.Level, Seq: 1, LastNumber: 1, ActiveAt: now, PersonaID: as.personaID, CreatedAt: now,
			Dating: models.DatedExactly,
		}
		if err := tx.CreateThread(thread); err != nil {
			return Posted{}, err
		}
		response := opening.response(thread.ID, as.personaID)
		response.Number, response.ChangedSeq, response.CreatedAt = 1, 1, now
		if err := tx.CreateResponse(response, prose.Fold(title), opening.words); err != nil {
			return Posted{}, err
		}
		return Posted{ThreadID: thread.ID, Number: 1}, tx.CountVoice(thread.ID, as.groupID, 1)
	})
	if err == nil && !posted.Replayed {
		f.met(as)
		f.hint(posted.ThreadID, 1)
	}
	return posted, err
}

func choice(value string) models.Problem {
	if value == "" {
		return models.Empty
	}
	return models.Unknown
}

// Thread finds a thread's head; store.ErrNotFound when the viewer may not read it.
func (f *Forum) Thread(ctx context.Context, viewer models.Viewer, id int64) (models.ThreadHead, error) {
	return f.heads.get(ctx, f.store, access.Scope(viewer), id)
}

// Threads lists the threads of a theme: pinned ones first, then the latest active.
// After continues behind a place as NextThreads gives it.
func (f *Forum) Threads(ctx context.Context, viewer models.Viewer, themeID int64, kind models.Kind, after string, limit int) ([]models.ThreadRow, string, error) {
	list := store.ThreadList{ThemeID: themeID, Kind: kind, PinnedFirst: true, Voices: true, Limit: limit + 1}
	if after != "" {
		place, err := parsePlace(after)
		if err != nil {
			return nil, "", err
		}
		list.After = &place
	}
	rows, err := f.store.Threads(ctx, access.Scope(viewer), list)
	if err != nil {
		return nil, "", fmt.Errorf("threads: %w", err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	rows = rows[:limit]
	return rows, formatPlace(&rows[limit-1].Thread), nil
}

// KindCounts counts the threads of a theme by kind.
func (f *Forum) KindCounts(ctx context.Context, themeID int64) (map[models.Kind]int, error) {
	counts, err := f.store.KindCounts(ctx, themeID)
	byKind := make(map[models.Kind]int, len(counts))
	for _, count := range counts {
		byKind[count.Kind] = count.Threads
	}
	return byKind, err
}

// Permalink is the address of a number in a thread.
func Permalink(head *models.Thread, number int) string {
	path := Path(head)
	if page := models.PageOf(number); page > 1 {
		path += "?page=" + strconv.Itoa(page)
	}
	return path + "#r" + strconv.Itoa(number)
}

// Path is the address of a thread.
func Path(head *models.Thread) string {
	return "/threads/" + strconv.FormatInt(head.ID, 10) + "/" + head.Slug
}

// Opened tells whether the viewer opened the thread.
func (f *Forum) Opened(ctx context.Context, viewer models.Viewer, head *models.ThreadHead) (bool, error) {
	return f.speaks(ctx, viewer, head.PersonaID)
}

// Wrote tells whether the viewer wrote a text.
func (f *Forum) Wrote(ctx context.Context, viewer models.Viewer, row *models.ResponseRow) (bool, error) {
	return f.speaks(ctx, viewer, row.PersonaID)
}

// speaks tells whether the viewer is behind a persona.
func (f *Forum) speaks(ctx context.Context, viewer models.Viewer, personaID int64) (bool, error) {
	if !viewer.SignedIn() {
		return false, nil
	}
	owner, err := f.store.OwnerOf(ctx, personaID)
	return owner == viewer.Member.ID, err
}
