package handlers

import "sync"

// shelf keeps values in memory, the newest of them: when half the room is used, the
// older half goes. It is safe for concurrent use.
type shelf[K comparable, V any] struct {
	mu   sync.Mutex
	room int
	used int
	size func(V) int
	now  map[K]V
	old  map[K]V
}

// newShelf makes a shelf with room for so much, in the unit of size.
func newShelf[K comparable, V any](room int, size func(V) int) *shelf[K, V] {
	return &shelf[K, V]{room: room, size: size, now: map[K]V{}, old: map[K]V{}}
}

func (s *shelf[K, V]) get(key K) (V, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if value, ok := s.now[key]; ok {
		return value, true
	}
	value, ok := s.old[key]
	if ok {
		s.add(key, value)
	}
	return value, ok
}

func (s *shelf[K, V]) put(key K, value V) V {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(key, value)
	return value
}

func (s *shelf[K, V]) add(key K, value V) {
	size := s.size(value)
	if s.used+size > s.room/2 {
		s.old, s.now, s.used = s.now, map[K]V{}, 0
	}
	s.now[key] = value
	s.used += size
}
