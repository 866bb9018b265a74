package store

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"colloquy/models"
)

// Former finds the one persona that all texts belong to whose authorship was taken off;
// it is made with the first of them. The community's own day stands in it for a time.
func (tx *Tx) Former() (int64, error) {
	const find = "SELECT id FROM personas WHERE source_key = ?"
	id, err := one[int64](tx.db.Raw(find, models.SourceFormer))
	if !errors.Is(err, ErrNotFound) {
		return id, err
	}
	// Who loses the race to make it finds the other's.
	err = tx.db.Exec(`INSERT INTO personas (kind, name, organisation, about, source_key, skeleton, languages, created_at)
		SELECT CAST(? AS TEXT), '', '', '', CAST(? AS TEXT), '', '', created_at FROM community WHERE id = 1
		ON CONFLICT (source_key) DO NOTHING`, models.PersonaFormer, models.SourceFormer).Error
	if err != nil {
		return 0, err
	}
	return one[int64](tx.db.Raw(find, models.SourceFormer))
}

// Cuts lists what is left to be done, the oldest first.
func (s *Store) Cuts(ctx context.Context) ([]models.Cut, error) {
	return all[models.Cut](s.reader(ctx).Raw("SELECT * FROM cuts ORDER BY id"))
}

// CutsOf is Cuts of some personas, within a transaction.
func (tx *Tx) CutsOf(personaIDs []int64) ([]models.Cut, error) {
	return all[models.Cut](tx.db.Raw("SELECT * FROM cuts WHERE persona_id IN ? ORDER BY id", personaIDs))
}

// CutPersona says that the authorship of all texts that a persona has written so far is
// to be taken off. The persona stays.
func (tx *Tx) CutPersona(persona *models.Persona) error {
	last, err := one[int64](tx.db.Raw("SELECT COALESCE(MAX(id), 0) FROM responses WHERE persona_id = ?", persona.ID))
	if err != nil {
		return err
	}
	return tx.db.Create(&models.Cut{PersonaID: persona.ID, UpTo: last}).Error
}

// EndPersona takes everything from a persona that says who it was, and says that its texts
// are to be led to the former member, erased when removes is true, and that it goes then.
// What shows the persona shows a former member from now on.
func (tx *Tx) EndPersona(persona *models.Persona, removes bool) error {
	former, err := tx.Former()
	if err != nil {
		return err
	}
	cut := models.Cut{PersonaID: persona.ID, GroupID: persona.GroupID, UpTo: math.MaxInt64, Removes: removes, Ends: true}
	if err := tx.db.Create(&cut).Error; err != nil {
		return err
	}
	err = tx.db.Exec(`UPDATE personas SET kind = ?, member_id = NULL, handle = NULL, name = '', group_id = NULL, organisation = '',
		about = '', source_key = NULL, theme_id = NULL, skeleton = '', languages = '',
		created_at = (SELECT c.created_at FROM community c WHERE c.id = 1) WHERE id = ?`, models.PersonaFormer, persona.ID).Error
	if err != nil {
		return err
	}
	if err := tx.db.Exec("DELETE FROM persona_initiatives WHERE persona_id = ?", persona.ID).Error; err != nil {
		return err
	}
	// Invitations that it sent to members go on working, and can be withdrawn by others.
	// Nobody whom it answered for gets more than that any more.
	err = tx.db.Exec("DELETE FROM invitation_themes WHERE invitation_id IN (SELECT id FROM invitations WHERE persona_id = ? AND role <> ?)",
		persona.ID, models.RoleMember).Error
	if err != nil {
		return err
	}
	if err := tx.db.Exec("DELETE FROM invitations WHERE persona_id = ? AND role <> ?", persona.ID, models.RoleMember).Error; err != nil {
		return err
	}
	return tx.db.Exec("UPDATE invitations SET persona_id = ? WHERE persona_id = ?", former, persona.ID).Error
}

// TextsOf lists all texts of a persona, removed ones among them, as erasures.log names
// texts whose authorship is taken off.
func (tx *Tx) TextsOf(personaID int64) ([]models.Erasure, error) {
	type text struct {
		ThreadID  int64
		Number    int
		CreatedAt time.Time
	}
	rows, err := all[text](tx.db.Raw(
		"SELECT thread_id, number, created_at FROM responses WHERE persona_id = ? ORDER BY id", personaID))
	texts := make([]models.Erasure, 0, len(rows))
	for _, row := range rows {
		texts = append(texts, models.Erasure{
			Kind: models.ErasedAuthorship, ThreadID: row.ThreadID, Number: row.Number, WrittenAt: row.CreatedAt,
		})
	}
	return texts, err
}

// CutSome takes the authorship off the next texts, at most limit of them. When there were
// fewer, nothing is left to do: the cut is gone, and with it a persona that ends.
func (tx *Tx) CutSome(cut *models.Cut, limit int) (Stamped, error) {
	if err := tx.holdFaces(); err != nil {
		return Stamped{}, err
	}
	groupID, err := tx.voiceOf(cut)
	if err != nil {
		return Stamped{}, err
	}
	rows, err := all[shown](tx.db.Raw("SELECT id, thread_id FROM responses WHERE persona_id = ? AND id <= ? ORDER BY id LIMIT ?",
		cut.PersonaID, cut.UpTo, limit))
	if err != nil {
		return Stamped{}, err
	}
	stamped := Stamped{Threads: map[int64]int64{}, Rows: len(rows)}
	byThread := map[int64][]int64{}
	for _, row := range rows {
		byThread[row.ThreadID] = append(byThread[row.ThreadID], row.ID)
	}
	for _, threadID := range slices.Sorted(maps.Keys(byThread)) {
		if stamped.Threads[threadID], err = tx.cutTexts(cut, groupID, threadID, byThread[threadID]); err != nil {
			return Stamped{}, err
		}
	}
	if len(rows) < limit {
		return stamped, tx.endCut(cut)
	}
	return stamped, nil
}

// holdFaces keeps groups and names as they are until the transaction ends, and keeps those
// waiting who count voices in many threads: see MoveRights.
func (tx *Tx) holdFaces() error {
	return tx.db.Exec("UPDATE community SET faces = faces WHERE id = 1").Error
}

// voiceOf is the group that the texts of a cut are counted for, 0 for none: the persona's
// own for as long as it has one.
func (tx *Tx) voiceOf(cut *models.Cut) (int64, error) {
	if cut.GroupID != nil {
		return *cut.GroupID, nil
	}
	group, err := one[int64](tx.db.Raw("SELECT COALESCE(group_id, 0) FROM personas WHERE id = ?", cut.PersonaID))
	if errors.Is(err, ErrNotFound) {
		return 0, nil // another process has done the cut meanwhile
	}
	return group, err
}

// endCut forgets a cut, and deletes the persona when it ends.
func (tx *Tx) endCut(cut *models.Cut) error {
	if !cut.Ends {
		return tx.db.Exec("DELETE FROM cuts WHERE id = ?", cut.ID).Error
	}
	if err := tx.db.Exec("DELETE FROM cuts WHERE persona_id = ?", cut.PersonaID).Error; err != nil {
		return err
	}
	// What a request that was under way has tied to it meanwhile goes first.
	former, err := tx.Former()
	if err != nil {
		return err
	}
	if err := tx.db.Exec("UPDATE invitations SET persona_id = ? WHERE persona_id = ?", former, cut.PersonaID).Error; err != nil {
		return err
	}
	if err := tx.db.Exec("DELETE FROM persona_initiatives WHERE persona_id = ?", cut.PersonaID).Error; err != nil {
		return err
	}
	return tx.db.Exec("DELETE FROM personas WHERE id = ?", cut.PersonaID).Error
}

// CutText takes the authorship off one text, which may be a tombstone, and returns the
// thread's new number. A pseudonym that has said nothing else goes with it. ErrNotFound is
// returned when the text is not the persona's any more.
func (tx *Tx) CutText(row *models.ResponseRow) (int64, error) {
	if err := tx.holdFaces(); err != nil {
		return 0, err
	}
	persona, err := one[models.Persona](tx.db.Raw("SELECT * FROM personas WHERE id = ?", row.PersonaID))
	if err != nil {
		return 0, err
	}
	cut := models.Cut{PersonaID: persona.ID, GroupID: persona.GroupID}
	groupID, err := tx.voiceOf(&cut)
	if err != nil {
		return 0, err
	}
	seq, err := tx.cutTexts(&cut, groupID, row.ThreadID, []int64{row.ID})
	if err != nil || persona.Kind != models.PersonaPseudonym {
		return seq, err
	}
	return seq, tx.db.Exec(`DELETE FROM personas WHERE id = ? AND NOT EXISTS (SELECT 1 FROM responses r WHERE r.persona_id = personas.id)
		AND NOT EXISTS (SELECT 1 FROM threads t WHERE t.persona_id = personas.id)
		AND NOT EXISTS (SELECT 1 FROM persona_initiatives i WHERE i.persona_id = personas.id)`, persona.ID).Error
}

// cutTexts leads some texts of a thread to the former member and returns the thread's new
// number. It locks as whoever writes there: the voices, then the thread, then its texts.
func (tx *Tx) cutTexts(cut *models.Cut, groupID, threadID int64, ids []int64) (int64, error) {
	former, err := tx.Former()
	if err != nil {
		return 0, err
	}
	if err := tx.CountVoice(threadID, groupID, 0); err != nil {
		return 0, err
	}
	if _, err := tx.advance(threadID, 0); err != nil {
		return 0, err
	}
	const theirs = "id IN ? AND persona_id = ?"
	visible, err := one[int](tx.db.Raw("SELECT COUNT(*) FROM responses WHERE "+theirs+" AND removed_at IS NULL", ids, cut.PersonaID))
	if err != nil {
		return 0, err
	}
	if err := tx.CountVoice(threadID, groupID, -visible); err != nil {
		return 0, err
	}
	if cut.Removes {
		if err := tx.eraseTexts(threadID, ids); err != nil {
			return 0, err
		}
	}
	err = changedOne(tx.db.Exec("UPDATE responses SET persona_id = ? WHERE "+theirs, former, ids, cut.PersonaID))
	if err != nil {
		return 0, err
	}
	err = tx.db.Exec(`UPDATE threads SET persona_id = ? WHERE id = ? AND persona_id = ?
		AND EXISTS (SELECT 1 FROM responses r WHERE r.id IN ? AND r.number = 1)`, former, threadID, cut.PersonaID, ids).Error
	if err != nil {
		return 0, err
	}
	err = tx.db.Exec(`DELETE FROM idempotency_keys WHERE thread_id = ? AND number IN
		(SELECT r.number FROM responses r WHERE r.id IN ?)`, threadID, ids).Error
	if err != nil {
		return 0, err
	}
	return tx.blend(threadID, former)
}

// blend gives everything of the former member in a thread new numbers, in the order in
// which it stands there: the numbers of what was cut at once would tie it together.
func (tx *Tx) blend(threadID, former int64) (int64, error) {
	const of = "SELECT COUNT(*) FROM responses r WHERE r.thread_id = ? AND r.persona_id = ?"
	texts, err := one[int](tx.db.Raw(of, threadID, former))
	if err != nil {
		return 0, err
	}
	heads, err := one[int](tx.db.Raw("SELECT COUNT(*) FROM threads WHERE id = ? AND persona_id = ?", threadID, former))
	if err != nil {
		return 0, err
	}
	last, err := tx.advance(threadID, texts+heads)
	if err != nil {
		return 0, err
	}
	first := last - int64(texts+heads) + 1
	err = tx.db.Exec("UPDATE threads SET changed_seq = ? WHERE id = ? AND persona_id = ?", first, threadID, former).Error
	if err != nil {
		return 0, err
	}
	return last, tx.db.Exec(`UPDATE responses SET changed_seq = CAST(? AS BIGINT) + place.n FROM
		(SELECT id, ROW_NUMBER() OVER (ORDER BY number, id) AS n FROM responses WHERE thread_id = ? AND persona_id = ?) AS place
		WHERE responses.id = place.id`, first+int64(heads)-1, threadID, former).Error
}

// eraseTexts makes empty tombstones of some texts of a thread and counts the thread anew.
// They are dated by the texts themselves: one moment for all would tie them together.
func (tx *Tx) eraseTexts(threadID int64, ids []int64) error {
	if err := tx.db.Exec("DELETE FROM editions WHERE response_id IN ?", ids).Error; err != nil {
		return err
	}
	for _, id := range ids {
		if err := tx.db.Exec(tx.dialect.drop, id).Error; err != nil {
			return err
		}
	}
	err := tx.db.Exec(`UPDATE responses SET removed_at = COALESCE(removed_at, created_at), edited_at = NULL, body = '', html = '',
		excerpt = '' WHERE id IN ?`, ids).Error
	if err != nil {
		return err
	}
	return tx.db.Exec(`UPDATE threads SET
		responses = (SELECT COUNT(*) FROM responses r WHERE r.thread_id = threads.id AND r.number > 1 AND r.removed_at IS NULL),
		latest_number = COALESCE((SELECT MAX(r.number) FROM responses r WHERE r.thread_id = threads.id AND r.number > 1
			AND r.removed_at IS NULL), 0),
		active_at = (SELECT r.created_at FROM responses r WHERE r.thread_id = threads.id
			AND (r.number = 1 OR r.removed_at IS NULL) ORDER BY r.number DESC LIMIT 1)
		WHERE id = ?`, threadID).Error
}
