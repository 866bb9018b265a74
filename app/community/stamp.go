package community

import (
	"context"
	"fmt"
	"time"

	"colloquy/models/store"
)

const (
	// stampAtOnce is how many rows take new numbers in one transaction, and about how
	// many of them the act that changed a face waits for.
	stampAtOnce = 200
	// stampWithin is how long one such transaction may take.
	stampWithin = 30 * time.Second
)

// stamping is how far the rows that show a persona have been stamped: first its
// responses, then the heads of the threads that it opened.
type stamping struct {
	personaID int64
	after     int64
	heads     bool
}

// stamp gives every row that shows a persona a new number in its thread, so that open
// pages show its new face. It comes after the commit of the change: what is written
// meanwhile then shows either the new face, or is found here. The first rows are stamped
// before it returns, the others in the background (see Wait).
func (c *Community) stamp(ctx context.Context, personaID int64) {
	ctx = context.WithoutCancel(ctx)
	job := &stamping{personaID: personaID}
	for done := 0; done < stampAtOnce; {
		rows, more := c.stampSome(ctx, job)
		if !more {
			return
		}
		done += rows
	}
	c.background.Go(func() {
		for more := true; more; {
			_, more = c.stampSome(ctx, job)
		}
	})
}

// stampSome does the next part of the work and tells whether there may be more.
func (c *Community) stampSome(ctx context.Context, job *stamping) (rows int, more bool) {
	ctx, cancel := context.WithTimeout(ctx, stampWithin)
	defer cancel()
	var stamped store.Stamped
	err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		if job.heads {
			stamped, err = tx.StampThreads(job.personaID, job.after, stampAtOnce)
		} else {
			stamped, err = tx.StampResponses(job.personaID, job.after, stampAtOnce)
		}
		return err
	})
	if err != nil {
		c.failed(ctx, fmt.Errorf("stamp the texts of a persona: %w", err))
		return 0, false
	}
	if stamped.Rows > 0 {
		c.facesMoved(stamped.Threads)
	}
	job.after = stamped.Last
	if stamped.Rows < stampAtOnce {
		if job.heads {
			return stamped.Rows, false
		}
		job.heads, job.after = true, 0
	}
	return stamped.Rows, true
}
