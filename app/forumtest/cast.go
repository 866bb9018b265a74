package forumtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/models/store"
	"colloquy/views/words"
)

// The themes of the cast, by their slugs.
const (
	Public  = "open-matters"   // for everyone
	Inside  = "inside-matters" // for members
	Boards  = "board-matters"  // for MSI boards and Funders
	Opening = "The opening says what this is about."
)

// Address is where browsers would reach the cast's community while nothing serves it.
const Address = "https://forum.example.org"

// Cast is a small community with everybody that tests need: Amina of a secretariat
// and Rosa of a country are members, Paul sits on a board, Lena moderates, Teo
// convenes; the zero viewer is a visitor.
type Cast struct {
	Store     *store.Store
	Forum     *forum.Forum
	Community *community.Community
	Row       models.Community
	Groups    []models.Group
	Clock     *Clock
	Visitor   models.Viewer
	Amina     models.Viewer
	Rosa      models.Viewer
	Paul      models.Viewer
	Lena      models.Viewer
	Teo       models.Viewer
	// Hints are the threads that were said to have moved.
	Hints *Hints
}

// Hints remembers where threads were said to stand.
type Hints struct {
	mu   sync.Mutex
	seqs map[int64][]int64
}

// Of lists the numbers hinted for a thread, in order.
func (h *Hints) Of(threadID int64) []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]int64(nil), h.seqs[threadID]...)
}

// Add remembers a hint.
func (h *Hints) Add(threadID, seq int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seqs[threadID] = append(h.seqs[threadID], seq)
}

// Clock is a clock that tests move by hand; each look at it takes a millisecond, so
// that nothing happens at the same time.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts in November 2026.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 9, 16, 10, 0, 0, time.UTC)} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

// Pass moves the clock.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// NewCast writes the cast into an empty, migrated database.
func NewCast(t testing.TB, s *store.Store) *Cast {
	t.Helper()
	ctx := context.Background()
	cast := &Cast{Store: s, Clock: NewClock(), Hints: &Hints{seqs: map[int64][]int64{}}}
	names := []models.Group{
		{Key: "s", Name: "MSI secretariats"},
		{Key: "c", Name: "Country level MSI actors"},
		{Key: "b", Name: "MSI boards"},
		{Key: "r", Name: "Researchers"},
		{Key: "f", Name: "Funders"},
		{Key: "i", Name: "INGOs"},
	}
	var err error
	cast.Row, err = community.Establish(ctx, s, cast.Clock.Now(), "Colloquy", "For tests.", names,
		[]models.Initiative{{Slug: "ogp", Name: "OGP"}, {Slug: "eiti", Name: "EITI"}})
	must(t, err)
	cast.Groups, err = s.Groups(ctx)
	must(t, err)
	cast.Forum = forum.New(s, cast.Row.Secret, cast.Clock.Now, forum.Hooks{Moved: cast.Hints.Add, NewPseudonym: cast.NewPseudonym})
	cast.Community = community.New(s, cast.Clock.Now, community.Hooks{
		BaseURL: Address, Origins: []string{Address}, GroupWords: words.GroupWords,
		FacesMoved: func(threads map[int64]int64) {
			cast.Forum.FacesMoved()
			cast.Forum.Stamped(threads)
		},
	})
	cast.Visitor = models.Viewer{Now: cast.Clock.Now()}
	cast.Amina = cast.Add(t, "amina@example.org", "Amina Diallo", "MSI secretariats", models.RoleMember)
	cast.Rosa = cast.Add(t, "rosa@example.org", "Rosa Quispe", "Country level MSI actors", models.RoleMember)
	cast.Paul = cast.Add(t, "paul@example.org", "Paul Nkemelu", "MSI boards", models.RoleMember)
	cast.Lena = cast.Add(t, "lena@example.org", "Lena Fischer", "Researchers", models.RoleModerator)
	cast.Teo = cast.Add(t, "teo@example.org", "Teodora Ilić", "INGOs", models.RoleConvener)
	cast.Theme(t, Public, "Open matters", models.AudienceEveryone)
	cast.Theme(t, Inside, "Inside matters", models.AudienceMembers)
	cast.Theme(t, Boards, "Board matters", models.AudienceGroups, cast.Groups[2].ID, cast.Groups[4].ID)
	return cast
}

// Add makes a member and returns them as a viewer.
func (c *Cast) Add(t testing.TB, email, name, group string, role models.Role) models.Viewer {
	t.Helper()
	member, err := c.Community.AddMember(context.Background(), email, name, group, role)
	must(t, err)
	return c.viewer(t, member.ID)
}

func (c *Cast) viewer(t testing.TB, memberID int64) models.Viewer {
	t.Helper()
	viewer, err := c.Store.ViewerOfMember(context.Background(), memberID)
	must(t, err)
	viewer.Now = c.Clock.Now()
	return viewer
}

// Again is the viewer with what they may by now.
func (c *Cast) Again(t testing.TB, viewer models.Viewer) models.Viewer {
	t.Helper()
	return c.viewer(t, viewer.Member.ID)
}

// Choose changes what a member chooses for themselves.
func (c *Cast) Choose(t testing.TB, viewer models.Viewer, choose func(member *models.Member)) {
	t.Helper()
	member := *viewer.Member
	choose(&member)
	must(t, c.Store.Write(context.Background(), func(tx *store.Tx) error {
		if err := tx.MoveRights(); err != nil {
			return err
		}
		return tx.UpdateMember(&member)
	}))
}

// Theme makes a theme.
func (c *Cast) Theme(t testing.TB, slug, title string, audience models.Audience, groups ...int64) {
	t.Helper()
	must(t, c.Store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.CreateTheme(&models.Theme{
			Slug: slug, Title: title, Line: "A line.", Purpose: "A purpose.", Lang: "en", Audience: audience,
			CreatedAt: c.Clock.Now().UTC().Truncate(time.Microsecond),
		}, groups)
	}))
	c.Forum.FacesMoved()
}

// NewPseudonym has the community room make a pseudonym, whichever serves the cast now.
func (c *Cast) NewPseudonym(tx *store.Tx, viewer models.Viewer, themeID int64, face models.Face) (models.Persona, error) {
	return c.Community.NewPseudonym(tx, viewer, themeID, face)
}

// Masks makes a theme in which members may speak under other names.
func (c *Cast) Masks(t testing.TB, slug, title string, audience models.Audience) {
	t.Helper()
	must(t, c.Store.Write(context.Background(), func(tx *store.Tx) error {
		return tx.CreateTheme(&models.Theme{
			Slug: slug, Title: title, Line: "A line.", Purpose: "A purpose.", Lang: "en", Audience: audience, Pseudonyms: true,
			CreatedAt: c.Clock.Now().UTC().Truncate(time.Microsecond),
		}, nil)
	}))
	c.Forum.FacesMoved()
}

// Start opens a thread and returns its id.
func (c *Cast) Start(t testing.TB, viewer models.Viewer, theme, title string) int64 {
	t.Helper()
	posted, err := c.Forum.StartThread(context.Background(), viewer, forum.NewThread{
		Theme: theme, Title: title, Kind: models.KindQuestion, Level: models.LevelInPractice, Lang: "en", Body: Opening,
	})
	must(t, err)
	return posted.ThreadID
}

// StartAs opens a thread under another face, and returns its id or why it was refused.
func (c *Cast) StartAs(viewer models.Viewer, theme string, face models.Face) (int64, error) {
	posted, err := c.Forum.StartThread(context.Background(), viewer, forum.NewThread{
		Theme: theme, Title: "Under another name", Kind: models.KindQuestion, Level: models.LevelInPractice, Lang: "en", Body: Opening, As: face,
	})
	return posted.ThreadID, err
}

// Respond adds a response and returns its number.
func (c *Cast) Respond(t testing.TB, viewer models.Viewer, threadID int64, body string) int {
	t.Helper()
	posted, err := c.Forum.Respond(context.Background(), viewer, threadID, forum.NewResponse{Body: body, Lang: "en"})
	must(t, err)
	return posted.Number
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
