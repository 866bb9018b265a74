package handlers

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/live"
	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// LiveSource is what the live hub needs to know of threads: it reads changes from the
// forum, asks the access rule, and renders with the same components as the pages.
type LiveSource struct {
	Forum     *forum.Forum
	Community *community.Community
	// Heads reads epoch, counter of rights, and where threads stand.
	Heads func(ctx context.Context, threadIDs []int64) (models.Counters, map[int64]int64, error)
	Now   func() time.Time
}

// headsAtOnce is how many threads are asked for with one question.
const headsAtOnce = 500

// audience is who may read a thread, as read in one snapshot with its changes.
type audience struct{ thing access.Thing }

// headChange is a change of the thread's own row.
type headChange struct{ head *models.ThreadHead }

// responseChange is a changed response with the thread it stands in.
type responseChange struct {
	thread *models.Thread
	row    *models.ResponseRow
}

// ThreadChannel is the live channel of a thread.
func ThreadChannel(id int64) string { return "thread:" + strconv.FormatInt(id, 10) }

func threadOf(channel string) (int64, bool) {
	text, ok := strings.CutPrefix(channel, "thread:")
	id, err := strconv.ParseInt(text, 10, 64)
	return id, ok && err == nil && id > 0 && text == strconv.FormatInt(id, 10)
}

// Options are the hub's options that come from here; the caller adds the rest.
func (l *LiveSource) Options() live.Options {
	return live.Options{
		Read: l.read, Render: l.render, Rows: l.rows, RenderRow: l.renderRow, May: may, Class: class, Allows: l.allows, Own: l.own,
		Author: author, Heads: l.heads, Revalidate: l.revalidate,
	}
}

func (l *LiveSource) read(ctx context.Context, channel string, since int64, limit int) (live.Batch, error) {
	id, ok := threadOf(channel)
	if !ok {
		return live.Batch{}, live.ErrNoChannel
	}
	changes, err := l.Forum.Changes(ctx, id, since, limit)
	if errors.Is(err, models.ErrNotFound) {
		return live.Batch{}, live.ErrNoChannel
	} else if err != nil {
		return live.Batch{}, err
	}
	batch := live.Batch{
		Epoch: changes.Epoch, Head: changes.Head.Seq, Rights: changes.Rights, Truncated: changes.Truncated,
		Audience: audience{access.OfThread(&changes.Head, false)},
	}
	for i := range changes.Rows {
		batch.Changes = append(batch.Changes, live.Change{
			Seq: changes.Rows[i].ChangedSeq, Row: int64(changes.Rows[i].Number), Item: responseChange{&changes.Head.Thread, &changes.Rows[i]},
		})
	}
	if changes.ThreadChanged {
		batch.Changes = append(batch.Changes, live.Change{Seq: changes.Head.ChangedSeq, Item: headChange{&changes.Head}})
		slices.SortFunc(batch.Changes, func(a, b live.Change) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	return batch, nil
}

func (l *LiveSource) render(ctx context.Context, variant live.Variant, change live.Change) (live.Frame, error) {
	w := words.ForVariant(variant.Language)
	var html bytes.Buffer
	switch item := change.Item.(type) {
	case responseChange:
		err := views.ResponseItem(w, views.Class(variant.Class), item.thread, item.row, l.Now()).Render(ctx, &html)
		return live.Frame{Kind: "response", Number: item.row.Number, Rev: item.row.Rev, HTML: html.String()}, err
	case headChange:
		err := views.ThreadHead(w, item.head, l.Now()).Render(ctx, &html)
		return live.Frame{Kind: "thread", HTML: html.String()}, err
	}
	return live.Frame{}, fmt.Errorf("render a change of unknown kind %T", change.Item)
}

func (l *LiveSource) allows(ctx context.Context, viewer any, channel string) (bool, error) {
	v, isViewer := viewer.(models.Viewer)
	if slug, ok := listOf(channel); ok && isViewer {
		return l.allowsList(ctx, v, slug)
	}
	id, ok := threadOf(channel)
	if !ok || !isViewer {
		return false, nil
	}
	_, err := l.Forum.Thread(ctx, v, id)
	if errors.Is(err, models.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func may(viewer, of any) bool {
	v, okViewer := viewer.(models.Viewer)
	a, okAudience := of.(audience)
	return okViewer && okAudience && access.May(access.Scope(v), a.thing)
}

// class is the class in which a viewer reads a theme's threads; lists look the same to all.
func class(viewer, of any) string {
	v, okViewer := viewer.(models.Viewer)
	a, okAudience := of.(audience)
	if !okViewer || !okAudience {
		return string(views.ClassReader)
	}
	return string(views.ClassOf(v, a.thing.ThemeID))
}

func author(change live.Change, viewer any) bool {
	item, isResponse := change.Item.(responseChange)
	v, isViewer := viewer.(models.Viewer)
	return isResponse && isViewer && v.Speaks(item.row.PersonaID) && !item.row.Removed()
}

func (l *LiveSource) own(ctx context.Context, viewer any, channel string) ([]int, error) {
	id, ok := threadOf(channel)
	v, isViewer := viewer.(models.Viewer)
	if !ok || !isViewer {
		return nil, nil
	}
	return l.Forum.OwnNumbers(ctx, v, id)
}

func (l *LiveSource) heads(ctx context.Context, channels []string) (live.Heads, error) {
	ids := make([]int64, 0, len(channels))
	for _, channel := range channels {
		if id, ok := threadOf(channel); ok {
			ids = append(ids, id)
		}
	}
	heads := live.Heads{Seq: make(map[string]int64, len(ids))}
	for {
		some := ids[:min(len(ids), headsAtOnce)]
		ids = ids[len(some):]
		counters, seqs, err := l.Heads(ctx, some)
		if err != nil {
			return heads, err
		}
		// The oldest rights count: whatever moved since is found at the next repair.
		if heads.Epoch == "" {
			heads.Epoch, heads.Rights = counters.Epoch, counters.RightsSeq
		}
		for id, seq := range seqs {
			heads.Seq[ThreadChannel(id)] = seq
		}
		if len(ids) == 0 {
			return heads, nil
		}
	}
}

func (l *LiveSource) revalidate(ctx context.Context, sessions []string) (map[string]live.Standing, error) {
	ids := make([]int64, 0, len(sessions))
	for _, session := range sessions {
		if id, err := strconv.ParseInt(session, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	viewers, suspended, err := l.Community.Viewers(ctx, ids)
	if err != nil {
		return nil, err
	}
	standings := make(map[string]live.Standing, len(viewers))
	for id, viewer := range viewers {
		standings[strconv.FormatInt(id, 10)] = live.Standing{
			Viewer: viewer, Variant: variantOf("", viewer), Rights: rightsOf(viewer),
		}
	}
	for _, id := range ids {
		if suspended[id] {
			standings[strconv.FormatInt(id, 10)] = live.Standing{Suspended: true}
		}
	}
	return standings, nil
}

// variantOf is the rendering that a viewer gets: the language is that of words.Variant, with
// the zone in it; without one, a line keeps its own.
// The class is narrowed to each theme by class. Here it tells apart whoever moderates
// other themes than before: their pages are shown anew.
func variantOf(language string, viewer models.Viewer) live.Variant {
	class := string(views.ClassOf(viewer, 0))
	if viewer.Member != nil && len(viewer.Member.Moderated) > 0 {
		class += fmt.Sprint(viewer.Member.Moderated)
	}
	return live.Variant{Language: language, Class: class}
}
