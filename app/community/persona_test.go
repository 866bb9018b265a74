package community_test

import (
	"strconv"
	"testing"
	"time"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

const (
	frank  = "frank-matters"
	candid = "candid-matters"
)

// mask has somebody speak under a new pseudonym in a theme.
func mask(c *forumtest.Cast, viewer models.Viewer, theme, name string, group bool) (int64, error) {
	return c.StartAs(viewer, theme, models.Face{Choice: models.FaceNew, Name: name, ShowGroup: group})
}

func themes(t *testing.T, c *forumtest.Cast) {
	t.Helper()
	c.Masks(t, frank, "Frank matters", models.AudienceMembers)
	c.Clock.Pass(50 * 24 * time.Hour)
	c.Masks(t, candid, "Candid matters", models.AudienceMembers)
	c.Clock.Pass(50 * 24 * time.Hour)
}

func TestAPseudonymLooksLikeNobody(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		themes(t, c)
		if _, err := mask(c, c.Rosa, frank, "Heron", false); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]models.Problem{
			"":                  models.Empty,
			"\u200b \u202e":     models.Empty,
			"\xff":              models.Encoding,
			"Lena Fischer":      models.NameTaken, // that she moderates is not told
			"lena f\u0456scher": models.MixedScripts,
			"Teodora Ilic":      models.NameTaken,
			"Moderator":         models.OfficeName,
			"Former member":     models.OfficeName,
			"Paul Nkemelu":      models.NameTaken, // somebody else's
			"PauI NkemeIu":      models.NameTaken,
			"Amina Diallo":      models.NameTaken, // one's own
			"amina-diallo":      models.NameTaken,
			"HERON":             models.NameTaken, // another pseudonym's in the theme
			"He ron":            models.NameTaken,
		} {
			_, err := mask(c, c.Amina, frank, name, false)
			t.Run(name, func(t *testing.T) { refused(t, err, "pseudonym", want) })
		}
		if _, err := mask(c, c.Amina, candid, "Heron", false); err != nil {
			t.Errorf("the same name in another theme: %v", err)
		}
	})
}

// TestAProfilesAddressIsNoPseudonym: a profile keeps its name in addresses when its own
// name changes, so whoever goes by it would be known.
func TestAProfilesAddressIsNoPseudonym(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		themes(t, c)
		if err := c.Community.EditProfile(t.Context(), c.Amina, community.ProfileEdit{Name: "A. D."}); err != nil {
			t.Fatal(err)
		}
		_, err := mask(c, c.Amina, frank, "Amina Diallo", false)
		refused(t, err, "pseudonym", models.NameTaken)
	})
}

// TestAPseudonymSharesNothingWithItsMember: what is kept of it holds nothing by which it
// could be put beside its member or another pseudonym, but the one link that rights need.
func TestAPseudonymSharesNothingWithItsMember(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		themes(t, c)
		var rows []models.Persona
		before, err := c.Store.Counters(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, theme := range []string{frank, candid} {
			if _, err := mask(c, c.Amina, theme, "Heron of "+theme, theme == candid); err != nil {
				t.Fatal(err)
			}
			found, err := c.Store.Theme(t.Context(), models.Scope{All: true}, theme)
			if err != nil {
				t.Fatal(err)
			}
			var row models.Persona
			if err := c.Store.Write(t.Context(), func(tx *store.Tx) (err error) {
				row, err = tx.Pseudonym(c.Amina.Member.ID, found.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if day := found.CreatedAt.UTC().Truncate(24 * time.Hour); !row.CreatedAt.Equal(day) {
				t.Errorf("made on %v, the theme on %v", row.CreatedAt, day)
			}
			if row.Handle != nil || row.Organisation+row.About+row.Languages != "" || row.SourceKey != nil || (row.GroupID != nil) != (theme == candid) {
				t.Errorf("%+v", row)
			}
			rows = append(rows, row)
		}
		if rows[0].ID == rows[1].ID || rows[0].Skeleton == rows[1].Skeleton || rows[0].CreatedAt.Equal(rows[1].CreatedAt) {
			t.Error("two pseudonyms share something")
		}
		if after, err := c.Store.Counters(t.Context()); err != nil || after.RightsSeq <= before.RightsSeq {
			t.Errorf("rights went from %d to %d, %v: sessions do not learn of the face", before.RightsSeq, after.RightsSeq, err)
		}
	})
}

// TestAChangeOfTheProfileLeavesPseudonymsAlone: neither the name nor the group beside a
// pseudonym changes with the profile's, and its threads take no number: all of that at the
// same moment would tell who it is.
func TestAChangeOfTheProfileLeavesPseudonymsAlone(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		themes(t, c)
		ctx := t.Context()
		var threads []int64
		for theme, group := range map[string]bool{frank: false, candid: true} {
			id, err := mask(c, c.Amina, theme, "Heron of "+theme, group)
			if err != nil {
				t.Fatal(err)
			}
			threads = append(threads, id)
		}
		look := func() (all []models.ThreadHead) {
			for _, id := range threads {
				head, err := c.Store.ThreadHead(ctx, models.Scope{All: true}, id)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, head)
			}
			return all
		}
		before := look()
		amina := c.Again(t, c.Amina)
		if err := c.Community.EditProfile(ctx, amina, community.ProfileEdit{Name: "Amina D."}); err != nil {
			t.Fatal(err)
		}
		if err := c.Community.EditMembership(ctx, c.Teo, "amina-diallo", community.MembershipEdit{GroupID: c.Groups[4].ID}); err != nil {
			t.Fatal(err)
		}
		c.Community.Wait()
		for i, after := range look() {
			if after.Byline != before[i].Byline || after.Seq != before[i].Seq || len(after.Voices) != len(before[i].Voices) {
				t.Errorf("%+v became %+v", before[i].Byline, after.Byline)
			}
			for n := range after.Voices {
				if after.Voices[n] != before[i].Voices[n] {
					t.Errorf("voices %+v became %+v", before[i].Voices, after.Voices)
				}
			}
		}
		own, err := c.Community.Pseudonyms(ctx, c.Again(t, c.Amina))
		if err != nil || len(own) != 2 || own[0].GroupName+own[1].GroupName != "MSI secretariats" {
			t.Errorf("own list %+v, %v", own, err)
		}
	})
}

// TestTheOwnListIsForOnesOwnEyes: a visitor is refused, others find nothing, and a theme
// that one may not read any more is not named.
func TestTheOwnListIsForOnesOwnEyes(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		themes(t, c)
		ctx := t.Context()
		if _, err := mask(c, c.Paul, frank, "Heron", false); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Community.Pseudonyms(ctx, c.Visitor); err == nil {
			t.Error("a visitor is given a list")
		}
		for _, other := range []models.Viewer{c.Amina, c.Lena, c.Teo} {
			if own, err := c.Community.Pseudonyms(ctx, c.Again(t, other)); err != nil || len(own) != 0 {
				t.Errorf("%+v, %v", own, err)
			}
		}
		paul := c.Again(t, c.Paul)
		own, err := c.Community.Pseudonyms(ctx, paul)
		if err != nil || len(own) != 1 || own[0] != (models.Pseudonym{Name: "Heron", ThemeSlug: frank, ThemeTitle: "Frank matters", ThemeLang: "en", Open: true}) {
			t.Errorf("%+v, %v", own, err)
		}
		found, err := c.Store.Pseudonyms(ctx, models.Scope{}, paul.Member.ID)
		if err != nil || len(found) != 1 || found[0] != (models.Pseudonym{Name: "Heron"}) {
			t.Errorf("without the right to read: %+v, %v", found, err)
		}
	})
}

// TestNobodyJoinsOrRenamesAsAModerator: the way in and the settings refuse what looks like
// an office or its holder; members may share a name, and moderators keep theirs.
func TestNobodyJoinsOrRenamesAsAModerator(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		ctx := t.Context()
		for name, want := range map[string]models.Problem{
			"LENA FISCHER": models.Impersonates, "Lenа Fischer": models.MixedScripts, "Teodora Ilíc": models.Impersonates,
			"Admin": models.OfficeName,
		} {
			refused(t, c.Community.EditProfile(ctx, c.Amina, community.ProfileEdit{Name: name}), "name", want)
			token, err := c.Community.Invite(ctx, c.Teo, community.NewInvitation{})
			if err != nil {
				t.Fatal(err)
			}
			guest := accept(name, "guest@example.org")
			guest.GroupID = c.Groups[0].ID
			_, err = c.Community.Accept(ctx, token, guest, community.Arrival{})
			refused(t, err, "name", want)
			guest.Name = "Amina Diallo" // the invitation is good still, and two members may share a name
			guest.Email = string(want)[:2] + strconv.Itoa(len(name)) + "@example.org"
			if _, err = c.Community.Accept(ctx, token, guest, community.Arrival{}); err != nil {
				t.Errorf("a namesake: %v", err)
			}
		}
		c.Add(t, "known@example.org", "Lena Fischer", "Funders", models.RoleMember) // the operator knows whom they add
		if err := c.Community.EditProfile(ctx, c.Lena, community.ProfileEdit{Name: "Lena  Fischer", About: "Also"}); err != nil {
			t.Errorf("a moderator's own name: %v", err)
		}
		if err := c.Community.EditProfile(ctx, c.Lena, community.ProfileEdit{Name: "LENA Fischer"}); err != nil {
			t.Errorf("a moderator's own name written otherwise: %v", err)
		}
		// Who had the name before is not made to change it.
		namesake := c.Add(t, "p2@example.org", "Paul Nkemelu", "Funders", models.RoleMember)
		if err := c.Community.EditMember(ctx, "paul@example.org", "", models.RoleModerator); err != nil {
			t.Fatal(err)
		}
		if err := c.Community.EditProfile(ctx, namesake, community.ProfileEdit{Name: "Paul Nkemelu", About: "Another one"}); err != nil {
			t.Errorf("a namesake of a new moderator: %v", err)
		}
		refused(t, c.Community.EditProfile(ctx, namesake, community.ProfileEdit{Name: "Paul NkemeIu"}), "name", models.Impersonates)
	})
}

// TestANameFromBeforeIsAsSafe: a moderator's name that was written before names were
// reduced to how they look cannot be taken either.
func TestANameFromBeforeIsAsSafe(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		if err := c.Store.Write(t.Context(), func(tx *store.Tx) error {
			member := models.Member{Email: "old@example.org", EmailKey: "old@example.org", Role: models.RoleModerator, GroupID: c.Groups[0].ID, JoinedOn: c.Clock.Now()}
			if err := tx.CreateMember(&member); err != nil {
				return err
			}
			handle := "ines-soto"
			return tx.CreatePersona(&models.Persona{
				Kind: models.PersonaNamed, MemberID: &member.ID, Handle: &handle, Name: "Inés Soto", GroupID: &member.GroupID, CreatedAt: c.Clock.Now(),
			})
		}); err != nil {
			t.Fatal(err)
		}
		refused(t, c.Community.EditProfile(t.Context(), c.Amina, community.ProfileEdit{Name: "lnes S0to"}), "name", models.Impersonates)
	})
}
