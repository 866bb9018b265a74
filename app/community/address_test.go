package community_test

import (
	"errors"
	"strings"
	"testing"

	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

func TestOneAddressHasOneKey(t *testing.T) {
	for want, spellings := range map[string][]string{
		// Plain addresses keep the key they have always had.
		"amina@example.org":     {"amina@example.org", " AMINA@Example.ORG\t", "ａｍｉｎａ@example.org", "amina@ｅｘａｍｐｌｅ.org", "amina@example。org"},
		"a_b+c@x_y.example":     {"A_b+c@X_y.example"},
		"kim@example.org":       {"kim@example.org", "\u212aim@example.org"}, // the sign of kelvin
		"jürgen@example.org":    {"jürgen@example.org", "ju\u0308rgen@example.org", "JÜRGEN@EXAMPLE.org"},
		"i@xn--bcher-kva.de":    {"i@bücher.de", "I@BÜCHER.DE", "i@bu\u0308cher.de", "i@xn--bcher-kva.de", "i@XN--BCHER-KVA.de"},
		"i@xn--strae-oqa.de":    {"i@straße.de"}, // not strasse.de, which may be somebody else's
		"ss@example.org":        {"ß@example.org", "ss@example.org"},
		"σας@example.org":       nil,
		"бюро@xn--e1afmkfd.org": {"бюро@пример.org", "БЮРО@ПРИМЕР.org"},
		"":                      {"", "  "},
		"no address":            {"No Address"},
		"é":                     {"É"},
	} {
		for _, spelling := range spellings {
			if got := community.EmailKey(spelling); got != want {
				t.Errorf("%q has the key %q, not %q", spelling, got, want)
			}
		}
	}
	for _, other := range []string{"amina@example.com", "am\u0131na@example.org", "аmina@example.org", "amina@exаmple.org"} {
		if community.EmailKey(other) == "amina@example.org" {
			t.Errorf("%q is taken for another address", other)
		}
	}
}

func FuzzEmailKey(f *testing.F) {
	for _, seed := range []string{"amina@example.org", "ß@straße.de", "\u212aim@ex。ample.org", "@", "a@\u200b.b", "\xff@x.y", "İ@I.com"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		key := community.EmailKey(address)
		if again := community.EmailKey(key); again != key && len(address) < 200 {
			t.Errorf("the key of %q is %q, and that has the key %q", address, key, again)
		}
	})
}

func TestWhatIsNoAddressIsRefused(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		for _, address := range []string{
			"amina", "@example.org", "amina@", "amina@example", "a b@example.org", "amina@example.org\r\nBcc: x@example.org",
			"Amina <amina2@example.org>", "amina2@example.org, x@example.org", "am\u200bina@example.org", "am\u202eina@example.org",
			"a\x00@example.org", "\xff\xfe@example.org", strings.Repeat("a", 250) + "@example.org", "amina\ufe0f@example.org",
		} {
			var invalid models.Invalid
			_, err := c.Community.Invite(ctx, c.Lena, community.NewInvitation{Email: address})
			if !errors.As(err, &invalid) || invalid["email"] != models.Unknown {
				t.Errorf("%q: %v", address, err)
			}
		}
	})
}

func TestOldKeysAreFoldedAnew(t *testing.T) {
	eachDoor(t, func(t *testing.T, c *forumtest.Cast, room *door) {
		c.Add(t, "i@bücher.de", "Ines", "Funders", models.RoleMember)
		c.Add(t, "o@пример.org", "Oleg", "Funders", models.RoleMember)
		forumtest.Exec(t, room.url, "UPDATE members SET email_key = 'i@bücher.de' WHERE email = 'i@bücher.de'",
			"UPDATE members SET email_key = 'o@пример.org' WHERE email = 'o@пример.org'")
		c.Add(t, "o@xn--e1afmkfd.org", "Olga", "Funders", models.RoleMember)
		for range 2 {
			clashes, err := room.RefoldAddresses(ctx)
			if err != nil || clashes != 1 {
				t.Fatalf("%d clashes, %v", clashes, err)
			}
		}
		if _, err := c.Store.MemberByEmail(ctx, community.EmailKey("I@BÜCHER.de")); err != nil {
			t.Errorf("Ines is not found: %v", err)
		}
		if member, err := c.Store.MemberByEmail(ctx, community.EmailKey("o@xn--e1afmkfd.org")); err != nil || member.Email != "o@xn--e1afmkfd.org" {
			t.Errorf("Olga's address is %s's, %v", member.Email, err)
		}
		if _, err := c.Store.MemberByEmail(ctx, "o@пример.org"); err != nil {
			t.Errorf("Oleg lost his address: %v", err)
		}
	})
}
