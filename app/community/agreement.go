package community

import (
	"context"
	"fmt"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// Agree marks that the viewer has read and agrees to an edition of the house rules. When
// members are asked to agree to a later one meanwhile it is Invalid, models.Newer for the
// field "agree": the later one has to be read first. An edition that never was is
// models.Unknown.
func (c *Community) Agree(ctx context.Context, viewer models.Viewer, version int) error {
	if !viewer.SignedIn() {
		return access.Denied{Act: access.Respond, Reason: access.SignIn}
	}
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		row, err := tx.Community()
		switch {
		case err != nil:
			return err
		case version > row.RulesVersion || version < 0:
			return Invalid{"agree": models.Unknown}
		case version < row.AgreeVersion:
			return Invalid{"agree": models.Newer}
		}
		return tx.Agreed(viewer.Member.ID, version)
	})
	if err != nil {
		return fmt.Errorf("agree: %w", err)
	}
	return nil
}
