package community

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"colloquy/models"
	"colloquy/models/store"
)

// begin remembers what a ceremony needs between its steps and returns the token under
// which its next step finds it. memberID is nil while nobody is known.
func (c *Community) begin(tx *store.Tx, kind models.CeremonyKind, memberID *int64, data any, within time.Duration) (string, error) {
	text, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("ceremony: %w", err)
	}
	token, hash := newToken()
	return token, tx.CreateCeremony(&models.Ceremony{
		Kind: kind, TokenHash: hash, MemberID: memberID, Data: text,
		ExpiresAt: c.now().UTC().Truncate(time.Microsecond).Add(within),
	})
}

// take ends a ceremony: each token is good for one take. It fills into with what was
// remembered; store.ErrNotFound when there is no open ceremony of that kind.
func (c *Community) take(tx *store.Tx, kind models.CeremonyKind, token string, into any) (models.Ceremony, error) {
	ceremony, err := tx.TakeCeremony(kind, hashOf(token), c.now().UTC())
	if err != nil {
		return ceremony, err
	}
	if err := json.Unmarshal(ceremony.Data, into); err != nil {
		return ceremony, fmt.Errorf("ceremony: %w", err)
	}
	return ceremony, nil
}

// peek is take without ending the ceremony.
func (c *Community) peek(ctx context.Context, kind models.CeremonyKind, token string, into any) (models.Ceremony, error) {
	ceremony, err := c.store.Ceremony(ctx, kind, hashOf(token), c.now().UTC())
	if err != nil {
		return ceremony, err
	}
	if err := json.Unmarshal(ceremony.Data, into); err != nil {
		return ceremony, fmt.Errorf("ceremony: %w", err)
	}
	return ceremony, nil
}
