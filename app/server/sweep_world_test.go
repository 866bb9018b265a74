package server

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of raw statements below

	"colloquy/app/archive"
	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/mail"
	"colloquy/models"
	"colloquy/models/store"
)

// The ids of whoever is swept are like no others, so that a number that stands anywhere
// is theirs.
const (
	sweptMembers  = 7_310_000
	sweptPersonas = 7_420_000
)

// sweepWorld is a community with somebody who is to leave no trace: what they have
// written, said of themselves and signed in with, by every way there is.
type sweepWorld struct {
	*forumtest.Cast
	t       *testing.T
	raw     *sql.DB
	folder  string // of the database file; empty for PostgreSQL
	dataDir string
	log     *bytes.Buffer
	office  *mail.Office
	viewer  models.Viewer
	member  models.Member
	mask    int64   // the id of the pseudonym's persona
	threads []int64 // where they have written
	secrets []string
}

// sweptWords stand nowhere but in what belongs to the one who is swept, but for texts.
var sweptWords = []string{"zdenka", "unmistakable", "quicksilverheron", "zdorg"}

func newSweepWorld(t *testing.T, url string) *sweepWorld {
	t.Helper()
	w := &sweepWorld{t: t, dataDir: t.TempDir(), log: &bytes.Buffer{}}
	path, embedded := strings.CutPrefix(url, "sqlite://")
	driver, address := "pgx", url
	if embedded {
		driver, address, w.folder = "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)", filepath.Dir(path)
	}
	var err error
	w.raw, err = sql.Open(driver, address)
	w.must(err)
	w.raw.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = w.raw.Close() })
	w.Cast = forumtest.NewCast(t, forumtest.Open(t, url))
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.office, err = mail.Open("", "site@example.org", filepath.Join(w.dataDir, "outbox"), log)
	w.must(err)
	letters := letters{office: w.office, base: "http://localhost", log: log}
	erasing := archive.ErasuresIn(w.dataDir).Add
	w.Forum = forum.New(w.Store, w.Row.Secret, w.Clock.Now, forum.Hooks{Erasing: erasing})
	w.Community = community.New(w.Store, w.Clock.Now, community.Hooks{
		Letter: letters.write, Forget: w.office.Forget, Erasing: erasing,
		Failed:     func(_ context.Context, err error) { t.Error(err) },
		FacesMoved: func(map[int64]int64) { w.Forum.FacesMoved() },
	})
	w.ids(embedded, "members", sweptMembers)
	w.ids(embedded, "personas", sweptPersonas)
	w.join()
	w.ids(embedded, "members", 500) // and nobody after them
	w.ids(embedded, "personas", 500)
	w.signIn()
	w.speak()
	return w
}

func (w *sweepWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// exec runs a raw statement; values stand in it as SQL writes them on both databases.
func (w *sweepWorld) exec(statement string, values ...any) {
	w.t.Helper()
	_, err := w.raw.ExecContext(w.t.Context(), fmt.Sprintf(statement, values...))
	w.must(err)
}

// ids says with which number the ids of a table go on. The embedded database goes on
// behind its highest: there nobody comes after.
func (w *sweepWorld) ids(embedded bool, table string, next int) {
	w.t.Helper()
	if !embedded {
		w.exec("ALTER TABLE %s ALTER COLUMN id RESTART WITH %d", table, next)
	} else if next > 1000 {
		w.exec("UPDATE sqlite_sequence SET seq = %d WHERE name = '%s'", next, table)
	}
}

// join brings them in by an invitation, on a day on which nothing else happens.
func (w *sweepWorld) join() {
	ctx := w.t.Context()
	token, err := w.Community.Invite(ctx, w.Lena, community.NewInvitation{Email: "Zdenka@unmistakable.example", GroupID: w.Groups[0].ID, Role: models.RoleMember})
	w.must(err)
	w.Clock.Pass(3 * 24 * time.Hour)
	entry, err := w.Community.Accept(ctx, token, community.Acceptance{
		Name: "Zdenka Unmistakable", Organisation: "Zdorg", Language: "en", Password: "a phrase of zdenka", Rules: true,
	}, community.Arrival{Device: "Zdorg browser"})
	w.must(err)
	w.viewer, err = w.Community.Viewer(ctx, entry.Session)
	w.must(err)
	w.must(w.Community.EditProfile(ctx, w.viewer, community.ProfileEdit{
		Name: "Zdenka Unmistakable", Organisation: "Zdorg", About: "Works at zdorg.", Initiatives: []string{"ogp"},
	}))
	w.exec("INSERT INTO invitation_themes (invitation_id, theme_id) SELECT MAX(i.id), 1 FROM invitations i")
	w.secrets = append(w.secrets, token)
	w.Clock.Pass(3 * 24 * time.Hour)
	w.viewer = w.fresh()
	w.member = *w.viewer.Member
	if w.member.ID < sweptMembers || w.viewer.PersonaID < sweptPersonas {
		w.t.Fatalf("the ids %d and %d are like others", w.member.ID, w.viewer.PersonaID)
	}
}

func (w *sweepWorld) fresh() models.Viewer {
	w.t.Helper()
	member, err := w.Store.MemberByEmail(w.t.Context(), "zdenka@unmistakable.example")
	w.must(err)
	viewer, err := w.Store.ViewerOfMember(w.t.Context(), member.ID)
	w.must(err)
	viewer.Now = w.Clock.Now()
	return viewer
}

// signIn gives them everything with which somebody can sign in, and a row in every other
// table that knows members or addresses.
func (w *sweepWorld) signIn() {
	ctx, id := w.t.Context(), w.member.ID
	link, err := w.Community.MemberLink(ctx, w.member.Email)
	w.must(err)
	token, err := w.Community.CreateToken(ctx, w.member.Email, "a token of zdenka")
	w.must(err)
	w.secrets = append(w.secrets, link, token)
	w.must(w.Community.RequestLink(ctx, w.member.Email, "a browser of zdenka", community.Arrival{})) // a letter that waits or is in the outbox
	w.Community.Wait()
	w.must(w.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.CreateCeremony(&models.Ceremony{
			Kind: models.CeremonyAddress, TokenHash: []byte("zdenka's ceremony"), MemberID: &id, Data: []byte(`"new@unmistakable.example"`),
			ExpiresAt: w.Clock.Now().UTC().Add(time.Hour).Truncate(time.Microsecond),
		})
	}))
	const then = "'2026-11-20 00:00:00'"
	bytes := func(text string) string {
		if w.folder == "" {
			return "'" + text + "'::bytea"
		}
		return "CAST('" + text + "' AS BLOB)"
	}
	w.exec("INSERT INTO passkeys (member_id, credential_id, credential, name, created_on) VALUES (%d, %s, %s, 'Key of zdenka', %s)", id, bytes("zdenka-credential"), bytes("zdenka"), then)
	w.exec("INSERT INTO authenticators (member_id, secret, last_step, created_on) VALUES (%d, %s, 1, %s)", id, bytes("secret-of-zdenka"), then)
	w.exec("INSERT INTO recovery_codes (member_id, mac) VALUES (%d, %s)", id, bytes("mac-of-zdenka"))
	w.exec("INSERT INTO identities (member_id, issuer, subject, created_on) VALUES (%d, 'https://zdorg.example', 'zdenka', %s)", id, then)
	w.exec("INSERT INTO theme_moderators (theme_id, member_id) VALUES (1, %d)", id)
	w.exec("UPDATE members SET passkey_user = %s, time_zone = 'Europe/Prague' WHERE id = %d", bytes("zdenka-user"), id)
	w.exec(`INSERT INTO join_requests (email, email_key, name, answer, language, created_on)
		VALUES ('zdenka@unmistakable.example', 'zdenka@unmistakable.example', 'Zdenka', 'I am zdenka', 'en', %s)`, then)
	w.must(w.Store.Write(ctx, func(tx *store.Tx) error { return tx.SetRole(id, models.RoleModerator) }))
	w.viewer = w.fresh()
	sent, err := w.Community.Invite(ctx, w.viewer, community.NewInvitation{Email: "friend@example.org", GroupID: w.Groups[1].ID})
	w.must(err)
	w.secrets = append(w.secrets, sent)
}

// speak writes under their name and under a pseudonym, among others, edits and removes.
func (w *sweepWorld) speak() {
	ctx := w.t.Context()
	masked := w.masked()
	own := w.Start(w.t, w.viewer, forumtest.Public, "Opened by somebody")
	inside := w.Start(w.t, w.Amina, forumtest.Inside, "Inside")
	theirs := w.Start(w.t, masked, forumtest.Public, "Opened under another name")
	w.threads = []int64{own, inside, theirs}
	for i := range 7 {
		for _, id := range w.threads {
			w.Respond(w.t, w.Amina, id, fmt.Sprintf("Response %d of Amina.", i))
			viewer := w.viewer
			if i%2 == 1 {
				viewer = masked
			}
			posted, err := w.Forum.Respond(ctx, viewer, id, forum.NewResponse{Body: fmt.Sprintf("A sentence numbered %d.", i), Lang: "en", Key: fmt.Sprintf("key %d %d", id, i)})
			w.must(err)
			if i == 2 {
				w.must(w.Forum.EditText(ctx, viewer, id, posted.Number, forum.TextEdit{Body: "A sentence that was edited."}))
			}
			if i == 3 {
				w.must(w.Forum.RemoveText(ctx, viewer, id, posted.Number))
			}
			if i == 4 {
				w.must(w.Forum.RemoveText(ctx, w.Lena, id, posted.Number))
			}
		}
		w.Clock.Pass(time.Hour)
	}
	if !w.finds(w.dump(), sweptWords...) || w.folder != "" && !w.finds(w.files(), sweptWords...) {
		w.t.Fatal("the sweep does not find somebody who is there")
	}
}

// masked is a pseudonym of theirs, in one theme.
func (w *sweepWorld) masked() models.Viewer {
	w.t.Helper()
	id, group, theme := w.member.ID, w.member.GroupID, int64(1)
	persona := models.Persona{
		Kind: models.PersonaPseudonym, MemberID: &id, Name: "Quicksilverheron", GroupID: &group, ThemeID: &theme,
		Skeleton: "quicksilverheron", CreatedAt: w.Clock.Now().UTC().Truncate(24 * time.Hour),
	}
	if w.folder == "" {
		w.exec("ALTER TABLE personas ALTER COLUMN id RESTART WITH %d", sweptPersonas+50)
	}
	w.must(w.Store.Write(w.t.Context(), func(tx *store.Tx) error { return tx.CreatePersona(&persona) }))
	if w.folder == "" {
		w.exec("ALTER TABLE personas ALTER COLUMN id RESTART WITH 600")
	}
	w.mask = persona.ID
	viewer := w.viewer
	byline := *viewer.Persona
	byline.PersonaKind, byline.PersonaName, byline.PersonaHandle = models.PersonaPseudonym, persona.Name, ""
	viewer.Persona, viewer.PersonaID = &byline, persona.ID
	return viewer
}

// dump is every value of every table, each as "table.column=value", bytes as they are and
// in hexadecimal digits.
func (w *sweepWorld) dump() []string {
	w.t.Helper()
	var values []string
	w.must(w.Store.Dump(w.t.Context(), func(d *store.Dump) error {
		for _, table := range d.Tables {
			err := d.Rows(table, func(row []any) error {
				for i, value := range row {
					place := table.Name + "." + table.Columns[i].Name + "="
					switch v := value.(type) {
					case []byte:
						values = append(values, place+string(v), place+hex.EncodeToString(v))
					case time.Time:
						values = append(values, place+v.UTC().Format(time.RFC3339Nano))
					default:
						values = append(values, place+fmt.Sprint(v))
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return values
}

// files is what stands in every file of the embedded database and of the data directory,
// and in the log.
func (w *sweepWorld) files() []string {
	w.t.Helper()
	contents := []string{"log=" + w.log.String()}
	for _, folder := range []string{w.folder, w.dataDir, filepath.Join(w.dataDir, "outbox")} {
		if folder == "" {
			continue
		}
		entries, err := os.ReadDir(folder)
		w.must(err)
		for _, entry := range entries {
			if entry.Type().IsRegular() {
				content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
				w.must(err)
				contents = append(contents, entry.Name()+"="+string(content))
			}
		}
	}
	return contents
}

// finds tells whether any of the words stands anywhere, in any case of letters.
func (w *sweepWorld) finds(contents []string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return len(places(contents, word)) > 0 })
}

// places are where a word stands.
func places(contents []string, word string) []string {
	var found []string
	for _, content := range contents {
		folded := strings.ToLower(content)
		if at := strings.Index(folded, strings.ToLower(word)); at >= 0 {
			name, _, _ := strings.Cut(content, "=")
			found = append(found, fmt.Sprintf("%s: …%q…", name, content[max(0, at-60):min(len(content), at+60)]))
		}
	}
	return found
}

// absent demands that words stand nowhere.
func (w *sweepWorld) absent(contents []string, words ...string) {
	w.t.Helper()
	for _, word := range words {
		for _, place := range places(contents, word) {
			w.t.Errorf("%q stands in %s", word, place)
		}
	}
}
