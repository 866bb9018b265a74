package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"colloquy/app/forumtest"
	"colloquy/models"
)

// eachSweep runs a sweep on both databases.
func eachSweep(t *testing.T, run func(t *testing.T, w *sweepWorld)) {
	t.Helper()
	forumtest.EachDatabase(t, func(t *testing.T, url string) { run(t, newSweepWorld(t, url)) })
}

// TestWhoLeavesIsNowhere searches every value of every table, every byte of the embedded
// database, the outbox, the log and erasures.log for whoever left, both ways: by name,
// address, organisation, pseudonym, opaque name and ids, by hashes of what they signed in
// with, and by the day on which they joined, on which nothing else has happened.
func TestWhoLeavesIsNowhere(t *testing.T) {
	for _, texts := range []models.Leaving{models.LeavingKeeps, models.LeavingRemoves} {
		t.Run(string(texts), func(t *testing.T) {
			eachSweep(t, func(t *testing.T, w *sweepWorld) {
				w.must(w.Community.Leave(t.Context(), w.viewer, texts))
				w.Community.Wait()
				w.office.Close()
				dump := w.dump()
				w.absentMember(dump)
				w.absent(append(dump, w.files()...), "zdenka@", "unmistakable.example")
				w.absent(w.files(), sweptWords...)
				day := w.member.JoinedOn.UTC().Format(time.DateOnly)
				w.absent(dump, day+"T")
				w.consistent(dump)
				kept := w.finds(dump, "A sentence numbered") || w.folder != "" && w.finds(w.files(), "A sentence numbered")
				if want := texts == models.LeavingKeeps; kept != want {
					t.Errorf("the texts are there: %v", kept)
				}
				if erasures := w.files(); !w.finds(erasures, "member ") {
					t.Error("erasures.log does not hold it")
				}
			})
		})
	}
}

// absentMember demands that nothing leads back to the member.
func (w *sweepWorld) absentMember(dump []string) {
	w.t.Helper()
	w.absent(dump, sweptWords...)
	w.absent(dump, w.member.Opaque, w.member.PasswordHash, "=Zdenka", "mac-of-", "secret-of-")
	for _, secret := range w.secrets[:3] { // the last one is an invitation that goes on working
		hash := sha256.Sum256([]byte(secret))
		w.absent(dump, secret, hex.EncodeToString(hash[:]))
	}
	w.absent(dump, fmt.Sprint("=", w.member.ID), fmt.Sprint("=", w.viewer.PersonaID), fmt.Sprint("=", w.mask))
	for _, value := range dump {
		_, text, _ := strings.Cut(value, "=")
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && (id >= sweptMembers && id < sweptMembers+10_000 || id >= sweptPersonas && id < sweptPersonas+10_000) {
			if !strings.HasPrefix(value, "personas.id=") && !strings.HasSuffix(strings.Split(value, "=")[0], "persona_id") {
				w.t.Errorf("an id of theirs is in %s", value)
			}
		}
	}
}

// consistent demands that all texts without an author belong to one persona of which
// nothing tells when it came, that voices are counted as they stand, and that the numbers
// of changes tell nothing of what was cut together.
func (w *sweepWorld) consistent(dump []string) {
	w.t.Helper()
	former := 0
	for _, value := range dump {
		if value == "personas.kind="+string(models.PersonaFormer) {
			former++
		}
		if strings.HasPrefix(value, "cuts.") || strings.HasPrefix(value, "idempotency_keys.") {
			w.t.Errorf("%s is left", value)
		}
	}
	if former != 1 {
		w.t.Errorf("%d personas are former members", former)
	}
	var strays int
	w.must(w.raw.QueryRowContext(w.t.Context(), `SELECT COUNT(*) FROM personas p, community c
		WHERE p.kind = 'former' AND (p.created_at <> c.created_at OR p.name <> '' OR p.group_id IS NOT NULL OR p.member_id IS NOT NULL)`).Scan(&strays))
	if strays != 0 {
		w.t.Error("the former member says something")
	}
	w.must(w.raw.QueryRowContext(w.t.Context(), `SELECT COUNT(*) FROM thread_voices v WHERE v.responses <> (SELECT COUNT(*) FROM responses r
		JOIN personas p ON p.id = r.persona_id WHERE r.thread_id = v.thread_id AND p.group_id = v.group_id AND r.removed_at IS NULL)`).Scan(&strays))
	if strays != 0 {
		w.t.Errorf("%d voices are miscounted", strays)
	}
	for _, id := range w.threads {
		w.blended(id)
	}
}

// blended demands that the changes of the former member's texts follow the texts, that all
// numbers of a thread are different, and that its counts are those of its texts.
func (w *sweepWorld) blended(threadID int64) {
	w.t.Helper()
	head, err := w.Store.ThreadHead(w.t.Context(), models.Scope{All: true}, threadID)
	w.must(err)
	rows, err := w.Store.Responses(w.t.Context(), models.Scope{All: true}, threadID, 1, 1000)
	w.must(err)
	var seqs, taken []int64
	visible, latest := 0, 0
	for _, row := range rows {
		taken = append(taken, row.ChangedSeq)
		if row.PersonaKind == models.PersonaFormer {
			seqs = append(seqs, row.ChangedSeq)
		}
		if !row.Removed() && row.Number > 1 {
			visible, latest = visible+1, row.Number
		}
	}
	slices.Sort(taken)
	if !slices.IsSorted(seqs) || len(slices.Compact(taken)) != len(rows) || taken[len(taken)-1] > head.Seq {
		w.t.Errorf("the numbers of thread %d at %d: %v, of former members %v", threadID, head.Seq, taken, seqs)
	}
	if head.Responses != visible || head.LatestNumber != latest {
		w.t.Errorf("thread %d counts %d responses up to %d, it has %d up to %d", threadID, head.Responses, head.LatestNumber, visible, latest)
	}
}

// TestWhoTakesTheirNameOffIsNotInTheirTexts: the member stays, and nothing leads from what
// was written to them, neither by the profile nor by the pseudonym.
func TestWhoTakesTheirNameOffIsNotInTheirTexts(t *testing.T) {
	eachSweep(t, func(t *testing.T, w *sweepWorld) {
		w.must(w.Community.CutAuthorship(t.Context(), w.viewer, 0))
		w.Community.Wait()
		dump := w.dump()
		w.consistent(dump)
		w.absent(append(dump, w.files()...), "quicksilverheron")
		w.absent(dump, fmt.Sprint("=", w.mask))
		for _, value := range dump {
			place, text, _ := strings.Cut(value, "=")
			table, column, _ := strings.Cut(place, ".")
			if text != fmt.Sprint(w.viewer.PersonaID) && text != fmt.Sprint(w.member.ID) {
				continue
			}
			if !slices.Contains([]string{"personas", "persona_initiatives", "members", "invitations"}, table) && column != "member_id" {
				t.Errorf("%s leads to the member", place)
			}
		}
		if !w.finds(dump, "personas.name=Zdenka", "members.email=Zdenka") {
			t.Error("the membership is gone too")
		}
		log := places(w.files(), "cut ")
		if len(log) != 1 || w.finds(log, w.member.Opaque) {
			t.Errorf("erasures.log: %v", log)
		}
		later := w.Respond(t, w.viewer, w.threads[1], "Written afterwards.")
		row, err := w.Store.Response(t.Context(), models.Scope{All: true}, w.threads[1], later)
		if err != nil || row.PersonaName != "Zdenka Unmistakable" {
			t.Errorf("what is written later is by %q, %v", row.PersonaName, err)
		}
	})
}

// TestFormerMembersAreNotToldApart: when two people have left, nothing in a thread says
// which of its texts belong together.
func TestFormerMembersAreNotToldApart(t *testing.T) {
	eachSweep(t, func(t *testing.T, w *sweepWorld) {
		for _, viewer := range []models.Viewer{w.Amina, w.viewer} {
			w.must(w.Community.Leave(t.Context(), viewer, models.LeavingKeeps))
			w.Community.Wait()
		}
		w.consistent(w.dump())
		for _, id := range w.threads {
			rows, err := w.Store.Responses(t.Context(), models.Scope{All: true}, id, 1, 1000)
			w.must(err)
			for _, row := range rows {
				if !row.Removed() && (row.PersonaKind != models.PersonaFormer || row.PersonaID != rows[0].PersonaID) {
					t.Errorf("¶%d of thread %d stands apart: %+v", row.Number, id, row.Byline)
				}
			}
		}
	})
}
