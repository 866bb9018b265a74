package live

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"weak"
)

// ring holds the latest changes of a topic, each row once and under the last number it took, so that whoever comes
// back soon is caught up without a question to the source. It also knows every row that changed since the topic is
// watched, so that a superseded frame is found wherever it waits. Everything here is under the topic's lock.
type ring struct {
	channel string
	from    int64     // the ring holds every row that changed after this number
	records []*record // in the order of their numbers
	rows    map[int64]*trace
	bytes   int // of what is rendered
}

// record is a row's latest change with what has been rendered of it.
type record struct {
	change Change
	pieces map[Variant]*piece
}

// trace finds the frames of a row: in the ring, or, when they have left it, in the queues that still hold them.
type trace struct {
	seq    int64
	record *record
	faded  []weak.Pointer[piece]
}

func newRing(channel string) *ring {
	return &ring{channel: channel, rows: map[int64]*trace{}}
}

// restart empties the ring; from now on it holds what changes after a number.
func (r *ring) restart(from int64) {
	for _, rec := range r.records {
		r.rows[rec.change.Row].fade()
	}
	r.records, r.bytes, r.from = nil, 0, from
}

// fade lets go of what is rendered, but for what a queue still holds.
func (t *trace) fade() {
	t.faded = slices.DeleteFunc(t.faded, func(w weak.Pointer[piece]) bool { return w.Value() == nil })
	for _, p := range t.record.pieces {
		t.faded = append(t.faded, weak.Make(p))
	}
	t.record = nil
}

// absorb takes the rows that changed after since, in the order of their numbers; they are complete up to the source's
// head, and head is the number up to which the ring is complete already. What they supersede becomes skips.
func (r *ring) absorb(since, head int64, changes []Change) {
	if since > head {
		r.restart(since)
	}
	back := since < r.from
	var records []*record
	for _, change := range changes {
		t := r.rows[change.Row]
		switch {
		case t == nil:
			t = &trace{}
			r.rows[change.Row] = t
		case t.seq < change.Seq:
			r.supersede(t)
		case t.record != nil:
			records = append(records, t.record)
			continue
		}
		t.seq = change.Seq
		t.record = &record{change: change, pieces: map[Variant]*piece{}}
		records = append(records, t.record)
		if !back {
			r.records = append(r.records, t.record)
		}
	}
	if back {
		r.records, r.from = records, since
	}
}

// supersede makes skips of all frames of a row.
func (r *ring) supersede(t *trace) {
	if t.record != nil {
		for _, p := range t.record.pieces {
			r.bytes -= len(p.bytes())
			p.supersede(skipRange(r.channel, p.seq, p.seq))
		}
		r.records = slices.DeleteFunc(r.records, func(rec *record) bool { return rec == t.record })
	}
	for _, w := range t.faded {
		if p := w.Value(); p != nil {
			p.supersede(skipRange(r.channel, p.seq, p.seq))
		}
	}
	t.record, t.faded = nil, nil
}

// trim bounds the ring; the number from which it is complete moves on.
func (r *ring) trim() {
	for len(r.records) > ringRows || r.bytes > ringBytes && len(r.records) > 1 {
		oldest := r.records[0]
		for _, p := range oldest.pieces {
			r.bytes -= len(p.bytes())
		}
		r.from = oldest.change.Seq
		r.rows[oldest.change.Row].fade()
		r.records[0] = nil
		r.records = r.records[1:]
	}
	if len(r.rows) > tracesMost {
		// What no queue holds any more needs no trace.
		maps.DeleteFunc(r.rows, func(_ int64, t *trace) bool {
			return t.record == nil && !slices.ContainsFunc(t.faded, func(w weak.Pointer[piece]) bool { return w.Value() != nil })
		})
	}
}

// reaches says whether the ring holds everything that changed after a number.
func (r *ring) reaches(since int64) bool { return since >= r.from }

// after gives the pieces of the rows that changed after a number, rendered for a variant; errTooMuch when they are
// too many or too large to be sent piece by piece.
func (r *ring) after(ctx context.Context, h *Hub, variant Variant, since int64) ([]*piece, error) {
	var pieces []*piece
	size := 0
	for _, rec := range r.records {
		if rec.change.Seq <= since {
			continue
		}
		p, err := r.piece(ctx, h, variant, rec)
		if err != nil {
			return nil, err
		}
		if p.empty {
			continue
		}
		if size += len(p.bytes()); size > batchBytes && len(pieces) > 0 || len(pieces) == resumeLimit {
			return nil, errTooMuch
		}
		pieces = append(pieces, p)
	}
	return pieces, nil
}

// piece renders a record for a variant, once.
func (r *ring) piece(ctx context.Context, h *Hub, variant Variant, rec *record) (*piece, error) {
	if p := rec.pieces[variant]; p != nil {
		return p, nil
	}
	var frame Frame
	err := h.guard("Render", func() (err error) {
		frame, err = h.opt.Render(ctx, variant, rec.change)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("live: render change %d: %w", rec.change.Seq, err)
	}
	var p *piece
	if frame.Kind == "" {
		p = newPiece(rec.change.Seq, 0, nil)
		p.empty = true
	} else {
		p = newPiece(rec.change.Seq, frame.Number, evFrame(r.channel, rec.change.Seq, frame))
	}
	rec.pieces[variant] = p
	r.bytes += len(p.bytes())
	return p, nil
}

// change is the change that took a number which the ring holds.
func (r *ring) change(seq int64) Change {
	i, found := slices.BinarySearchFunc(r.records, seq, func(rec *record, seq int64) int { return cmp.Compare(rec.change.Seq, seq) })
	if !found {
		return Change{}
	}
	return r.records[i].change
}
