package live

import (
	"context"
	"errors"
	"fmt"

	"github.com/gorilla/websocket"
)

// errTooMuch says that several changes together are too large to be sent piece by piece.
var errTooMuch = errors.New("live: too much has changed")

// rendering is a batch as one variant sees it. numbers says for each change which response it is, zero for none.
type rendering struct {
	frames  [][]byte
	changes []Change
	numbers []int
}

// render makes the frames of the changes after since. With skips, every number up to the head is accounted for:
// those that no row carries any more, and those that show nothing, go into skip frames.
func (h *Hub) render(ctx context.Context, channel string, variant Variant, batch Batch, since int64, skips bool) (rendering, error) {
	var r rendering
	last, shown, size := since, since, 0 // the last number looked at, the last one accounted for
	for _, change := range batch.Changes {
		if change.Seq <= last || change.Seq > batch.Head {
			if change.Seq > batch.Head {
				return rendering{}, fmt.Errorf("live: change %d stands above the head %d", change.Seq, batch.Head)
			}
			continue
		}
		last = change.Seq
		var frame Frame
		err := h.guard("Render", func() (err error) {
			frame, err = h.opt.Render(ctx, variant, change)
			return err
		})
		if err != nil {
			return rendering{}, fmt.Errorf("live: render change %d: %w", change.Seq, err)
		}
		if frame.Kind == "" {
			continue
		}
		if skips && change.Seq > shown+1 {
			r.frames = append(r.frames, skipRange(channel, shown+1, change.Seq-1))
		}
		shown = change.Seq
		ev := evFrame(channel, change.Seq, frame)
		size += len(ev)
		if size > batchBytes && len(r.numbers) > 0 {
			return rendering{}, errTooMuch
		}
		number := 0
		if frame.Kind == "response" {
			number = frame.Number
		}
		r.frames = append(r.frames, ev)
		r.changes = append(r.changes, change)
		r.numbers = append(r.numbers, number)
	}
	if skips && batch.Head > shown {
		r.frames = append(r.frames, skipRange(channel, shown+1, batch.Head))
	}
	return r, nil
}

// shared is the rendering as one message, made ready once for all who get it.
func (r rendering) shared() (outbound, error) {
	message := join(r.frames)
	prepared, err := websocket.NewPreparedMessage(websocket.TextMessage, message)
	if err != nil {
		return outbound{}, fmt.Errorf("live: prepare a message: %w", err)
	}
	return outbound{prepared: prepared, size: len(message), frames: len(r.frames)}, nil
}
