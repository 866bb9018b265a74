package store

import (
	"maps"
	"slices"

	"gorm.io/gorm"
)

// Stamped says where threads arrived when some rows in them took new numbers.
type Stamped struct {
	// Threads are the threads with their latest number.
	Threads map[int64]int64
	// Last is the id of the last row that was looked at, Rows how many there were.
	Last int64
	Rows int
}

// shown is a row that shows a persona: a response, or a thread with who opened it.
type shown struct{ ID, ThreadID int64 }

// StampResponses gives the next visible responses of a persona, at most limit behind the
// id after, new numbers in their threads, so that open pages show its new face.
func (tx *Tx) StampResponses(personaID, after int64, limit int) (Stamped, error) {
	return tx.stamp("responses", tx.db.Raw(`SELECT id, thread_id FROM responses
		WHERE persona_id = ? AND removed_at IS NULL AND id > ? ORDER BY id LIMIT ?`, personaID, after, limit))
}

// StampThreads is StampResponses for the heads of the threads that a persona opened.
func (tx *Tx) StampThreads(personaID, after int64, limit int) (Stamped, error) {
	return tx.stamp("threads", tx.db.Raw(`SELECT id, id AS thread_id FROM threads
		WHERE persona_id = ? AND id > ? ORDER BY id LIMIT ?`, personaID, after, limit))
}

// stamp takes one number a row, thread by thread in the order of their ids, which is the
// order in which everybody locks threads.
func (tx *Tx) stamp(table string, query *gorm.DB) (Stamped, error) {
	rows, err := all[shown](query)
	if err != nil || len(rows) == 0 {
		return Stamped{}, err
	}
	stamped := Stamped{Threads: map[int64]int64{}, Last: rows[len(rows)-1].ID, Rows: len(rows)}
	byThread := map[int64][]int64{}
	for _, row := range rows {
		byThread[row.ThreadID] = append(byThread[row.ThreadID], row.ID)
	}
	for _, threadID := range slices.Sorted(maps.Keys(byThread)) {
		ids := byThread[threadID]
		last, err := tx.advance(threadID, len(ids))
		if err != nil {
			return Stamped{}, err
		}
		first := last - int64(len(ids)) + 1
		for i, id := range ids {
			err := tx.db.Exec("UPDATE "+table+" SET changed_seq = ? WHERE id = ?", first+int64(i), id).Error
			if err != nil {
				return Stamped{}, err
			}
		}
		stamped.Threads[threadID] = last
	}
	return stamped, nil
}
