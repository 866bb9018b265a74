package handlers

import (
	"bufio"
	"context"
	"io"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

const (
	// copyWithin is how long it may take to make a copy, over a poor line too.
	copyWithin = 15 * time.Minute
	// copyStalls is how long a line may stand still meanwhile.
	copyStalls = time.Minute
)

// exportShow is the page on which somebody takes a copy of all that is theirs.
func (s *Site) exportShow(c *fiber.Ctx) error {
	if !s.at(c).viewer.SignedIn() {
		return errSignIn
	}
	p := s.page(c, "", views.SectionSettings)
	s.cacheRule(c, false)
	return s.render(c, views.Export(p))
}

// exportCreate sends the copy, while it is made: it is kept nowhere.
func (s *Site) exportCreate(c *fiber.Ctx) error {
	v := s.at(c)
	mine, err := s.Copies.Collect(c.UserContext(), v.viewer)
	if err != nil {
		return err
	}
	page := func(w io.Writer, texts func(each func(text *models.OwnText) error) error) error {
		list := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return texts(func(text *models.OwnText) error {
				return views.MineText(v.words, text, mine.MadeAt).Render(ctx, w)
			})
		})
		return views.Mine(v.words, &mine, list).Render(context.Background(), w)
	}
	viewer, conn, number := v.viewer, c.Context().Conn(), reference(c)
	s.cacheRule(c, false)
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="colloquy-my-data.zip"`)
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(context.Background(), copyWithin)
		defer cancel()
		err := s.Copies.Write(ctx, viewer, &mine, page, patient{w, func() error { return conn.SetWriteDeadline(time.Now().Add(copyStalls)) }})
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			// A file that ends too early must not look complete.
			s.Log.Warn("a copy was not sent to its end", "id", number, "error", err)
			_ = conn.Close()
		}
	})
	return nil
}

// patient gives each part of a long answer its own time to be sent.
type patient struct {
	io.Writer
	extend func() error
}

// Write sends a part.
func (p patient) Write(part []byte) (int, error) {
	if err := p.extend(); err != nil {
		return 0, err
	}
	return p.Writer.Write(part)
}
