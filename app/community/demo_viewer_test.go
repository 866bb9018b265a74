package community_test

import (
	"errors"
	"testing"
	"time"

	"colloquy/app/forumtest"
	"colloquy/models"
)

func TestADemoViewerSpeaksWithoutASession(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		handle := c.Rosa.Persona.PersonaHandle
		viewer, err := c.Community.DemoViewer(ctx, handle)
		if err != nil || viewer.MemberID() != c.Rosa.MemberID() || viewer.PersonaID != c.Rosa.PersonaID ||
			viewer.SessionID != 0 || viewer.Now.IsZero() {
			t.Errorf("the viewer of %q is %+v, %v", handle, viewer, err)
		}
		if _, err := c.Community.DemoViewer(ctx, "nobody-at-all"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("nobody speaks: %v", err)
		}
		if err := c.Community.SuspendMember(ctx, "rosa@example.org", c.Clock.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.DemoViewer(ctx, handle); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a suspended member speaks: %v", err)
		}
	})
}
