package live

// The channel of a member's own: it says that the session or the account has ended before the line is closed, so that
// every page of the member can say so.

const meChannel = "me"

// Reasons on the channel of the member's own.
const (
	whySignedOut = "signed out"
	whySuspended = "suspended"
)

// subscribeMe lets a socket with a session listen to what concerns its member alone.
func (h *Hub) subscribeMe(s *socket) {
	if s.session == "" {
		s.send(nil, final(denyFrame(meChannel)))
		return
	}
	s.mu.Lock()
	s.me = true
	s.mu.Unlock()
	s.send(nil, final(placesFrame(meChannel, nil)))
}

// expel closes a socket whose session or account has ended, in place of all that is queued, and says why to those who
// asked to be told.
func (s *socket) expel(code int) {
	why := whySignedOut
	if code == CloseAccountEnded {
		why = whySuspended
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		s.drop(func(m *outbound) bool { return m.sub != nil }) // what was said of the end still goes out
		return
	}
	s.dropQueue(nil)
	if s.me {
		s.append(private(endFrame(why)))
	}
	s.shutLocked(code, true)
}
