package store

import (
	"context"
	"fmt"
)

// Erase takes the last traces of erased texts from the database's files. It may run
// beside everything else and takes a moment; call it in the background soon after a
// text was erased, and now and then, because edits leave words behind too. Backups and
// PostgreSQL's own archive of its log are beyond it.
func (s *Store) Erase(ctx context.Context) error {
	for _, statement := range s.dialect.erase {
		if err := s.write.WithContext(ctx).Exec(statement).Error; err != nil {
			return fmt.Errorf("erase traces: %w", err)
		}
	}
	return nil
}
