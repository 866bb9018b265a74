package community_test

import (
	"errors"
	"strings"
	"testing"

	"colloquy/app/access"
	"colloquy/app/community"
	"colloquy/app/forumtest"
	"colloquy/models"
)

func write(t *testing.T, c *forumtest.Cast, kind models.TextKind, base int, bodies map[string]string) int {
	t.Helper()
	version, err := c.Community.EditText(ctx, c.Teo, community.TextEdit{Kind: kind, Bodies: bodies, Base: base})
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func body(t *testing.T, c *forumtest.Cast, version int, kind models.TextKind, prefer ...string) string {
	t.Helper()
	texts, err := c.Community.Texts(ctx, version)
	if err != nil {
		t.Fatal(err)
	}
	text, ok := community.Best(texts[kind], prefer...)
	if !ok {
		return ""
	}
	return text.Lang + ": " + text.Body
}

// TestAnEditionHoldsForBothTexts: whichever is written anew, the other goes along, and
// every former edition can be read as it stood.
func TestAnEditionHoldsForBothTexts(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		first := write(t, c, models.TextRules, 0, map[string]string{"en": "Be brief.\r\n", "fr": "Soyez brefs.", "ar": ""})
		second := write(t, c, models.TextPrivacy, 1, map[string]string{"en": "We keep little."})
		third := write(t, c, models.TextRules, 2, map[string]string{"en": "Be brief, and kind.", "fr": ""})
		if again := write(t, c, models.TextRules, 2, map[string]string{"en": "Be brief, and kind.", "fr": " "}); again != third {
			t.Errorf("saving what stands there makes edition %d after %d", again, third)
		}
		if first != 1 || second != 2 || third != 3 || settings(t, c).RulesVersion != 3 || settings(t, c).AgreeVersion != 0 {
			t.Errorf("editions %d, %d, %d, %+v", first, second, third, settings(t, c).Community)
		}
		for _, want := range []struct {
			version int
			kind    models.TextKind
			prefer  string
			text    string
		}{
			{0, models.TextRules, "en", ""},
			{1, models.TextRules, "fr", "fr: Soyez brefs."},
			{1, models.TextPrivacy, "fr", ""},
			{2, models.TextRules, "fr", "fr: Soyez brefs."},
			{2, models.TextPrivacy, "fr", "en: We keep little."},
			{3, models.TextRules, "fr", "en: Be brief, and kind."},
			{3, models.TextRules, "ar", "en: Be brief, and kind."},
			{3, models.TextPrivacy, "en", "en: We keep little."},
		} {
			if got := body(t, c, want.version, want.kind, want.prefer); got != want.text {
				t.Errorf("edition %d of %s in %s: %q, want %q", want.version, want.kind, want.prefer, got, want.text)
			}
		}
		editions, err := c.Community.Editions(ctx, c.Amina)
		if err != nil || len(editions) != 3 || editions[0].Version != 3 || editions[1].Changed[0] != models.TextPrivacy || len(editions[2].Changed) != 1 {
			t.Errorf("%+v, %v", editions, err)
		}
		var denied access.Denied
		if _, err := c.Community.Editions(ctx, c.Visitor); !errors.As(err, &denied) || denied.Reason != access.SignIn {
			t.Errorf("a visitor reads the editions: %v", err)
		}
	})
}

func TestTextsAreChecked(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		edit := func(kind models.TextKind, base int, bodies map[string]string) error {
			_, err := c.Community.EditText(ctx, c.Teo, community.TextEdit{Kind: kind, Bodies: bodies, Base: base})
			return err
		}
		refused(t, edit("terms", 0, map[string]string{"en": "x"}), "kind", models.Unknown)
		refused(t, edit(models.TextRules, 0, map[string]string{"en": strings.Repeat("é", 20_001)}), "text_en", models.TooLong)
		refused(t, edit(models.TextRules, 0, map[string]string{"fr": "\xff"}), "text_fr", models.Encoding)
		refused(t, edit(models.TextRules, 0, map[string]string{"fr": "x", "en": "\xff"}), "text_en", models.Encoding)
		if version := settings(t, c).RulesVersion; version != 0 {
			t.Fatalf("a refused text made edition %d", version)
		}
		hostile := "# Rules\n\n<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) ![p](https://example.org/p.png)\n\n" + strings.Repeat("é", 19_000)
		write(t, c, models.TextRules, 0, map[string]string{"en": hostile})
		texts, err := c.Community.Texts(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script", "<img", "javascript:", "onerror=alert(1)>"} {
			if strings.Contains(texts[models.TextRules]["en"].HTML, bad) {
				t.Errorf("the rendered rules hold %s", bad)
			}
		}
		// Whoever began from an older edition is told, and nothing is lost.
		write(t, c, models.TextRules, 1, map[string]string{"en": "Theirs."})
		refused(t, edit(models.TextRules, 1, map[string]string{"en": "Mine."}), "base", models.Newer)
		if got := body(t, c, 2, models.TextRules, "en"); got != "en: Theirs." {
			t.Errorf("now it is %q", got)
		}
		if err := edit(models.TextPrivacy, 0, map[string]string{"en": "The other text was never written."}); err != nil {
			t.Error(err)
		}
		refused(t, edit(models.TextRules, 3, map[string]string{"en": "\n"}), "text_en", models.Empty)
	})
}

func TestMembersAgreeAgain(t *testing.T) {
	each(t, func(t *testing.T, c *forumtest.Cast) {
		viewer := func(email string) models.Viewer {
			member, err := c.Store.MemberByEmail(ctx, email)
			if err != nil {
				t.Fatal(err)
			}
			found, err := c.Store.ViewerOfMember(ctx, member.ID)
			if err != nil {
				t.Fatal(err)
			}
			found.Now = c.Clock.Now()
			return found
		}
		id := c.Start(t, c.Amina, forumtest.Public, "Before")
		respond := func(v models.Viewer) error {
			return access.Can(v, access.Respond, access.Thing{Audience: models.AudienceEveryone})
		}
		ask := func(text string, base int) int {
			version, err := c.Community.EditText(ctx, c.Teo, community.TextEdit{Kind: models.TextRules, Bodies: map[string]string{"en": text}, Base: base, AskAgain: true})
			if err != nil {
				t.Fatal(err)
			}
			return version
		}
		write(t, c, models.TextRules, 0, map[string]string{"en": "One."})
		if viewer("amina@example.org").MustAgree {
			t.Error("a mere change asks")
		}
		ask("Two.", 1)
		amina := viewer("amina@example.org")
		var denied access.Denied
		if err := respond(amina); !amina.MustAgree || !errors.As(err, &denied) || denied.Reason != access.Agree {
			t.Errorf("must agree %v, writing: %v", amina.MustAgree, err)
		}
		if err := c.Forum.RemoveText(ctx, amina, id, 1); err != nil {
			t.Errorf("taking back asks for agreement: %v", err)
		}
		// Whoever joins has read the rules; whom the operator adds has not.
		if joined := c.Add(t, "new@example.org", "New Person", "Funders", models.RoleMember); !joined.MustAgree {
			t.Errorf("whom the operator adds need not agree: %+v", joined.Member)
		}
		ask("Three.", 2)
		refused(t, c.Community.Agree(ctx, amina, 2), "agree", models.Newer)
		refused(t, c.Community.Agree(ctx, amina, 4), "agree", models.Unknown)
		refused(t, c.Community.Agree(ctx, amina, -1), "agree", models.Unknown)
		if err := c.Community.Agree(ctx, c.Visitor, 3); !errors.As(err, &denied) || denied.Reason != access.SignIn {
			t.Errorf("a visitor agrees: %v", err)
		}
		for range 2 {
			if err := c.Community.Agree(ctx, amina, 3); err != nil {
				t.Fatal(err)
			}
		}
		if amina = viewer("amina@example.org"); amina.MustAgree || amina.Member.AgreedVersion != 3 {
			t.Errorf("after agreeing: %+v", amina.Member)
		}
		if err := respond(amina); err != nil {
			t.Error(err)
		}
		if !viewer("rosa@example.org").MustAgree {
			t.Error("Amina has agreed for Rosa")
		}
		// Asking again for a text that stands there already makes no edition.
		write(t, c, models.TextPrivacy, 3, map[string]string{"en": "Little."})
		if version := ask("Three.", 4); version != 4 || settings(t, c).AgreeVersion != 4 || !viewer("amina@example.org").MustAgree {
			t.Errorf("edition %d, %+v", version, settings(t, c).Community)
		}
	})
}
