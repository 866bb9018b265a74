package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"colloquy/app/archive"
	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/models"
	"colloquy/models/store"
)

// copyOf is somebody's copy: data.json, and every text as the page was given it.
func copyOf(t *testing.T, s *store.Store, viewer models.Viewer) (data map[string]any, raw string, given []models.OwnText) {
	t.Helper()
	copies := archive.NewCopies(s, "https://example.org")
	mine, err := copies.Collect(t.Context(), viewer)
	if err != nil {
		t.Fatal(err)
	}
	page := func(_ io.Writer, texts func(func(*models.OwnText) error) error) error {
		return texts(func(text *models.OwnText) error { given = append(given, *text); return nil })
	}
	var packed bytes.Buffer
	if err := copies.Write(context.Background(), viewer, &mine, page, &packed); err != nil {
		t.Fatal(err)
	}
	file, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	if err != nil || len(file.File) != 2 || file.File[0].Name != "index.html" || file.File[1].Name != "data.json" {
		t.Fatalf("the copy holds %v, %v", file, err)
	}
	content, err := file.File[1].Open()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(content)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &data); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return data, string(text), given
}

// TestACopyHoldsAllThatIsMineAndNothingElse looks for what must and what must not be there.
func TestACopyHoldsAllThatIsMineAndNothingElse(t *testing.T) {
	forumtest.Stores(t, func(t *testing.T, s *store.Store) {
		ctx, c := t.Context(), forumtest.NewCast(t, s)
		open := c.Start(t, c.Rosa, forumtest.Public, "A public title")
		closed := c.Start(t, c.Paul, forumtest.Boards, "A secret title")
		lost := c.Start(t, c.Lena, forumtest.Boards, "Another secret title")
		for i := range 210 { // more than are read at once
			c.Respond(t, c.Rosa, open, fmt.Sprintf("Rosa's <text> numbered %d.", i))
		}
		c.Respond(t, c.Amina, open, "A text of Amina's.")
		n := c.Respond(t, c.Rosa, open, "First words.")
		if err := c.Forum.EditText(ctx, c.Rosa, open, n, forum.TextEdit{Body: "Second words."}); err != nil {
			t.Fatal(err)
		}
		removed := c.Respond(t, c.Rosa, open, "Regretted words.")
		if err := c.Forum.RemoveText(ctx, c.Rosa, open, removed); err != nil {
			t.Fatal(err)
		}
		// She was of the boards, wrote there, and is not any more.
		edit := community.MembershipEdit{GroupID: c.Groups[2].ID}
		if err := c.Community.EditMembership(ctx, c.Teo, "rosa-quispe", edit); err != nil {
			t.Fatal(err)
		}
		inside, err := s.ViewerOfMember(ctx, c.Rosa.Member.ID)
		if err != nil {
			t.Fatal(err)
		}
		inside.Now = c.Clock.Now()
		c.Respond(t, inside, lost, "Words behind the door.")
		if err := c.Community.EditMembership(ctx, c.Teo, "rosa-quispe", community.MembershipEdit{GroupID: c.Groups[1].ID, Role: models.RoleModerator}); err != nil {
			t.Fatal(err)
		}
		moderator, err := s.ViewerOfMember(ctx, c.Rosa.Member.ID)
		if err != nil {
			t.Fatal(err)
		}
		moderator.Now = c.Clock.Now()
		if _, err := c.Community.Invite(ctx, moderator, community.NewInvitation{Email: "friend@example.net", GroupID: c.Groups[4].ID}); err != nil {
			t.Fatal(err)
		}
		if err := c.Community.EditMembership(ctx, c.Teo, "rosa-quispe", community.MembershipEdit{Role: models.RoleMember}); err != nil {
			t.Fatal(err)
		}
		token, err := c.Community.CreateToken(ctx, "rosa@example.org", "My script")
		if err != nil {
			t.Fatal(err)
		}
		viewer, err := s.ViewerOfMember(ctx, c.Rosa.Member.ID)
		if err != nil {
			t.Fatal(err)
		}
		viewer.Now = c.Clock.Now()
		data, raw, given := copyOf(t, s, viewer)
		texts, _ := data["texts"].([]any)
		if len(texts) != 214 || len(given) != len(texts) {
			t.Fatalf("%d texts in the data, %d on the page", len(texts), len(given))
		}
		for field, want := range map[string]string{
			"email": "rosa@example.org", "name": "Rosa Quispe", "group": "Country level MSI actors", "role": "member",
		} {
			if data[field] != want {
				t.Errorf("%s is %v", field, data[field])
			}
		}
		for _, field := range []string{"sessions", "passkeys", "pseudonyms", "moderates", "initiatives", "languages"} {
			if list, ok := data[field].([]any); !ok || len(list) != 0 {
				t.Errorf("%s is %v", field, data[field])
			}
		}
		for _, must := range []string{
			"A public title", "First words.", "Second words.", "Words behind the door.", "Rosa's <text> numbered 209.", "My script",
			fmt.Sprintf("https://example.org/threads/%d/a-public-title/%d", open, n), `"removed":true`, "Funders",
		} {
			if !strings.Contains(raw, must) {
				t.Errorf("the copy lacks %q", must)
			}
		}
		for _, never := range []string{
			"secret", "Amina", "amina", "Paul", "Regretted", "friend@example.net", "argon2", token, viewer.Member.Opaque, "Lena",
			fmt.Sprintf("/threads/%d/", closed), fmt.Sprintf("/threads/%d/", lost), "PasswordHash", "password_hash", "token_hash",
		} {
			if strings.Contains(raw, never) {
				t.Errorf("the copy holds %q", never)
			}
		}
		if !slices.IsSortedFunc(given, func(a, b models.OwnText) int { return int(a.ID - b.ID) }) {
			t.Error("the texts are not in the order in which they were written")
		}
	})
}
