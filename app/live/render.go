package live

import (
	"context"
	"errors"
	"time"
)

// errTooMuch says that several changes together are too large to be sent piece by piece.
var errTooMuch = errors.New("live: too much has changed")

// bundleAfter is what a variant gets of the changes after a number that everybody has: the frames of the rows, and
// skips for the numbers that no row carries any more or that show nothing, so that every number up to head is
// accounted for.
func (t *topic) bundleAfter(ctx context.Context, variant Variant, since, head int64, born time.Time) (*bundle, error) {
	shown, err := t.ring.after(ctx, t.hub, variant, since)
	if err != nil {
		return nil, err
	}
	var pieces []*piece
	last := since
	for _, p := range shown {
		if p.seq > last+1 {
			pieces = append(pieces, fixed(skipRange(t.channel, last+1, p.seq-1)))
		}
		pieces = append(pieces, p)
		last = p.seq
	}
	if head > last {
		pieces = append(pieces, fixed(skipRange(t.channel, last+1, head)))
	}
	return newBundle(pieces, born), nil
}
