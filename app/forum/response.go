package forum

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"colloquy/app/access"
	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// NewResponse is what somebody writes to respond.
type NewResponse struct {
	Body string
	Lang string
	// ReplyTo is the number that this answers, 0 for none.
	ReplyTo int
	// As is as whom they speak.
	As models.Face
	// Key is the idempotency key, empty for none.
	Key string
}

// Conflict is the error of an edit that started from an old edition. Nothing was
// changed; both texts are there to choose from.
type Conflict struct {
	// Current is the response as it stands, with its Markdown.
	Current models.ResponseRow
	// Yours is the text that was not written.
	Yours string
}

// Error says what happened.
func (c *Conflict) Error() string { return "the text was changed meanwhile" }

// ErrRemoved is returned when the text to be edited was removed.
var ErrRemoved = errors.New("the text was removed")

// Respond adds a response to a thread. It returns Invalid, access.Denied,
// store.ErrNotFound or ErrKeyReused.
func (f *Forum) Respond(ctx context.Context, viewer models.Viewer, threadID int64, input NewResponse) (Posted, error) {
	invalid := Invalid{}
	written := cleanText(invalid, input.Body, input.Lang)
	if err := invalid.Err(); err != nil {
		// Whoever may not write here is told that first.
		if _, denied := f.MayRespond(ctx, viewer, threadID); denied != nil {
			return Posted{}, denied
		}
		return Posted{}, err
	}
	request := withFace([]string{
		"response", strconv.FormatInt(threadID, 10), strconv.Itoa(input.ReplyTo), input.Lang, written.body,
	}, input.As)
	var seq int64
	var as speaker
	posted, err := f.keyed(ctx, viewer, input.Key, request, func(tx *store.Tx) (Posted, error) {
		head, err := f.may(tx, viewer, access.Respond, threadID)
		if err != nil {
			return Posted{}, err
		}
		var replyTo *int64
		if input.ReplyTo != 0 {
			id, err := tx.ResponseID(threadID, input.ReplyTo)
			if errors.Is(err, store.ErrNotFound) {
				return Posted{}, Invalid{"reply_to": models.Unknown}
			} else if err != nil {
				return Posted{}, err
			}
			replyTo = &id
		}
		// Last, when nothing else can be wrong: what is said of a name that somebody tries must
		// cost a text.
		if as, err = f.speaker(tx, viewer, access.OfThread(&head, false), input.As); err != nil {
			return Posted{}, err
		}
		response := written.response(threadID, as.personaID)
		response.ReplyToID = replyTo
		response.CreatedAt = micros(f.now())
		if err := publish(tx, &head, response, as.groupID, written.words); err != nil {
			return Posted{}, err
		}
		seq = response.ChangedSeq
		return Posted{ThreadID: threadID, Number: response.Number}, nil
	})
	if err == nil && !posted.Replayed {
		f.met(as)
		f.hint(threadID, seq)
	}
	return posted, err
}

// publish makes a response a part of its thread: only here it takes its number and the
// thread's next seq. What is published
// later than it is written, as in a frank thread, comes through here when it is
// released, so that numbers tell the order of release and nothing else.
func publish(tx *store.Tx, head *models.ThreadHead, response *models.Response, groupID int64, words string) error {
	if err := tx.CountVoice(head.ID, groupID, 1); err != nil {
		return err
	}
	place, err := tx.AdvanceResponse(head.ID, response.CreatedAt)
	if err != nil {
		return err
	}
	response.Number, response.ChangedSeq = place.LastNumber, place.Seq
	return tx.CreateResponse(response, "", words)
}

// MayRespond returns the thread when the viewer may respond in it, else why not.
func (f *Forum) MayRespond(ctx context.Context, viewer models.Viewer, threadID int64) (models.ThreadHead, error) {
	head, err := f.Thread(ctx, viewer, threadID)
	if err != nil {
		return head, err
	}
	return head, access.Can(viewer, access.Respond, access.OfThread(&head, false))
}

// TextEdit is a new edition of a text.
type TextEdit struct {
	Body string
	Lang string
	// Rev is the edition that the writer started from, 0 for whichever stands.
	Rev int
}

// EditText writes a new edition of a response or opening; only its author may. It
// returns Invalid, access.Denied, store.ErrNotFound, ErrRemoved or *Conflict. An edit
// that changes nothing takes no number.
func (f *Forum) EditText(ctx context.Context, viewer models.Viewer, threadID int64, number int, edit TextEdit) error {
	invalid := Invalid{}
	written := cleanText(invalid, edit.Body, edit.Lang)
	var seq int64
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		head, row, err := f.mayText(tx, viewer, access.EditText, threadID, number)
		if err != nil {
			return err
		}
		if err := invalid.Err(); err != nil {
			return err
		}
		if edit.Rev != 0 && edit.Rev != row.Rev {
			if row.Body == written.body {
				return nil
			}
			return &Conflict{Current: row, Yours: written.body}
		}
		if edit.Lang == "" {
			written.lang = row.Lang
		}
		if row.Body == written.body && row.Lang == written.lang {
			return nil
		}
		now := micros(f.now())
		response := written.response(threadID, row.PersonaID)
		response.ID, response.Rev, response.EditedAt = row.ID, row.Rev+1, &now
		if seq, err = tx.Advance(threadID); err != nil {
			return err
		}
		response.ChangedSeq = seq
		title := ""
		if number == 1 {
			title = prose.Fold(head.Title)
		}
		return tx.UpdateText(response, title, written.words)
	})
	if err == nil && seq > 0 {
		f.hint(threadID, seq)
	}
	return err
}

// RemoveText leaves a tombstone of a response or opening, for its author and
// moderators. What its author removes is erased for good; what a moderator removes is
// kept out of sight, so that it can be restored. Removing what was removed is no error.
func (f *Forum) RemoveText(ctx context.Context, viewer models.Viewer, threadID int64, number int) error {
	var seq int64
	err := f.erasing(ctx, func(tx *store.Tx) (erased models.Erasure, err error) {
		_, row, err := f.mayText(tx, viewer, access.RemoveText, threadID, number)
		if errors.Is(err, ErrRemoved) {
			return erased, nil
		} else if err != nil {
			return erased, err
		}
		if err := tx.CountVoice(threadID, row.GroupID, -1); err != nil {
			return erased, err
		}
		if seq, err = tx.AdvanceRemoval(threadID, number); err != nil {
			return erased, err
		}
		now := micros(f.now())
		if err := tx.RemoveResponse(&models.Response{ID: row.ID, RemovedAt: &now, ChangedSeq: seq}); err != nil {
			return erased, err
		}
		mine, err := own(tx, viewer, row.PersonaID)
		if err != nil || !mine {
			return erased, err
		}
		return erasure(models.ErasedText, &row), tx.EraseText(row.ID)
	})
	if err == nil && seq > 0 {
		f.hint(threadID, seq)
	}
	return err
}

// mayText finds a text and checks an act against it.
func (f *Forum) mayText(tx *store.Tx, viewer models.Viewer, act access.Act, threadID int64, number int) (models.ThreadHead, models.ResponseRow, error) {
	scope := access.Scope(viewer)
	head, err := tx.ThreadHead(scope, threadID)
	if err != nil {
		return head, models.ResponseRow{}, err
	}
	row, err := tx.Response(scope, threadID, number)
	if err != nil {
		return head, row, err
	}
	mine, err := own(tx, viewer, row.PersonaID)
	if err != nil {
		return head, row, err
	}
	thing := access.OfThread(&head, mine)
	if err := access.Can(viewer, act, thing); err != nil {
		return head, row, err
	}
	if row.Removed() {
		return head, row, ErrRemoved
	}
	return head, row, nil
}

// Text finds one response with its Markdown, for whoever may edit or remove it.
func (f *Forum) Text(ctx context.Context, viewer models.Viewer, act access.Act, threadID int64, number int) (models.ThreadHead, models.ResponseRow, error) {
	head, err := f.Thread(ctx, viewer, threadID)
	if err != nil {
		return head, models.ResponseRow{}, err
	}
	row, err := f.store.Response(ctx, access.Scope(viewer), threadID, number)
	if err != nil {
		return head, row, err
	}
	mine, err := f.speaks(ctx, viewer, row.PersonaID)
	if err != nil {
		return head, row, err
	}
	if err := access.Can(viewer, act, access.OfThread(&head, mine)); err != nil {
		return head, row, err
	}
	if row.Removed() {
		return head, row, ErrRemoved
	}
	return head, row, nil
}

// Response finds one response with its Markdown; a tombstone has none.
func (f *Forum) Response(ctx context.Context, viewer models.Viewer, threadID int64, number int) (models.ResponseRow, error) {
	return f.store.Response(ctx, access.Scope(viewer), threadID, number)
}

// Page lists the responses of one page of a thread, tombstones included.
func (f *Forum) Page(ctx context.Context, viewer models.Viewer, threadID int64, page int) ([]models.ResponseRow, error) {
	first := (page-1)*models.PageSize + 1
	rows, err := f.store.Responses(ctx, access.Scope(viewer), threadID, first, first+models.PageSize-1)
	if err != nil {
		return nil, fmt.Errorf("page of thread: %w", err)
	}
	return rows, nil
}

// Responses lists up to limit responses after a number, with their Markdown.
func (f *Forum) Responses(ctx context.Context, viewer models.Viewer, threadID int64, after, limit int) ([]models.ResponseRow, error) {
	return f.store.Sources(ctx, access.Scope(viewer), threadID, after, limit)
}

// OwnNumbers lists the viewer's own numbers in a thread.
func (f *Forum) OwnNumbers(ctx context.Context, viewer models.Viewer, threadID int64) ([]int, error) {
	if !viewer.SignedIn() {
		return nil, nil
	}
	return f.store.OwnNumbers(ctx, threadID, viewer.Member.ID)
}

// Changes reads what changed in a thread after a number, in one snapshot and whoever
// reads: the caller authorises each reader against the head's audience.
func (f *Forum) Changes(ctx context.Context, threadID, since int64, limit int) (models.Changes, error) {
	return f.store.Changes(ctx, models.Scope{All: true}, threadID, since, limit)
}
