package community_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

const issuer = "https://login.example.org"

// connect connects a member with a service as the end of a journey does.
func connect(t *testing.T, c *forumtest.Cast, viewer models.Viewer, subject string) error {
	t.Helper()
	journey, token, err := c.Community.Depart(ctx, viewer, "acme", "/settings/security")
	if err != nil {
		t.Fatal(err)
	}
	journey, err = c.Community.Arrive(ctx, token, "acme", journey.State)
	if err != nil {
		t.Fatal(err)
	}
	return c.Community.Connect(ctx, viewer, journey, issuer, subject, "")
}

func TestAJourneyEndsOnceWhereItBegan(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		journey, token, err := c.Community.Depart(ctx, c.Amina, "acme", "/themes")
		if err != nil {
			t.Fatal(err)
		}
		if journey.State == journey.Nonce || journey.Nonce == journey.Verifier || len(journey.Verifier) < 43 {
			t.Errorf("secrets of a journey: %+v", journey)
		}
		for name, back := range map[string][3]string{
			"another browser":        {"forged", "acme", journey.State},
			"no browser":             {"", "acme", journey.State},
			"the state as the token": {journey.State, "acme", journey.State},
			"another service":        {token, "other", journey.State},
			"another state":          {token, "acme", "forged"},
			"no state":               {token, "acme", ""},
		} {
			if _, err := c.Community.Arrive(ctx, back[0], back[1], back[2]); !errors.Is(err, community.ErrJourney) {
				t.Errorf("%s: %v", name, err)
			}
		}
		arrived, err := c.Community.Arrive(ctx, token, "acme", journey.State)
		if err != nil || arrived != journey || arrived.Next != "/themes" || arrived.MemberID != c.Amina.Member.ID {
			t.Errorf("%+v, %v", arrived, err)
		}
		if _, err := c.Community.Arrive(ctx, token, "acme", journey.State); !errors.Is(err, community.ErrJourney) {
			t.Errorf("twice: %v", err)
		}
		journey, token, err = c.Community.Depart(ctx, models.Viewer{}, "acme", "/")
		if err != nil || journey.MemberID != 0 {
			t.Fatal(journey, err)
		}
		c.Clock.Pass(10*time.Minute + time.Second)
		if _, err := c.Community.Arrive(ctx, token, "acme", journey.State); !errors.Is(err, community.ErrJourney) {
			t.Errorf("after ten minutes: %v", err)
		}
	})
}

func TestOnlyAConnectedIdentityLetsIn(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if err := connect(t, c, c.Amina, "subject-1"); err != nil {
			t.Fatal(err)
		}
		entry, err := c.Community.EnterByIdentity(ctx, issuer, "subject-1", community.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		if viewer, err := c.Community.Viewer(ctx, entry.Session); err != nil || viewer.Member.ID != c.Amina.Member.ID {
			t.Errorf("in came %+v, %v", viewer.Member, err)
		}
		for _, stranger := range [][2]string{
			{issuer, "subject-2"}, {issuer, "SUBJECT-1"}, {issuer, ""}, {"https://other.example.org", "subject-1"}, {issuer + "/", "subject-1"},
		} {
			if _, err := c.Community.EnterByIdentity(ctx, stranger[0], stranger[1], community.Arrival{}); !errors.Is(err, community.ErrStranger) {
				t.Errorf("%v: %v", stranger, err)
			}
		}
		if err := c.Community.SuspendMember(ctx, "amina@example.org", c.Clock.Now().AddDate(0, 1, 0)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.EnterByIdentity(ctx, issuer, "subject-1", community.Arrival{}); !errors.Is(err, community.ErrSuspended) {
			t.Errorf("suspended: %v", err)
		}
	})
}

func TestAnIdentityBelongsToOneMember(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if err := connect(t, c, c.Amina, "subject-1"); err != nil {
			t.Fatal(err)
		}
		if err := connect(t, c, c.Amina, "subject-1"); err != nil {
			t.Errorf("once more: %v", err)
		}
		if err := connect(t, c, c.Rosa, "subject-1"); !errors.Is(err, community.ErrIdentityTaken) {
			t.Errorf("another member: %v", err)
		}
		journey := community.Journey{MemberID: c.Amina.Member.ID}
		for _, viewer := range []models.Viewer{c.Rosa, c.Visitor} {
			if err := c.Community.Connect(ctx, viewer, journey, issuer, "subject-3", ""); !errors.Is(err, community.ErrJourney) {
				t.Errorf("somebody else comes back: %v", err)
			}
		}
		list, err := c.Community.Identities(ctx, c.Amina)
		if err != nil || len(list) != 1 || !list[0].CreatedOn.Equal(list[0].CreatedOn.UTC().Truncate(24*time.Hour)) {
			t.Fatalf("%+v, %v", list, err)
		}
		for _, viewer := range []models.Viewer{c.Rosa, c.Teo, c.Visitor} {
			if err := c.Community.Disconnect(ctx, viewer, list[0].ID, ""); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("disconnected by another: %v", err)
			}
		}
		if err := c.Community.Disconnect(ctx, c.Amina, list[0].ID, ""); err != nil {
			t.Error(err)
		}
		if _, err := c.Community.EnterByIdentity(ctx, issuer, "subject-1", community.Arrival{}); !errors.Is(err, community.ErrStranger) {
			t.Errorf("a disconnected identity: %v", err)
		}
		if err := connect(t, c, c.Rosa, "subject-1"); err != nil {
			t.Errorf("another member, afterwards: %v", err)
		}
	})
}

func TestConnectingAndDisconnectingAreTold(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		var letters []community.Letter
		c.Community = community.New(c.Store, c.Clock.Now, community.Hooks{
			Letter: func(_ context.Context, letter community.Letter) { letters = append(letters, letter) },
		})
		for range 2 { // the second changes nothing, and is not told
			if err := connect(t, c, c.Amina, "subject-1"); err != nil {
				t.Fatal(err)
			}
		}
		list, err := c.Community.Identities(ctx, c.Amina)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := c.Community.Disconnect(ctx, c.Amina, list[0].ID, "Safari · iOS"); err != nil {
			t.Fatal(err)
		}
		want := []community.Letter{
			{Kind: community.LetterIdentity, To: "amina@example.org"},
			{Kind: community.LetterIdentity, To: "amina@example.org", Device: "Safari · iOS", Removed: true},
		}
		for i := range letters {
			letters[i].At = time.Time{}
		}
		if !slices.Equal(letters, want) {
			t.Errorf("letters %+v", letters)
		}
	})
}
