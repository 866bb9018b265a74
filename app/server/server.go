// Package server puts everything together: it opens the database, makes the rooms,
// the live hub, the mail office and the listeners, starts them and stops them with
// grace. It has one function for each command and holds no rules and no routes.
package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"colloquy/app/archive"
	"colloquy/app/community"
	"colloquy/app/config"
	"colloquy/app/demo"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/models/store"
	"colloquy/views/words"
)

// Version is set when a release is built.
var Version = "development"

// site is an open database with the rooms over it.
type site struct {
	config    config.Config
	log       *slog.Logger
	store     *store.Store
	row       models.Community
	forum     *forum.Forum
	community *community.Community
}

// NewLog makes the log that the configuration asks for.
func NewLog(c config.Config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// openStore opens the database, whose directory it makes when there is none.
func openStore(ctx context.Context, c config.Config, log *slog.Logger) (*store.Store, error) {
	syscall.Umask(0o077) // what is written is for this user alone
	if path, ok := strings.CutPrefix(c.DatabaseURL, "sqlite://"); ok {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("COLLOQUY_DATA_DIR cannot be used: %w", err)
		}
	}
	s, err := store.Open(ctx, c.DatabaseURL, log)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL cannot be used: %w", err)
	}
	if err := s.Ping(ctx); err != nil {
		return nil, joinClose(fmt.Errorf("%w: is it running, and is DATABASE_URL right?", err), s)
	}
	return s, nil
}

// open brings the database up to date, makes the community's own row, and the rooms.
func open(ctx context.Context, c config.Config, log *slog.Logger) (*site, error) {
	s, err := openStore(ctx, c, log)
	if err != nil {
		return nil, err
	}
	site := &site{config: c, log: log, store: s}
	if err := site.prepare(ctx); err != nil {
		return nil, joinClose(err, s)
	}
	return site, nil
}

func joinClose(err error, s *store.Store) error {
	if closed := s.Close(); closed != nil {
		return fmt.Errorf("%w (and closing the database: %w)", err, closed)
	}
	return err
}

func (s *site) prepare(ctx context.Context) error {
	if _, err := s.store.Migrate(ctx); err != nil {
		return err
	}
	texts, err := demo.Starter()
	if err != nil {
		return err
	}
	groups := make([]models.Group, 0, len(texts.Groups))
	for _, group := range texts.Groups {
		groups = append(groups, models.Group{Key: group.Key, Name: group.Name, Explains: group.Explains})
	}
	initiatives := make([]models.Initiative, 0, len(texts.Initiatives))
	for _, initiative := range texts.Initiatives {
		initiatives = append(initiatives, models.Initiative{Slug: initiative.Slug, Name: initiative.Name})
	}
	s.row, err = community.Establish(ctx, s.store, time.Now(), texts.Community.Name, texts.Community.Purpose, groups, initiatives)
	if err != nil {
		return err
	}
	return nil
}

// rooms makes the rooms. hint and hooks are nil for commands: a running server finds
// what they did by itself within seconds.
func (s *site) rooms(hint func(threadID, seq int64), hooks community.Hooks) {
	hooks.Erasing = archive.ErasuresIn(s.config.DataDir).Add
	s.forum = forum.New(s.store, s.row.Secret, time.Now, forum.Hooks{
		Moved: hint, RightsMoved: hooks.RightsMoved, Erasing: hooks.Erasing,
		NewPseudonym: func(tx *store.Tx, viewer models.Viewer, themeID int64, face models.Face) (models.Persona, error) {
			return s.community.NewPseudonym(tx, viewer, themeID, face) // the room is made below
		},
	})
	hooks.FacesMoved = func(threads map[int64]int64) {
		s.forum.FacesMoved()
		s.forum.Stamped(threads)
	}
	hooks.GroupWords = words.GroupWords
	s.community = community.New(s.store, time.Now, hooks)
}

func (s *site) close() error { return s.store.Close() }
