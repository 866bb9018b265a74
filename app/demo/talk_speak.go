package demo

import (
	"context"
	"errors"
	"fmt"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/models/store"
)

const (
	// How many threads and texts are read at once to find what was said.
	threadsAtOnce = 100
	textsAtOnce   = 200
)

// errUnsaid is the error of a line that speaks of what is not there: a thread of another
// title, or an earlier line that was skipped.
var errUnsaid = errors.New("what it speaks of is not there")

// unspeakable tells that a line is to be skipped without further notice.
func unspeakable(err error) bool {
	var denied access.Denied
	return errors.Is(err, errUnsaid) || errors.Is(err, store.ErrNotFound) || errors.Is(err, forum.ErrRemoved) || errors.As(err, &denied)
}

// speak does what a line says. Nothing is done twice: a text has the line's key, and the
// other acts change nothing the second time.
func (s *speech) speak(ctx context.Context, line *Line) error {
	viewer, err := s.Community.DemoViewer(ctx, line.By)
	if err != nil {
		return err
	}
	if line.Act == ActStart {
		return s.start(ctx, viewer, line)
	}
	id, number := s.threads[line.Thread], s.numbers[line.Line]
	if id == 0 || line.Line != 0 && number == 0 {
		return errUnsaid
	}
	switch line.Act {
	case ActRespond:
		return s.respond(ctx, viewer, line, id)
	case ActEdit:
		return s.Forum.EditText(ctx, viewer, id, number, forum.TextEdit{Body: line.Body, Lang: line.Lang})
	case ActRemove:
		return s.Forum.RemoveText(ctx, viewer, id, number)
	case ActOutcome:
		_, err := s.Forum.EditThread(ctx, viewer, id, forum.ThreadEdit{Outcome: &line.Outcome})
		return err
	default:
		return fmt.Errorf("there is no act %q", line.Act)
	}
}

func (s *speech) start(ctx context.Context, viewer models.Viewer, line *Line) error {
	posted, err := s.Forum.StartThread(ctx, viewer, forum.NewThread{
		Theme: line.Theme, Title: line.Thread, Kind: line.Kind, Level: line.Level, Lang: line.Lang, Body: line.Body, Key: line.key(),
	})
	if err == nil {
		s.threads[line.Thread] = posted.ThreadID
	}
	return err
}

func (s *speech) respond(ctx context.Context, viewer models.Viewer, line *Line, threadID int64) error {
	answered := line.ReplyTo
	if line.Line != 0 {
		answered = s.numbers[line.Line]
	}
	posted, err := s.Forum.Respond(ctx, viewer, threadID, forum.NewResponse{
		Body: line.Body, Lang: line.Lang, ReplyTo: answered, Key: line.key(),
	})
	if err == nil {
		s.numbers[line.N] = posted.Number
	}
	return err
}

// remember finds the threads of the script and what was said in them before this start,
// and leaves the lines behind the last one that was said. Idempotency keys would not do:
// they are forgotten after some days.
func (s *speech) remember(ctx context.Context) error {
	threads, err := s.findThreads(ctx)
	if err != nil {
		return err
	}
	heard, err := s.listen(ctx, threads)
	if err != nil {
		return err
	}
	numbers, said := map[int]int{}, 0
	for i, line := range s.lines {
		id := threads[line.Thread]
		number := heard[utterance{id, line.By, line.Body}]
		switch {
		case line.Act == ActRespond && number != 0:
			numbers[line.N] = number
		case line.Act == ActEdit && number != 0:
			numbers[line.Line] = number
		case line.Act == ActStart && id != 0:
		default:
			continue
		}
		said = i + 1
	}
	s.threads, s.numbers, s.lines = threads, numbers, s.lines[said:]
	return nil
}

// findThreads finds the threads of the script by their titles: the oldest of each that
// everyone may read.
func (s *speech) findThreads(ctx context.Context) (map[string]int64, error) {
	titles, found := map[string]bool{}, map[string]int64{}
	for _, line := range s.lines {
		titles[line.Thread] = true
	}
	themes, err := s.Forum.Themes(ctx, models.Viewer{})
	if err != nil {
		return nil, err
	}
	for _, theme := range themes {
		for after, more := "", true; more; more = after != "" {
			var rows []models.ThreadRow
			if rows, after, err = s.Forum.Threads(ctx, models.Viewer{}, theme.ID, "", after, threadsAtOnce); err != nil {
				return nil, err
			}
			for _, row := range rows {
				if id := found[row.Title]; titles[row.Title] && (id == 0 || row.ID < id) {
					found[row.Title] = row.ID
				}
			}
		}
	}
	return found, nil
}

// utterance is a text that a member wrote in a thread.
type utterance struct {
	threadID int64
	by, body string
}

// listen gives the numbers of all texts that stand in threads.
func (s *speech) listen(ctx context.Context, threads map[string]int64) (map[utterance]int, error) {
	heard := map[utterance]int{}
	for _, id := range threads {
		for after, more := 0, true; more; {
			rows, err := s.Forum.Responses(ctx, models.Viewer{}, id, after, textsAtOnce)
			if err != nil {
				return nil, err
			}
			for _, row := range rows {
				heard[utterance{id, row.PersonaHandle, row.Body}] = row.Number
				after = row.Number
			}
			more = len(rows) == textsAtOnce
		}
	}
	return heard, nil
}
