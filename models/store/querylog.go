package store

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// slow is how long a query may take before it is named in the log.
const slow = 500 * time.Millisecond

// Queries is how many statements this store has asked so far, for tests and metrics.
func (s *Store) Queries() int64 { return s.asked.Load() }

// queryLog is GORM's logger: it counts, and names slow and failed statements with
// their placeholders, never with their values.
type queryLog struct {
	log   *slog.Logger
	asked *atomic.Int64
}

// LogMode is demanded by GORM; the level is slog's.
func (l queryLog) LogMode(logger.LogLevel) logger.Interface { return l }

// Info logs GORM's own remarks.
func (l queryLog) Info(ctx context.Context, text string, _ ...any) { l.log.InfoContext(ctx, text) }

// Warn logs GORM's own warnings.
func (l queryLog) Warn(ctx context.Context, text string, _ ...any) { l.log.WarnContext(ctx, text) }

// Error logs GORM's own errors.
func (l queryLog) Error(ctx context.Context, text string, _ ...any) { l.log.ErrorContext(ctx, text) }

// Trace is called after each statement.
func (l queryLog) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), err error) {
	l.asked.Add(1)
	expected := err == nil || errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, gorm.ErrDuplicatedKey) ||
		errors.Is(err, context.Canceled)
	if took := time.Since(begin); expected && took < slow {
		return
	} else if expected {
		query, rows := fc()
		l.log.WarnContext(ctx, "slow query", "query", query, "rows", rows, "took", took)
		return
	}
	query, _ := fc()
	l.log.ErrorContext(ctx, "query failed", "query", query, "error", err)
}

// ParamsFilter keeps values out of the log.
func (l queryLog) ParamsFilter(_ context.Context, query string, _ ...any) (string, []any) {
	return query, nil
}
