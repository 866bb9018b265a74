package store

import (
	"context"
	"time"

	"colloquy/models"
)

// textsAt finds the texts that hold in an edition: of each kind and language the latest
// that is not younger.
const textsAt = `SELECT * FROM community_texts x WHERE x.version = (SELECT MAX(y.version) FROM community_texts y
	WHERE y.kind = x.kind AND y.lang = x.lang AND y.version <= ?) ORDER BY x.kind, x.lang, x.id`

// CommunityTexts finds the community's own texts of an edition in all languages, those
// that were taken away (with an empty body) among them.
func (s *Store) CommunityTexts(ctx context.Context, version int) ([]models.CommunityText, error) {
	return all[models.CommunityText](s.reader(ctx).Raw(textsAt, version))
}

// CommunityTexts is the same within a transaction.
func (tx *Tx) CommunityTexts(version int) ([]models.CommunityText, error) {
	return all[models.CommunityText](tx.db.Raw(textsAt, version))
}

// TextEditions lists the editions of the community's own texts, the newest first.
func (s *Store) TextEditions(ctx context.Context) ([]models.TextEdition, error) {
	type row struct {
		Version   int
		Kind      models.TextKind
		CreatedOn time.Time
	}
	rows, err := all[row](s.reader(ctx).Raw(
		"SELECT DISTINCT version, kind, created_on FROM community_texts ORDER BY version DESC, kind DESC"))
	if err != nil {
		return nil, err
	}
	var editions []models.TextEdition
	for _, r := range rows {
		if last := len(editions) - 1; last >= 0 && editions[last].Version == r.Version {
			editions[last].Changed = append(editions[last].Changed, r.Kind)
			continue
		}
		editions = append(editions, models.TextEdition{Version: r.Version, CreatedOn: r.CreatedOn, Changed: []models.TextKind{r.Kind}})
	}
	return editions, nil
}

// CreateCommunityTexts writes the texts of an edition.
func (tx *Tx) CreateCommunityTexts(texts []models.CommunityText) error {
	return translate(tx.db.Create(texts).Error)
}

// SetTextVersions says which edition of the community's texts holds, and which every
// member must have agreed to.
func (tx *Tx) SetTextVersions(rules, agree int) error {
	return tx.db.Exec("UPDATE community SET rules_version = ?, agree_version = ? WHERE id = 1", rules, agree).Error
}

// Agreed marks that a member has agreed to an edition; an older one changes nothing.
func (tx *Tx) Agreed(memberID int64, version int) error {
	return tx.db.Exec("UPDATE members SET agreed_version = ? WHERE id = ? AND agreed_version < ?", version, memberID, version).Error
}
