package live

import (
	"errors"
	"time"
)

// live reads, cuts, changes the instance and resumes until everything stands as on a fresh page.
func (f *follower) live() {
	for !f.trouble && !f.sums.halted.Load() {
		if err := f.connect(); err != nil {
			f.complain("connect: %v", err)
			return
		}
		err := f.listen()
		_ = f.line.conn.Close()
		if err == nil {
			return
		}
		var code closedWith
		switch {
		case errors.Is(err, errCut):
			f.sums.cuts.Add(1)
		case !errors.As(err, &code):
			f.sums.closes.Add(1)
		case code == CloseSessionEnded || code == CloseAccountEnded:
			f.leave()
		case code == CloseTooSlow || code == CloseTooManySockets || code == CloseWait:
			f.sums.closes.Add(1)
		default:
			f.complain("the line was %v", err)
		}
		f.backOff()
	}
}

// backOff waits as docs/live-protocol.md has it, by the clock of the hubs.
func (f *follower) backOff() {
	if f.passed > 0 {
		f.failures = 0 // something was answered on this line
	}
	most := min(30*time.Second, time.Second<<min(f.failures, 6)/2)
	f.failures++
	<-time.After(time.Duration(f.rnd.Int64N(int64(most))) / f.sums.hurry)
}

// leave makes a visitor of a member whose session has ended.
func (f *follower) leave() {
	if f.me && !f.ended {
		f.complain("the session ended without a word")
	}
	f.visit()
}

func (f *follower) visit() {
	f.member, f.session = nil, Session{Variant: f.session.Variant, Viewer: viewer{}}
	f.session.Variant.Class = "reader"
	for _, v := range f.views {
		v.ep, v.rows = "", nil // the page was another reader's
	}
}

// outside is the counter of rights from which on closed threads are not for this reader.
func (f *follower) outside() int64 {
	if f.member == nil {
		return 0
	}
	return f.member.outside.Load()
}

func (f *follower) connect() error {
	line, err := dialWire(f.hubs[f.rnd.IntN(len(f.hubs))], f.signIn)
	if err != nil {
		return err
	}
	f.line, f.fences, f.asked, f.passed, f.me, f.ended = line, nil, 0, 0, false, false
	var wanted []*view
	for _, v := range f.views {
		v.asks, v.live, v.clean, v.idle = 0, false, true, false
		if f.want(v) {
			wanted = append(wanted, v)
		}
	}
	if f.member != nil {
		_ = line.say([]byte(`{"t":"sub","ch":"me"}`)) // an error will come from reading as well
	}
	f.ask(wanted...)
	return nil
}

// signIn is the session as it is now.
func (f *follower) signIn() Session {
	f.world.mu.Lock()
	defer f.world.mu.Unlock()
	switch m := f.world.members[f.session.ID]; {
	case m != nil && !m.standing.Suspended:
		f.session.Variant, f.session.Viewer, f.session.Rights = m.standing.Variant, m.standing.Viewer, m.standing.Rights
	case f.member != nil:
		f.visit()
	}
	return f.session
}
