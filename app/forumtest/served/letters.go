package served

import (
	"context"
	"sync"
	"testing"

	"colloquy/app/community"
)

// Letters remembers the letters that a site has asked to be sent.
type Letters struct {
	mu   sync.Mutex
	list []community.Letter
}

func (l *Letters) add(_ context.Context, letter community.Letter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, letter)
}

// To lists the letters to an address, the oldest first, when the site has written all of
// them.
func (s *Site) To(address string) []community.Letter {
	s.Community.Wait()
	s.Letters.mu.Lock()
	defer s.Letters.mu.Unlock()
	var list []community.Letter
	for _, letter := range s.Letters.list {
		if letter.To == address {
			list = append(list, letter)
		}
	}
	return list
}

// Last is the latest letter to an address, which must be of the kind.
func (s *Site) Last(t testing.TB, address string, kind community.LetterKind) community.Letter {
	t.Helper()
	list := s.To(address)
	if len(list) == 0 || list[len(list)-1].Kind != kind {
		t.Fatalf("the letters to %s are %+v, none or not the last about %q", address, list, kind)
	}
	return list[len(list)-1]
}
